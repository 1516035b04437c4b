"""Keeps from a session's queries the rows that who asks may not see.

It is applied to every statement of every session, so no query can forget it. A row that is hidden is not
there: who asks for it is told so.
"""

from typing import Any, cast

from sqlalchemy import ColumnElement, and_, event, false, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from server import access
from server.access import AllOf, AnyOf, Condition, Contains
from server.db.containment import contains
from server.db.models import Assistant, AssistantVersion, Cron, Delivery, Run, RunFile, Thread

EVERYTHING = {"sees_everything": True}  # execution options of a query that must know what is hidden


def restrict(session: Session) -> None:
    """Let this session see what who asks may see."""
    event.listen(session, "do_orm_execute", _hide)


def _hide(state: ORMExecuteState) -> None:
    if state.execution_options.get("sees_everything"):
        return
    for resource, options in (("threads", _threads), ("assistants", _assistants), ("crons", _crons)):
        condition = access.filter_for(resource)
        if condition is not None:
            state.statement = cast("Any", state.statement).options(*options(condition))


def _threads(condition: Condition) -> list[Any]:
    thread, run = _table(Thread), _table(Run)
    visible = select(thread.c.thread_id).where(_sql(condition, thread.c.metadata))
    runs = select(run.c.run_id).where(run.c.thread_id.in_(visible))
    return [
        with_loader_criteria(Thread, _sql(condition, Thread.meta), include_aliases=True),
        with_loader_criteria(Run, cast("Any", Run).thread_id.in_(visible), include_aliases=True),
        with_loader_criteria(RunFile, cast("Any", RunFile).thread_id.in_(visible), include_aliases=True),
        with_loader_criteria(Delivery, cast("Any", Delivery).run_id.in_(runs), include_aliases=True),
    ]


def _assistants(condition: Condition) -> list[Any]:
    table = _table(Assistant)
    visible = select(table.c.assistant_id).where(_sql(condition, table.c.metadata))
    of_visible = cast("Any", AssistantVersion).assistant_id.in_(visible)
    return [
        with_loader_criteria(Assistant, _sql(condition, Assistant.meta), include_aliases=True),
        with_loader_criteria(AssistantVersion, of_visible, include_aliases=True),
    ]


def _crons(condition: Condition) -> list[Any]:
    return [with_loader_criteria(Cron, _sql(condition, Cron.meta), include_aliases=True)]


def _sql(condition: Condition, column: Any) -> ColumnElement[bool]:
    match condition:
        case Contains():
            return contains(column, condition.part)
        case AllOf():
            return and_(*(_sql(part, column) for part in condition.conditions), contains(column, {}))
        case AnyOf():
            return or_(*(_sql(part, column) for part in condition.conditions), false())


def _table(model: Any) -> Any:
    return model.__table__
