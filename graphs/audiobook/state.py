"""What the audiobook graph keeps between its nodes, and what comes out of it.

Offsets are code points of the text as given. Sound is kept as files; the state names them.
"""

import operator
from typing import Annotated, Any, NotRequired

from langgraph.channels import EphemeralValue
from typing_extensions import TypedDict

from graphs.characters.state import Answers, Findings, Language
from graphs.made_files import FileNote
from graphs.notes import Note


class ScriptLine(TypedDict):
    """A line; joined, the lines are the text."""

    id: str  #: "l" and where it begins, so that it stays the same as long as the text does.
    start: int
    end: int
    chapter: int
    kind: str  #: narration, heading or quotation.
    quote_id: str | None
    speaker_id: str | None  #: None: the narrator reads it.
    tone: str
    strength: int  #: 0 to 100.
    pause_ms: int
    emphasis: list[list[int]]  #: Start and end of what is stressed.
    directed_by: str  #: Who says how: rules, model or edit.
    voice: NotRequired[str]
    start_ms: NotRequired[int]  #: When it is heard in the whole book, once that is made.
    end_ms: NotRequired[int]


class CastPart(TypedDict):
    """Who has which voice."""

    role: str  #: A character's id, or narrator.
    name: str
    voice: str
    gender: str | None
    age: str | None
    styles: list[str]
    lines: int
    is_locked: bool
    score: float
    talks_with: list[str]
    too_close_to: list[str]


class Estimate(TypedDict):
    """What speaking it will take."""

    lines: int
    characters: int
    seconds: float  #: Of the book, about.
    to_speak: int  #: Lines whose sound is not there yet.
    engine: str  #: Who speaks, with its model.
    cost: float | None  #: None: no price is known; what this machine speaks costs nothing.
    currency: str | None


class Failure(TypedDict):
    """A line that could not be spoken."""

    line: str
    code: str
    message: str


class Audio(TypedDict):
    """The book as it sounds."""

    duration_ms: int
    loudness: float  #: LUFS, integrated.
    chapters: list[dict[str, Any]]  #: index, title, start_ms, end_ms, and file of its MP3.
    m4b: FileNote
    captions: dict[str, FileNote]  #: srt, vtt, lrc.
    script: FileNote  #: JSON.
    ssml: FileNote
    zip: FileNote


Sound = list[Any]
"""Id of the file of a line's sound ("": it is silent), and how many samples it has."""


def merge(known: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What several chapters, or windows, say."""
    return {**known, **new}


class Book(Findings):
    """What the characters graph found, and what was made of it."""

    text_file_id: str
    lines: list[ScriptLine]
    cast: list[CastPart]
    estimate: Estimate | None
    failed_lines: list[Failure]
    audio: Audio | None
    usage: dict[str, Any]
    warnings: list[Note]


class Output(Book):
    """The result."""

    language: str


class State(Book):
    """Everything between the nodes."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    text: Annotated[str | None, EphemeralValue]
    file_id: Annotated[str | None, EphemeralValue]
    title: Annotated[str | None, EphemeralValue]
    author: Annotated[str | None, EphemeralValue]
    cover_file_id: Annotated[str | None, EphemeralValue]
    edits: Annotated[list[Any], EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]
    language: Annotated[str | None, EphemeralValue]

    given: dict[str, Any]  #: The input, checked and filled in, but for the text and the edits.
    novel: str  #: Fingerprint of the text and how it is read; one that is known is not read again.
    recognised: str  #: The one that the findings below belong to.
    spoken: Language  #: The language of the text.
    wanted: list[Any]  #: Edits that are not in the history yet.
    found: dict[str, Any] | None  #: What was found, where edits have changed it below.
    locks: dict[str, Any]  #: What the history comes to: graphs/audiobook/locks.py.
    director: str | None  #: "provider:model" that says how lines are spoken; None: rules do.
    directions: Annotated[dict[str, list[list[Any]]], merge]  #: Of graphs/audiobook/direction.py.
    direction_notes: Annotated[list[Note], operator.add]
    edit_notes: list[Note]  #: About edits that find nothing to change any more.
    problems: list[str]  #: What is wrong with a person's answer.
    decided: bool  #: Whether a person is content with cast and script.
    answers: Answers  #: What a model told the characters graph.
    found_notes: list[Note]  #: Of the characters graph; a later run has them too.
    sounds: Annotated[dict[str, Sound], merge]
    failures: Annotated[list[Failure], operator.add]
    usages: Annotated[list[dict[str, Any]], operator.add]


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked; graphs/audiobook/request.py says what it means."""

    text: str | None
    file_id: str | None
    language: str | None
    title: str
    author: str
    cover_file_id: str | None
    edits: list[Any]
    options: dict[str, Any]


class ChapterTask(TypedDict):
    """A chapter that is to be spoken, in a task of its own."""

    run: str  #: Tells the chapters of one run from those of others.
    total: int  #: Lines of all its chapters.
    at_once: int
    speed: float
    language: str
    text_file_id: str
    lines: list[ScriptLine]
    takes: dict[str, int]  #: How often a line was asked for anew.


Update = dict[str, Any]
"""What a node changes: some channels of State."""
