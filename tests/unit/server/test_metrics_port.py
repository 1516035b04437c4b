"""/metrics of a process without an API."""

import asyncio

import httpx
import pytest

from server.metrics_port import metrics_port


async def _render() -> bytes:
    return b"scriptorium_x 1.0\n"


async def _broken() -> bytes:
    raise OSError("the database is away")


async def test_metrics_are_served_on_loopback() -> None:
    async with metrics_port(_render, 0) as port, httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/metrics")

    assert (response.status_code, response.text) == (200, "scriptorium_x 1.0\n")
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/metricsx"), ("POST", "/metrics")])
async def test_nothing_else_is(method: str, path: str) -> None:
    async with metrics_port(_render, 0) as port, httpx.AsyncClient() as client:
        response = await client.request(method, f"http://127.0.0.1:{port}{path}")

    assert response.status_code == 404


async def test_a_failure_to_collect_is_told_and_does_not_end_the_port() -> None:
    async with metrics_port(_broken, 0) as port, httpx.AsyncClient() as client:
        answers = [await client.get(f"http://127.0.0.1:{port}/metrics") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [500, 500]
    assert "database" not in answers[0].text


async def test_a_process_that_cannot_collect_is_alive_all_the_same() -> None:
    async with metrics_port(_broken, 0) as port, httpx.AsyncClient() as client:
        response = await client.get(f"http://127.0.0.1:{port}/ok")

    assert (response.status_code, response.json()) == (200, {"ok": True})


async def test_what_is_no_http_is_dropped() -> None:
    async with metrics_port(_render, 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x" * 100_000)
        writer.write_eof()

        assert await reader.read() == b""
        writer.close()


async def test_without_a_port_nothing_listens() -> None:
    async with metrics_port(_render, None) as port:
        assert port is None
