"""Which words of a text are names and terms, and how they are translated, as a model says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from prompts import PROMPTS
from tools.llm.chat_models import ChatModels
from tools.llm.roles import Role
from tools.llm.structured import Problem, Question, ask
from tools.llm.usage import Usage
from tools.translation.glossary import Term
from tools.translation.term_candidates import Candidate

PER_QUESTION = 40
_LONGEST = 120  # characters of a translation: a longer one is an explanation
_PROMPT = PROMPTS["translate/terms.en"]

Kind = Literal["person", "place", "organisation", "title", "term"]


class NamedTerm(BaseModel):
    """One candidate that is a term."""

    id: str
    kind: Kind
    translation: str


class NamedTerms(BaseModel):
    """The answer to prompts/translate/terms."""

    terms: list[NamedTerm]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a model made of candidates."""

    terms: Mapping[str, tuple[str, str]]  #: From a candidate's words to their kind and translation.
    usage: Usage


async def name_terms(
    models: ChatModels,
    role: Role,
    candidates: Sequence[Candidate],
    *,
    source: str | None,
    target: str,
    known: Sequence[Term],
) -> Found:
    """Ask which of the candidates are terms, and for their translations.

    Args:
        models: The models.
        role: Who is asked.
        candidates: As many as one question holds.
        source: Language code, or None.
        target: Language code.
        known: Terms that are decided already, which others should agree with.

    Raises:
        ModelError: What asking raises.
    """
    by_id = {str(number): candidate for number, candidate in enumerate(candidates, 1)}
    data: dict[str, Any] = {
        "source_language": source,
        "target_language": target,
        "glossary": [[term.source, list(term.targets)] for term in known],
        "candidates": [
            {"id": id, "text": each.text, "count": each.count, "examples": list(each.examples)}
            for id, each in by_id.items()
        ],
    }

    def check(answer: NamedTerms) -> list[Problem]:
        return [
            Problem(item=term.id, message=f"{term.id!r}: {wrong}")
            for term in answer.terms
            if (wrong := _wrong(term, by_id.get(term.id)))
        ]

    question = Question(
        instructions=_PROMPT.render(), data=data, schema=NamedTerms, check=check, prompt=_PROMPT
    )
    answer = await ask(models, role, question, repairs=1)
    bad = {problem.item for problem in answer.problems}
    terms = {
        by_id[term.id].text: (term.kind, term.translation.strip())
        for term in answer.value.terms
        if term.id not in bad and term.id in by_id
    }
    return Found(terms=terms, usage=answer.usage)


def _wrong(term: NamedTerm, candidate: Candidate | None) -> str:
    if candidate is None:
        return "there is no such candidate"
    if not term.translation.strip() or "\u27e6" in term.translation or "|" in term.translation:
        return "its translation is empty or holds a mark"
    return "its translation is too long" if len(term.translation) > _LONGEST else ""
