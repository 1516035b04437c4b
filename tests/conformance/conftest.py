"""What the service answered to every recorded request."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.conformance import golden as goldens
from tests.conformance.exchange import Answer
from tests.conformance.player import Player
from tests.conformance.scenarios import everything
from tests.conformance.unmet import Unmet, load, write
from tests.conftest import Server
from tests.fixtures.receiver import listening
from tools.llm.transport import certificates

RECORDED_RECEIVER = "http://127.0.0.1:21241"


@pytest.fixture(scope="module")
def answers(conformance_server: Server) -> dict[str, Answer]:
    """What the service answered to each recorded request."""
    return asyncio.run(ask_everything(conformance_server.url))


async def ask_everything(url: str) -> dict[str, Answer]:
    golden = goldens.load()
    async with (
        listening() as receiver,
        httpx.AsyncClient(base_url=url, verify=certificates(), timeout=60) as client,
    ):
        origin = receiver.url.removesuffix("/done?x=1")
        player = Player(client, golden, {origin: RECORDED_RECEIVER})
        await everything(player, golden)
    return player.answers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-unmet", action="store_true", help="write tests/conformance/unmet.json anew")


@pytest.fixture(scope="module")
def unmet(request: pytest.FixtureRequest) -> Iterator[Unmet]:
    """What is known not to be met; written anew at the end if asked for."""
    if not request.config.getoption("--write-unmet", default=False):
        yield load()
        return
    found: Unmet = {}
    yield found
    write(load() | found)
