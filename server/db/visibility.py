"""Keeps from a session's queries the rows that who asks may not see.

It is applied to every statement of every session, so no query can forget it. A row that is hidden is not
there: who asks for it is told so.
"""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, event, false, null, or_, select
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlmodel import Session

from server import access
from server.access import AllOf, AnyOf, Condition, Contains, SharedWith
from server.db.containment import contains
from server.db.models import Assistant, AssistantVersion, Cron, Delivery, Run, RunFile, Share, Thread

EVERYTHING = {"sees_everything": True}  # execution options of a query that must know what is hidden


class Sighted(Session):
    """A session that sees what who asks may see."""


@event.listens_for(Sighted, "do_orm_execute")
def _hide(state: ORMExecuteState) -> None:  # pyright: ignore[reportUnusedFunction] - SQLAlchemy calls it
    if state.execution_options.get("sees_everything"):
        return
    for resource, options in (("threads", _threads), ("assistants", _assistants), ("crons", _crons)):
        condition = access.filter_for(resource)
        if condition is not None:
            state.statement = cast("Any", state.statement).options(*options(condition))


@dataclass(frozen=True)
class _Place:
    """The columns of a table, or of its model, that conditions are about."""

    id: Any
    metadata: Any
    shared: Any  #: The column of shares that names its rows.


def _threads(condition: Condition) -> list[Any]:
    thread, run, share = _table(Thread), _table(Run), _table(Share)
    in_table = _Place(thread.c.thread_id, thread.c.metadata, share.c.thread_id)
    in_model = _Place(Thread.thread_id, Thread.meta, share.c.thread_id)
    visible = select(thread.c.thread_id).where(_sql(condition, in_table))
    runs = select(run.c.run_id).where(run.c.thread_id.in_(visible))
    return [
        with_loader_criteria(Thread, _sql(condition, in_model), include_aliases=True),
        with_loader_criteria(Run, cast("Any", Run).thread_id.in_(visible), include_aliases=True),
        with_loader_criteria(RunFile, cast("Any", RunFile).thread_id.in_(visible), include_aliases=True),
        with_loader_criteria(Delivery, cast("Any", Delivery).run_id.in_(runs), include_aliases=True),
    ]


def _assistants(condition: Condition) -> list[Any]:
    table, share = _table(Assistant), _table(Share)
    in_table = _Place(table.c.assistant_id, table.c.metadata, share.c.assistant_id)
    in_model = _Place(Assistant.assistant_id, Assistant.meta, share.c.assistant_id)
    visible = select(table.c.assistant_id).where(_sql(condition, in_table))
    of_visible = cast("Any", AssistantVersion).assistant_id.in_(visible)
    return [
        with_loader_criteria(Assistant, _sql(condition, in_model), include_aliases=True),
        with_loader_criteria(AssistantVersion, of_visible, include_aliases=True),
    ]


def _crons(condition: Condition) -> list[Any]:
    place = _Place(Cron.cron_id, Cron.meta, null())  # crons are not shared
    return [with_loader_criteria(Cron, _sql(condition, place), include_aliases=True)]


def _sql(condition: Condition, place: _Place) -> ColumnElement[bool]:
    match condition:
        case Contains():
            return contains(place.metadata, condition.part)
        case AllOf():
            parts = (_sql(part, place) for part in condition.conditions)
            return and_(*parts, contains(place.metadata, {}))
        case AnyOf():
            return or_(*(_sql(part, place) for part in condition.conditions), false())
        case SharedWith():
            share = _table(Share)
            of_user = and_(share.c.user_id == condition.user_id, share.c.access.in_(condition.levels))
            return place.id.in_(select(place.shared).where(of_user, place.shared.is_not(None)))


def _table(model: Any) -> Any:
    return model.__table__
