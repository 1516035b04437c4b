"""Whether a booklet addresses the 17 items of RIGHT-PVG, or says that the guideline does not report them.

Source: Wang 2021, Implementation Science, doi 10.1186/s13012-020-01066-z.
"""

from collections.abc import Mapping
from typing import Literal

from tools.medical.booklet import Booklet
from tools.medical.wording import WORDING, Wording

Answer = Literal["addressed", "not reported in the source", "not looked for", "missing"]

#: By item: the parts that address it, any of which will do; "title" and "subtitle" are the booklet's own.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "1.1 identified as a version for patients": ("subtitle",),
    "1.2 topic": ("title",),
    "1.3 year and version": ("year",),
    "2.1 developers and contact": ("developers", "contact"),
    "3.1 main recommendations": ("recommendation",),
    "4.1 the condition": ("fact", "no-facts"),
    "4.2 options": ("recommendation",),
    "5.1 scope, purpose, users": ("scope",),
    "6.1 link to the guideline": ("source",),
    "7.1 recommendations: population, option, benefits and harms, setting": ("recommendation",),
    "7.2 undesirable outcomes": ("warning", "no-warnings"),
    "7.3 self-management": ("recommendation",),
    "8.1 strength and certainty explained": ("legend",),
    "9.1 questions to ask": ("questions",),
    "10.1 terms and abbreviations": ("glossary",),
    "11.1 funding": ("funding",),
    "12.1 conflicts of interest": ("conflicts",),
}


def report(booklet: Booklet) -> dict[str, Answer]:
    """The answer to each item."""
    words = WORDING[booklet.language]  # type: ignore[index]
    present = {"title": booklet.title, "subtitle": booklet.subtitle}
    for part in booklet.parts:
        present.setdefault(part.kind, part.text)
        if part.id:
            present.setdefault(part.id, part.text)
    return {item: _answer(parts, present, words) for item, parts in _PARTS.items()}


def _answer(parts: tuple[str, ...], present: Mapping[str, str], words: Wording) -> Answer:
    texts = [present[part] for part in parts if present.get(part)]
    if not texts:
        return "missing"
    if all(words.not_looked_for in text or words.not_found in text for text in texts):
        return "not looked for"
    return "not reported in the source" if all(words.not_reported in text for text in texts) else "addressed"
