"""The domain expert's nodes: what topics are called and why, what is merged, changed and asked."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langgraph.types import Overwrite, interrupt
from typing_extensions import TypedDict

from graphs.inputs import object_of
from graphs.model_calls import model_calls
from graphs.notes import Note, warn
from graphs.progress import ArtifactReady, ReviewWanted, emit
from graphs.topics.jobs import facts_of, keep, read, staged, work
from graphs.topics.questions import ask_facts, ask_label, ask_merges, check_label, shown_documents
from graphs.topics.state import State, Update
from tools.errors import ErrorCategory, InvalidInput, ModelAnswerInvalid, ModelError, NotFound
from tools.llm.chat_models import current
from tools.llm.structured import ask
from tools.storage import base as storage
from tools.text.language import Language
from tools.topics.analysis.evidence import QUOTES
from tools.topics.analysis.facts import MOST_FACTS, nearest
from tools.topics.analysis.facts import facts_of as statements_of
from tools.topics.editing import read_edits

_LABEL_WORDS = 3  # of a topic that no model names
_FILES = {
    "analysis": ("analysis.json", "application/json"),
    "topics": ("topics.zip", "application/zip"),
    "assignments": ("assignments.csv", "text/csv"),
    "report": ("report.zip", "application/zip"),
    "report_html": ("report.html", "text/html"),
    "report_word": (
        "report.docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


class LabelTask(TypedDict):
    """One topic to be named."""

    topic: dict[str, Any]
    taken: list[str]
    language: Language


async def describe_topics(state: State) -> Update:
    """Work out what is said of the topics as they are: words, documents, measures, time, groups."""
    analysis = await _described(state)
    return {
        "topics": analysis["topics"],
        "measures": {**analysis["measures"], "chance": analysis["chance"]},
        "is_edited": False,
    }


async def _described(state: State) -> dict[str, Any]:
    made = await _made(state)
    return facts_of(made, "analysis.json")


async def _made(state: State) -> dict[str, bytes]:
    files = {"corpus.zip": await read(state["corpus"]), "model.zip": await read(state["chosen"]["file_id"])}
    labels = {id: found["label"] for id, found in state["labels"].items()}
    settings = {"edits": state["history"], "labels": labels}
    return await work("describe", settings, files, staged("describe", "steps"))


async def label_topic(task: LabelTask) -> Update:
    """Have the model name a topic; quotations that do not stand in its documents are dropped, and said."""
    topic = task["topic"]
    question = ask_label(topic, task["taken"], task["language"])
    notes: list[Note] = []
    found: dict[str, Any] | None = None
    with model_calls():
        try:
            answer = await ask(await current(), "primary", question)
        except ModelError as error:
            if not _is_unusable(error):
                raise
            notes = [_unusable(f"topic {topic['id']}", error.message)]
        else:
            documents = shown_documents(topic)
            texts = {id: text for id, (_, text) in documents.items()}
            wrong = {problem.item for problem in check_label(answer.value, texts, task["taken"])}
            quotes = [
                {"row": documents[one.document][0], "quote": one.quote, "by": "model"}
                for number, one in enumerate(answer.value.quotes)
                if f"quotes.{number}" not in wrong
            ]
            notes = [_unusable(f"topic {topic['id']}", problem.message) for problem in answer.problems]
            if "label" not in wrong:
                found = {
                    "label": answer.value.label.strip(),
                    "description": answer.value.description.strip(),
                    "quotes": quotes,
                    "by": "model",
                }
    warn(notes)
    return {"labels": {str(topic["id"]): found or by_rules(topic)}, "warnings": notes}


def by_rules(topic: Mapping[str, Any]) -> dict[str, Any]:
    """A name without a model: the words that are typical of the topic."""
    words = [word for word, _ in topic["words"][:10]]
    typical = [word for word in words if word in topic["typical"]]
    rest = [word for word in words if word not in typical]
    label = ", ".join([*typical, *rest][:_LABEL_WORDS])
    return {"label": label, "description": "", "quotes": [], "by": "rules"}


async def domain_expert(state: State) -> Update:
    """Bring names together, and have the model propose merges; those that make topics worse are refused."""
    labels = _distinct(
        {str(t["id"]): state["labels"].get(str(t["id"])) or by_rules(t) for t in state["topics"]}
    )
    update: Update = {"labels": Overwrite(labels), "is_reviewed": True}
    if state["model"] is None or state["is_reviewed"] or len(state["topics"]) < 3:
        return update
    shown = [{**topic, **labels[str(topic["id"])]} for topic in state["topics"]]
    with model_calls():
        try:
            answer = await ask(await current(), "primary", ask_merges(shown, _language(state)))
        except ModelError as error:
            if not _is_unusable(error):
                raise
            notes = [_unusable("merges", error.message)]
            warn(notes)
            return {**update, "warnings": notes}
    merges = answer.value.merges if not answer.problems else []
    proposals = [
        {"op": "merge", "topics": list(merge.topics), "label": merge.label.strip() or None}
        for merge in merges
    ]
    if not proposals:
        return update
    files = {"corpus.zip": await read(state["corpus"]), "model.zip": await read(state["chosen"]["file_id"])}
    made = await work("guard", {"edits": state["history"], "proposals": proposals}, files)
    verdicts = facts_of(made, "summary.json")["verdicts"]
    accepted = [p for p, verdict in zip(proposals, verdicts, strict=True) if verdict["is_accepted"]]
    notes = [
        Note(
            code="merge_done" if verdict["is_accepted"] else "merge_refused",
            message=f"merge of {', '.join(map(str, merge.topics))} ({merge.reason}): {verdict['reason']}",
        )
        for merge, verdict in zip(merges, verdicts, strict=True)
    ]
    warn(notes)
    history = [*state["history"], *accepted]
    return {**update, "history": history, "is_edited": bool(accepted), "warnings": notes}


def _distinct(labels: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Names that tell topics apart: a repeated one gets its topic's number."""
    seen: set[str] = set()
    found: dict[str, dict[str, Any]] = {}
    for id, label in labels.items():
        name = label["label"]
        if name.lower() in seen:
            label = {**label, "label": f"{name} ({id})"}
        seen.add(name.lower())
        found[id] = label
    return found


async def review_topics(state: State) -> Update:
    """Wait for a person's changes; each round of them is measured and shown again, and can be undone."""
    if not state["settings"]["confirm"]:
        return {}
    items = [_item(topic, state["labels"]) for topic in state["topics"]]
    emit(ReviewWanted(subject="topics", items=tuple(items)))
    problems: list[str] = []
    while True:
        answer: object = interrupt(
            {
                "subject": "topics",
                "items": items,
                "measures": {key: state["measures"][key] for key in ("c_v", "npmi", "diversity", "irbo")},
                "history": state["history"],
                "problems": problems,
            }
        )
        history, problems = _read_changes(answer, state["history"], {item["id"] for item in items})
        if history is not None:
            return {"history": history, "is_edited": history != state["history"]}


def _item(topic: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found = labels[str(topic["id"])]
    return {
        "id": topic["id"],
        "label": topic["label"] or found["label"],
        "description": found["description"],
        "words": [word for word, _ in topic["words"][:10]],
        "share": topic["share"]["mean"],
        "documents": topic["documents"],
        "c_v": topic["c_v"],
        "npmi": topic["npmi"],
        "quotes": [*found["quotes"], *_further(found["quotes"], topic["quotes"])],
    }


def _further(chosen: Sequence[Mapping[str, Any]], by_rules: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Quotations by rules, where a model has chosen too few."""
    said = {one["quote"] for one in chosen}
    rest = [{**one, "by": "rules"} for one in by_rules if one["quote"] not in said]
    return rest[: max(0, QUOTES - len(chosen))]


def _read_changes(
    answer: object, history: Sequence[dict[str, Any]], known: set[int]
) -> tuple[list[dict[str, Any]] | None, list[str]]:
    """All edits in effect after ``{"decision": "approve"}``, ``{"edits": [...]}`` or ``{"undo": n}``."""
    given = object_of(answer)
    undo = given.get("undo")
    if isinstance(undo, int) and not isinstance(undo, bool):
        if not 1 <= undo <= len(history):
            return None, [f"undo: there are {len(history)} edits to undo"]
        return list(history[:-undo]), []
    if "edits" in given:
        try:
            edits = read_edits(given["edits"])
        except InvalidInput as error:
            return None, [error.message]
        problems = _impossible(edits, known)
        if problems:
            return None, problems
        return [*history, *(edit.model_dump(mode="json", exclude_none=True) for edit in edits)], []
    if given.get("decision") == "approve":
        return list(history), []
    return None, ['answer with {"decision": "approve"}, {"edits": [...]} or {"undo": 1}']


def _impossible(edits: Sequence[Any], known: set[int]) -> list[str]:
    """What names topics that are not there, before anything is worked out."""
    left = set(known)
    for edit in edits:
        named = set(edit.topics) if edit.op == "merge" else {edit.topic}
        unknown = sorted(named - left)
        if unknown:
            return [f"there is no topic {unknown[0]}; number edits of new topics in a second answer"]
        if edit.op != "rename":
            left -= named
        if not left and edit.op == "exclude":
            return ["the edits leave no topic"]
    return []


async def report(state: State) -> Update:
    """Write the result's files, and drop what only the way to it needed."""
    made = await _made(state)
    analysis = facts_of(made, "analysis.json")
    labels = {str(t["id"]): state["labels"].get(str(t["id"])) or by_rules(t) for t in analysis["topics"]}
    analysis |= {
        "labels": labels,
        "edits": state["history"],
        "selection": state["selection"],
        "plan": state["plan"],
    }
    analysis["trials"] = [trial for trial in state["trials"] if "failed" not in trial]
    made["analysis.json"] = json.dumps(analysis, ensure_ascii=False, sort_keys=True).encode()
    if state["settings"]["report"]:
        shown = {"analysis.json": made["analysis.json"]}
        made |= await work("report", {"language": _language(state)}, shown, staged("report", "figures"))
    files: dict[str, dict[str, Any]] = {
        "corpus": {"file_id": state["corpus"], "name": "corpus.zip"},
        "model": {"file_id": state["chosen"]["file_id"], "name": f"{state['chosen']['name']}.zip"},
    }
    if adapter := state.get("adapter"):
        files["adapter"] = {"file_id": adapter, "name": "adapter.zip"}
    for key, (name, media_type) in _FILES.items():
        if name not in made:
            continue
        file_id = await keep(made[name], name, media_type)
        emit(ArtifactReady(name=name, media_type=media_type, file_id=file_id))
        files[key] = {"file_id": file_id, "name": name}
    await _forget(state)
    topics = [
        {**_item(topic, labels), "share": topic["share"], "by": labels[str(topic["id"])]["by"]}
        for topic in analysis["topics"]
    ]
    return {
        "files": files,
        "topics": topics,
        "measures": {**analysis["measures"], "chance": analysis["chance"]},
        "labels": Overwrite(labels),
    }


async def _forget(state: State) -> None:
    """Delete the models that were not chosen."""
    for trial in state["trials"]:
        file_id = trial.get("file_id")
        if file_id and file_id != state["chosen"]["file_id"]:
            try:
                await storage.current().delete(file_id)
            except NotFound:
                continue  # a worker that died here had deleted it


async def answer_question(state: State) -> Update:
    """Answer from the result's data: facts that the model picks, or those nearest to the question."""
    question = state["asked"] or ""
    analysis = facts_of({"a": await read(state["files"]["analysis"]["file_id"])}, "a")
    labels = {id: label["label"] for id, label in state["labels"].items()}
    labels |= {str(t["id"]): t["label"] for t in analysis["topics"] if t["label"]}
    facts = statements_of(analysis, labels)
    picked = nearest(question, facts)
    if state["model"] is not None:
        shown = facts[:MOST_FACTS]
        with model_calls():
            answer = await ask(await current(), "primary", ask_facts(question, shown, _language(state)))
        known = {fact.id: fact for fact in shown}
        picked = [known[id] for id in dict.fromkeys(answer.value.facts) if id in known]
    if not picked:
        return {
            "answer": {
                "question": question,
                "available": False,
                "text": "The data of this result do not answer that.",
                "advice": "Ask for shares, words, measures, trends or differences between groups of a topic.",
                "facts": [],
            }
        }
    return {
        "answer": {
            "question": question,
            "available": True,
            "text": " ".join(fact.text for fact in picked),
            "facts": [{"id": fact.id, "text": fact.text, "source": fact.source} for fact in picked],
        }
    }


def _language(state: State) -> Language:
    wanted = state["settings"]["language"] or state["facts"]["language"]
    return "zh" if wanted == "zh" else "en"


def _is_unusable(error: ModelError) -> bool:
    return isinstance(error, ModelAnswerInvalid) or error.category is ErrorCategory.CONTENT_FILTER


def _unusable(what: str, problem: str) -> Note:
    return Note(code="model_answer_unusable", message=f"{what}: {problem}")
