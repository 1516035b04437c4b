"""What the video graph keeps between its nodes, and what comes out of it."""

import operator
from typing import Annotated, Any, NotRequired

from langgraph.channels import EphemeralValue
from typing_extensions import TypedDict

from graphs.made_files import FileNote
from graphs.notes import Note


class PackedCue(TypedDict):
    """A cue as a checkpoint keeps it. Times are milliseconds."""

    id: int
    start: int
    end: int
    text: str
    confidence: NotRequired[float | None]  #: 0 to 1, as the recogniser says; None: it does not say.


class PackedRegion(TypedDict):
    """Where words stand in the picture, and when."""

    x: int
    y: int
    width: int
    height: int
    start: int
    end: int


class WordsResult(TypedDict):
    """Where the words came from, and what they are."""

    source: str  #: "speech", "picture", "file" or "none".
    engine: str | None  #: Who heard or read them: "provider:model", "vosk:...", "tesseract".
    language: str | None  #: As given, or as the recogniser or the words tell; None: nobody can tell.
    cues: int
    estimated_times: (
        bool  #: The recogniser gives no times of words: they are spread over each stretch of speech.
    )
    file: FileNote | None  #: The subtitles in the source language, SRT.


class TargetResult(TypedDict):
    """A film in one language."""

    subtitles: dict[str, Any]  #: file_id, name, and the figures of the subtitles graph: flags, conformity...
    video: FileNote | None  #: None where no film of its own was made for this language.
    dub: dict[str, Any] | None  #: cues, hurried, late, silent.


class Output(TypedDict):
    """The result."""

    mode: str  #: "offline" (translation was asked for and no model is there), "model" or "rules".
    video: dict[str, Any]  #: name, format, duration_ms, width, height, fps, rotation, codec, audio.
    words: WordsResult
    targets: dict[str, TargetResult]
    file: FileNote | None  #: The one film where there is one: erased, with tracks, or with its own words.
    erased: dict[str, Any] | None  #: method, regions.
    recap: dict[str, Any] | None  #: language, parts: from, to, start, end, text; file.
    emotions: dict[str, Any] | None  #: labels by cue, counts, shares, transitions.
    usage: dict[str, Any]
    warnings: list[Note]


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked; graphs/video/request.py says what it means."""

    file_id: str
    name: str | None
    words_from: str
    subtitles_file_id: str | None
    look_at: list[dict[str, Any]]
    render: str
    erase: dict[str, Any] | None
    look: dict[str, Any]
    dub: dict[str, Any] | None
    write_recap: dict[str, Any] | None
    label_emotions: bool
    source_language: str | None
    target_languages: list[str]
    encoding: str | None
    glossary: list[dict[str, Any]]
    glossary_file_id: str | None
    glossary_conflicts: str
    style: dict[str, Any]
    memory: dict[str, Any]
    options: dict[str, Any]


class State(TypedDict):
    """Everything between the nodes."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    file_id: Annotated[str, EphemeralValue]
    name: Annotated[str | None, EphemeralValue]
    words_from: Annotated[str, EphemeralValue]
    subtitles_file_id: Annotated[str | None, EphemeralValue]
    look_at: Annotated[list[dict[str, Any]], EphemeralValue]
    render: Annotated[str, EphemeralValue]
    erase: Annotated[dict[str, Any] | None, EphemeralValue]
    look: Annotated[dict[str, Any], EphemeralValue]
    dub: Annotated[dict[str, Any] | None, EphemeralValue]
    write_recap: Annotated[dict[str, Any] | None, EphemeralValue]
    label_emotions: Annotated[bool, EphemeralValue]
    source_language: Annotated[str | None, EphemeralValue]
    target_languages: Annotated[list[str], EphemeralValue]
    encoding: Annotated[str | None, EphemeralValue]
    glossary: Annotated[list[dict[str, Any]], EphemeralValue]
    glossary_file_id: Annotated[str | None, EphemeralValue]
    glossary_conflicts: Annotated[str, EphemeralValue]
    style: Annotated[dict[str, Any], EphemeralValue]
    memory: Annotated[dict[str, Any], EphemeralValue]
    options: Annotated[dict[str, Any], EphemeralValue]

    given: dict[str, Any]  #: The input, checked and filled in.
    source: str  #: The film's name.
    spoken: str | None  #: The language of the words; None: not yet known.
    cues: list[PackedCue]  #: The words as they stand now, in that language.
    places: list[PackedRegion] | None  #: Where words stand in the picture; None: nobody has looked.
    translated: dict[str, list[PackedCue]]  #: By target, as it stands now.
    figures: dict[str, dict[str, Any]]  #: By target: what the subtitles graph says of it.
    again: list[int]  #: Cues that a person wants to be heard or read again.
    again_by_target: dict[str, list[int]]  #: Cues that a person wants to be translated again.
    problems: list[str]  #: What is wrong with a person's answer.
    films: list[str]  #: Films that are left to be made, by target; "" is the one of no target.
    usages: Annotated[list[dict[str, Any]], operator.add]  #: Of the nodes: the fields of Usage.

    mode: str
    video: dict[str, Any]
    words: WordsResult
    targets: dict[str, TargetResult]
    file: FileNote | None
    erased: dict[str, Any] | None
    recap: dict[str, Any] | None
    emotions: dict[str, Any] | None
    usage: dict[str, Any]
    warnings: Annotated[list[Note], operator.add]


Update = dict[str, Any]
"""What a node changes: some channels of State."""
