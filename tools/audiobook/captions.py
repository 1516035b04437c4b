"""Captions of an audiobook: a cue for each line, from when it is heard until it has been said."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.subtitles.times import lrc_clock, srt_clock, vtt_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A line with its words. Times are milliseconds."""

    start: int
    end: int
    speaker: str
    text: str  #: In one row, as the book prints it.


def srt(captions: Sequence[Caption]) -> str:
    """As SubRip, in which words that look like a time would begin another cue."""
    return "".join(
        f"{number}\n{srt_clock(one.start)} --> {srt_clock(one.end)}\n{one.text.replace('-->', '->')}\n\n"
        for number, one in enumerate(captions, 1)
    )


def vtt(captions: Sequence[Caption]) -> str:
    """As WebVTT, which says who speaks."""
    cues = (
        f"{vtt_clock(one.start)} --> {vtt_clock(one.end)}\n"
        f"<v {_escaped(one.speaker)}>{_escaped(one.text)}\n\n"
        for one in captions
    )
    return "WEBVTT\n\n" + "".join(cues)


def lrc(captions: Sequence[Caption], *, title: str, author: str) -> str:
    """As LRC, whose lines have no ends: one without words stands where the book is silent at its end."""
    head = [f"[ti:{_tag(title)}]", *([f"[ar:{_tag(author)}]"] if author else [])]
    body = [f"[{lrc_clock(one.start)}]{one.text}" for one in captions]
    end = [f"[{lrc_clock(captions[-1].end)}]"] if captions else []
    return "\n".join([*head, *body, *end]) + "\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _tag(text: str) -> str:
    return " ".join(text.replace("]", ")").split())
