"""What every request for a translation says: languages, terms, style."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tools.storage import base as storage
from tools.translation.glossary import Glossary, Term
from tools.translation.glossary_files import glossary_of, read_glossary, term_of

MOST_TARGETS = 20

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
    domain: str = Field(default="", max_length=500)
    instructions: str = Field(default="", max_length=4000, description="Further wishes for the wording.")


class TranslationRequest(BaseModel):
    """The part of an input that all jobs which translate share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_language: Language | None = Field(
        default=None, description="Told by the script or left to the model when not given."
    )
    target_languages: list[Language] = Field(default=[], max_length=MOST_TARGETS)
    glossary: list[dict[str, Any]] = Field(
        default=[],
        description="Objects: source, target (several parted by |), case_sensitive, keep, note, language.",
    )
    glossary_file_id: str | None = Field(default=None, description="A stored CSV, TSV, JSON or TBX file.")
    style: Style = Style()


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


async def read_terms(request: TranslationRequest) -> dict[str, list[Term]]:
    """The terms for each target, those of the request before those of its file.

    Raises:
        InvalidInput: "invalid_glossary", with the entry that is wrong.
        NotFound: There is no such file.
    """
    data, name = b"", ""
    if request.glossary_file_id is not None:
        files = storage.current()
        name = (await files.describe(request.glossary_file_id)).name
        data = await files.read(request.glossary_file_id)
    source = request.source_language or ""
    return {
        target: await asyncio.to_thread(_terms_for, request.glossary, target, data, name, source)
        for target in request.target_languages
    }


def _terms_for(
    entries: Sequence[Mapping[str, Any]], target: str, data: bytes, name: str, source: str
) -> list[Term]:
    own = [
        term_of(entry, f"glossary entry {number}")
        for number, entry in enumerate(entries, 1)
        if entry.get("language") in (None, target)
    ]
    filed = read_glossary(data, name, source=source, target=target) if name else Glossary()
    terms = [term for term in own if term is not None] + list(filed.terms.values())
    return [*glossary_of(terms).terms.values()] if terms else []


def clashes(request: TranslationRequest) -> list[str]:
    """Entries of the request that contradict each other, for people; the first of each is used."""
    terms = [term_of(entry, "") for entry in request.glossary if not entry.get("language")]
    found = Glossary(term for term in terms if term is not None).clashes
    return [
        f"the glossary gives {clash.source!r} as {' or '.join(clash.targets)}, "
        f"and later as {' or '.join(clash.others)}; the first is used"
        for clash in found
    ]
