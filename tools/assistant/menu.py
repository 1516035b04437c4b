"""A dialogue by rules, for where no model is configured: which job is meant, and what is missing for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from tools.assistant.languages import languages_named

Tongue = Literal["en", "zh"]

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ATTACHED = re.compile(r"^\[file .*\]$", re.MULTILINE)
_WRAPPED = re.compile(r"[\"“「]([^\"“”「」]{2,})[\"”」]")
_TEXT = re.compile(r"```\n?(.*?)```|[\"“「](.{2,}?)[\"”」]|[:：]\s*(\S.*)\Z", re.DOTALL)
_CHINESE_TITLES = {
    "translate": "把文本或文档（txt、md、html、docx、json、po）译成其他语言",
    "subtitles": "把字幕文件（srt、vtt、ass、lrc、ttml）译成其他语言",
    "video": "给影片配上其他语言的字幕：听写、翻译、生成新影片",
    "characters": "找出小说中的人物、每句话的说话人和人物关系",
    "audiobook": "把小说做成有声书，每个人物都有自己的声音",
    "topics": "找出许多文本（csv、tsv、xlsx、jsonl、txt、docx、pdf）的主题、占比和趋势",
    "guideline": "把临床指南改写成患者能懂的版本，每句话都有出处",
    "replies": "替说话不便的人准备回复",
}
_KINDS: Mapping[str, tuple[str, ...]] = {
    "subtitles": ("subtitle", "caption", "字幕"),
    "video": ("video", "film", "movie", "视频", "影片", "电影"),
    "audiobook": ("audiobook", "audio book", "有声书", "有声小说"),
    "characters": ("character", "who speaks", "novel", "人物", "角色", "小说", "说话人"),
    "topics": ("topic", "themes in", "主题", "话题"),
    "guideline": ("guideline", "指南"),
    "replies": ("reply", "replies", "answer her", "answer him", "回复", "怎么回答"),
    "translate": ("translat", "翻译", "译成", "译为"),
}
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "subtitles": (".srt", ".vtt", ".ass", ".ssa", ".lrc", ".ttml"),
    "video": (".mp4", ".mkv", ".mov", ".webm", ".avi"),
    "topics": (".csv", ".tsv", ".xlsx", ".jsonl", ".parquet"),
}
_INTO = frozenset({"translate", "subtitles", "video"})  # jobs that need a language
_WANTED: Mapping[str, str] = {"replies": "said", "video": "file", "topics": "file"}  # of others: "source"
_MISSING: Mapping[str, Mapping[Tongue, str]] = {
    "source": {
        "en": "the text (in quotation marks) or an uploaded file",
        "zh": "文本（放在引号里）或上传的文件",
    },
    "file": {"en": "an uploaded file", "zh": "上传的文件"},
    "said": {"en": "what was said (in quotation marks)", "zh": "对方说的话（放在引号里）"},
    "language": {"en": "the language to translate into", "zh": "要译成哪种语言"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the rules made of a message."""

    job: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    missing: tuple[str, ...] = ()  #: "source", "file", "said", "language".


def tongue_of(text: str) -> Tongue:
    """The language to answer in."""
    return "zh" if _CHINESE.search(text) else "en"


def read_wish(message: str, files: Sequence[Mapping[str, str]], jobs: Sequence[str]) -> Wish:
    """Which of the jobs a message asks for.

    Args:
        message: The user's.
        files: Those that came with it, with ``file_id`` and ``name``.
        jobs: Those that there are.
    """
    message = _ATTACHED.sub("", message).strip()  # a file's name says nothing of what is wanted
    job = _job_of(message, files, jobs)
    if job is None:
        return Wish()
    wanted, text = _WANTED.get(job, "source"), _text_in(message)
    arguments: dict[str, Any] = {}
    if wanted == "said":
        arguments |= {"said": text} if text else {}
    elif files:
        arguments["file_id"] = files[-1]["file_id"]
    elif text and wanted == "source":
        arguments["text"] = text
    missing = [] if arguments else [wanted]
    if job in _INTO:
        wish = message.replace(arguments.get("text", "\0"), " ")
        targets, source = languages_named(wish)
        arguments |= {"target_languages": targets} | ({"source_language": source} if source else {})
        missing += [] if targets else ["language"]
    return Wish(job=job, arguments=arguments, missing=tuple(missing))


def _text_in(message: str) -> str | None:
    """What a message quotes, or has after a colon."""
    found = _TEXT.search(message)
    if found is None:
        return None
    given = next(group for group in found.groups() if group).strip()
    wrapped = _WRAPPED.fullmatch(given)
    return wrapped[1] if wrapped else given


def ask_for(missing: Sequence[str], tongue: Tongue) -> str:
    """A question for what is missing."""
    wanted = [_MISSING[name][tongue] for name in missing]
    return f"请补充：{'；'.join(wanted)}。" if tongue == "zh" else f"Please add {' and '.join(wanted)}."


def menu(titles: Mapping[str, str], tongue: Tongue) -> str:
    """What can be asked for.

    Args:
        titles: Of each job, by its name, in English.
    """
    if tongue == "zh":
        told = [f"- {name}：{_CHINESE_TITLES.get(name, title)}" for name, title in titles.items()]
        return "\n".join(["我可以做这些，请说要哪一项：", *told])
    return "\n".join(
        ["I can do these; say which one you want:", *(f"- {name}: {title}" for name, title in titles.items())]
    )


def _job_of(message: str, files: Sequence[Mapping[str, str]], jobs: Sequence[str]) -> str | None:
    lowered = message.lower()
    named = [job for job, words in _KINDS.items() if job in jobs and any(word in lowered for word in words)]
    suffix = PurePath(files[-1]["name"]).suffix.lower() if files else ""
    fitting = [job for job, suffixes in _SUFFIXES.items() if job in jobs and suffix in suffixes]
    named = [job for job in named if job in fitting] or named  # a film that is to have subtitles is a film
    if named and named[0] != "translate":
        return named[0]
    if fitting:
        return fitting[0]
    is_translation = bool(named) or bool(languages_named(message)[0])
    return "translate" if is_translation and "translate" in jobs else None
