"""What a model reads about people in passages of the novel: gender, age, traits, ties, with their words.

The passages are the first that name a person, where novels introduce people; a new chapter leaves them as
they are, so that who was read once is not read again.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphs.characters.portrait_question import PortraitsAnswer
from tools.novels.ties import Tie
from tools.novels.types import Cast, Character, Evidence

_MOST_PEOPLE = 60
_FEWEST_MENTIONS = 5
_TOGETHER = 5  # people asked about at once
_PASSAGES = 6
_REACH = {"en": 300, "zh": 120}  # characters shown on either side of a name
_NAMES_SHOWN = 4

Row = list[Any]
"""What was read about one person: key, gender, age, traits and ties, these with passage, start and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A person who is to be read about."""

    character: Character
    key: str  #: What the passages are known by in a later run.
    passages: tuple[tuple[int, int], ...]


def subjects(text: str, cast: Cast, language: str) -> list[Subject]:
    """The most mentioned people, in the order of the cast."""
    known = [c for c in cast.characters if len(c.mentions) >= _FEWEST_MENTIONS]
    leads = sorted(known, key=lambda c: len(c.mentions), reverse=True)[:_MOST_PEOPLE]
    chosen = {character.id for character in leads}
    return [_subject(text, c, _REACH[language]) for c in cast.characters if c.id in chosen]


def portrait_questions(
    text: str, people: Sequence[Subject], known: Iterable[str]
) -> Iterator[tuple[str, Any]]:
    """The keys of every few people who are not known yet, and the data of their question."""
    done = set(known)
    left = [subject for subject in people if subject.key not in done]
    others = [{"id": s.character.id, "names": _names(s.character)} for s in people]
    for first in range(0, len(left), _TOGETHER):
        asked = left[first : first + _TOGETHER]
        described = [
            {
                "id": subject.character.id,
                "names": _names(subject.character),
                "passages": [
                    {"id": f"p{number}", "text": text[start:end]}
                    for number, (start, end) in enumerate(subject.passages)
                ],
            }
            for subject in asked
        ]
        yield ",".join(subject.key for subject in asked), {"people": described, "others": others}


def read_portraits(answer: PortraitsAnswer, data: Mapping[str, Any], keys: Sequence[str]) -> list[Row]:
    """What the answer says and shows; a trait or tie whose words do not stand in its passage is left out."""
    passages = {p["id"]: {q["id"]: q["text"] for q in p["passages"]} for p in data["people"]}
    key_of = {person["id"]: key for person, key in zip(data["people"], keys, strict=True)}
    names = {other["id"]: other["names"] for other in data["others"]}
    rows: dict[str, Row] = {}
    for person in answer.people:
        if person.id not in key_of:
            continue
        texts = passages[person.id]
        traits = [[t.trait, *place] for t in person.traits if (place := _place(t.words, t.passage, texts))]
        ties = [
            [names[tie.to], tie.type, *place]
            for tie in person.ties
            if tie.to in names and tie.to != person.id and (place := _place(tie.words, tie.passage, texts))
        ]
        rows[person.id] = [key_of[person.id], person.gender, person.age, traits, ties]
    return list(rows.values())


def portray(cast: Cast, people: Iterable[Subject], rows: Iterable[Row]) -> tuple[Cast, list[Tie]]:
    """The cast with what was read, and the ties; what rules know of gender and age stays."""
    by_key = {row[0]: row for row in rows}
    owners = {alias: c.id for c in cast.characters for alias in (*c.aliases, c.canonical_name)}
    read: dict[str, Character] = {}
    ties: list[Tie] = []
    for subject in people:
        if subject.key not in by_key:
            continue
        _, gender, age, traits, tied = by_key[subject.key]
        person = subject.character
        places = [_evidence(subject, place, f"trait: {trait}") for trait, *place in traits]
        read[person.id] = replace(
            person,
            gender=gender if person.gender == "unknown" else person.gender,
            age=age if person.age == "unknown" else person.age,
            traits=tuple(dict.fromkeys(trait for trait, *_ in traits)),
            evidence=(*person.evidence, *places),
        )
        for names, kind, *place in tied:
            target = next((owners[name] for name in names if name in owners), None)
            if target is not None and target != person.id:
                ties.append(Tie(person.id, target, kind, _evidence(subject, place, "read by the model")))
    characters = tuple(read.get(character.id, character) for character in cast.characters)
    return replace(cast, characters=characters), ties


def _subject(text: str, character: Character, reach: int) -> Subject:
    passages: list[tuple[int, int]] = []
    for mention in character.mentions:
        if len(passages) == _PASSAGES:
            break
        if not passages or mention.start >= passages[-1][1]:
            passages.append((max(0, mention.start - reach), min(len(text), mention.end + reach)))
    words = "\0".join(text[start:end] for start, end in passages)
    key = hashlib.sha256(words.encode()).hexdigest()[:24]
    return Subject(character=character, key=key, passages=tuple(passages))


def _names(character: Character) -> list[str]:
    others = [alias for alias in character.aliases if alias != character.canonical_name]
    return [character.canonical_name, *others][:_NAMES_SHOWN]


def _place(words: str, passage: str, texts: Mapping[str, str]) -> list[int] | None:
    """Number of the passage, and where in it the words begin and end."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    found = re.search(pattern, texts.get(passage, "")) if pattern else None
    return [int(passage[1:]), found.start(), found.end()] if found else None


def _evidence(subject: Subject, place: Sequence[int], reason: str) -> Evidence:
    number, start, end = place
    offset = subject.passages[number][0]
    return Evidence(start=offset + start, end=offset + end, reason=reason)
