"""Routes that are loaded after the start."""

import httpx
from fastapi import APIRouter, FastAPI

from server.api.late_routes import add_later, late_routes


def application(loads: list[str]) -> FastAPI:
    def load() -> list[APIRouter]:
        loads.append("now")
        router = APIRouter()
        router.add_api_route("/late", lambda: "late")
        return [router]

    app = FastAPI()
    app.add_api_route("/early", lambda: "early")
    add_later(app, load)
    return app


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_what_is_there_is_answered_without_loading_the_rest() -> None:
    loads: list[str] = []
    async with client(application(loads)) as asking:
        assert (await asking.get("/early")).json() == "early"

    assert loads == []


async def test_the_rest_is_loaded_once_by_who_asks_for_it() -> None:
    loads: list[str] = []
    async with client(application(loads)) as asking:
        found = [await asking.get(path) for path in ("/late", "/late", "/early", "/nowhere")]

    assert [response.status_code for response in found] == [200, 200, 200, 404]
    assert loads == ["now"]


async def test_a_method_that_a_route_has_not_is_refused_as_ever() -> None:
    async with client(application([])) as asking:
        assert (await asking.post("/early")).status_code == 405


def test_the_document_has_them_all() -> None:
    app = application([])

    assert set(app.openapi()["paths"]) == {"/early", "/late"}
    assert late_routes(app) == []
