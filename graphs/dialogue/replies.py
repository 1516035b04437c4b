"""What a request for replies comes to, as the output has it."""

from itertools import islice

from graphs.dialogue.questions import forbidden_in, ranked_phrases
from graphs.dialogue.state import Conversation, Failure, Missing, QuickPhrase, Replies, Reply
from tools.dialogue.drafts import Slot
from tools.dialogue.phrase_bank import STANDARD, kind_of
from tools.dialogue.writing import Assignment, Outcome, Written
from tools.errors import ServiceError

_MOST_PHRASES = 8
_BANK_IS_EMPTY = "no language model is configured, and the phrase bank holds no more"


def reply_of(request_id: str, written: Written) -> Reply:
    """A reply that a model wrote."""
    slot = written.slot
    return Reply(
        id=f"{request_id}.{slot.id}",
        text=written.text,
        intent=slot.intent,
        manner=slot.manner,
        source="model",
    )


def from_written(
    conversation: Conversation, request_id: str, assignment: Assignment, outcome: Outcome
) -> Replies:
    """What a model wrote, what is missing and why, and what there is to fall back on."""
    missing = [
        _missing(slot, outcome.reasons[slot.id]) for slot in assignment.slots if slot.id in outcome.reasons
    ]
    return Replies(
        request_id=request_id,
        mode="model",
        language=assignment.rules.language,
        wanted=len(assignment.slots),
        replies=[reply_of(request_id, written) for written in outcome.written],
        missing=missing,
        failure=_failure(outcome.failure) if outcome.failure is not None else None,
        phrases=_phrases(conversation, assignment, begin=0) if missing else [],
    )


def from_phrases(conversation: Conversation, request_id: str, assignment: Assignment) -> Replies:
    """The most fitting of the user's own sentences, in place of replies that nobody can write."""
    wanted = len(assignment.slots)
    # "More" passes over those that were offered before.
    ranked = (each for each in ranked_phrases(conversation) if each.text not in assignment.rules.others)
    replies = [
        Reply(
            id=f"{request_id}.{number}",
            text=phrase.text,
            intent=kind_of(phrase.text),
            manner="plain",
            source="phrase_bank",
        )
        for number, phrase in enumerate(islice(ranked, wanted), 1)
    ]
    missing = [_missing(slot, _BANK_IS_EMPTY) for slot in assignment.slots[len(replies) :]]
    return Replies(
        request_id=request_id,
        mode="offline",
        language=assignment.rules.language,
        wanted=wanted,
        replies=replies,
        missing=missing,
        failure=None,
        phrases=_phrases(conversation, assignment, begin=len(replies)) if missing else [],
    )


def _phrases(conversation: Conversation, assignment: Assignment, *, begin: int) -> list[QuickPhrase]:
    """The user's own sentences, then standard ones; none that a taboo or a red line forbids."""
    never = forbidden_in(conversation)
    standard = [
        QuickPhrase(text=text, source="standard")
        for text in STANDARD[assignment.rules.language]
        if not any(each.is_in(text) for each in never)
    ]
    ranked = islice(ranked_phrases(conversation), begin, begin + _MOST_PHRASES - len(standard))
    return [*(QuickPhrase(text=each.text, source="own") for each in ranked), *standard]


def _missing(slot: Slot, reason: str) -> Missing:
    return Missing(intent=slot.intent, manner=slot.manner, reason=reason)


def _failure(error: ServiceError) -> Failure:
    return Failure(code=error.code, message=error.message, hint=error.hint)
