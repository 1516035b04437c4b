"""Translating a batch of units: what it is sent with, and what comes of it."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from graphs.model_calls import model_calls
from prompts import PROMPTS
from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.llm.chat_models import ChatModels, current
from tools.llm.roles import Role
from tools.llm.usage import Usage
from tools.translation.alignment import are_exchanged
from tools.translation.batching import Batch, in_batches
from tools.translation.chat_engine import ChatEngine
from tools.translation.engine import Context, ModelEngine
from tools.translation.glossary import Glossary, Term
from tools.translation.judging import Fault, Judge, is_usable
from tools.translation.ladder import Item, Outcome, climb
from tools.translation.mt_engine import MtEngine
from tools.translation.protection import protect
from tools.translation.segments import Segment
from tools.translation.units import Unit

_BEFORE = 5  # units in front that are shown with their translations
_AFTER = 2
CHARACTERS_PER_TOKEN = 4.0  # of the script with the fewest tokens, since the least is looked for

CheckMarkup = Callable[[str, str], list[str]]


class Reason(TypedDict):
    """Why something has to be looked at."""

    kind: str  #: That of a Fault, or "unanswered": the model gave no answer.
    message: str


class PackedUnit(TypedDict):
    """A unit as a checkpoint keeps it."""

    id: str
    text: str
    kept: list[list[int]]
    note: str
    words: str  #: What a model sees of the text, so that no step has to take it apart again.


class BatchAnswer(TypedDict):
    """What one batch came to."""

    target: str
    translations: dict[str, str]  #: By unit; marks stand in them.
    reasons: dict[str, list[Reason]]  #: By unit; of those without a translation too.
    usage: dict[str, Any]  #: The fields of tools.llm.usage.Usage.
    is_recalled: NotRequired[bool]  #: Whether it comes from a translation memory.
    summary: NotRequired[str]  #: What the text tells up to here, for the next batch.


class Translating(TypedDict):
    """The channels that every graph which translates has."""

    run: str  #: Tells this run's progress from others'.
    spoken: str | None  #: The source language; None: the model finds out.
    into: list[str]  #: The target languages.
    wording: dict[str, str]  #: What the request says of its style.
    sizes: dict[str, int]  #: lanes, and the most segments of a batch.
    summarises: bool  #: Whether batches tell the next ones what came before.
    units: list[PackedUnit]
    terms: dict[str, list[dict[str, Any]]]  #: By target: fields of Term.
    found_terms: dict[
        str, dict[str, list[int]]
    ]  #: By target and unit: the places of its terms in the former.
    remembering: dict[str, Any]  #: Fields of MemoryUse.
    alike: dict[str, dict[str, list[list[str]]]]
    #: By target and unit: pairs of the memory whose sources are like it.
    answers: Annotated[list[BatchAnswer], operator.add]


class BatchTask(TypedDict):
    """One batch: all that its calls need."""

    role: Role
    format: str
    source: str | None
    target: str
    style: dict[str, str]
    units: list[PackedUnit]
    before: list[list[str]]
    after: list[str]
    terms: list[dict[str, Any]]
    alike: list[list[str]]  #: Pairs of the memory.
    limits: dict[str, int]  #: Most characters, by unit.
    previous: dict[str, str]  #: By unit: a translation that is too long.
    summary: NotRequired[str]  #: What came before.
    asks_for_summary: NotRequired[bool]  #: Whether another batch follows that wants one.


def pack(unit: Unit) -> PackedUnit:
    """For the state."""
    segment = unit.segment
    kept = [list(place) for place in segment.kept]
    words = unit.protected.words
    return PackedUnit(id=segment.id, text=segment.text, kept=kept, note=segment.note, words=words)


def unpack(packed: PackedUnit) -> Segment:
    """From the state."""
    kept = tuple((start, end) for start, end in packed["kept"])
    return Segment(id=packed["id"], text=packed["text"], kept=kept, note=packed["note"])


def unpack_terms(packed: Sequence[Mapping[str, Any]]) -> list[Term]:
    """From the state."""
    return [
        Term(
            source=term["source"],
            targets=tuple(term["targets"]),
            is_case_sensitive=term["is_case_sensitive"],
            note=term["note"],
            forms=tuple(term["forms"]),
            is_exact=term["is_exact"],
        )
        for term in packed
    ]


def find_terms(units: Sequence[Unit], terms: Sequence[Term]) -> dict[str, list[int]]:
    """Which terms stand in each unit, by their places in the glossary; units with none are left out."""
    glossary = Glossary(terms)
    places = {term: place for place, term in enumerate(terms)}
    found = {unit.id: [places[t] for t in glossary.entries(unit.protected.words)] for unit in units}
    return {id: of_it for id, of_it in found.items() if of_it}


def shorter_batches(
    state: Translating, role: Role, format: str, limits: Mapping[str, Mapping[str, int]]
) -> list[BatchTask]:
    """Batches that ask for shorter translations.

    Args:
        limits: By target and unit: the most characters.
    """
    units = state["units"]
    words = {unit["id"]: unit["words"] for unit in units}
    lengths = [len(words[unit["id"]]) for unit in units]
    tasks: list[BatchTask] = []
    for target, of_target in limits.items():
        translated = translations_of(state["answers"], target)
        places = [place for place, unit in enumerate(units) if unit["id"] in of_target]
        for batch in in_batches(lengths, places, most_segments=state["sizes"]["batch"]):
            task = _task(state, target, batch, words, translated)
            ids = [unit["id"] for unit in task["units"]]
            task["limits"] = {id: of_target[id] for id in ids}
            task["previous"] = {id: translated[id] for id in ids}
            tasks.append({**task, "role": role, "format": format})
    return tasks


def _task(
    state: Translating, target: str, batch: Batch, words: Mapping[str, str], translated: Mapping[str, str]
) -> BatchTask:
    units = state["units"]
    first, end = batch.places[0], batch.places[-1] + 1
    ids = [unit["id"] for unit in units]
    asked = [ids[place] for place in batch.places]
    found = state["found_terms"].get(target, {})
    places = sorted({place for id in asked for place in found.get(id, ())})
    return BatchTask(
        role="translate",
        format="",
        source=state["spoken"],
        target=target,
        style=state["wording"],
        units=[units[place] for place in batch.places],
        before=[[words[id], translated.get(id, "")] for id in ids[max(0, first - _BEFORE) : first]],
        after=[words[id] for id in ids[end : end + _AFTER]],
        terms=[state["terms"][target][place] for place in places],
        alike=[],
        limits={},
        previous={},
    )


def least_usage(lengths: Sequence[int], batch: int) -> Usage:
    """The calls for one target, and the tokens that they send: each once, without answers and repairs.

    Args:
        lengths: Of the units, in characters.
        batch: The most units of one question.
    """
    calls = len(in_batches(lengths, range(len(lengths)), most_segments=batch))
    prompt = len(PROMPTS["translate/segments.en"].text)
    characters = sum(lengths) + prompt * calls
    return Usage(calls=calls, input_tokens=int(characters / CHARACTERS_PER_TOKEN))


def translations_of(answers: Sequence[BatchAnswer], target: str) -> dict[str, str]:
    """Translations by unit; a later answer counts before an earlier one."""
    of_target = (answer for answer in answers if answer["target"] == target)
    return {id: text for answer in of_target for id, text in answer["translations"].items()}


def reasons_of(answers: Sequence[BatchAnswer], target: str) -> dict[str, list[Reason]]:
    """Reasons by unit, of the last answer."""
    of_target = (answer for answer in answers if answer["target"] == target)
    return {id: reasons for answer in of_target for id, reasons in answer["reasons"].items()}


def recalled_of(answers: Sequence[BatchAnswer], target: str) -> set[str]:
    """The units whose translations come from a memory."""
    of_target = (answer for answer in answers if answer["target"] == target)
    return {id for answer in of_target if answer.get("is_recalled") for id in answer["translations"]}


def usage_of(answers: Sequence[BatchAnswer]) -> Usage:
    """What all of them took."""
    return sum((Usage(**answer["usage"]) for answer in answers), Usage())


async def translate_units(task: BatchTask, check: CheckMarkup) -> BatchAnswer:
    """Translate one batch; what no engine could do is said, never invented.

    Raises:
        ModelRefused: Bad key, unpaid account, unknown model.
        ModelUnavailable: The model is down. The run can be resumed; batches that were answered stay so.
        BudgetSpent: The run, or its user, may consume no more.
    """
    models = await current()
    judging = _Judging(task, check)
    engines = _engines(models, task)
    try:
        with model_calls():
            outcomes = await climb(judging.items, engines, judging.faults)
    except ModelUnavailable as error:
        if models.is_down:
            raise
        outcomes = {}
        unanswered: list[Reason] = [Reason(kind="unanswered", message=error.message)]
    else:
        unanswered = []
    usage = sum((engine.usage for engine in engines), Usage())
    answer = _answer(task, outcomes, unanswered, usage)
    summary = next((engine.summary for engine in engines if engine.summary), task.get("summary"))
    return {**answer, "summary": summary} if summary else answer


async def shorten_units(task: BatchTask, check: CheckMarkup) -> BatchAnswer:
    """Ask once for shorter translations; what is unusable, no shorter, or of other lines changes nothing."""
    models = await current()
    judging = _Judging(task, check)
    engine = _engine(models, task["role"], task)
    items = [_too_long(item, task) for item in judging.items]
    answers: Mapping[str, str] = {}
    try:
        with model_calls():
            answers = await engine.translate(items)
    except ModelAnswerInvalid:
        pass  # what there is stays
    except ModelRefused as error:
        if error.category is not ErrorCategory.CONTENT_FILTER:
            raise
    except ModelUnavailable:
        if models.is_down:
            raise
    if are_exchanged(answers, task["previous"]):
        answers = {}  # of few lines apart from each other, nothing else tells
    shorter = {
        item.id: Outcome(translation=answers[item.id], faults=tuple(faults))
        for item in items
        if item.id in answers and len(answers[item.id]) < len(item.previous)
        if is_usable(faults := judging.faults(item.id, answers[item.id]))
    }
    asked = [unit for unit in task["units"] if unit["id"] in shorter]
    return _answer({**task, "units": asked}, shorter, [], engine.usage)


class _Judging:
    """Holds a batch's translations against its units."""

    def __init__(self, task: BatchTask, check: CheckMarkup) -> None:
        segments = [unpack(unit) for unit in task["units"]]
        self._segments = {segment.id: segment for segment in segments}
        self._protected = {segment.id: protect(segment) for segment in segments}
        self._judge = Judge(
            source=task["source"] or "",
            target=task["target"],
            glossary=Glossary(unpack_terms(task["terms"]), target=task["target"]),
            check_markup=check,
        )

    @property
    def items(self) -> list[Item]:
        return [Item(id=id, words=protected.words) for id, protected in self._protected.items()]

    def faults(self, id: str, translation: str) -> list[Fault]:
        return self._judge.faults(self._protected[id], self._segments[id].text, translation)


def _engines(models: ChatModels, task: BatchTask) -> list[ModelEngine]:
    """The role's, and that of primary where it is another model."""
    own, other = models.require(task["role"]), models.choice("primary")
    first = _engine(models, task["role"], task)
    return [first] if other is None or other.name == own.name else [first, _engine(models, "primary", task)]


def _engine(models: ChatModels, role: Role, task: BatchTask) -> ModelEngine:
    context = Context(
        source=task["source"],
        target=task["target"],
        style=task["style"],
        before=[(source, translation) for source, translation in task["before"]],
        after=task["after"],
        terms=unpack_terms(task["terms"]),
        memory=[(source, translation) for source, translation in task["alike"]],
        notes={unit["id"]: unit["note"] for unit in task["units"] if unit["note"]},
        limits=task["limits"],
        summary=task.get("summary", ""),
        asks_for_summary=task.get("asks_for_summary", False),
    )
    if models.require(role).ability == "translation":
        return MtEngine(models=models, role=role, context=context)
    return ChatEngine(models=models, role=role, context=context)


def _too_long(item: Item, task: BatchTask) -> Item:
    limit = task["limits"][item.id]
    complaint = f"it cannot be read in its time: say it in at most {limit} characters"
    return Item(id=item.id, words=item.words, previous=task["previous"][item.id], complaints=(complaint,))


def _answer(
    task: BatchTask, outcomes: Mapping[str, Outcome], unanswered: list[Reason], usage: Usage
) -> BatchAnswer:
    translations: dict[str, str] = {}
    reasons: dict[str, list[Reason]] = {}
    for unit in task["units"]:
        outcome = outcomes.get(unit["id"], Outcome(translation=None))
        if outcome.translation is not None:
            translations[unit["id"]] = outcome.translation
        faults = [Reason(kind=fault.kind, message=fault.message) for fault in outcome.faults]
        if outcome.unanswered and outcome.translation is None:
            faults.append(Reason(kind="unanswered", message=outcome.unanswered))
        reasons[unit["id"]] = faults or ([] if outcome.translation is not None else unanswered or [_NOTHING])
    return BatchAnswer(
        target=task["target"],
        translations=translations,
        reasons={id: of_it for id, of_it in reasons.items() if of_it or id in task["previous"]},
        usage=asdict(usage),
    )


_NOTHING = Reason(kind="unanswered", message="the model left it out of its answers")
