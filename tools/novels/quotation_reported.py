"""Speech that the narrator reports in quotation marks: in the third person and the past tense.

Novels of the eighteenth and nineteenth centuries print free indirect speech so: "He should be happy to see
them, if she would let him."
"""

import re
from collections.abc import Iterator, Sequence

from tools.novels.quotation_context import Quoted

Turn = list[Quoted]
"""Quotations of one paragraph with a short clause between them at most: parts of a speech, or its reply."""

_ANSWER = re.compile(r"[^\w\n]*\n\s*_?[\"“'‘«„]")
_CLAUSE = 80  # characters between two parts of a turn, such as: he said, turning to her
_SENTENCE_BREAK = re.compile(r"\w[.!?]['’\"”)]*\s+\S")
_LONG = 25  # words; shorter speech about the past has no first or second person by chance
_SHORT = 8  # words; a reply to a gesture is seldom longer

# Reporting changes the person and the tense, and writes contractions out.
_DIRECT = re.compile(
    r"\b(?:i|me|my|mine|myself|you|your|yours|yourself|we|us|our|ours|ourselves|thou|thee|thy|ye"
    r"|is|are|am|has|have|does|do|will|shall|can|may)\b"
    r"|['’](?:d|ll|m|re|t|ve)\b|\b(?:it|that|he|she|what|there)['’]s\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|had|would|could|should|did|might|must)\b", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:would|could|should|might|must)\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(
    r"\b(?:he|she|they|him|her|hers|his|them|their|it|there|himself|herself|themselves)\b", re.IGNORECASE
)


def iter_turns(quotations: Sequence[Quoted]) -> Iterator[Turn]:
    """The turns of one paragraph, in order."""
    turn: Turn = []
    for quoted in quotations:
        if turn and not _is_clause(quoted.text[turn[-1].end : quoted.start]):
            yield turn
            turn = []
        turn.append(quoted)
    if turn:
        yield turn


def is_reported(turn: Turn, *, expects_speech: bool) -> bool:
    """Whether all of a turn is in the third person and the past tense, and too long to be so by chance.

    What begins a paragraph or is answered in the next one never counts as reported: in dialogue, talk about
    absent people looks the same.

    Args:
        expects_speech: Whether a speech verb stands beside the turn, or speech before it in the paragraph;
            then only a long one is reported, or one that goes on with the narrator's sentence.
    """
    words = " ".join(word for quoted in turn for word in quoted.words.split())
    if turn[0].begins_paragraph or not _is_in_third_person_past(words):
        return False
    length, last = len(words.split()), turn[-1]
    if words[0].islower():
        return length >= _SHORT
    if _ANSWER.match(last.text, last.end):
        return False
    goes_on = any(character.isalnum() for character in last.after)
    return length >= (_LONG if expects_speech or not (goes_on or _MODAL.search(words)) else _SHORT)


def _is_in_third_person_past(words: str) -> bool:
    return bool(not _DIRECT.search(words) and _PAST.search(words) and _THIRD_PERSON.search(words))


def _is_clause(narration: str) -> bool:
    return len(narration) <= _CLAUSE and not _SENTENCE_BREAK.search(narration.strip())
