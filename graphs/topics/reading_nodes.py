"""The data steward's nodes: what the texts are, which columns they have, and what becomes of them."""

from typing import Any
from uuid import uuid4

from langgraph.types import Overwrite, interrupt
from pydantic import ValidationError

from graphs.inputs import object_of
from graphs.notes import Note, warn
from graphs.progress import ReviewWanted, emit
from graphs.topics.jobs import facts_of, keep, read, staged, work
from graphs.topics.sources import find_files, read_files, result_files
from graphs.topics.state import Input, Request, State, Update, parse_input
from tools.llm.chat_models import current
from tools.topics.columns import Columns

_OFFLINE = Note(
    code="offline",
    message="No language model is configured: topics are named by their words. Set PRIMARY_MODEL.",
)


async def data_steward(state: Request) -> Update:
    """Check the input; find the table's columns, or open the earlier result."""
    given = parse_input(state)
    choice = (await current()).choice("primary")
    fresh: Update = {
        "run": uuid4().hex,
        "settings": given.options.model_dump(mode="json"),
        "model": choice.name if choice else None,
        "mode": "model" if choice else "offline",
        "trials": Overwrite([]),
        "labels": Overwrite({}),
        "history": [],
        "adapter": None,
        "asked": given.question,
        "answer": None,
        "is_reviewed": False,
        "is_edited": False,
    }
    if given.result is not None:
        return {**fresh, **await _opened(given), "warnings": Overwrite([])}
    sources = await find_files(given)
    names, data = await read_files(sources)
    columns = given.options.columns.model_dump(mode="json")
    made = await work("profile", {"files": names, "columns": columns}, data, staged("read", "steps"))
    profile = facts_of(made, "profile.json")
    notes = [*([] if choice else [_OFFLINE]), *profile["remarks"]]
    warn(notes)
    return {
        **fresh,
        "sources": sources,
        "columns": profile["columns"],
        "preview": profile["preview"],
        "plan": None,
        "selection": {},
        "files": {},
        "topics": [],
        "measures": {},
        "warnings": Overwrite(notes),
    }


async def _opened(given: Input) -> Update:
    """What is known of an earlier result, by its files."""
    assert given.result is not None  # noqa: S101 - the caller has looked
    files = result_files(given.result)
    analysis = facts_of({"analysis": await read(files["analysis"]["file_id"])}, "analysis")
    labels: dict[str, Any] = analysis.get("labels", {})
    adapter: dict[str, Any] = dict(given.result.get("adapter") or {})
    history: list[Any] = list(given.edits) if given.edits is not None else analysis.get("edits", [])
    return {
        "facts": analysis["facts"],
        "corpus": files["corpus"]["file_id"],
        "adapter": adapter.get("file_id"),
        "chosen": {"name": analysis["model"]["name"], "file_id": files["model"]["file_id"]},
        "labels": Overwrite(labels),
        "history": history,
        "is_edited": given.edits is not None,
        "is_reviewed": True,
        "files": {name: dict(file) for name, file in files.items()},
        "topics": analysis["topics"],
        "measures": analysis["measures"],
        "profile": analysis["facts"],
        "plan": analysis.get("plan"),
        "trials": Overwrite([{**trial, "file_id": None} for trial in analysis.get("trials", [])]),
        "selection": analysis.get("selection", {}),
        "settings": {**given.options.model_dump(mode="json"), "confirm": False},
    }


async def confirm_columns(state: State) -> Update:
    """Wait until a person has said which column is what."""
    if not state["settings"]["confirm"]:
        return {}
    emit(ReviewWanted(subject="columns", items=tuple(state["preview"])))
    problems: list[str] = []
    while True:
        answer: object = interrupt(
            {
                "subject": "columns",
                "columns": state["columns"],
                "preview": state["preview"],
                "problems": problems,
            }
        )
        columns, problems = _read_columns(answer, state)
        if columns is not None:
            return {"columns": columns}


def _read_columns(answer: object, state: State) -> tuple[dict[str, Any] | None, list[str]]:
    """The columns of ``{"decision": "approve"}`` or ``{"columns": {...}}``, or what is wrong."""
    given = object_of(answer)
    if "columns" not in given and given.get("decision") == "approve":
        return state["columns"], []
    changed = given.get("columns")
    if not object_of(changed):
        return None, ['answer with {"decision": "approve"} or {"columns": {"text": "...", "groups": [...]}}']
    try:
        columns = Columns.model_validate(state["columns"] | dict(object_of(changed)))
    except ValidationError as error:
        return None, [f"columns: {one['loc']}: {one['msg']}" for one in error.errors(include_url=False)]
    known = {column["column"] for column in state["preview"]}
    used = [columns.text, columns.time, columns.label, *columns.groups]
    unknown = [name for name in used if name is not None and name not in known]
    if unknown:
        return None, [f"there is no column {unknown[0]!r}; there are {', '.join(sorted(known))}"]
    if used.count(columns.text) > 1:
        return None, [f"column {columns.text!r} is the text and something else"]
    return columns.model_dump(mode="json"), []


async def prepare_corpus(state: State) -> Update:
    """Clean the texts, and count their words."""
    names, data = await read_files(state["sources"])
    settings = {
        "files": names,
        "columns": state["columns"],
        "cleaning": state["settings"]["cleaning"],
        "period": state["settings"]["period"],
    }
    made = await work("prepare", settings, data, staged("clean", "texts"))
    summary = facts_of(made, "summary.json")
    notes: list[Note] = summary["remarks"]
    warn(notes)
    corpus = await keep(made["corpus.zip"], "corpus.zip")
    return {
        "corpus": corpus,
        "facts": summary["facts"],
        "chance": summary["chance"],
        "profile": summary["facts"],
        "warnings": notes,
    }
