"""Assistant rows are found alike on every database."""

from typing import Any

import pytest
from sqlalchemy import delete

from server.db.models import Assistant
from server.db.repositories import assistants
from server.db.repositories.assistants import AssistantFilter
from server.db.session import Database


@pytest.fixture
async def rows(database: Database) -> Database:
    metadata: dict[str, Any] = {
        "owner": "ann",
        "count": 1,
        "tags": ["a", "b"],
        "deep": {"x": [{"y": "ü'\"$"}]},
    }
    async with database.write() as session:
        await session.exec(delete(Assistant))
        await assistants.add(session, Assistant(assistant_id="1", graph_id="g", name="One", meta=metadata))
        await assistants.add(session, Assistant(assistant_id="2", graph_id="g", name="50%_off", meta={}))
    return database


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"owner": "ann"}, ["1"]),
        ({"owner": "an"}, []),
        ({"count": 1}, ["1"]),
        ({"count": True}, []),
        ({"count": "1"}, []),
        ({"tags": ["b"]}, ["1"]),
        ({"tags": ["b", "a"]}, ["1"]),
        ({"tags": ["c"]}, []),
        ({"tags": "a"}, []),
        ({"deep": {"x": [{"y": "ü'\"$"}]}}, ["1"]),
        ({"deep": {"x": "y"}}, []),
        ({"absent": None}, []),
        ({}, ["1", "2"]),
    ],
)
async def test_metadata_is_searched_by_containment(
    rows: Database, metadata: dict[str, Any], found: list[str]
) -> None:
    wanted = AssistantFilter(metadata=metadata)

    async with rows.read() as session:
        page = await assistants.search(session, wanted, sort_by="assistant_id", descending=False, limit=10)
        count = await assistants.count(session, wanted)

    assert [row.assistant_id for row in page] == found
    assert count == len(found)


@pytest.mark.parametrize(("name", "found"), [("ONE", ["1"]), ("%_", ["2"]), ("%x", [])])
async def test_a_name_is_searched_as_it_is_written(rows: Database, name: str, found: list[str]) -> None:
    async with rows.read() as session:
        page = await assistants.search(session, AssistantFilter(name=name), limit=10)

    assert [row.assistant_id for row in page] == found


async def test_versions_go_with_their_assistant(rows: Database) -> None:
    async with rows.write() as session:
        await assistants.remove(session, "1")

    async with rows.read() as session:
        assert await assistants.versions(session, "1", metadata=None, limit=10) == []
        assert len(await assistants.versions(session, "2", metadata=None, limit=10)) == 1
