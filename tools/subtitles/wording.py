"""Cues as segments of a translation: their tags kept, and nothing in a translation taken for a tag."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tools.subtitles.cues import Cue
from tools.subtitles.file import Format, SubtitleFile
from tools.subtitles.markup import split_markup
from tools.translation.segments import Place, Segment

_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);")
_ESCAPED: frozenset[Format] = frozenset(("vtt", "ttml"))
_BLANK_LINES = re.compile(r"\n\s*\n")
_ARROW = "-->"


def segments_of(file: SubtitleFile) -> list[Segment]:
    """One segment for each cue, under the cue's id; of cues that share their words, for the first."""
    return [
        Segment(
            id=str(cue.id),
            text=cue.text,
            kept=tuple(_kept(cue.text, file.format)),
            note=f"said by {cue.speaker}" if cue.speaker else "",
        )
        for cue in file.cues
        if cue.id not in file.shared
    ]


def tag_check(format: Format) -> Callable[[str, str], list[str]]:
    """From a cue's text and its translation to what is wrong with the latter's tags."""

    def check(source: str, translation: str) -> list[str]:
        ours, theirs = _tags(source, format), _tags(translation, format)
        problems = [f"the tag {tag} is missing" for tag in _less(ours, theirs)]
        problems += [f"the tag {tag} is not in the source" for tag in _less(theirs, ours)]
        if _ARROW in translation and _ARROW not in source:
            problems.append(f"{_ARROW} must not stand in it")
        return problems

    return check


def word_writer(format: Format) -> Callable[[str], str]:
    """From translated words to what stands in a cue: no blank line, which would end it, and no new markup."""

    def write(words: str) -> str:
        words = _BLANK_LINES.sub("\n", words.replace("\r\n", "\n").replace("\r", "\n").strip())
        if format in _ESCAPED:
            words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return words

    return write


def worded(file: SubtitleFile, cues: Sequence[Cue], texts: Mapping[str, str]) -> list[Cue]:
    """The cues with these texts, by the segments' ids; a cue without one keeps its own."""
    return [replace(cue, text=texts.get(str(file.shared.get(cue.id, cue.id)), cue.text)) for cue in cues]


def _kept(text: str, format: Format) -> list[Place]:
    kept: list[Place] = []
    at = 0
    for piece in split_markup(text, format):
        end = at + len(piece.source)
        if piece.is_tag:
            kept.append((at, end))
        elif format in _ESCAPED:
            kept += [entity.span() for entity in _ENTITY.finditer(text, at, end)]
        at = end
    return kept


def _tags(text: str, format: Format) -> list[str]:
    return [piece.source for piece in split_markup(text, format) if piece.is_tag]


def _less(tags: list[str], others: list[str]) -> list[str]:
    """The tags without the others, each as often as it is more."""
    return [] if tags == others else [*(Counter(tags) - Counter(others)).elements()]
