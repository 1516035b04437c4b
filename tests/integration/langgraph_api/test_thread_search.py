"""Finding threads over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

HELLO = {"messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def mark() -> str:
    """Something that no other test's threads have."""
    return str(uuid4())


async def new_threads(client: httpx.AsyncClient, mark: str, count: int = 1, **more: Any) -> list[str]:
    made: list[str] = []
    for number in range(count):
        body = {"metadata": {"mark": mark, "number": number, **more}}
        made.append((await client.post("/threads", json=body)).json()["thread_id"])
    return made


async def found(client: httpx.AsyncClient, **body: Any) -> list[str]:
    response = await client.post("/threads/search", json=body)
    assert response.status_code == 200, response.text
    return [thread["thread_id"] for thread in response.json()]


async def test_the_last_changed_thread_comes_first(project_client: httpx.AsyncClient, mark: str) -> None:
    first, second, third = await new_threads(project_client, mark, 3)

    await project_client.patch(f"/threads/{first}", json={"metadata": {"x": 1}})

    assert await found(project_client, metadata={"mark": mark}) == [first, third, second]


@pytest.mark.parametrize("sort_by", ["thread_id", "created_at", "updated_at", "state_updated_at"])
async def test_threads_can_be_sorted(project_client: httpx.AsyncClient, mark: str, sort_by: str) -> None:
    made = await new_threads(project_client, mark, 3)
    body = {"metadata": {"mark": mark}, "sort_by": sort_by}

    assert await found(project_client, **body, sort_order="asc") == made
    assert await found(project_client, **body, sort_order="desc") == made[::-1]


async def test_pages_tell_where_the_next_one_begins(project_client: httpx.AsyncClient, mark: str) -> None:
    await new_threads(project_client, mark, 3)
    body = {"metadata": {"mark": mark}, "limit": 2}

    first = await project_client.post("/threads/search", json=body)
    last = await project_client.post("/threads/search", json=body | {"offset": 2})

    assert (first.headers["x-pagination-total"], first.headers["x-pagination-next"]) == ("3", "2")
    assert last.headers["x-pagination-total"] == "3"
    assert "x-pagination-next" not in last.headers
    assert (len(first.json()), len(last.json())) == (2, 1)


async def test_browsers_may_read_where_the_next_page_begins(project_client: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://localhost:3000"}

    response = await project_client.post("/threads/search", json={}, headers=headers)

    assert "X-Pagination-Next" in response.headers["access-control-expose-headers"]


async def test_threads_can_be_found_by_id(project_client: httpx.AsyncClient, mark: str) -> None:
    first, _, third = await new_threads(project_client, mark, 3)

    assert set(await found(project_client, ids=[first, third.upper()])) == {first, third}
    assert await found(project_client, ids=[]) == []


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"a": {"b": "x"}}, True),
        ({"a": {"b": "y"}}, False),
        ({"n": 5}, True),
        ({"n": "5"}, False),
        ({"yes": True}, True),
        ({"one": True}, False),
        ({"list": ["p"]}, True),
        ({"list": ["q", "p"]}, True),
        ({"list": ["r"]}, False),
        ({"nothing": None}, True),
        ({"missing": None}, False),
        ({"odd\"key'": "v"}, True),
        ({"a": {}}, True),
        ({"text": "5"}, True),
        ({"text": 5}, False),
    ],
)
async def test_metadata_are_searched_by_containment(
    project_client: httpx.AsyncClient, mark: str, wanted: dict[str, Any], fits: bool
) -> None:
    odd = {"odd\"key'": "v"}
    lists = {"list": ["p", "q", {"deep": 1}], "nothing": None}
    made = await new_threads(
        project_client, mark, a={"b": "x", "c": 1}, n=5, yes=True, one=1, text="5", **lists, **odd
    )

    assert await found(project_client, metadata={"mark": mark, **wanted}) == (made if fits else [])


async def test_a_nul_in_metadata_keeps_no_search_from_its_answer(
    project_client: httpx.AsyncClient, mark: str
) -> None:
    made = await new_threads(project_client, mark, odd="a\x00b")

    assert await found(project_client, metadata={"mark": mark, "odd": "a\ufffdb"}) == made


async def test_threads_can_be_found_by_their_values(project_client: httpx.AsyncClient, mark: str) -> None:
    thread, _ = await new_threads(project_client, mark, 2)
    body = {"assistant_id": "agent", "input": HELLO}
    await project_client.post(f"/threads/{thread}/runs/wait", json=body)
    by_mark = {"metadata": {"mark": mark}}

    assert await found(project_client, **by_mark, values={"steps": ["after"]}) == [thread]
    assert await found(project_client, **by_mark, values={"messages": [{"content": "hi"}]}) == [thread]
    assert await found(project_client, **by_mark, values={"steps": ["nowhere"]}) == []


async def test_threads_can_be_found_by_status(project_client: httpx.AsyncClient, mark: str) -> None:
    waiting, idle = await new_threads(project_client, mark, 2)
    await project_client.post(f"/threads/{waiting}/runs/wait", json={"assistant_id": "review", "input": {}})
    by_mark = {"metadata": {"mark": mark}}

    assert await found(project_client, **by_mark, status="interrupted") == [waiting]
    assert await found(project_client, **by_mark, status="idle") == [idle]


async def test_only_the_selected_fields_are_shown(project_client: httpx.AsyncClient, mark: str) -> None:
    [thread] = await new_threads(project_client, mark, title="t2")
    body = {"metadata": {"mark": mark}, "select": ["thread_id", "status"], "extract": {"t": "metadata.title"}}

    response = await project_client.post("/threads/search", json=body)

    assert response.json() == [{"thread_id": thread, "status": "idle", "extracted": {"t": "t2"}}]


async def test_values_can_be_extracted_without_being_selected(
    project_client: httpx.AsyncClient, mark: str
) -> None:
    [thread] = await new_threads(project_client, mark)
    await project_client.post(f"/threads/{thread}/runs/wait", json={"assistant_id": "agent", "input": HELLO})
    paths = {"last": "values.messages[-1].content", "none": "values.nowhere[3].x"}
    body = {"ids": [thread], "select": ["thread_id"], "extract": paths}

    [shown] = (await project_client.post("/threads/search", json=body)).json()

    assert shown["extracted"] == {"last": "Hello from fake model", "none": None}


@pytest.mark.parametrize(
    "body",
    [
        {"status": "zzz"},
        {"limit": 0},
        {"limit": 100000},
        {"offset": -1},
        {"sort_by": "metadata"},
        {"select": ["password"]},
        {"ids": ["abc"]},
        {"extract": {"a": "password"}},
        {"extract": {"a": "values..b"}},
        {"extract": {str(number): "values.a" for number in range(11)}},
    ],
)
async def test_a_wrong_search_is_refused(project_client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await project_client.post("/threads/search", json=body)).status_code == 422


async def test_threads_are_counted(project_client: httpx.AsyncClient, mark: str) -> None:
    await new_threads(project_client, mark, 3)

    counts = [
        (await project_client.post("/threads/count", json={"metadata": {"mark": mark, **more}})).json()
        for more in ({}, {"number": 1})
    ]
    everything = (await project_client.post("/threads/count", json={})).json()

    assert counts == [3, 1]
    assert everything >= 3
