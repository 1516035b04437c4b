"""Whether an answer says only what the conversation and its tools hold.

An assistant that makes up a result does it in things that can be looked up: a file, an address, a figure, a
quotation, or the claim that work is done which nobody did. Each of these must stand in the evidence.
"""

import re
from collections.abc import Iterable, Iterator

_ADDRESS = re.compile(
    r"https?://[^\s<>()\"']+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE
)
_SUFFIXES = "srt|vtt|ass|lrc|docx|pdf|html|md|txt|json|csv|zip|m4b|mp3|mp4|mkv|epub|po"
_FILE = re.compile(rf"(?<![\w/.-])[\w-][\w.()-]{{0,80}}\.(?:{_SUFFIXES})\b", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?\s?%?")
_QUOTED = re.compile(r"[\"“「『]([^\"”」』]{20,})[\"”」』]")
_DONE = re.compile(
    r"\b(?:I(?:'ve| have)|(?:has|have) been|is now|are now|was|were)\b[^.?!\n]{0,60}"
    r"\b(?:translated|finished|completed|created|generated|processed|saved|rendered|analy[sz]ed|trained)\b"
    r"|(?:已经|已|均已)(?:完成|翻译|生成|处理|保存|创建|训练)|(?:翻译|处理|生成|制作|分析)(?:完成|好)了",
    re.IGNORECASE,
)
_SMALL = 10  # figures below it count and number; they are no results


def unsupported(answer: str, evidence: Iterable[str], *, has_result: bool) -> list[str]:
    """What an answer says that nothing supports, as it says it.

    Args:
        answer: What an assistant is about to say.
        evidence: All that was said and that tools returned.
        has_result: Whether a job has ended with a result in this conversation.
    """
    known = _plain("\n".join(evidence))
    found = [claim for claim in _claims(answer) if _plain(claim) not in known]
    if not has_result:
        found += [match[0] for match in _DONE.finditer(answer)]
    return found


def _claims(answer: str) -> Iterator[str]:
    for pattern in (_ADDRESS, _FILE):
        for match in pattern.finditer(answer):
            yield match[0].strip().rstrip(".,;:")
    for match in _QUOTED.finditer(answer):
        yield match[1]
    without = _ADDRESS.sub(" ", answer)
    for match in _FIGURE.finditer(without):
        figure = match[0].strip().rstrip(",")
        if "%" in figure or "." in figure or int(figure.replace(",", "")) >= _SMALL:
            yield figure.removesuffix("%").strip()


def _plain(text: str) -> str:
    """Without what writers differ in: case, spaces, the commas of thousands."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=\d),(?=\d{3})", "", text)).casefold()
