"""Speech tags: the words of narration that say who speaks a quotation.

"Yes," said Emma.    "Yes," she at last replied.    Emma turned to him and said, "Yes."
"Yes," was her answer.    Her only answer was, "Yes."
"""

from collections.abc import Iterator, Sequence

from tools.novels.english.lexicon import PREPOSITIONS, SPEECH_VERBS, WEAK_SPEECH_VERBS, words
from tools.novels.english.narration import Narration, Reference, ReferenceKind, Token, reference_at
from tools.novels.types import Gender

_REPLIES = words(
    """
    reply answer answers observation remark exclamation response question cry comment words rejoinder retort
    assurance declaration language address inquiry enquiry speech salutation greeting whisper
    """
)
_CLAUSE_STARTS = words(
    ", ; : -- — and but when while as that then till until if because for where which who or so"
)
_REPLIERS: dict[str, tuple[str, Gender]] = {
    "his": ("he", "male"),
    "her": ("she", "female"),
    "my": ("i", "unknown"),
}
_SENTENCE_ENDS = frozenset(".!?")
_DASHES = (",", "—", "--")
_AFTER_WINDOW = 160  # characters after a quotation in which its tag begins and ends
_BEFORE_WINDOW = 320  # characters before a quotation that hold the sentence that leads to it
_FILLER = 4  # words from a verb to the speaker after it: "cried out again the old man"
_MODIFIERS = 9  # words from a speaker to the verb: "she at length, with a sigh, replied"
_REPLY_WORDS = 5  # words from an owner to the noun: "her only and very short answer"
_LAST_WORDS = 4  # words before a quotation among which a weak verb of speech counts


def tag_after(text: str, narration: Narration, quote_end: int, limit: int) -> Reference | None:
    """The speaker in the tag that follows a quotation: "said Emma", "she replied", "was his answer"."""
    tokens = _first_clause(narration.tokens(quote_end, min(limit, quote_end + _AFTER_WINDOW)))
    if tokens and tokens[0].word in _DASHES:
        tokens = tokens[1:]
    if not tokens:
        return None
    if tokens[0].word in ("was", "were", "came"):
        return _replier_after(tokens)
    if tokens[0].word in SPEECH_VERBS:
        return _inverted(tokens, 0)
    closes_sentence = text[quote_end - 2 : quote_end - 1] == "."
    return _straight(tokens, takes_weak_verbs=not closes_sentence)


def tag_before(narration: Narration, start: int, quote_start: int) -> Reference | None:
    """The speaker in the tag that leads to a quotation: "Emma turned to him and said,"."""
    tokens = narration.tokens(max(start, quote_start - _BEFORE_WINDOW), quote_start)
    if not tokens or tokens[-1].ends_sentence:
        return None
    tokens = _last_sentence(tokens)
    return _replier_before(tokens) or _led_by_verb(tokens)


def _led_by_verb(tokens: Sequence[Token]) -> Reference | None:
    for index in range(len(tokens) - 1, -1, -1):
        word = tokens[index].word
        is_weak = word in WEAK_SPEECH_VERBS and index < len(tokens) - _LAST_WORDS
        if word in SPEECH_VERBS and not is_weak:
            return _subject_before(tokens, index) or _inverted(tokens, index)
    return None


def _first_clause(tokens: Sequence[Token]) -> list[Token]:
    end = next((index for index, token in enumerate(tokens) if token.ends_sentence), len(tokens))
    return list(tokens[:end])


def _last_sentence(tokens: Sequence[Token]) -> list[Token]:
    for index in range(len(tokens) - 1, -1, -1):
        if tokens[index].word in _SENTENCE_ENDS or tokens[index].word.isspace():
            return list(tokens[index + 1 :])
    return list(tokens)


def _replier_after(tokens: Sequence[Token]) -> Reference | None:
    """ "...," was Emma's reply; "...," was his only answer."""
    if not any(token.word in _REPLIES for token in tokens[2 : 2 + _REPLY_WORDS]):
        return None
    return _replier(tokens[1])


def _replier_before(tokens: Sequence[Token]) -> Reference | None:
    """ "Mary's declaration was,"; "her answer was:"."""
    noun = next((i for i in range(len(tokens) - 1, -1, -1) if tokens[i].word in _REPLIES), None)
    if noun is None or not any(token.word in ("was", "were") for token in tokens[noun + 1 : noun + 4]):
        return None
    owners = map(_replier, reversed(tokens[max(0, noun - _REPLY_WORDS + 1) : noun]))
    return next(filter(None, owners), None)


def _replier(token: Token) -> Reference | None:
    if token.mention >= 0:
        return Reference(ReferenceKind.NAME, token.start, token.end, mention=token.mention)
    if token.word not in _REPLIERS:
        return None
    pronoun, gender = _REPLIERS[token.word]
    return Reference(ReferenceKind.PRONOUN, token.start, token.end, gender, pronoun)


def _inverted(tokens: Sequence[Token], verb: int) -> Reference | None:
    """A verb with the speaker after it: "said Emma"."""
    for index in range(verb + 1, min(verb + 1 + _FILLER, len(tokens))):
        found = reference_at(tokens, index)
        if found:
            return found[0]
        if tokens[index].word in PREPOSITIONS:
            return None
    return None


def _straight(tokens: Sequence[Token], *, takes_weak_verbs: bool) -> Reference | None:
    """The speaker with a verb after it: "Emma said"; a weak verb only right after it."""
    found = reference_at(tokens, 0)
    if found is None:
        return None
    reference, after = found
    for index in range(after, min(after + _MODIFIERS, len(tokens))):
        word = tokens[index].word
        is_weak = word in WEAK_SPEECH_VERBS and not (takes_weak_verbs and index == after)
        if word in SPEECH_VERBS and not is_weak:
            return reference
    return None


def _subject_before(tokens: Sequence[Token], verb: int) -> Reference | None:
    """The speaker before a verb: the last reference that begins a clause, else the last not governed."""
    free: Reference | None = None
    opening: Reference | None = None
    for reference, opens_clause in _ungoverned(tokens, verb):
        free = reference
        opening = reference if opens_clause else opening
    return opening or free


def _ungoverned(tokens: Sequence[Token], verb: int) -> Iterator[tuple[Reference, bool]]:
    """The references before a verb that no preposition governs, each with whether it begins a clause."""
    index = 0
    while index < verb:
        found = reference_at(tokens, index)
        if found is None:
            if _owns_gerund(tokens, index, verb):
                yield (
                    Reference(
                        ReferenceKind.NAME,
                        tokens[index].start,
                        tokens[index].end,
                        mention=tokens[index].mention,
                    ),
                    True,
                )
            index += 1
            continue
        before = tokens[index - 1].word if index else ","
        reference, index = found
        has_clause = index + 1 < verb and tokens[index + 1].word == "who"
        if before not in PREPOSITIONS or has_clause:
            is_pronoun = reference.kind is ReferenceKind.PRONOUN
            yield reference, before in _CLAUSE_STARTS or is_pronoun or has_clause


def _owns_gerund(tokens: Sequence[Token], index: int, verb: int) -> bool:
    """ "stopped by Miss Tilney's saying"."""
    return tokens[index].is_possessive and index + 3 >= verb and tokens[verb].word.endswith("ing")
