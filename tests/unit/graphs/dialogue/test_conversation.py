"""A conversation as it goes on."""

from typing import Any

import pytest

from graphs.dialogue import conversation as conversations
from graphs.dialogue.conversation import begin, language_of, proceed
from graphs.dialogue.state import Conversation, parse_input
from tools.errors import Conflict, InputTooLarge


def _after(*inputs: dict[str, Any]) -> Conversation:
    now = begin()
    for given in inputs:
        now = proceed(now, parse_input(given))
    return now


def _said(text: str, speaker: str = "partner", **fields: Any) -> dict[str, Any]:
    return {"said": [{"speaker": speaker, "text": text, **fields}]}


def test_what_was_given_before_holds_on() -> None:
    now = _after({"setup": {"count": 4, "scenario": "A shop", "profile": {"name": "Ada"}}}, _said("Hello"))

    assert (now["count"], now["scenario"], now["profile"]) == (4, "A shop", {"name": "Ada"})


def test_the_conversation_before_stays_as_it_is() -> None:
    before = _after(_said("Hello"))

    proceed(before, parse_input(_said("Goodbye")))

    assert len(before["messages"]) == 1


def test_history_stands_before_what_was_said_and_can_come_later() -> None:
    history = [{"speaker": "me", "text": "Earlier"}]

    now = _after(_said("Now"), {"setup": {"history": history}}, {"setup": {"history": history}})

    assert [(each["id"], each["text"]) for each in now["messages"]] == [("h1", "Earlier"), ("m1", "Now")]


def test_two_messages_of_a_history_need_two_ids() -> None:
    twice = [{"id": "x", "speaker": "me", "text": "a"}, {"id": "x", "speaker": "me", "text": "b"}]

    with pytest.raises(Conflict, match="'x'"):
        _after({"setup": {"history": twice}})


def test_ids_are_given_to_messages_that_have_none() -> None:
    now = _after(_said("One"), _said("Two", id="m3"), _said("Three"))

    assert [each["id"] for each in now["messages"]] == ["m1", "m3", "m4"]


def test_corrected_message_that_comes_again_as_it_was_heard_stays_corrected() -> None:
    now = _after(
        _said("Helo", id="i"), {"corrections": [{"id": "i", "text": "Hello"}]}, _said("Helo", id="i")
    )

    assert [(each["text"], each["heard"]) for each in now["messages"]] == [("Hello", "Helo")]


def test_intent_that_comes_with_what_the_user_said_is_for_what_follows() -> None:
    now = _after({"intent": {"text": "old"}}, {**_said("Yes.", "me"), "intent": {"text": "new"}})

    assert now["intent"] is not None
    assert now["intent"]["text"] == "new"


def test_what_the_partner_says_clears_no_intent() -> None:
    now = _after({"intent": {"text": "tired"}}, _said("Hello"))

    assert now["intent"] is not None


def test_empty_intent_clears_it() -> None:
    assert _after({"intent": {"text": "tired"}}, {"intent": {}})["intent"] is None


def test_supplements_add_up_until_there_is_another_scenario() -> None:
    now = _after({"supplement": "It rains."}, {"supplement": "It is late."})

    assert now["supplements"] == ["It rains.", "It is late."]
    assert proceed(now, parse_input({"setup": {"scenario": "A shop"}}))["supplements"] == []


def test_number_of_an_undone_adjustment_is_not_given_again_while_later_ones_hold() -> None:
    now = _after({"adjust": ["a", "b"]}, {"undo": ["a1"]}, {"adjust": ["c"]})

    assert [(each["id"], each["text"]) for each in now["adjustments"]] == [("a2", "b"), ("a3", "c")]


def test_conversation_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MOST_MESSAGES", 2)

    with pytest.raises(InputTooLarge, match="at most 2"):
        _after(_said("1"), _said("2"), _said("3"))


@pytest.mark.parametrize(
    ("inputs", "language"),
    [
        ([_said("你好，今天怎么样？")], "zh"),
        ([_said("How are you?")], "en"),
        ([_said("How are you?"), {"setup": {"language": "zh"}}], "zh"),
        ([{"setup": {"scenario": "在医院"}}], "zh"),
        ([{"intent": {"text": "累"}}], "zh"),
        ([{}], "en"),
    ],
)
def test_language_is_the_chosen_one_or_that_of_what_is_said(
    inputs: list[dict[str, Any]], language: str
) -> None:
    assert language_of(_after(*inputs)) == language
