"""Which replies are wanted."""

import pytest

from tools.dialogue.slots import plan_slots, read_chips


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_replies_differ_in_intent_when_nothing_is_said_of_it(count: int) -> None:
    slots = plan_slots(count, read_chips([]), has_own_words=False)

    assert len({slot.intent for slot in slots}) == len({slot.id for slot in slots}) == count


def test_every_reply_says_what_the_user_typed_in_manners_of_its_own() -> None:
    slots = plan_slots(5, read_chips([]), has_own_words=True)

    assert {slot.intent for slot in slots} == {"own"}
    assert len({slot.manner for slot in slots}) == 5


@pytest.mark.parametrize("chip", ["agree", "Yes", "同意"])
def test_chip_that_names_an_intent_holds_for_every_reply(chip: str) -> None:
    slots = plan_slots(3, read_chips([chip]), has_own_words=True)

    assert {slot.intent for slot in slots} == {"agree"}


def test_chip_that_names_a_manner_holds_for_every_reply() -> None:
    slots = plan_slots(3, read_chips(["politer"]), has_own_words=False)

    assert [slot.manner for slot in slots] == ["polite"] * 3
    assert len({slot.intent for slot in slots}) == 3


def test_other_chips_are_words() -> None:
    wishes = read_chips(["tea", "ask"])

    assert (wishes.words, wishes.intents) == (("tea",), ("ask",))
