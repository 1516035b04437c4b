"""A conversation as it goes on: what each input changes of it."""

from collections.abc import Sequence
from typing import Any

from graphs.dialogue.state import (
    Adjustment,
    Conversation,
    Correction,
    Input,
    Language,
    Message,
    Said,
    Setup,
)
from tools.dialogue.wording import bare
from tools.errors import Conflict, InputTooLarge, InvalidInput
from tools.translation.scripts import language_by_script

MOST_MESSAGES = 5000
_MOST_ADJUSTMENTS = 50
_DEFAULT_COUNT = 3
_RECENT = 10  # messages that tell the language


def begin() -> Conversation:
    """A conversation of which nothing is known."""
    return Conversation(
        language=None,
        count=_DEFAULT_COUNT,
        profile={},
        partner={},
        scenario="",
        supplements=[],
        keep=False,
        messages=[],
        intent=None,
        adjustments=[],
        talks=[],
    )


def proceed(before: Conversation, given: Input) -> Conversation:
    """The conversation with what is new in it; the one before stays as it is.

    Raises:
        InvalidInput: A correction, an undo or a focus names what does not exist.
        Conflict: A message's id is another message's.
        InputTooLarge: There are too many messages.
    """
    now = before.copy()
    _set_up(now, given.setup)
    _add_messages(now, given.said)
    now["messages"] = _corrected(now["messages"], given.corrections)
    if given.supplement:
        now["supplements"] = [*now["supplements"], given.supplement]
    if any(message.speaker == "me" for message in given.said):
        now["intent"] = None
        now["profile"] = _with_uses(now["profile"], given.said)
    if given.intent is not None:
        now["intent"] = None if given.intent.is_empty else given.intent.model_dump()
    now["adjustments"] = _adjusted(now["adjustments"], given)
    known = {message["id"] for message in now["messages"]}
    if unknown := [id for id in given.focus if id not in known]:
        raise _unknown("focus", "message", unknown)
    return now


def language_of(conversation: Conversation) -> Language:
    """The language of the replies: the one that was chosen, else that of what was said last."""
    if conversation["language"]:
        return conversation["language"]
    intent = conversation["intent"] or {}
    said = [message["text"] for message in conversation["messages"][-_RECENT:]]
    texts = [*said, *([] if said else [conversation["scenario"], intent.get("text", "")])]
    return "zh" if language_by_script("\n".join(texts)) == "zh" else "en"


def _set_up(now: Conversation, setup: Setup) -> None:
    for name in ("language", "count", "scenario", "keep"):
        if (value := getattr(setup, name)) is not None:
            now[name] = value
    if setup.profile is not None:
        now["profile"] = setup.profile.model_dump(exclude_defaults=True)
    if setup.partner is not None:
        now["partner"] = setup.partner.model_dump(exclude_defaults=True)
        now["talks"] = []
    if setup.scenario is not None:
        now["supplements"] = []
    if setup.history is not None:
        earlier = [
            _message(each.id or f"h{number}", Said(speaker=each.speaker, text=each.text), is_history=True)
            for number, each in enumerate(setup.history, 1)
        ]
        now["messages"] = [*earlier, *(each for each in now["messages"] if not each["is_history"])]
        _check_ids(now["messages"])


def _add_messages(now: Conversation, said: Sequence[Said]) -> None:
    messages = list(now["messages"])
    by_id = {message["id"]: message for message in messages}
    number = sum(not message["is_history"] for message in messages)
    for each in said:
        known = by_id.get(each.id) if each.id else None
        if known is not None and each.text in (known["text"], known["heard"]):
            continue
        number += 1
        message = _message(each.id or _free_id(number, by_id), each)
        if message["id"] in by_id:
            raise Conflict(
                f"said: there is a message {message['id']!r} with another text",
                hint="Send what it really said as a correction, or a new message under a new id.",
                code="message_exists",
            )
        by_id[message["id"]] = message
        messages.append(message)
    if len(messages) > MOST_MESSAGES:
        raise InputTooLarge(
            f"the conversation would have {len(messages)} messages; at most {MOST_MESSAGES} are kept",
            hint="End it with a summary, and begin another one on a new thread.",
            code="conversation_full",
        )
    now["messages"] = messages


def _message(id: str, said: Said, *, is_history: bool = False) -> Message:
    return Message(
        id=id,
        speaker=said.speaker,
        text=said.text,
        confidence=said.confidence,
        heard=None,
        reply_id=said.reply_id,
        is_history=is_history,
    )


def _free_id(number: int, taken: dict[str, Message]) -> str:
    while f"m{number}" in taken:
        number += 1
    return f"m{number}"


def _check_ids(messages: Sequence[Message]) -> None:
    ids = [message["id"] for message in messages]
    if len(set(ids)) < len(ids):
        twice = next(id for id in ids if ids.count(id) > 1)
        raise Conflict(
            f"setup.history: two messages have the id {twice!r}",
            hint="Give each its own, or none.",
            code="message_exists",
        )


def _corrected(messages: list[Message], corrections: Sequence[Correction]) -> list[Message]:
    right = {correction.id: correction.text for correction in corrections}
    if unknown := right.keys() - {message["id"] for message in messages}:
        raise _unknown("corrections", "message", sorted(unknown))
    return [
        Message({**message, "text": right[message["id"]], "heard": message["heard"] or message["text"]})
        if message["id"] in right
        else message
        for message in messages
    ]


def _adjusted(before: list[Adjustment], given: Input) -> list[Adjustment]:
    number = max((int(adjustment["id"][1:]) for adjustment in before), default=0)
    new = [Adjustment(id=f"a{number + n}", text=text) for n, text in enumerate(given.adjust, 1)]
    every = [*before, *new][-_MOST_ADJUSTMENTS:]
    if given.undo == "all":
        return []
    if given.undo == "last":
        return every[:-1]
    if unknown := set(given.undo) - {adjustment["id"] for adjustment in every}:
        raise _unknown("undo", "adjustment", sorted(unknown))
    return [adjustment for adjustment in every if adjustment["id"] not in given.undo]


def _with_uses(profile: dict[str, Any], said: Sequence[Said]) -> dict[str, Any]:
    """The profile, in which each phrase that was said has one use more."""
    spoken = {bare(each.text) for each in said if each.speaker == "me"}
    phrases = [
        {**phrase, "uses": phrase.get("uses", 0) + (bare(phrase["text"]) in spoken)}
        for phrase in profile.get("phrases", ())
    ]
    return {**profile, "phrases": phrases} if phrases else profile


def _unknown(field: str, what: str, ids: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        f"{field}: there is no {what} {', '.join(map(repr, ids))} in this conversation",
        hint=f"conversation.{what}s of the last output holds their ids.",
        code=f"unknown_{what}",
    )
