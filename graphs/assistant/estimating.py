"""What a job will take, before it starts."""

from collections.abc import Mapping
from typing import Any

from langgraph.errors import GraphInterrupt

from graphs.assistant.jobs import JobTool
from tools.errors import BudgetSpent
from tools.llm import spending
from tools.llm.abilities import Role
from tools.llm.chat_models import current
from tools.llm.spending import Account, Budget, LocalLedger, Payer

#: The jobs that soon come to their first question, each with the role whose model is asked.
_DRY: Mapping[str, Role] = {
    "translate": "translate",
    "subtitles": "subtitle",
    "characters": "primary",
    "guideline": "primary",
}


async def estimate(job: JobTool, given: dict[str, Any]) -> Mapping[str, Any] | None:
    """What the job's model calls take at least; None when it makes none, or nobody can say.

    The job runs up to its first question to a model, which an empty budget forbids, or to a person. Where its
    role has no model there is no such question: it would run to its end.
    """
    role = _DRY.get(job.name)
    if role is None or (await current()).choice(role) is None:
        return None
    dry: Any = job.entry.graph.copy(update={"checkpointer": False})
    account = Account(payer=Payer(run="estimate", user=""), ledger=LocalLedger(), run_budget=Budget(tokens=0))
    found: Mapping[str, Any] | None = None
    try:
        with spending.bind(account):
            async for event in dry.astream(given, stream_mode="custom"):
                if event.get("type") == "estimate":
                    found = event
    except (BudgetSpent, GraphInterrupt):
        return found
    return found
