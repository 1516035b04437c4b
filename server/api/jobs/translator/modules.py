"""What a task's module asks of which graph. Pure."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphs.errors import explain_invalid
from server.api.jobs.translator.fields import LanguageName, snake_keys, without_nothing
from server.runs.job import RunRequest
from tools.errors import InvalidInput

CONTRACT = "translator"

Graph = Literal["translate", "subtitles", "video"]

_SUBTITLES = frozenset((".srt", ".vtt", ".ass", ".ssa", ".lrc", ".ttml", ".dfxp"))
_VIDEO: Mapping[str, Mapping[str, Any]] = {
    "video-translate": {"words_from": "picture", "erase": {}, "render": "burn"},
    "subtitle-extract": {"words_from": "picture", "render": "none"},
    "subtitle-erase": {"words_from": "none", "erase": {}, "render": "burn"},
    "subtitle-burn": {"words_from": "file", "render": "burn"},
    "ai-narration": {"words_from": "speech", "write_recap": {}, "render": "none"},
    "emotion-analysis": {"words_from": "speech", "label_emotions": True, "render": "none"},
}
_OPERATIONS = {
    "subtitle-translate": "translate",
    "subtitle-sync": "sync",
    "subtitle-align": "align",
    "subtitle-check": "check",
    "subtitle-fix": "fix",
}
_UNTRANSLATED = frozenset([*_OPERATIONS, "subtitle-erase"]) - {"subtitle-translate"}
"""Modules that old clients send a target language to, which says nothing there."""
ALIASES = {
    "text-translate": "translation",
    "translate": "translation",
    "subtitle": "subtitle-translate",
    "extract": "subtitle-extract",
    "erase": "subtitle-erase",
    "burn": "subtitle-burn",
    "emotion": "emotion-analysis",
    "narration": "ai-narration",
    "video": "video-translate",
}
MODULES = ("translation", *_OPERATIONS, *_VIDEO)


class TaskOptions(BaseModel):
    """The options that a task may have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = Field(default=None, description="Of the module translation.")
    source_language: LanguageName | None = None
    target_language: LanguageName | None = None
    target_languages: list[LanguageName] = Field(default=[], max_length=20)
    glossary: list[dict[str, Any]] = []
    style_prompt: str = Field(default="", max_length=4000)
    output_format: Literal["srt", "vtt", "ass", "lrc", "ttml"] | None = None
    bilingual: bool = False
    auto_run: bool = Field(
        default=True, description="False: the task pauses for a person where it is unsure."
    )
    offset_ms: int | None = None
    words_from: Literal["speech", "picture", "file"] | None = None

    @property
    def targets(self) -> list[str]:
        """The languages to translate into."""
        both = (
            [self.target_language, *self.target_languages] if self.target_language else self.target_languages
        )
        return [*dict.fromkeys(language for language in both if language)]


def known_module(name: str) -> str:
    """A module by its own or another name.

    Raises:
        InvalidInput: There is none.
    """
    found = ALIASES.get(name, name)
    if found not in MODULES:
        raise InvalidInput(
            f"module: there is no {name[:50]!r}", hint=f"One of: {', '.join(MODULES)}.", code="unknown_module"
        )
    return found


def options_of(values: object) -> TaskOptions:
    """A task's options, in camelCase or snake_case.

    Raises:
        InvalidInput: Names each wrong or unknown one.
    """
    try:
        return TaskOptions.model_validate(snake_keys(values))
    except ValidationError as error:
        raise explain_invalid(error, TaskOptions) from None


def request_for(module: str, options: TaskOptions, files: Sequence[Mapping[str, Any]]) -> RunRequest:
    """The run that a module asks for.

    Args:
        files: The task's, each with ``fileId`` and ``name``; the first that fits is taken.

    Raises:
        InvalidInput: A file or a text is missing; what the graph itself refuses, it says later.
    """
    translating = without_nothing(
        {
            "source_language": None if options.source_language == "auto" else options.source_language,
            "target_languages": [] if module in _UNTRANSLATED else options.targets,
            "glossary": options.glossary,
            "style": without_nothing({"instructions": options.style_prompt}.items()),
        }.items()
    )
    if module == "translation":
        return _request("translate", {**translating, **_text_or_file(options, files)}, options)
    if module in _OPERATIONS:
        return _request("subtitles", {**translating, **_subtitles(module, options, files)}, options)
    return _request("video", {**translating, **_video(module, options, files)}, options)


def _request(graph: Graph, given: dict[str, Any], options: TaskOptions) -> RunRequest:
    how = dict(given.get("options", {}))
    if not options.auto_run:
        how["review"] = ["words", "translations"] if graph == "video" else True
    return RunRequest(
        assistant_id=graph,
        input=given | ({"options": how} if how else {}),
        stream_mode=("custom",),
        stream_resumable=True,
    )


def _text_or_file(options: TaskOptions, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if options.text is not None:
        return {"text": options.text}
    return {"file_id": _first(files, _any, "a text (options.text) or a file")}


def _subtitles(module: str, options: TaskOptions, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    operation = _OPERATIONS[module]
    own = [file for file in files if _suffix(file) in _SUBTITLES]
    given: dict[str, Any] = {
        "operation": operation,
        "file_id": _first(own, _any, "a subtitle file"),
    }
    if operation == "align":
        given["reference_file_id"] = _first(own[1:], _any, "a second subtitle file to align to")
    if operation == "sync":
        given["sync"] = {"offset_ms": options.offset_ms or 0}
    how = without_nothing([("format", options.output_format)])
    if options.bilingual:
        how["bilingual"] = "target_first"
    return given | ({"options": how} if how else {})


def _video(module: str, options: TaskOptions, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    given: dict[str, Any] = dict(_VIDEO[module])
    given["file_id"] = _first(files, _no_subtitles, "a video file")
    words_from = options.words_from or given["words_from"]
    given["words_from"] = words_from
    if words_from == "file":
        given["subtitles_file_id"] = _first(files, _SUBTITLES.__contains__, "a subtitle file")
    if module == "ai-narration":
        given["write_recap"] = without_nothing([("style", options.style_prompt[:500])])
    return given


def _any(_: str) -> bool:
    return True


def _no_subtitles(suffix: str) -> bool:
    return suffix not in _SUBTITLES


def _first(files: Sequence[Mapping[str, Any]], fits: Callable[[str], bool], what: str) -> str:
    found = next((file["fileId"] for file in files if fits(_suffix(file))), None)
    if found is None:
        raise InvalidInput(
            f"the task lacks {what}",
            hint="Upload it to /api/v1/upload and add it to the task's files.",
            code="file_missing",
        )
    return found


def _suffix(file: Mapping[str, Any]) -> str:
    return PurePath(file["name"]).suffix.lower()
