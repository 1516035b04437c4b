"""What is asked for once."""

from tools.translation.segments import Segment
from tools.translation.units import spread, units_of


def segment(id: str, text: str, note: str = "", kept: tuple[tuple[int, int], ...] = ()) -> Segment:
    return Segment(id=id, text=text, note=note, kept=kept)


def test_segments_that_say_the_same_are_one_unit() -> None:
    units = units_of([segment("1", "Yes"), segment("2", "No"), segment("3", " Yes ")])

    assert [(unit.id, unit.members) for unit in units] == [("1", ("1", "3")), ("2", ("2",))]


def test_the_same_words_with_another_note_are_another_unit() -> None:
    units = units_of([segment("1", "Open", "a button"), segment("2", "Open", "a state")])

    assert [unit.id for unit in units] == ["1", "2"]


def test_a_segment_without_words_is_in_no_unit() -> None:
    assert units_of([segment("1", "12.5"), segment("2", "https://example.org")]) == []


def test_a_units_translation_is_that_of_all_its_segments() -> None:
    units = units_of([segment("1", "Yes"), segment("2", "No"), segment("3", "Yes")])

    assert spread(units, {"1": "Ja"}) == {"1": "Ja", "3": "Ja"}
