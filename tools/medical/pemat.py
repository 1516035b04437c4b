"""How understandable and actionable a booklet is: the items of PEMAT-P and CDC's index that code can judge.

Sources: AHRQ, Patient Education Materials Assessment Tool for printable materials (PEMAT-P), 2013;
CDC Clear Communication Index, 2014. Items that need a person's eye are left out, and are not counted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from tools.medical.booklet import Booklet, Part
from tools.medical.quantities import find_quantities
from tools.medical.readability import measure_chinese, measure_english

Answer = Literal["agree", "disagree", "not applicable"]

_HIGHEST_GRADE = 8.0
_LONGEST_CHINESE = 25.0  # characters of a sentence on average
_LONGEST_SECTION = 24  # parts under one heading
_MOST_PASSIVE = 0.3  # of the sentences
_MOST_ACTIONS = 2  # of one sentence: "take", "and then call"
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?!recommended|advised|suggested|needed)\w+(?:ed|en)\b"
)
_YOU = {"en": re.compile(r"\byou(?:r|rs)?\b", re.IGNORECASE), "zh": re.compile("您|你")}
_ONE_IN = re.compile(r"\b(?:1|one) in (?:every )?\d+\b|每\d+人中(?:有)?1人(?!\d)", re.IGNORECASE)
_THEN = re.compile(r"\b(?:and then|after that|next,)|然后|随后", re.IGNORECASE)


def report(booklet: Booklet) -> dict[str, Any]:
    """The answers, and of each part the share of "agree", in percent."""
    pemat: dict[str, Answer] = {item: judge(booklet) for item, judge in _PEMAT.items()}
    cdc: dict[str, Answer] = {item: judge(booklet) for item, judge in _CDC.items()}
    acting = {item for item in pemat if int(item.split()[0]) >= _FIRST_ACTION}
    actions: dict[str, Answer] = {item: answer for item, answer in pemat.items() if item in acting}
    rest: dict[str, Answer] = {item: answer for item, answer in pemat.items() if item not in acting}
    return {
        "items": pemat,
        "understandability": _share(rest),
        "actionability": _share(actions),
        "cdc_items": cdc,
        "cdc": _share(cdc),
    }


def _share(answers: Mapping[str, Answer]) -> float | None:
    counted = [answer for answer in answers.values() if answer != "not applicable"]
    return round(100 * counted.count("agree") / len(counted), 1) if counted else None


def _of(booklet: Booklet, *kinds: str) -> list[Part]:
    return [part for part in booklet.parts if part.kind in kinds]


def _told(booklet: Booklet) -> str:
    return " ".join(part.text for part in _of(booklet, "recommendation", "warning", "fact", "addition"))


def _agreed(is_so: bool) -> Answer:
    return "agree" if is_so else "disagree"


def _has(booklet: Booklet, *ids: str) -> bool:
    return {part.id for part in booklet.parts} >= set(ids)


def _purpose(booklet: Booklet) -> Answer:
    return _agreed(bool(booklet.title and booklet.subtitle) and _has(booklet, "scope"))


def _common_words(booklet: Booklet) -> Answer:
    text = _told(booklet)
    if booklet.language == "zh":
        chinese = measure_chinese(text)
        return _agreed(chinese is not None and chinese.characters_per_sentence <= _LONGEST_CHINESE)
    english = measure_english(text)
    return _agreed(english is not None and english.flesch_kincaid_grade <= _HIGHEST_GRADE)


def _terms_explained(booklet: Booklet) -> Answer:
    return _agreed(_has(booklet, "glossary"))


def _active_voice(booklet: Booklet) -> Answer:
    sentences = _of(booklet, "recommendation", "warning", "fact", "addition")
    if booklet.language == "zh" or not sentences:
        return "not applicable"
    return _agreed(
        sum(bool(_PASSIVE.search(one.text)) for one in sentences) <= _MOST_PASSIVE * len(sentences)
    )


def _clear_numbers(booklet: Booklet) -> Answer:
    text = _told(booklet)
    return _agreed(not _ONE_IN.search(text)) if find_quantities(text) else "not applicable"


def _short_sections(booklet: Booklet) -> Answer:
    return _agreed(max(map(len, _sections(booklet)), default=0) <= _LONGEST_SECTION)


def _sections(booklet: Booklet) -> Sequence[Sequence[Part]]:
    """The parts under each heading, but for the list of sources, which is for looking up."""
    found: list[list[Part]] = [[]]
    for part in booklet.parts:
        if part.kind == "heading":
            found.append([])
        elif part.kind != "source":
            found[-1].append(part)
    return found


def _headers(booklet: Booklet) -> Answer:
    headings = [part.text for part in _of(booklet, "heading")]
    return _agreed(len(headings) >= 3 and len(set(headings)) == len(headings))


def _summary(booklet: Booklet) -> Answer:
    """The main message stands before everything else that the guideline says."""
    kinds = [part.kind for part in booklet.parts if part.kind in ("recommendation", "warning", "fact")]
    return _agreed(bool(kinds) and kinds[0] == "recommendation")


def _cues(booklet: Booklet) -> Answer:
    """Signs for strength stand beside the recommendations."""
    given = _of(booklet, "recommendation")
    return _agreed(bool(given) and all(part.label for part in given))


def _tables(booklet: Booklet) -> Answer:
    tables = _of(booklet, "table")
    return _agreed(all(part.text and len(part.rows) > 1 for part in tables)) if tables else "not applicable"


def _actions(booklet: Booklet) -> Answer:
    return _agreed(bool(_of(booklet, "recommendation")))


def _speaks_to_reader(booklet: Booklet) -> Answer:
    return _agreed(bool(_YOU["zh" if booklet.language == "zh" else "en"].search(_told(booklet))))


def _steps(booklet: Booklet) -> Answer:
    """No recommendation is a chain of actions."""
    given = _of(booklet, "recommendation")
    return _agreed(all(len(_THEN.findall(part.text)) < _MOST_ACTIONS for part in given))


def _help(booklet: Booklet) -> Answer:
    return _agreed(
        _has(booklet, "disclaimer") and bool(_of(booklet, "warning") or _has(booklet, "no-warnings"))
    )


def _questions(booklet: Booklet) -> Answer:
    return _agreed(_has(booklet, "questions"))


def _certainty(booklet: Booklet) -> Answer:
    return _agreed(_has(booklet, "legend"))


_FIRST_ACTION = 20  # PEMAT-P's items from 20 on are about acting
_PEMAT: Mapping[str, Callable[[Booklet], Answer]] = {
    "1 purpose is evident": _purpose,
    "3 common, everyday language": _common_words,
    "4 medical terms are explained": _terms_explained,
    "5 active voice": _active_voice,
    "6 numbers are clear": _clear_numbers,
    "8 short sections": _short_sections,
    "9 informative headers": _headers,
    "11 main points stand together": _summary,
    "12 visual cues": _cues,
    "19 tables have headings": _tables,
    "20 at least one action": _actions,
    "21 addresses the reader": _speaks_to_reader,
    "22 actions in steps": _steps,
    "23 a tool to act with: questions": _questions,
}
_CDC: Mapping[str, Callable[[Booklet], Answer]] = {
    "1 one main message": _summary,
    "2 main message at the top": _summary,
    "3 main message with a visual cue": _cues,
    "5 a call to action": _actions,
    "6 active voice": _active_voice,
    "7 words that the audience uses": _common_words,
    "8 lists": _actions,
    "9 chunks with headings": _headers,
    "11 what is known and not known": _certainty,
    "12 recommended behaviour": _actions,
    "13 why it matters, and when to get help": _help,
    "15 numbers that the audience uses": _clear_numbers,
}
