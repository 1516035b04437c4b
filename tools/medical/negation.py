"""Whether a sentence denies something, and which sentence of a source it answers to."""

import itertools
import re
from collections.abc import Sequence

from tools.medical.denials import find_denials
from tools.medical.sentences import split_sentences
from tools.text.language import Language

_CONTENT = re.compile("[a-z]{4,}|[\u3400-\u9fff]")
_CLAUSE = re.compile("[，；]")
_ALSO = re.compile("[^也，]{0,4}也(?!就|是)(?P<not>不|别|勿|请勿|切勿|没|避免)?")
_MODAL = re.compile("要|应|可以|能|最好|推荐|建议|请")
_CONDITION = re.compile("^(?:如果|即使|虽然|就算)|(?:时|者|的话)$")
_DENIAL = re.compile("[不别勿没无未]|避免|禁")


def is_denied(sentence: str, language: Language) -> bool:
    """Whether the sentence holds a word of denial or prohibition."""
    return bool(find_denials(sentence, language).hard)


def contradicts_itself(sentence: str) -> bool:
    """Whether 「也」 joins what one does to what one does not: 「要开车，也不要操作机器」."""
    for before, clause in itertools.pairwise(_CLAUSE.split(sentence)):
        also = _ALSO.match(clause)
        if also and _MODAL.search(before) and not _CONDITION.search(before):
            return bool(_DENIAL.search(before)) != bool(also["not"])
    return False


def nearest(sentence: str, texts: Sequence[str], language: Language) -> str | None:
    """The sentences of ``texts`` that ``sentence`` says again; None where none shares a word with it.

    That are, for each of its sentences, the one that shares most words, and those it repeats a quarter of.
    """
    candidates = [piece.text for text in texts for piece in split_sentences(text, language)]
    chosen = set[int]()
    for part in split_sentences(sentence, language):
        wanted = _content(part.text)
        likeness = [_overlap(wanted, _content(candidate)) for candidate in candidates]
        if likeness and max(likeness):
            chosen.add(likeness.index(max(likeness)))
    said = _content(sentence)
    chosen.update(
        number
        for number, candidate in enumerate(candidates)
        if (words := _content(candidate)) and 4 * len(words & said) >= len(words)
    )
    return " ".join(candidates[number] for number in sorted(chosen)) or None


def _content(sentence: str) -> frozenset[str]:
    """Beginnings of English words, so that endings do not part them, and pairs of Chinese characters."""
    units = _CONTENT.findall(sentence.lower())
    words = {unit[:6] for unit in units if unit.isascii()}
    han = [unit for unit in units if not unit.isascii()]
    return frozenset(words | {one + other for one, other in itertools.pairwise(han)})


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
