"""Lines that look like the heading of a chapter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from tools.novels.numerals import CHINESE_NUMERAL, ENGLISH_NUMERAL, parse_numeral
from tools.text.paragraphs import Layout


class Level(IntEnum):
    """How much text a kind of heading stands over."""

    PART = 1  #: Part, book, volume; 卷, 部, 篇, 集; "#".
    CHAPTER = 2  #: Chapter, letter, prologue; 章, 回, 节, 楔子; "##".
    NUMERAL = 3  #: A number on a line of its own.


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One line, or two, that may head a chapter."""

    start: int
    end: int  #: Where the body begins: behind the heading's last character.
    title: str  #: As printed, white space folded.
    level: Level
    number: int | None = None  #: Its place in a series, where it has one.

    @property
    def key(self) -> tuple[Level, int | str]:
        """Equal for two headings of one chapter: that in the table of contents, and that in the text."""
        return self.level, self.title.casefold() if self.number is None else self.number


_LONGEST_LINE = 80  # characters; more is prose
_LONGEST_SUBTITLE = 60

_SEPARATOR = r"[\s:：、.．·—–-]"
_ENGLISH = re.compile(
    rf"(?P<word>chapter|letter|canto|stave|act|part|book|volume|vol\.)\s+(?P<number>{ENGLISH_NUMERAL})(?P<rest>.*)",
    re.IGNORECASE,
)
_ENGLISH_NAME = re.compile(
    r"(?:the\s+)?(?:prologue|epilogue|preface|foreword|introduction|afterword|interlude|conclusion|postscript"
    r"|appendix)(?:\.|\s*[:—–-]\s*.{1,50})?",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    rf"第\s*(?P<number>{CHINESE_NUMERAL})\s*(?P<unit>[章回节節卷部篇集幕折话話])(?P<rest>.*)"
    rf"|(?P<volume>[卷部篇])(?P<volume_number>{CHINESE_NUMERAL})(?=$|{_SEPARATOR}).*"
)
_CHINESE_NAME = re.compile(
    r"(?:序[章幕言]?|[自代]序|楔子|引[子言]|前言|尾[声聲]|[后後][记記]|[终終]章|大[结結]局|跋|附[录錄]|番外)"
    rf"(?:{_SEPARATOR}+.{{1,40}}|{CHINESE_NUMERAL}.{{0,30}})?"
)
_MARKDOWN = re.compile(r"(?P<marks>#{1,3})\s+(?P<title>\S.*?)[\s#]*")
_NUMERAL = {
    "en": re.compile(r"(?:[IVXLC]{1,7}|\d{1,3})\.?"),
    "zh": re.compile(rf"(?:[IVXLC]{{1,7}}|{CHINESE_NUMERAL})[.、．]?"),
}

_FIRST_CHARACTERS = "#第卷部篇正序楔引前尾后後終终大跋附番自代IVXLC\\d〇零一二三四五六七八九十百廿卅"
_FIRST_LETTERS = (
    "chapter|letter|canto|stave|act|part|book|vol|the|pro|epi|pre|fore|intro|after|inter|concl|post|append"
)
_LINE = re.compile(
    rf"^[^\S\n]*(?P<line>[_*]{{0,2}}(?:[{_FIRST_CHARACTERS}]|(?i:{_FIRST_LETTERS}))[^\n]{{0,{_LONGEST_LINE}}})$",
    re.MULTILINE,
)
_SUBTITLE = re.compile(rf"[^\S\n]*\n[^\S\n]*(\S[^\n]{{0,{_LONGEST_SUBTITLE}}})(?=\n[^\S\n]*\n|\s*$)")
_PROSE_END = frozenset(",，、;；。…")
_PROSE_BEGINNING = frozenset("里裡中的是就讲講说說写寫和与與及到才也还還又以")  # 第三章里他写道
_PART_WORDS = frozenset(("part", "book", "volume", "vol."))
_PART_UNITS = frozenset("卷部篇集")
_TITLED_UNITS = frozenset("章回卷")  # 第三章风雪; but 第三节课 is no heading


def iter_headings(text: str, language: str, layout: Layout) -> Iterator[Heading]:
    """Every line that has the form of a heading, whether or not it heads a chapter.

    Chinese forms are known in Chinese texts only, English ones in both. In hard-wrapped text a heading must
    begin a paragraph or follow another heading; elsewhere it is prose.
    """
    last_end = 0
    for found in _LINE.finditer(text):
        if layout is not Layout.LINES and not _stands_apart(text, last_end, found.start()):
            continue
        heading = _heading(text, language, *found.span("line"))
        if heading:
            heading = _with_subtitle(text, heading, language)
            last_end = heading.end
            yield heading


def _stands_apart(text: str, last_end: int, line_start: int) -> bool:
    before = text[max(last_end, line_start - 200) : line_start].rstrip(" \t\u3000")
    return before.endswith("\n\n") or not before.strip()


def _heading(text: str, language: str, start: int, end: int) -> Heading | None:
    line = " ".join(text[start:end].strip(" \t\u3000_*").split())
    if not line or line[-1] in _PROSE_END or "。" in line:
        return None
    markdown = _MARKDOWN.fullmatch(line)
    if markdown:
        title = markdown["title"]
        level, number = _form(title, language) or (Level(min(len(markdown["marks"]), 2)), None)
    else:
        title, form = line, _form(line, language)
        if form is None:
            return None
        level, number = form
    return Heading(start=start, end=end, title=title, level=level, number=number)


def _form(line: str, language: str) -> tuple[Level, int | None] | None:
    """The level and number of a line in the form of a heading."""
    if _NUMERAL[language].fullmatch(line):
        number = parse_numeral(line.rstrip(".、．"))
        return (Level.NUMERAL, number) if number is not None else None
    if _ENGLISH_NAME.fullmatch(line) and line[0].isupper():
        return Level.CHAPTER, None
    if language == "zh" and _CHINESE_NAME.fullmatch(line):
        return Level.CHAPTER, None
    return _english_form(line) or (_chinese_form(line) if language == "zh" else None)


def _english_form(line: str) -> tuple[Level, int | None] | None:
    found = _ENGLISH.fullmatch(line)
    if not found or not line[0].isupper() or not _is_english_title(found["rest"]):
        return None
    number = parse_numeral(found["number"])
    level = Level.PART if found["word"].lower() in _PART_WORDS else Level.CHAPTER
    return None if number is None else (level, number)


def _is_english_title(rest: str) -> bool:
    """Whether what follows the number is nothing, or a title rather than the rest of a sentence."""
    title = rest.strip(" ")
    if not title or title[0] in ".:—–-[(":
        return True
    return title[0].isupper() and (title.isupper() or title[-1] != ".")


def _chinese_form(line: str) -> tuple[Level, int | None] | None:
    found = _CHINESE.match(line.removeprefix("正文").lstrip())
    if not found:
        return None
    if found["volume"]:
        return Level.PART, parse_numeral(found["volume_number"])
    unit, rest = found["unit"], found["rest"]
    if rest and not re.match(_SEPARATOR, rest) and (unit not in _TITLED_UNITS or rest[0] in _PROSE_BEGINNING):
        return None
    inner = unit in _PART_UNITS and re.search(rf"第{CHINESE_NUMERAL}[章回节節]", rest)
    if inner:  # 第一卷 风起 第三章 夜行
        return _chinese_form(rest[inner.start() :])
    return Level.PART if unit in _PART_UNITS else Level.CHAPTER, parse_numeral(found["number"])


def _with_subtitle(text: str, heading: Heading, language: str) -> Heading:
    """Take in the next line when the heading is a bare number and that line stands by itself as a title."""
    if heading.level is not Level.CHAPTER or not re.fullmatch(r"[A-Za-z]+\s+\S+", heading.title):
        return heading
    found = _SUBTITLE.match(text, heading.end)
    if not found or found[1].rstrip()[-1] in ".,;:\"”'’" or _form(found[1].strip(), language):
        return heading
    return replace(heading, end=found.end(), title=f"{heading.title} {' '.join(found[1].split())}")
