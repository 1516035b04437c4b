"""What every request for a translation says: languages, terms, style."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tools.errors import InvalidInput
from tools.storage import base as storage
from tools.translation.glossary import Glossary, Term
from tools.translation.glossary_files import glossary_of, is_for, read_glossary, term_of

MOST_TARGETS = 20
_MOST_NAMED = 10  # contradictions in one message

_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def _language_code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueError("give a language code such as en, zh or pt-BR")
    return code


Language = Annotated[str, AfterValidator(_language_code)]


class Style(BaseModel):
    """How it is to sound."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tone: str = Field(default="", max_length=500)
    audience: str = Field(default="", max_length=500)
    locale: str = Field(default="", max_length=500, description="Customs of the readers' country.")
    domain: str = Field(default="", max_length=500)
    instructions: str = Field(default="", max_length=4000, description="Further wishes for the wording.")


class MemoryUse(BaseModel):
    """Which translation memory is used, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(
        default=None,
        pattern=r"^[\w-]{1,64}$",
        description="A memory that is kept; a new name begins a new one.",
    )
    file_id: str | None = Field(default=None, description="A stored TMX file, whose pairs are used as well.")
    learn: bool = Field(default=True, description="Add what this run translates without a flag.")
    least_likeness: float = Field(
        default=0.75, ge=0.5, le=1, description="Of earlier texts that the model is shown; 1: none."
    )
    export: bool = Field(default=False, description="Write the memory as a TMX file for each target.")


class TranslationRequest(BaseModel):
    """The part of an input that all jobs which translate share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_language: Language | None = Field(
        default=None, description="Told by the script or left to the model when not given."
    )
    target_languages: list[Language] = Field(default=[], max_length=MOST_TARGETS)
    encoding: str | None = Field(
        default=None,
        max_length=40,
        description="Of a stored text or subtitle file, such as shift_jis or cp1251; detected by default.",
    )
    glossary: list[dict[str, Any]] = Field(
        default=[],
        description="Objects: source, target (several parted by |), case_sensitive, keep, note, language, "
        "forms, exact.",
    )
    glossary_file_id: str | None = Field(default=None, description="A stored CSV, TSV, JSON or TBX file.")
    glossary_conflicts: Literal["first", "refuse"] = Field(
        default="first",
        description="Of entries that contradict each other: use the first, or refuse.",
    )
    style: Style = Style()
    memory: MemoryUse = MemoryUse()


def check_languages(request: TranslationRequest) -> None:
    """Refuse pairs of languages between which nothing is to be translated.

    Raises:
        ValueError: A target comes twice, or is the source.
    """
    targets = [target.lower() for target in request.target_languages]
    if len(set(targets)) < len(targets):
        raise ValueError("target_languages names a language twice")
    if request.source_language and request.source_language.lower() in targets:
        raise ValueError(f"target_languages holds the source language, {request.source_language!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a request's glossary comes to."""

    of: dict[str, list[Term]]  #: By target.
    clashes: list[str]  #: Entries that contradict each other, for people; the first of each is used.


async def read_terms(request: TranslationRequest) -> Terms:
    """The terms for each target, those of the request before those of its file.

    Raises:
        InvalidInput: "invalid_glossary", with the entry that is wrong; "glossary_conflict" where the request
            wants to be refused then.
        NotFound: There is no such file.
    """
    data, name = b"", ""
    if request.glossary_file_id is not None:
        files = storage.current()
        name = (await files.describe(request.glossary_file_id)).name
        data = await files.read(request.glossary_file_id)
    source = request.source_language or ""
    glossaries = {
        target: await asyncio.to_thread(_glossary_for, request.glossary, target, data, name, source)
        for target in request.target_languages
    }
    clashes = list(dict.fromkeys(text for glossary in glossaries.values() for text in _told(glossary)))
    if clashes and request.glossary_conflicts == "refuse":
        raise InvalidInput(
            f"the glossary contradicts itself: {'; '.join(clashes[:_MOST_NAMED])}",
            hint="Keep one entry of each, give several translations in one entry parted by |, or send "
            "glossary_conflicts=first.",
            code="glossary_conflict",
        )
    return Terms(of={target: [*g.terms.values()] for target, g in glossaries.items()}, clashes=clashes)


def _glossary_for(
    entries: Sequence[Mapping[str, Any]], target: str, data: bytes, name: str, source: str
) -> Glossary:
    own = [
        term_of(entry, f"glossary entry {number}")
        for number, entry in enumerate(entries, 1)
        if is_for(entry, target)
    ]
    filed = read_glossary(data, name, source=source, target=target) if name else Glossary()
    terms = [term for term in own if term is not None] + list(filed.terms.values())
    if not terms:
        return Glossary()
    both = glossary_of(terms)
    both.clashes += filed.clashes
    return both


def _told(glossary: Glossary) -> list[str]:
    return [
        f"the glossary gives {clash.source!r} as {' or '.join(clash.targets)}, "
        f"and later as {' or '.join(clash.others)}"
        for clash in glossary.clashes
    ]
