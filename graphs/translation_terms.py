"""Names and terms that a text has and its glossary lacks: found, shown to a person, used in every batch."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any, cast

from langgraph.func import task
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphs.model_calls import model_calls
from graphs.notes import Note, warn
from graphs.progress import ArtifactReady, Meter, ReviewWanted, emit
from graphs.translation_batches import find_terms, unpack, unpack_terms
from graphs.translation_files import Source
from graphs.translation_state import FoundTerm, TranslationJob, Update
from tools.errors import ModelAnswerInvalid
from tools.llm.chat_models import current
from tools.llm.roles import Role
from tools.storage import base as storage
from tools.translation.glossary import Glossary, Term
from tools.translation.term_candidates import Candidate, candidates
from tools.translation.term_finding import PER_QUESTION, name_terms
from tools.translation.units import units_of

SUBJECT = "terms"
_MOST_CHARACTERS = 200  # of a person's entry
_CSV = "text/csv; charset=utf-8"


class _TermTask(TypedDict):
    role: Role
    source: str | None
    target: str
    candidates: list[dict[str, Any]]
    known: list[dict[str, Any]]


class _TermAnswer(TypedDict):
    found: list[FoundTerm]
    usage: dict[str, Any]


@task(name="name_terms")
async def _named(asked: _TermTask) -> _TermAnswer:
    given = [
        Candidate(text=each["text"], count=each["count"], examples=tuple(each["examples"]))
        for each in asked["candidates"]
    ]
    with model_calls():
        answer = await name_terms(
            await current(),
            asked["role"],
            given,
            source=asked["source"],
            target=asked["target"],
            known=unpack_terms(asked["known"]),
        )
    found = [
        FoundTerm(
            source=each.text,
            targets=[answer.terms[each.text][1]],
            kind=answer.terms[each.text][0],
            count=each.count,
            examples=list(each.examples),
        )
        for each in given
        if each.text in answer.terms
    ]
    return _TermAnswer(found=found, usage=asdict(answer.usage))


async def find_new_terms(state: TranslationJob, role: Role) -> Update:
    """Find the terms that the glossary lacks, for each target; what a model says unusably is left out.

    Raises:
        ModelRefused: Bad key, unpaid account, unknown model.
        ModelUnavailable: The model is down. Questions that were answered stay so when the run is resumed.
        BudgetSpent: The run, or its user, may consume no more.
    """
    words = [unit["words"] for unit in state["units"]]
    likely = await asyncio.to_thread(candidates, words)
    asked: list[_TermTask] = []
    for target in state["into"]:
        known = Glossary(unpack_terms(state["terms"][target]))
        new = [asdict(each) for each in likely if not known.find(each.text)]
        for first in range(0, len(new), PER_QUESTION):
            part = new[first : first + PER_QUESTION]
            here = known.entries("\n".join(str(each["text"]) for each in part))
            asked.append(
                _TermTask(
                    role=role,
                    source=state["spoken"],
                    target=target,
                    candidates=part,
                    known=[asdict(term) for term in here],
                )
            )
    meter = Meter(stage="find_terms", total=len(asked), unit="questions")
    meter.start()
    answers = await asyncio.gather(*(_answered(each, meter) for each in asked))
    meter.finish()
    finds: dict[str, list[FoundTerm]] = {target: [] for target in state["into"]}
    for each, answer in zip(asked, answers, strict=True):
        finds[each["target"]] += answer["found"] if answer else []
    lost = sum(answer is None for answer in answers)
    notes = [_unnamed(lost, len(asked))] if lost else []
    warn(notes)
    if state["settings"]["new_terms"] == "review" and any(finds.values()):
        emit(ReviewWanted(subject=SUBJECT, items=tuple(_items(finds))))
    usages = [answer["usage"] for answer in answers if answer]
    return {"term_finds": finds, "other_usages": usages, "warnings": notes}


async def _answered(asked: _TermTask, meter: Meter) -> _TermAnswer | None:
    try:
        answer = await _named(asked)
    except ModelAnswerInvalid:
        answer = None
    meter.advance(1)
    return answer


def _unnamed(lost: int, total: int) -> Note:
    message = f"{lost} of {total} questions for terms were answered unusably; terms may lack"
    return Note(code="terms_unanswered", message=message)


async def review_new_terms(state: TranslationJob) -> Update:
    """Wait until a person has looked at the terms; an answer that cannot be used is asked for again."""
    problems: list[str] = []
    while True:
        shown = {"subject": SUBJECT, "items": _items(state["term_finds"]), "problems": problems}
        answer: object = interrupt(shown)
        finds, problems = read_term_edits(answer, state["term_finds"])
        if not problems:
            return {"term_finds": finds}


def read_term_edits(
    value: object, finds: Mapping[str, Sequence[FoundTerm]]
) -> tuple[dict[str, list[FoundTerm]], list[str]]:
    """The terms as a person leaves them, and what is wrong with the answer.

    Args:
        value: ``{"terms": {target: {source: "translation" or null}}}``; anything, as it comes from outside.
            Null drops a term, several translations are parted by ``|``, and a new source adds one.
        finds: What was found, by target.
    """
    given = cast("Mapping[str, object]", value).get("terms", {}) if isinstance(value, Mapping) else None
    if not isinstance(given, Mapping):
        return {}, ['answer with an object: {"terms": {target: {source: translation, or null to drop it}}}']
    after = {target: {term["source"]: term for term in terms} for target, terms in finds.items()}
    problems: list[str] = []
    for target, edits in cast("Mapping[str, object]", given).items():
        if target not in after or not isinstance(edits, Mapping):
            problems.append(f"{target!r} is no target of this run; those are {', '.join(after)}")
            continue
        for source, words in cast("Mapping[str, object]", edits).items():
            targets = [part.strip() for part in words.split("|")] if isinstance(words, str) else []
            if words is None:
                after[target].pop(source, None)
            elif not all(targets) or not targets or not source.strip():
                problems.append(f"{target}, {source!r}: give its translation, or null to drop the term")
            elif max(map(len, [source, *targets])) > _MOST_CHARACTERS:
                problems.append(f"{target}, {source[:40]!r}: at most {_MOST_CHARACTERS} characters")
            else:
                own = after[target].get(source) or FoundTerm(
                    source=source, targets=[], kind="given", count=0, examples=[]
                )
                after[target][source] = FoundTerm({**own, "targets": targets})
    return {target: list(terms.values()) for target, terms in after.items()}, problems


async def use_new_terms(state: TranslationJob) -> Update:
    """Add what was found to the terms that batches are sent with."""
    terms: dict[str, list[dict[str, Any]]] = {}
    found: dict[str, dict[str, list[int]]] = {}
    units = units_of(map(unpack, state["units"]))
    for target, given in state["terms"].items():
        new = [
            asdict(Term(source=each["source"], targets=tuple(each["targets"])))
            for each in state["term_finds"].get(target, ())
        ]
        terms[target] = [*given, *new]
        found[target] = await asyncio.to_thread(find_terms, units, unpack_terms(terms[target]))
    return {"terms": terms, "found_terms": {target: of_it for target, of_it in found.items() if of_it}}


async def keep_new_terms(source: Source, target: str, found: Sequence[FoundTerm]) -> dict[str, Any]:
    """What a result says of the terms that were found: all of them, and a CSV file to use again."""
    if not found:
        return {}
    listed = [{"source": e["source"], "targets": e["targets"], "kind": e["kind"]} for e in found]
    files = storage.bound()
    if files is None:
        return {"new_terms": listed}
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["source", "target", "note", "language"])
    rows.writerows([e["source"], "|".join(e["targets"]), e["kind"], target] for e in found)
    name = f"{PurePath(source['name']).stem}.{target}.terms.csv"
    stored = await files.write(out.getvalue().encode(), name=name, media_type=_CSV)
    emit(ArtifactReady(name=name, media_type=_CSV, file_id=stored.file_id))
    return {"new_terms": listed, "terms_file_id": stored.file_id}


def wants_new_terms(state: TranslationJob) -> bool:
    """Whether terms are to be found: where one wishes so, and a model is there that can be asked."""
    return bool(state["model"] and state["into"]) and state["settings"]["new_terms"] != "off"


def after_finding_terms(state: TranslationJob) -> str:
    """To a person where one is to look at what was found."""
    wanted = state["settings"]["new_terms"] == "review" and any(state["term_finds"].values())
    return "review_terms" if wanted else "use_terms"


def _items(finds: Mapping[str, Sequence[FoundTerm]]) -> list[dict[str, Any]]:
    return [{"target": target, **term} for target, terms in finds.items() for term in terms]
