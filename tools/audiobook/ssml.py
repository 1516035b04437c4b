"""A script as SSML 1.1 (W3C): who speaks, how, and what follows in silence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tools.audiobook.delivery import delivery_of
from tools.audiobook.lines import Line
from tools.audiobook.voices import Voice

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voiced:
    """A line with its words and voice."""

    id: str
    line: Line
    text: str
    voice: Voice


def ssml(lines: Iterable[Voiced], *, language: str) -> str:
    """The document; a paragraph for each chapter."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" '
        f'xml:lang="{"zh-CN" if language == "zh" else "en-US"}">\n'
    ]
    parts += [_line(voiced) for voiced in lines]
    return "".join([*parts, "</speak>\n"])


def _line(voiced: Voiced) -> str:
    line, voice = voiced.line, voiced.voice
    manner = delivery_of(line.tone, line.strength)
    prosody = (
        f'<prosody rate="{manner.speed:.0%}" pitch="{manner.pitch * voice.pitch - 1:+.0%}" '
        f'volume="{manner.gain_db:+.1f}dB">'
    )
    gender = f" gender={quoteattr(voice.gender)}" if voice.gender else ""
    return (
        f'<mark name="{voiced.id}"/><voice name={quoteattr(_clean(voice.name))}{gender}>{prosody}'
        f'{_words(voiced)}</prosody></voice><break time="{line.pause_ms}ms"/>\n'
    )


def _words(voiced: Voiced) -> str:
    parts: list[str] = []
    at = voiced.line.start
    for start, end in voiced.line.emphasis:
        parts += [_said(voiced, at, start), f"<emphasis>{_said(voiced, start, end)}</emphasis>"]
        at = end
    return "".join([*parts, _said(voiced, at, voiced.line.end)])


def _said(voiced: Voiced, start: int, end: int) -> str:
    first = voiced.line.start
    return escape(_clean(voiced.text[start - first : end - first]).strip("_*"))


def _clean(text: str) -> str:
    return _NO_XML.sub(" ", text)
