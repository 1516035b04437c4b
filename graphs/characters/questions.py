"""What the model is asked, what it may answer, and what makes an answer unusable.

All questions offer numbered things and want their numbers back. Where the model may write a name or
a phrase of its own, it has to stand in the window, letter for letter.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field

from prompts import PROMPTS
from tools.llm.structured import Problem, Question
from tools.novels.types import Gender

UNKNOWN = "unknown"

_ENGLISH_PRONOUNS = frozenset(
    ["i", "me", "you", "he", "him", "she", "her", "it", "we", "us", "they", "them", "who"]
)
_CHINESE_PRONOUN = re.compile("[我你您他她它咱](?:们|自己)?")


class Person(BaseModel):
    """All listed names of one person."""

    names: list[str] = Field(description="Ids of the names that mean this person.")
    gender: Gender = "unknown"


class MissedName(BaseModel):
    """A name of a person that the list lacks."""

    name: str = Field(description="Exactly as it stands in the text.")
    same_as: str | None = Field(
        default=None, description="Id of a listed name of the same person, if there is one."
    )
    gender: Gender = "unknown"


class NamesAnswer(BaseModel):
    """Who the names of a window belong to."""

    people: list[Person]
    unclear: list[str] = Field(
        default_factory=list, description="Ids of people's names that the text does not settle."
    )
    not_people: list[str] = Field(default_factory=list, description="Ids of what names no person.")
    missed: list[MissedName] = Field(default_factory=list[MissedName])


class PairVerdict(BaseModel):
    """Whether two groups of names are one person."""

    pair: str
    same: bool | None = Field(description="null when the places shown do not decide.")


class PairsAnswer(BaseModel):
    """A verdict on every pair."""

    verdicts: list[PairVerdict]


class Line(BaseModel):
    """Who says one quotation."""

    quote: str
    speaker: str = Field(description="Id of a candidate, 'unknown', or a phrase from the text.")
    addressee: str | None = Field(default=None, description="Id of a candidate, or null.")


class SpeakersAnswer(BaseModel):
    """A speaker for every quotation of a window."""

    quotes: list[Line]


def ask_names(language: str, data: dict[str, Any]) -> Question[NamesAnswer]:
    """Which of these names are people, and which are the same person?"""

    def check(answer: NamesAnswer) -> list[Problem]:
        known = {name["id"] for name in data["names"]}
        grouped = [name for person in answer.people for name in person.names]
        used = [*grouped, *answer.unclear, *answer.not_people]
        missed = [_check_missed(missed, known, data["text"]) for missed in answer.missed]
        return [*check_ids(used, known, "name"), *filter(None, missed)]

    return make_question("names", language, data, NamesAnswer, check)


def ask_pairs(language: str, data: dict[str, Any]) -> Question[PairsAnswer]:
    """Are these two one person?"""

    def check(answer: PairsAnswer) -> list[Problem]:
        known = {pair["id"] for pair in data["pairs"]}
        return check_ids((verdict.pair for verdict in answer.verdicts), known, "pair")

    return make_question("pairs", language, data, PairsAnswer, check)


def ask_speakers(language: str, data: dict[str, Any]) -> Question[SpeakersAnswer]:
    """Who says each of these quotations, and to whom?"""
    return _ask_lines("speakers", language, data)


def ask_second(language: str, data: dict[str, Any]) -> Question[SpeakersAnswer]:
    """Who says these quotations, about which earlier answers differ?"""
    return _ask_lines("second", language, data)


def _ask_lines(name: str, language: str, data: dict[str, Any]) -> Question[SpeakersAnswer]:
    def check(answer: SpeakersAnswer) -> list[Problem]:
        candidates = {candidate["id"] for candidate in data["candidates"]}
        lines = [_check_line(line, candidates, data["text"]) for line in answer.quotes]
        ids = check_ids((line.quote for line in answer.quotes), set(data["quotes"]), "quotation")
        return [*ids, *filter(None, lines)]

    return make_question(name, language, data, SpeakersAnswer, check)


def occurs(phrase: str, text: str) -> bool:
    """Whether the phrase stands in the text, line breaks counting as blanks."""
    return bool(phrase.strip()) and fold(phrase) in fold(text)


def fold(text: str) -> str:
    """The text with each run of white space as one blank."""
    return " ".join(text.split())


def make_question(
    name: str, language: str, data: dict[str, Any], schema: type[Any], check: Any
) -> Question[Any]:
    """A question with the prompt of this name."""
    prompt = PROMPTS[f"characters/{name}.{language}"]
    return Question(instructions=prompt.render(), data=data, schema=schema, check=check, prompt=prompt)


def check_ids(used: Iterable[str], known: set[str], what: str) -> list[Problem]:
    """Ids that are unknown, used twice, or not answered."""
    counts = Counter(used)
    unknown = [Problem(item=i, message=f"{what} {i!r} is not in the list") for i in counts if i not in known]
    repeated = [
        Problem(item=i, message=f"{what} {i!r} is used {n} times") for i, n in counts.items() if n > 1
    ]
    absent = [Problem(item=i, message=f"{what} {i!r} is not answered") for i in sorted(known - counts.keys())]
    return unknown + repeated + absent


def _check_missed(missed: MissedName, known: set[str], text: str) -> Problem | None:
    if not occurs(missed.name, text):
        return Problem(item=missed.name, message=f"{missed.name!r} does not stand in the text")
    if missed.same_as is not None and missed.same_as not in known:
        return Problem(item=missed.name, message=f"name {missed.same_as!r} is not in the list")
    return None


def _check_line(line: Line, candidates: set[str], text: str) -> Problem | None:
    if line.addressee is not None and line.addressee not in candidates:
        message = f"addressee {line.addressee!r} of {line.quote!r} is not a candidate"
        return Problem(item=line.quote, message=message)
    if line.speaker == UNKNOWN or line.speaker in candidates:
        return None
    if _is_pronoun(line.speaker.strip()):
        return Problem(item=line.quote, message=f"{line.speaker!r} is a pronoun; choose a candidate's id")
    if not occurs(line.speaker, text):
        message = f"speaker {line.speaker!r} of {line.quote!r} is no candidate and does not stand in the text"
        return Problem(item=line.quote, message=message)
    return None


def _is_pronoun(phrase: str) -> bool:
    return phrase.lower() in _ENGLISH_PRONOUNS or _CHINESE_PRONOUN.fullmatch(phrase) is not None
