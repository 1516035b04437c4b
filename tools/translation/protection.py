"""What a translation must not touch: markup, code, addresses, placeholders. And numbers, which it must keep.

Such parts never reach a model. It sees marks (``⟦1⟧``) in their place, and its answer is only taken when each
mark stands in it once. Parts at the ends of a segment are not even marked: they are put back by us.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tools.translation.segments import Place, Segment

_MARK = re.compile("\u27e6(\\d+)\u27e7")
_ADDRESSES = (
    r"""(?:https?|ftp)://[^\s<>"'\u3000-\u303f\uff00-\uffef]*[^\s<>"'.,;:!?)\]}\u3000-\u303f\uff00-\uffef]"""
)
_MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PLACEHOLDERS = (
    r"\{\{[^{}]*\}\}",  # {{ name }}
    r"\$\{[^{}]*\}",  # ${name}
    r"%\([^()\s]+\)[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]",  # %(name)s
    r"%(?:\d+\$)?[-+#0]*\d*(?:\.\d+)?[sdifuxXobceEgG@](?![A-Za-z])",  # %s, %1$d
    r"\{(?:[A-Za-z_][\w.]*|\d*)(?:![rsa])?(?::[^{}]*)?\}",  # {name:.2f}, {0}, {}
    r"<%=?[^%]*%>",
    "\u27e6\\d+\u27e7",  # what looks like one of our own marks
)
_KEPT = re.compile("|".join((_ADDRESSES, _MAIL, *_PLACEHOLDERS)))
_MAYBE_KEPT = re.compile("[:@{%<\u27e6]")  # one of these stands in each of them
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A segment's words as a model may see them, and what was taken out."""

    words: str  #: With marks for what was taken out of the middle.
    before: str  #: What stands in front of the words.
    after: str
    parts: tuple[str, ...]  #: Part n is marked ``⟦n⟧``, from 1.

    @property
    def has_words(self) -> bool:
        """Whether anything is left to be translated: a letter, which no mark has."""
        return any(map(str.isalpha, self.words))

    def problems(self, translation: str) -> list[str]:
        """What is wrong with the marks of a translation of ``words``, for the model to read."""
        marks = _MARK.findall(translation)
        if not marks and not self.parts:
            return []
        found = Counter(map(int, marks))
        problems: list[str] = []
        for number in range(1, len(self.parts) + 1):
            if found[number] != 1:
                times = f"once, not {found[number]} times"
                problems.append(f"the mark \u27e6{number}\u27e7 has to stand in it {times}")
        unknown = sorted(number for number in found if not 1 <= number <= len(self.parts))
        problems += [f"there is no mark \u27e6{number}\u27e7" for number in unknown]
        return problems

    def restore(self, translation: str) -> str:
        """The translation with everything back in its place. Its marks have to be right: see ``problems``."""
        words = _MARK.sub(lambda mark: self.parts[int(mark[1]) - 1], translation.strip())
        return self.before + words + self.after


def protect(segment: Segment) -> Protected:
    """Take out of a segment what is no words."""
    text = segment.text
    found = [each.span() for each in _KEPT.finditer(text)] if _MAYBE_KEPT.search(text) else []
    places = _joined(text, [*segment.kept, *found]) if found or segment.kept else []
    start, end = 0, len(text)
    if places and not text[: places[0][0]].strip():
        start = places.pop(0)[1]
    if places and not text[places[-1][1] :].strip():
        end = places.pop()[0]
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    parts: list[str] = []
    words: list[str] = []
    done = start
    for place in places:
        parts.append(text[place[0] : place[1]])
        words += [text[done : place[0]], f"\u27e6{len(parts)}\u27e7"]
        done = place[1]
    words.append(text[done:end])
    return Protected(words="".join(words), before=text[:start], after=text[end:], parts=tuple(parts))


def number_problems(source: str, translation: str) -> list[str]:
    """Numbers of the source that the translation does not have, and new ones.

    Compared are the digits alone, so that 1,000.5 may become 1.000,5 or 1 000,5. A number that a language may
    say in words or in other units (10,000 as 1万) is a problem to look at, not proof of a mistake.
    """
    ours, theirs = numbers_in(source), numbers_in(translation)
    if not ours and not theirs:
        return []
    missing = [f"the number {number} is missing" for number in (ours - theirs).elements()]
    return [*missing, *(f"the number {number} is not in the source" for number in (theirs - ours).elements())]


def without_marks(text: str) -> str:
    """The text with a space for each mark."""
    return _MARK.sub(" ", text)


@lru_cache(maxsize=512)  # an answer is held against its question by several rules
def numbers_in(text: str) -> Counter[str]:
    """The numbers of a text, by their digits alone; read it, and change nothing."""
    if not _NUMBER.search(text):
        return Counter()
    plain = without_marks(text).translate(_DIGITS)
    return Counter(re.sub(r"\D", "", number) for number in _NUMBER.findall(plain))


def _joined(text: str, places: Sequence[Place]) -> list[Place]:
    """In order, and those that meet or overlap, or have only white space between them, as one."""
    joined: list[Place] = []
    for start, end in sorted(place for place in places if place[0] < place[1]):
        if joined and (start <= joined[-1][1] or not text[joined[-1][1] : start].strip()):
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
