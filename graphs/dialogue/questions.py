"""What a model is told of a conversation: the user's words as data, each under its id."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from graphs.dialogue.conversation import language_of
from graphs.dialogue.state import Asked, Conversation, Message
from prompts import PROMPTS, Prompt
from tools.dialogue.checking import MOST_CHARACTERS, MOST_SENTENCES, Forbidden, Rules
from tools.dialogue.phrase_bank import Phrase, rank
from tools.dialogue.point_of_view import Parties, parties
from tools.dialogue.slots import Wishes, plan_slots, read_chips
from tools.dialogue.writing import Assignment

_MOST_MESSAGES = 40
_MOST_PHRASES = 12
_MOST_OFFERED = 20
_SURE = 0.6  # confidence of a recogniser from which it is not worth telling
_TOLD_OF_ME = ("name", "age", "gender", "relations", "personalities", "preferences", "common_topics", "style")


def prompt_for(name: str, conversation: Conversation) -> Prompt:
    """The prompt in the conversation's language."""
    return PROMPTS[f"dialogue/{name}.{language_of(conversation)}"]


def assignment_of(conversation: Conversation, asked: Asked, offered: Sequence[str]) -> Assignment:
    """What a model is asked, to write replies."""
    language = language_of(conversation)
    never = forbidden_in(conversation)
    wishes = _wishes(conversation)
    offered = offered[-_MOST_OFFERED:] if asked["more"] else ()
    data = {
        "language": language,
        "limits": {"characters": MOST_CHARACTERS[language], "sentences": MOST_SENTENCES},
        "never": [{"id": each.id, "text": each.text, "words": list(each.words)} for each in never],
        **_situation(conversation, asked["focus"]),
        "answer_to": _line_to_answer(conversation["messages"]),
        "focus": asked["focus"],
        "intent": _intent(conversation),
        "letters": _letters(conversation),
        "adjustments": [adjustment["text"] for adjustment in conversation["adjustments"]],
        "offered": list(offered),
    }
    return Assignment(
        prompt=prompt_for("replies", conversation),
        data=data,
        slots=plan_slots(conversation["count"], wishes, has_own_words=_has_own_words(conversation, wishes)),
        rules=Rules(language=language, parties=_parties(conversation), never=never, others=offered),
    )


def reading_of(conversation: Conversation, *, is_whole: bool) -> dict[str, Any]:
    """What a model is told, to read something out of a talk.

    Args:
        conversation: The talk.
        is_whole: Whether all of it is told, or its end.
    """
    told = _situation(conversation, ())
    if is_whole:
        told["conversation"] = [_line(message) for message in conversation["messages"]]
    return {"language": language_of(conversation), **told}


def forbidden_in(conversation: Conversation) -> list[Forbidden]:
    """The taboos of both, and the user's red lines, each under an id."""
    taboos = [*conversation["profile"].get("taboos", ()), *conversation["partner"].get("taboos", ())]
    lines: list[Mapping[str, Any]] = conversation["profile"].get("red_lines", [])
    return [
        *(
            Forbidden(id=f"t{number}", text=taboo, words=(taboo,))
            for number, taboo in enumerate(dict.fromkeys(taboos), 1)
        ),
        *(
            Forbidden(id=f"r{number}", text=line["text"], words=tuple(line.get("words") or (line["text"],)))
            for number, line in enumerate(lines, 1)
        ),
    ]


def ranked_phrases(conversation: Conversation) -> Iterator[Phrase]:
    """The user's phrase bank without what it may not hold, the most fitting first."""
    never = forbidden_in(conversation)
    phrases = [
        Phrase(text=phrase["text"], uses=phrase.get("uses", 0))
        for phrase in conversation["profile"].get("phrases", ())
    ]
    ranked = rank(phrases, heard_last(conversation["messages"]), _typed(conversation))
    return (phrase for phrase in ranked if not any(each.is_in(phrase.text) for each in never))


def heard_last(messages: Sequence[Message]) -> str:
    """What the partner said last."""
    return next((each["text"] for each in reversed(messages) if each["speaker"] == "partner"), "")


def _situation(conversation: Conversation, focus: Sequence[str]) -> dict[str, Any]:
    profile, partner = conversation["profile"], conversation["partner"]
    me = {name: profile[name] for name in _TOLD_OF_ME if profile.get(name)}
    messages = conversation["messages"]
    recent = len(messages) - _MOST_MESSAGES
    shown = [each for place, each in enumerate(messages) if place >= recent or each["id"] in focus]
    return {
        "me": {
            **me,
            "words": profile.get("tone_words", []),
            "phrases": [phrase.text for phrase in islice(ranked_phrases(conversation), _MOST_PHRASES)],
        },
        "partner": {name: value for name, value in partner.items() if name not in ("id", "taboos")},
        "scenario": " ".join([conversation["scenario"], *conversation["supplements"]]).strip(),
        "earlier_talks": [
            {"at": talk["at"], "summary": talk["summary"], "facts": talk["facts"]}
            for talk in conversation["talks"]
        ],
        "conversation": [_line(message) for message in shown],
    }


def _line(message: Message) -> dict[str, Any]:
    line = {"id": message["id"], "speaker": message["speaker"], "text": message["text"]}
    confidence = message["confidence"]
    is_unsure = confidence is not None and confidence < _SURE and message["heard"] is None
    return {**line, "heard_with_confidence": confidence} if is_unsure else line


def _line_to_answer(messages: Sequence[Message]) -> str | None:
    last = messages[-1] if messages else None
    return last["id"] if last is not None and last["speaker"] == "partner" else None


def _intent(conversation: Conversation) -> dict[str, Any] | None:
    intent = conversation["intent"]
    return {name: value for name, value in intent.items() if value} if intent else None


def _wishes(conversation: Conversation) -> Wishes:
    return read_chips((conversation["intent"] or {}).get("chips", ()))


def _has_own_words(conversation: Conversation, wishes: Wishes) -> bool:
    intent = conversation["intent"] or {}
    return bool(intent.get("text") or intent.get("keywords") or intent.get("opinion") or wishes.words)


def _typed(conversation: Conversation) -> str:
    """What the user typed, with what its letters stand for."""
    intent = conversation["intent"] or {}
    words = [intent.get("text", ""), *intent.get("keywords", ()), *intent.get("chips", ())]
    return " ".join([*words, *_letters(conversation).values()]).strip()


def _letters(conversation: Conversation) -> dict[str, str]:
    intent = conversation["intent"] or {}
    typed = " ".join([intent.get("text", ""), *intent.get("keywords", ())]).casefold().split()
    known: Mapping[str, str] = conversation["profile"].get("abbreviations", {})
    return {letters: meaning for letters, meaning in known.items() if letters.casefold() in typed}


def _parties(conversation: Conversation) -> Parties:
    profile, partner = conversation["profile"], conversation["partner"]
    return parties(
        my_name=profile.get("name"),
        my_positions=profile.get("relations", ()),
        partner_name=partner.get("name"),
        partner_positions=partner.get("relations", ()),
        partner_lines=[each["text"] for each in conversation["messages"] if each["speaker"] == "partner"],
    )
