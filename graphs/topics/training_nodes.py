"""The modelling analyst's nodes: the plan, the trainings, and the choice among them."""

from typing import Any

from langgraph.types import interrupt

from graphs.notes import Note, warn
from graphs.progress import ReviewWanted, emit, shared_meter
from graphs.topics.jobs import facts_of, keep, read, work
from graphs.topics.planning import make_plan, read_verdict
from graphs.topics.state import State, Task, Update
from tools.errors import ErrorCategory, ServiceError
from tools.topics.running.current import training_place
from tools.topics.selection import Score, best, reason, score, simplest

_PARTS = 100  # of a training, as the meter counts them


async def modeling_analyst(state: State) -> Update:
    """Plan which models are trained, with how many topics, and say what that will take."""
    return {"plan": make_plan(state["settings"], state["facts"], training_place().most_cost)}


async def approve_plan(state: State) -> Update:
    """Wait until a person approves the plan that is shown; a changed one is shown anew."""
    if not state["settings"]["confirm"]:
        return {}
    cost_of = training_place().most_cost
    plan = make_plan(state["settings"], state["facts"], cost_of)
    settings = dict(state["settings"])
    problems: list[str] = []
    while True:
        emit(ReviewWanted(subject="plan", items=(dict(plan),)))
        answer: object = interrupt({"subject": "plan", "plan": dict(plan), "problems": problems})
        approved, changes, problems = read_verdict(answer, plan, settings, state["facts"], cost_of)
        if approved is not None:
            return {"plan": approved, "settings": settings}
        if changes:
            settings |= changes
            plan = make_plan(settings, state["facts"], cost_of)


async def train_model(task: Task) -> Update:
    """Train one model, and again on parts of the texts; one that cannot be trained is said, and left out."""
    meter = shared_meter(
        f"{task['run']}:train:{task['is_sweep']}", stage="train", total=task["of"] * _PARTS, unit="parts"
    )
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = round(_PARTS * done / max(total, 1))
        meter.advance(max(0, now - told))
        told = max(told, now)

    settings = {"spec": task["spec"], "again": task["again"]}
    try:
        made = await work("train", settings, {"corpus.zip": await read(task["corpus"])}, tell)
    except ServiceError as error:
        if error.category not in (ErrorCategory.INVALID_INPUT, ErrorCategory.TOO_LARGE):
            raise
        spec = task["spec"]
        told_of = f"{spec['kind']} with {spec['topics']} topics was not trained: {error.message}"
        notes = [Note(code="model_not_trained", message=told_of)]
        warn(notes)
        return {"trials": [{"spec": spec, "failed": error.message}], "warnings": notes}
    tell(1, 1)
    summary = facts_of(made, "summary.json")
    file_id = await keep(made["model.zip"], f"{summary['name']}.zip")
    return {"trials": [{**summary, "file_id": file_id, "is_sweep": task["is_sweep"]}]}


async def evaluate(state: State) -> Update:
    """Hold the models against each other: first for the number of topics, then for the kind."""
    plan = state["plan"]
    assert plan is not None  # noqa: S101 - the analyst has made it
    trained = [trial for trial in state["trials"] if "failed" not in trial]
    if not trained:
        reasons = "; ".join(dict.fromkeys(trial["failed"] for trial in state["trials"]))
        raise ServiceError(
            f"no model could be trained: {reasons}",
            hint="Send more texts, or choose other models.",
            code="nothing_trained",
            category=ErrorCategory.INVALID_INPUT,
        )
    scores = {trial["name"]: score(trial, state["chance"]) for trial in trained}
    sweep = [scores[trial["name"]] for trial in trained if trial["is_sweep"]]
    others = [scores[trial["name"]] for trial in trained if not trial["is_sweep"]]
    selection: dict[str, Any] = {
        "measure": "NPMI above chance x diversity x stability of words x of documents x separation"
    }
    if sweep:
        count = simplest(sweep)
        selection |= {"topics": count.topics, "reason": reason(count, sweep), "tried": _rows(sweep)}
        others = [count, *others]
    final = best(others)
    selection |= {"model": final.name, "model_reason": reason(final, others), "models": _rows(others)}
    trial = next(trial for trial in trained if trial["name"] == final.name)
    return {"selection": selection, "chosen": {"name": final.name, "file_id": trial["file_id"]}}


def _rows(scores: list[Score]) -> list[dict[str, Any]]:
    ordered = sorted(scores, key=lambda one: (one.topics, one.name))
    return [
        {
            "name": one.name,
            "topics": one.topics,
            "score": one.score,
            "coherence": one.coherence,
            "diversity": one.diversity,
            "stability_words": one.stability_words,
            "stability_documents": one.stability_documents,
            "separation": one.separation,
        }
        for one in ordered
    ]
