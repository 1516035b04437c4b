"""What a model is asked about how lines are said, and what its answers come to. Pure functions.

A question is known by its words alone: an answer holds as long as they stand in the text, wherever that is.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from graphs.audiobook.state import ScriptLine
from prompts import PROMPTS, Prompt
from tools.audiobook.lines import Kind, Tone, is_speakable
from tools.llm.structured import Problem, Question

# A token is about four characters of English and one and a half of Chinese: three thousand tokens at most.
_CHARACTERS = {"en": 10_000, "zh": 4_000}
_LINES = 40  # that one question is about
_LONG = 700  # milliseconds that a long pause is longer than the usual one
_MOST_STRESSED = 5  # stretches of a line

Pause = Literal["usual", "short", "long"]
Directions = dict[str, list[list[Any]]]
"""By question: the number of each line, its tone, strength and pause, and its stressed stretches."""


class LineDirection(BaseModel):
    """How one line is said."""

    line: str
    tone: Tone
    strength: int = Field(ge=0, le=100)
    pause: Pause = "usual"
    emphasis: list[str] = Field(default_factory=list, max_length=_MOST_STRESSED)


class DirectionAnswer(BaseModel):
    """How every line of a window is said."""

    lines: list[LineDirection]


class Window(NamedTuple):
    """Lines that follow each other; those that are quotations are asked about, by numbers from 1 on."""

    key: str
    lines: Sequence[ScriptLine]
    data: dict[str, Any]  #: As sent.
    words: Mapping[str, str]  #: Of each line that is asked about.


def windows(source: str, lines: Iterable[ScriptLine], language: str, model: str) -> Iterator[Window]:
    """Every stretch that holds a quotation."""
    for _, chapter in groupby(lines, key=lambda line: line["chapter"]):
        held: list[ScriptLine] = []
        characters = asked = 0
        for line in chapter:
            length, is_asked = line["end"] - line["start"], _is_directed(line, source)
            if held and (characters + length > _CHARACTERS[language] or asked + is_asked > _LINES):
                yield from _window(source, held, language, model)
                held, characters, asked = [], 0, 0
            held.append(line)
            characters, asked = characters + length, asked + is_asked
        yield from _window(source, held, language, model)


def _window(source: str, lines: Sequence[ScriptLine], language: str, model: str) -> Iterator[Window]:
    words: dict[str, str] = {}
    parts: list[str] = []
    for line in lines:
        text = source[line["start"] : line["end"]]
        if _is_directed(line, source):
            words[str(len(words) + 1)] = text
            parts.append(f"[{len(words)}]")
        parts.append(text)
    if words:
        marked = "".join(parts)
        data = {"text": marked, "lines": list(words)}
        told = "\0".join([model, prompt_of(language).hash, marked])
        yield Window(hashlib.sha256(told.encode()).hexdigest()[:24], lines, data, words)


def _is_directed(line: ScriptLine, source: str) -> bool:
    return line["kind"] == Kind.QUOTATION and is_speakable(source[line["start"] : line["end"]])


def prompt_of(language: str) -> Prompt:
    """What tells the model its task."""
    return PROMPTS[f"audiobook/direction.{language}"]


def ask_direction(language: str, data: dict[str, Any], words: Mapping[str, str]) -> Question[DirectionAnswer]:
    """How is each of these lines said?"""

    def check(answer: DirectionAnswer) -> list[Problem]:
        counts = Counter(direction.line for direction in answer.lines)
        ids = [
            Problem(item=id, message=f"line {id!r} has to be answered once, and has {counts[id]} answers")
            for id in words
            if counts[id] != 1
        ]
        unknown = [
            Problem(item=id, message=f"line {id!r} is not in the list") for id in counts if id not in words
        ]
        stressed = [
            Problem(item=one.line, message=f"{phrase!r} does not stand in line {one.line!r}")
            for one in answer.lines
            for phrase in one.emphasis
            if not phrase.strip() or phrase not in words.get(one.line, phrase)
        ]
        return [*ids, *unknown, *stressed]

    prompt = prompt_of(language)
    return Question(
        instructions=prompt.render(), data=data, schema=DirectionAnswer, check=check, prompt=prompt
    )


def read_direction(answer: DirectionAnswer, unusable: set[str], words: Mapping[str, str]) -> list[list[Any]]:
    """The usable lines of an answer; stressed stretches are counted from where the line begins."""
    return [
        [
            one.line,
            one.tone,
            one.strength,
            one.pause,
            [[at, at + len(phrase)] for phrase in one.emphasis for at in [words[one.line].index(phrase)]],
        ]
        for one in answer.lines
        if one.line in words and one.line not in unusable
    ]


def with_directions(
    source: str, lines: Sequence[ScriptLine], language: str, model: str, known: Directions
) -> list[ScriptLine]:
    """The lines, those that a model has directed in its manner."""
    directed: dict[str, ScriptLine] = {}
    for window in windows(source, lines, language, model):
        rows = {row[0]: row for row in known.get(window.key, ())}
        asked = [line for line in window.lines if _is_directed(line, source)]
        for number, line in enumerate(asked, start=1):
            if (row := rows.get(str(number))) is not None:
                directed[line["id"]] = _directed(line, row)
    return [directed.get(line["id"], line) for line in lines]


def _directed(line: ScriptLine, row: Sequence[Any]) -> ScriptLine:
    _, tone, strength, pause, stressed = row
    own = [[line["start"] + start, line["start"] + end] for start, end in stressed]
    pauses = {
        "usual": line["pause_ms"],
        "short": line["pause_ms"] // 2,
        "long": line["pause_ms"] + _LONG,
    }
    return ScriptLine(
        **{  # type: ignore[typeddict-item]
            **line,
            "tone": tone,
            "strength": strength,
            "pause_ms": pauses[pause],
            "emphasis": _apart([*line["emphasis"], *own]),
            "directed_by": "model",
        }
    )


def _apart(stretches: Iterable[list[int]]) -> list[list[int]]:
    """In order, without those that overlap one before."""
    found: list[list[int]] = []
    for start, end in sorted(stretches):
        if not found or start >= found[-1][1]:
            found.append([start, end])
    return found
