"""The channels and first values that graphs which translate have in common."""

import operator
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import uuid4

from langgraph.channels import EphemeralValue
from langgraph.types import Overwrite
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from graphs.notes import Note, warn
from graphs.translation_batches import BatchAnswer, Translating, recalled_of, usage_of
from graphs.translation_files import Source
from graphs.translation_request import TranslationRequest
from graphs.translation_result import OFFLINE, PSEUDO
from graphs.translation_review import Edits
from graphs.translation_verdicts import Verdict
from tools.llm.usage import Usage
from tools.translation.glossary import Term
from tools.translation.pseudo import pseudo_localise
from tools.translation.units import Unit

Update = dict[str, Any]
"""What a node changes: some channels of a graph's state."""


class TranslationOptions(BaseModel):
    """How the work is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lanes: int = Field(default=5, ge=1, le=50, description="Batches that are asked at once, for each target.")
    batch: int = Field(default=20, ge=1, le=100, description="The most segments of one question.")
    review: bool = Field(default=False, description="Wait for a person when segments are flagged.")
    new_terms: Literal["off", "use", "review"] = Field(
        default="off",
        description="Find names and terms that the glossary lacks: use them, or show them to a person first.",
    )
    summary: bool = Field(default=True, description="Tell each batch what came before it in a few words.")
    estimate: bool = Field(default=False, description="Have the model of judge name each segment's errors.")
    offline: Literal["mark", "pseudo"] = Field(
        default="mark", description="Without a model: leave the source, or write what looks translated."
    )


class FoundTerm(TypedDict):
    """A term that the text was found to have."""

    source: str
    targets: list[str]
    kind: str  #: person, place, organisation, title, term; "given" by a person.
    count: int  #: How often the source stands in the text.
    examples: list[str]


class TranslationJob(Translating):
    """The channels of a graph that translates a file, those of its own aside."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    text: Annotated[str | None, EphemeralValue]
    file_id: Annotated[str | None, EphemeralValue]
    name: Annotated[str | None, EphemeralValue]
    source_language: Annotated[str | None, EphemeralValue]
    target_languages: Annotated[list[str], EphemeralValue]
    encoding: Annotated[str | None, EphemeralValue]
    glossary: Annotated[list[dict[str, Any]], EphemeralValue]
    glossary_file_id: Annotated[str | None, EphemeralValue]
    glossary_conflicts: Annotated[str, EphemeralValue]
    style: Annotated[dict[str, Any], EphemeralValue]
    memory: Annotated[dict[str, Any], EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]

    source: Source
    settings: dict[str, Any]  #: Options, all filled in.
    model: str | None  #: "provider:model" of the graph's role; None is offline.
    term_finds: dict[str, list[FoundTerm]]  #: By target: terms that were found.
    verdicts: Annotated[list[Verdict], operator.add]
    other_usages: Annotated[list[dict[str, Any]], operator.add]  #: Of calls that translate nothing.
    doubtful: bool  #: Whether something is to be shown to a person.
    edits: Edits

    mode: str
    document: dict[str, Any]
    targets: dict[str, dict[str, Any]]
    usage: dict[str, Any]
    warnings: Annotated[list[Note], operator.add]


class RequestFields(TypedDict, total=False):
    """The input as it arrives, unchecked."""

    text: str | None
    file_id: str | None
    name: str | None
    source_language: str | None
    target_languages: list[str]
    encoding: str | None
    glossary: list[dict[str, Any]]
    glossary_file_id: str | None
    glossary_conflicts: str
    style: dict[str, Any]
    memory: dict[str, Any]
    options: dict[str, Any]


def offline_note(setting: str) -> Note:
    """Says that nothing is translated.

    Args:
        setting: What names the model that is missing.
    """
    return Note(
        code="offline",
        message=f"No language model is configured: nothing is translated. Set {setting} or PRIMARY_MODEL.",
    )


def begin(
    given: TranslationRequest,
    options: TranslationOptions,
    source: Source,
    *,
    model: str | None,
    terms: Mapping[str, Sequence[Term]],
    notes: Sequence[Note],
) -> Update:
    """The first values of the channels, and the notes on the stream."""
    warn(notes)
    # A thread's earlier run may have left its answers; Overwrite clears what else would add up.
    return {
        "run": uuid4().hex,
        "source": source,
        "spoken": given.source_language,
        "into": given.target_languages,
        "wording": {name: text for name, text in given.style.model_dump().items() if text},
        "sizes": {"lanes": options.lanes, "batch": options.batch},
        "summarises": options.summary,
        "settings": options.model_dump(),
        "remembering": given.memory.model_dump(),
        "model": model,
        "terms": {target: [asdict(term) for term in of_it] for target, of_it in terms.items()},
        "edits": {},
        "term_finds": {},
        "verdicts": Overwrite([]),
        "other_usages": Overwrite([]),
        "answers": Overwrite([]),
        "warnings": Overwrite(list(notes)),
    }


def used(state: TranslationJob) -> dict[str, Any]:
    """What all calls of the run took, as a result tells it."""
    others = [*state["other_usages"], *(verdict["usage"] for verdict in state["verdicts"])]
    return asdict(sum((Usage(**usage) for usage in others), usage_of(state["answers"])))


def without_model(state: TranslationJob, units: Sequence[Unit]) -> Update:
    """Answers that say of every unit that no model was there, pseudo-localised where that is wanted.

    What a memory knows is left alone.
    """
    is_pseudo = state["settings"]["offline"] == "pseudo"
    answers: list[BatchAnswer] = []
    for target in state["into"]:
        known = recalled_of(state["answers"], target)
        left = [unit for unit in units if unit.id not in known]
        words = {unit.id: pseudo_localise(unit.protected.words) for unit in left} if is_pseudo else {}
        reasons = {unit.id: [PSEUDO if is_pseudo else OFFLINE] for unit in left}
        answers.append(BatchAnswer(target=target, translations=words, reasons=reasons, usage={}))
    return {"answers": answers}
