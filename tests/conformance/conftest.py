"""The service on the conformance project, and what it answered to every recorded request."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from configs.settings import Settings
from server.stream import sse
from tests.conformance import golden as goldens
from tests.conformance.exchange import Answer
from tests.conformance.player import Player
from tests.conformance.scenarios import everything
from tests.conformance.unmet import Unmet, load, write
from tests.conftest import Server, running
from tests.fixtures.receiver import listening

PROJECT = Path(__file__).parents[1] / "fixtures" / "conformance_project" / "langgraph.json"
RECORDED_RECEIVER = "http://127.0.0.1:21241"
HEARTBEAT = 1.0  # seconds; the recorded server's is 5 with runs that take five times longer


@pytest.fixture(scope="session")
def conformance_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service on the conformance project, for the whole session: to start it costs more than to ask."""
    patch = pytest.MonkeyPatch()
    for field in Settings.model_fields.values():
        patch.delenv(field.alias or "", raising=False)
    patch.setitem(Settings.model_config, "env_file", None)
    patch.setattr(sse, "HEARTBEAT_SECONDS", HEARTBEAT)
    data = tmp_path_factory.mktemp("data")
    settings = Settings(
        PORT=0, DATA_DIR=data, SCRIPTORIUM_CONFIG=PROJECT, WEBHOOK_ALLOW_PRIVATE=True, N_JOBS_PER_WORKER=30
    )  # type: ignore[call-arg]
    with running(settings) as server:
        yield server
    patch.undo()


@pytest.fixture(scope="session")
def answers(conformance_server: Server) -> dict[str, Answer]:
    """What the service answered to each recorded request."""
    return asyncio.run(_ask_everything(conformance_server.url))


async def _ask_everything(url: str) -> dict[str, Answer]:
    golden = goldens.load()
    async with listening() as receiver, httpx.AsyncClient(base_url=url, timeout=60) as client:
        origin = receiver.url.removesuffix("/done?x=1")
        player = Player(client, golden, {origin: RECORDED_RECEIVER})
        await everything(player, golden)
    return player.answers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-unmet", action="store_true", help="write tests/conformance/unmet.json anew")


@pytest.fixture(scope="session")
def unmet(request: pytest.FixtureRequest) -> Iterator[Unmet]:
    """What is known not to be met; written anew at the session's end if asked for."""
    if not request.config.getoption("--write-unmet", default=False):
        yield load()
        return
    found: Unmet = {"forms": {}, "values": {}}
    yield found
    write(found)
