"""English cues that words in quotation marks are not spoken: they are mentioned, read or reported."""

import re

from tools.novels.english.lexicon import SPEECH_VERBS, WEAK_SPEECH_VERBS
from tools.novels.quotation_context import Quoted

# "called" and "gave" lead to names and phrases as often as to speech.
LEADING_VERBS = SPEECH_VERBS - WEAK_SPEECH_VERBS | {"went", "thought", "think", "thinking", "told", "begin"}

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_REACH = 60  # characters on each side that can hold the speech verb
_NEAR = 4  # words before a quotation among which its speech verb stands
_NEAR_AFTER = 3  # words behind it
_FEW_WORDS = 6  # a name, a title or a phrase that is mentioned is seldom longer
_REPORT_WORDS = 8  # reported speech is seldom shorter
_SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
_CONJUNCTIONS = {"and", "as", "but", "or", "that", "to", "when", "which", "who"}

_UNSPOKEN = re.compile(
    r"\b(?:meant|implied|expressed"
    r"|(?:seem(?:s|ed)?|as much as|as if|almost ready|longed) to (?:say|exclaim|ask|add)"
    r"|almost said|could have said|to have said)[,:;—–-]*$"
)
_FIRST_OR_SECOND_PERSON = re.compile(
    r"\b(?:i|me|my|mine|myself|you|your|yours|yourself|we|us|our|ours|ourselves|thou|thee|thy|ye)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:is|are|am|has|have|does|do|will|shall|can|may|(?:is|are|do|does|has|have)n['’]t|won['’]t|can['’]t"
    r"|(?:it|that|he|she|what|there)['’]s)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|had|would|could|should|did|might|must)(?:n['’]t)?\b", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:would|could|should|might|must)(?:n['’]t)?\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(r"\b(?:he|she|they|him|her|his|them|their|it|there)\b", re.IGNORECASE)


def is_spoken(quoted: Quoted, *, follows_speech: bool) -> bool:
    """Whether the words in the marks are somebody's speech or thought.

    What begins a paragraph is speech, and so is what stands next to a speech verb. Of the rest these are not:
    a word, a phrase or a title that the sentence only mentions, what a look "seemed to say", and speech that
    the narrator reports in the third person and the past tense ("He should be happy to see them").
    """
    if quoted.begins_paragraph:
        return True
    words, before = quoted.words, quoted.before
    if _UNSPOKEN.search(before):
        return False
    reported = not follows_speech and _is_reported(words, quoted.after)
    if reported and words[0].islower():
        return False
    if not reported and not _is_mentioned(words, before):
        return True
    after = quoted.after[:_REACH]
    return _has_speech_verb(before[-_REACH:], last=True) or _has_speech_verb(after, last=False)


def _is_mentioned(words: str, before: str) -> bool:
    """No punctuation leads up to it, and it reads like a part of the sentence or like a name."""
    if not before[-1:].isalnum() or "!" in words or "?" in words:
        return False
    found = _WORD.findall(words)
    if not found or found[0][0].islower():
        return True
    if len(found) > _FEW_WORDS:
        return False
    return words[-1] not in ".-—–" or _is_name(found)


def _is_name(words: list[str]) -> bool:
    return all(word[0].isupper() or word in _SMALL_WORDS for word in words)


def _is_reported(words: str, after: str) -> bool:
    """Third person and past tense throughout, and too long to be the reply to a gesture."""
    if _FIRST_OR_SECOND_PERSON.search(words) or _PRESENT.search(words):
        return False
    if not (_PAST.search(words) and _THIRD_PERSON.search(words)) or len(words.split()) < _REPORT_WORDS:
        return False
    return bool(_MODAL.search(words) or _WORD.search(after))


def _has_speech_verb(narration: str, *, last: bool) -> bool:
    """Whether one of the words next to the quotation is a speech verb."""
    found = [word.lower() for word in _WORD.findall(narration)]
    if not last and found and found[0] in _CONJUNCTIONS:
        return False  # the sentence goes on: it was "old Hill," and he went
    return not LEADING_VERBS.isdisjoint(found[-_NEAR:] if last else found[:_NEAR_AFTER])
