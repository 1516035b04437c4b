"""From a batch to translations: nothing lost, nothing shifted, nothing made up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.translation.judging import Fault
from tools.translation.ladder import Item, climb

Answering = Callable[[Sequence[Item], int], Mapping[str, str]]


@dataclass
class Scripted:
    """An engine that answers by a function of the items and of how often it was asked."""

    answer: Answering
    name: str = "first"
    asked: list[list[Item]] = field(default_factory=list[list[Item]])

    async def translate(self, items: Sequence[Item]) -> Mapping[str, str]:
        self.asked.append(list(items))
        return self.answer(items, len(self.asked))

    @property
    def sizes(self) -> list[int]:
        return [len(items) for items in self.asked]


ITEMS = [Item(id=str(n), words=f"word {n}") for n in range(1, 9)]


def good(items: Sequence[Item], _: int = 0) -> dict[str, str]:
    return {item.id: f"Wort {item.id}" for item in items}


def judge(_: str, translation: str) -> list[Fault]:
    if "bad" in translation:
        return [Fault(kind="marks", message="a mark is missing")]
    return [Fault(kind="terms", message="a term is missing")] if "so-so" in translation else []


async def test_a_good_answer_is_taken_at_once() -> None:
    engine = Scripted(good)

    outcomes = await climb(ITEMS, [engine], judge)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)
    assert engine.sizes == [8]


async def test_only_what_is_faulty_is_asked_for_again_with_what_was_wrong() -> None:
    engine = Scripted(lambda items, time: good(items) | ({"3": "bad"} if time == 1 else {}))

    outcomes = await climb(ITEMS, [engine], judge)

    assert engine.sizes == [8, 1]
    assert (engine.asked[1][0].previous, engine.asked[1][0].complaints) == ("bad", ("a mark is missing",))
    assert (outcomes["3"].translation, outcomes["3"].asked) == ("Wort 3", 2)


async def test_lost_and_unknown_ids_shift_nothing() -> None:
    def answer(items: Sequence[Item], time: int) -> Mapping[str, str]:
        return {id: t for id, t in good(items).items() if time > 1 or id != "2"} | {"99": "x"}

    outcomes = await climb(ITEMS, [Scripted(answer)], judge)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)


async def test_what_stays_unusable_is_split_down_to_single_items() -> None:
    def answer(items: Sequence[Item], time: int) -> Mapping[str, str]:
        if len(items) > 1:
            raise ModelAnswerInvalid("no JSON")
        return good(items)

    engine = Scripted(answer)
    outcomes = await climb(ITEMS, [engine], judge)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)
    assert engine.sizes == [8, 8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1]


async def test_what_the_first_engine_cannot_do_the_second_does() -> None:
    first = Scripted(
        lambda items, _: {item.id: "bad" if item.id == "5" else f"Wort {item.id}" for item in items}
    )
    second = Scripted(good, name="second")

    outcomes = await climb(ITEMS, [first, second], judge)

    assert (outcomes["5"].translation, outcomes["5"].engine) == ("Wort 5", "second")
    assert second.sizes == [1]


async def test_what_no_engine_can_do_has_no_translation_and_says_why() -> None:
    engine = Scripted(lambda items, _: {item.id: "bad" if item.id == "5" else "gut" for item in items})

    outcome = (await climb(ITEMS, [engine], judge))["5"]

    assert outcome.translation is None
    assert [fault.kind for fault in outcome.faults] == ["marks"]


async def test_a_usable_translation_with_a_fault_is_kept_with_it_and_a_worse_one_is_not() -> None:
    engine = Scripted(lambda items, time: {item.id: "so-so" if time == 1 else "bad" for item in items})

    outcome = (await climb(ITEMS[:1], [engine], judge))["1"]

    assert (outcome.translation, [fault.kind for fault in outcome.faults]) == ("so-so", ["terms"])
    assert engine.sizes == [1, 1]


async def test_a_content_filter_costs_only_the_item_that_it_objects_to() -> None:
    def answer(items: Sequence[Item], _: int) -> Mapping[str, str]:
        if any(item.id == "7" for item in items):
            raise ModelRefused("no", category=ErrorCategory.CONTENT_FILTER)
        return good(items)

    engine = Scripted(answer)
    outcomes = await climb(ITEMS, [engine], judge)

    assert [id for id, outcome in outcomes.items() if outcome.translation is None] == ["7"]
    assert outcomes["7"].unanswered == "no"
    assert engine.sizes == [8, 4, 4, 2, 2, 1, 1]  # no question that was refused is asked again


@pytest.mark.parametrize(("last", "why"), [({}, ""), (None, "no JSON")])
async def test_what_has_no_answer_says_why_the_last_one_was_of_no_use(
    last: dict[str, str] | None, why: str
) -> None:
    def answer(items: Sequence[Item], time: int) -> Mapping[str, str]:
        if time == 1 or last is None:
            raise ModelAnswerInvalid("no JSON")
        return last

    outcome = (await climb(ITEMS[:1], [Scripted(answer)], judge))["1"]

    assert (outcome.translation, outcome.unanswered, outcome.asked) == (None, why, 2)


@pytest.mark.parametrize(
    "error",
    [ModelUnavailable("down"), ModelRefused("bad key", category=ErrorCategory.AUTHENTICATION)],
)
async def test_an_engine_that_answers_nobody_ends_the_climb(error: Exception) -> None:
    def answer(items: Sequence[Item], _: int) -> Mapping[str, str]:
        raise error

    with pytest.raises(type(error)):
        await climb(ITEMS, [Scripted(answer)], judge)


async def test_an_answer_whose_lines_are_shifted_is_asked_for_anew_as_a_whole() -> None:
    def shifted_at_first(items: Sequence[Item], time: int) -> dict[str, str]:
        texts = list(good(items).values())
        return dict(zip(good(items), texts[1:] + texts[:1], strict=True)) if time == 1 else good(items)

    engine = Scripted(shifted_at_first)

    outcomes = await climb(ITEMS, [engine], judge)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)
    assert engine.sizes == [8, 8]
    assert engine.asked[1][0].complaints == ("the translations stood under each other's ids",)


async def test_neighbours_of_a_line_that_was_left_out_are_asked_for_again() -> None:
    def merged_at_first(items: Sequence[Item], time: int) -> dict[str, str]:
        texts = good(items)
        if time == 1:
            texts["2"] += " " + texts.pop("3")
        return texts

    engine = Scripted(merged_at_first)
    outcomes = await climb(ITEMS, [engine], judge)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)
    assert [item.id for item in engine.asked[1]] == ["2", "3", "4"]


async def test_an_answer_mostly_in_another_script_gives_nothing() -> None:
    def foreign(id: str, translation: str) -> list[Fault]:
        return [Fault(kind="script", message="?")] if translation == "x" else []

    def in_no_language(items: Sequence[Item], time: int) -> dict[str, str]:
        return {item.id: "x" if item.id != "1" else "short" for item in items} if time == 1 else good(items)

    outcomes = await climb(ITEMS, [Scripted(in_no_language)], foreign)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)


async def test_lines_that_stay_shifted_are_asked_for_one_by_one() -> None:
    def always_shifted(items: Sequence[Item], _: int) -> dict[str, str]:
        texts = list(good(items).values())
        return dict(zip(good(items), texts[1:] + texts[:1], strict=True))

    outcomes = await climb(ITEMS, [Scripted(always_shifted)], judge)

    assert {id: outcome.translation for id, outcome in outcomes.items()} == good(ITEMS)
