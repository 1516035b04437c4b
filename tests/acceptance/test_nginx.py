"""The service behind nginx, with the site of deploy/nginx."""

import hashlib
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from redis import Redis
from websockets.asyncio.client import connect

from configs.settings import Settings
from server import keys
from tests.conftest import PROJECT, Server, running
from tests.fixtures.nginx import Front, nginx
from tests.fixtures.protocol import HELLO
from tests.fixtures.redis_servers import redis_process
from tests.fixtures.sse import parse

LARGE = 64 * 1024 * 1024  # bytes
CHUNK = bytes(range(256)) * 4096
CLAIMED = "203.0.113.9"  # an address that a client says it has
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on PATH: apt-get install nginx-light")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The fixture project's service behind nginx."""
    settings = Settings(
        PORT=0,
        DATA_DIR=tmp_path_factory.mktemp("data"),
        SCRIPTORIUM_CONFIG=PROJECT,
        MAX_FILE_SIZE="64MiB",
    )  # type: ignore[call-arg, arg-type]
    with (
        running(settings) as server,
        nginx(str(NGINX), server.url, tmp_path_factory.mktemp("nginx")) as found,
    ):
        yield found


@pytest.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    """A client that speaks TLS with nginx."""
    async with httpx.AsyncClient(base_url=front.url, verify=front.trust, timeout=60) as client:
        yield client


async def _thread(client: httpx.AsyncClient) -> str:
    return (await client.post("/threads", json={})).json()["thread_id"]


async def test_events_arrive_while_the_run_goes_on(client: httpx.AsyncClient, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    body = {"assistant_id": "slow", "input": {"gate": str(gate)}, "stream_mode": ["custom", "values"]}
    async with client.stream("POST", f"/threads/{await _thread(client)}/runs/stream", json=body) as response:
        lines = response.aiter_lines()
        while "waiting" not in await anext(lines):
            pass
        gate.touch()  # the run waits for it: what came so far has not waited for the rest
        rest = [line async for line in lines]

    assert response.headers["content-type"].startswith("text/event-stream")
    assert any("wait" in line for line in rest)


async def test_a_client_that_comes_back_gets_the_rest_once(client: httpx.AsyncClient) -> None:
    body = {
        "assistant_id": "agent",
        "input": HELLO,
        "stream_mode": ["messages-tuple", "values"],
        "stream_resumable": True,
    }
    response = await client.post(f"/threads/{await _thread(client)}/runs/stream", json=body)
    events = parse(response.text)

    rest = await client.get(response.headers["location"], headers={"Last-Event-ID": events[2]["id"]})

    assert len(events) > 5
    assert [event["id"] for event in parse(rest.text)] == [event["id"] for event in events[3:]]


async def test_a_websocket_passes(front: Front) -> None:
    url = f"{front.url.replace('https', 'wss', 1)}/threads/{uuid4()}/stream/events"
    async with connect(url, ssl=front.trust) as socket:

        async def send(number: int, method: str, **params: Any) -> None:
            await socket.send(orjson.dumps({"id": number, "method": method, "params": params}).decode())

        await send(1, "subscription.subscribe", channels=["lifecycle"])
        await send(2, "run.start", assistant_id="agent", input=HELLO)
        seen: list[str] = []
        while "completed" not in str(seen[-1:]):
            seen.append(str(await socket.recv()))

    assert any("subscription_id" in message for message in seen)
    assert any('"running"' in message for message in seen)


async def test_a_large_file_comes_through_whole(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LARGE // len(CHUNK)):
            yield CHUNK

    stored = await client.post("/api/v1/files", params={"name": "large.bin"}, content=chunks())
    digest = hashlib.sha256()
    async with client.stream("GET", f"/api/v1/files/{stored.json()['file_id']}/content") as response:
        async for chunk in response.aiter_bytes():
            digest.update(chunk)

    assert (stored.status_code, stored.json()["size"]) == (201, LARGE)
    assert digest.digest() == hashlib.sha256(CHUNK * (LARGE // len(CHUNK))).digest()


async def test_what_is_too_large_is_refused_by_the_service_which_names_the_limit(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post("/api/v1/files", content=b"x" * (LARGE + 1))

    assert response.status_code == 413
    assert response.json()["error"] == "file_too_large"


def test_without_tls_there_is_only_the_way_to_it(front: Front) -> None:
    response = httpx.get(f"{front.plain_url}/threads?limit=1", timeout=60)

    assert response.status_code == 308
    assert response.headers["location"] == "https://127.0.0.1/threads?limit=1"


@pytest.mark.parametrize("path", ["/ok", "/metrics"], ids=["of the service", "of nginx"])
async def test_a_browser_is_told_once_to_come_by_tls_alone(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers

    assert headers.get_list("strict-transport-security") == ["max-age=31536000"]


@pytest.mark.parametrize("path", ["/metrics", "/internal/truncate"])
async def test_what_is_for_the_inside_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_the_log_holds_no_query(front: Front, client: httpx.AsyncClient) -> None:
    await client.get("/info", params={"ticket": "a-secret-of-somebody"})
    await client.get("/ok")  # on the same connection, so after the first one was logged

    assert '"GET /info"' in front.access_log
    assert "a-secret-of-somebody" not in front.access_log


async def test_logins_of_one_address_are_slowed_down(front: Front) -> None:
    async with httpx.AsyncClient(transport=_from("127.0.0.9", front), base_url=front.url) as client:
        answers = [
            await client.post("/api/v1/auth/refresh", json={"refresh_token": "made-up"}) for _ in range(30)
        ]

    codes = [answer.status_code for answer in answers]
    assert codes[0] != 429
    assert codes[-1] == 429


def _from(address: str, front: Front) -> httpx.AsyncHTTPTransport:
    """Connections that come from this address of loopback."""
    return httpx.AsyncHTTPTransport(local_address=address, verify=front.trust)


@pytest.fixture(scope="module")
def guarded(
    tmp_path_factory: pytest.TempPathFactory, redis_binaries: dict[str, Path]
) -> Iterator[tuple[Front, Server, Redis]]:
    """Our own service with accounts behind nginx, and its Redis."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_process(next(iter(redis_binaries.values()))))
        settings = Settings(
            PORT=0,
            DATA_DIR=tmp_path_factory.mktemp("data"),
            REDIS_URL=redis.url,
            AUTH="on",
            FORWARDED_ALLOW_IPS="127.0.0.1",
        )  # type: ignore[call-arg, arg-type]
        server = stack.enter_context(running(settings))
        front = stack.enter_context(nginx(str(NGINX), server.url, tmp_path_factory.mktemp("nginx")))
        yield front, server, stack.enter_context(Redis.from_url(redis.url))


async def _fail_to_log_in(url: str, transport: httpx.AsyncHTTPTransport) -> None:
    async with httpx.AsyncClient(transport=transport, base_url=url, timeout=60) as client:
        response = await client.post(
            "/api/v1/auth/login",
            json={"username": "nobody", "password": "not the password"},
            headers={"X-Forwarded-For": CLAIMED, "X-Real-IP": CLAIMED},
        )
    assert response.status_code == 401


def _blamed(redis: Redis, address: str) -> bool:
    return bool(redis.exists(keys.failures("address", address)))


async def test_a_clients_address_is_the_one_that_it_comes_from_not_the_one_that_it_claims(
    guarded: tuple[Front, Server, Redis],
) -> None:
    front, _, redis = guarded

    await _fail_to_log_in(front.url, _from("127.0.0.2", front))

    assert _blamed(redis, "127.0.0.2")
    assert not _blamed(redis, CLAIMED)
    assert not _blamed(redis, "127.0.0.1")  # which is nginx


async def test_who_is_no_trusted_proxy_is_not_believed(guarded: tuple[Front, Server, Redis]) -> None:
    _, server, redis = guarded

    await _fail_to_log_in(server.url, httpx.AsyncHTTPTransport(local_address="127.0.0.3"))

    assert _blamed(redis, "127.0.0.3")
    assert not _blamed(redis, CLAIMED)
