"""What a filter hides is hidden alike on every database, from every query."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, func, select

from server import access
from server.access import Access, InvalidFilter, User, parse_filter
from server.db.models import Cron, Run, Thread
from server.db.repositories import crons, run_list, runs, threads
from server.db.repositories.crons import CronFilter
from server.db.session import Database
from tools.errors import NotFound

ANN: dict[str, Any] = {"owner": "ann", "tags": ["a", "b"], "level": 2}
BOB: dict[str, Any] = {"owner": "bob", "tags": ["b"]}


@pytest.fixture
async def rows(database: Database) -> Database:
    async with database.write() as session:
        for name, meta in (("ann", ANN), ("bob", BOB)):
            session.add(Thread(thread_id=name, meta=meta))
            await session.flush()
            session.add(Run(run_id=f"run-{name}", thread_id=name, assistant_id="a", graph_id="g"))
            session.add(Cron(cron_id=str(uuid4()), assistant_id="a", schedule="* * * * *", meta=meta))
    return database


def asking(given: dict[str, Any], *resources: str) -> Any:
    filters = {resource: parse_filter(given) for resource in resources or ("threads", "crons")}
    return access.bind(Access(user=User({"identity": "x"}), filters=filters))


async def visible(database: Database) -> list[str]:
    async with database.read() as session:
        query = select(Thread.thread_id).order_by(col(Thread.thread_id))
        return list((await session.exec(query)).all())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, ["ann", "bob"]),
        ({"owner": "ann"}, ["ann"]),
        ({"owner": {"$eq": "bob"}}, ["bob"]),
        ({"owner": "ann", "level": 3}, []),
        ({"level": "2"}, []),
        ({"tags": {"$contains": "a"}}, ["ann"]),
        ({"tags": {"$contains": ["b", "a"]}}, ["ann"]),
        ({"owner": {"$contains": "ann"}}, []),
        ({"$or": [{"owner": "ann"}, {"owner": "bob"}]}, ["ann", "bob"]),
        ({"$or": []}, []),
        ({"$and": [{"tags": {"$contains": "b"}}, {"owner": "bob"}]}, ["bob"]),
    ],
)
async def test_a_filter_lets_through_what_fits(
    rows: Database, given: dict[str, Any], found: list[str]
) -> None:
    with asking(given):
        assert await visible(rows) == found


@pytest.mark.parametrize("given", [{"$not": {}}, {"a": {"$gt": 1}}, {"$or": {"a": 1}}, {"$or": ["a"]}])
def test_what_is_no_filter_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidFilter):
        parse_filter(given)


async def test_a_hidden_thread_hides_its_runs(rows: Database) -> None:
    with asking({"owner": "bob"}):
        async with rows.read() as session:
            assert [run.run_id for run in await run_list.newest(session, limit=9)] == ["run-bob"]
            assert (await runs.get(session, "run-bob")).thread_id == "bob"
            for wanted in (runs.get(session, "run-ann"), threads.get(session, "ann", lock=True)):
                with pytest.raises(NotFound):
                    await wanted


async def test_counts_count_what_is_visible(rows: Database) -> None:
    with asking({"owner": "bob"}):
        async with rows.read() as session:
            assert (await session.exec(select(func.count()).select_from(Run))).one() == 1
            assert len(await crons.search(session, CronFilter())) == 1


async def test_a_filter_of_one_resource_leaves_the_others(rows: Database) -> None:
    with asking({"owner": "bob"}, "crons"):
        assert await visible(rows) == ["ann", "bob"]


async def test_the_server_itself_sees_everything(rows: Database) -> None:
    with asking({"owner": "nobody"}), access.bind(None):
        assert await visible(rows) == ["ann", "bob"]
