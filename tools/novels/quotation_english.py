"""English cues that words in quotation marks are not spoken: they are mentioned, read or reported."""

import re
from collections.abc import Iterator, Sequence

from tools.novels.english.lexicon import SPEECH_VERBS, WEAK_SPEECH_VERBS
from tools.novels.quotation_context import Quoted
from tools.novels.quotation_reported import is_reported, iter_turns

# "called" and "gave" lead to names and phrases as often as to speech.
LEADING_VERBS = SPEECH_VERBS - WEAK_SPEECH_VERBS | {"went", "thought", "think", "thinking", "told", "begin"}

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_REACH = 60  # characters on each side that can hold the speech verb
_NEAR = 4  # words before a quotation among which its speech verb stands
_NEAR_AFTER = 3  # words behind it
_FEW_WORDS = 6  # a name, a title or a phrase that is mentioned is seldom longer
_SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
_SENTENCE_ENDS = frozenset(".!?")
_CONJUNCTIONS = {"and", "as", "but", "or", "so", "that", "to", "when", "which", "who"}

_UNSPOKEN = re.compile(
    r"\b(?:meant|implied|expressed"
    r"|(?:seem(?:s|ed)?|as much as|as if|almost ready|longed) to (?:say|exclaim|ask|add)"
    r"|almost said|could have said|to have said"
    r"|(?i:never|nobody|no one)(?! ceas| fail| forg| tire)(?:\s\w+){0,2}?\s(?:say|said)(?:\sto\s\w+)?"
    r"|(?i:no|not|never)(?:\s\w+){0,3}?\s(?:courage|inclination|power|temptation|wish)"
    r"\s(?:to\ssay|of\ssaying)(?:\sto\s\w+)?"
    r")[,:;—–-]*$"
)
_SPEECH_NOUN = re.compile(
    r"\W*(?:was|were)\s(?:[^\W_]+['’]?\s){1,5}?"
    r"(?:answer|cry|declaration|exclamation|observation|question|rejoinder|remark|reply|response|speech|whisper)s?\b"
)


def spoken(quotations: Sequence[Quoted]) -> Iterator[Quoted]:
    """Those quotations of one paragraph that are somebody's speech or thought.

    What begins a paragraph is speech, and so is what stands next to a speech verb. Of the rest these are not:
    a word, a phrase or a title that the sentence only mentions, what a look "seemed to say", and speech that
    the narrator reports in the third person and the past tense ("He should be happy to see them").
    """
    follows_speech = False
    for turn in iter_turns(quotations):
        if is_reported(turn, expects_speech=follows_speech or any(map(_is_tagged, turn))):
            continue
        if turn[0].words[0].islower() and is_reported(turn[:1], expects_speech=True):
            turn = turn[1:]
        for quoted in turn:
            if quoted.begins_paragraph or _is_spoken(quoted):
                follows_speech = True
                yield quoted


def _is_spoken(quoted: Quoted) -> bool:
    if _UNSPOKEN.search(quoted.before):
        return False
    return not _is_mentioned(quoted.words, quoted.before) or _is_tagged(quoted)


def _is_tagged(quoted: Quoted) -> bool:
    if _SPEECH_NOUN.match(quoted.after):
        return True
    before = quoted.before[-_REACH:]
    if before[-1:] in _SENTENCE_ENDS:
        before = ""
    return _has_speech_verb(before, last=True) or _has_speech_verb(quoted.after[:_REACH], last=False)


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


def _has_speech_verb(narration: str, *, last: bool) -> bool:
    """Whether one of the words next to the quotation is a speech verb."""
    found = [word.lower() for word in _WORD.findall(narration)]
    if not last and found and found[0] in _CONJUNCTIONS:
        return False  # the sentence goes on: it was "old Hill," and he went
    return not LEADING_VERBS.isdisjoint(found[-_NEAR:] if last else found[:_NEAR_AFTER])
