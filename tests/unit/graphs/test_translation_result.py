"""What every segment becomes, and which edits are taken."""

import pytest

from graphs.translation_batches import BatchAnswer, Reason
from graphs.translation_result import Material, assemble
from graphs.translation_review import doubts, read_edits
from tools.translation.glossary import Glossary, Term
from tools.translation.segments import Segment
from tools.translation.units import units_of

SEGMENTS = [
    Segment(id="1", text="<b>Yes</b>", kept=((0, 3), (6, 10))),
    Segment(id="2", text="No `x` there", kept=((3, 6),)),
    Segment(id="3", text="Yes"),
    Segment(id="4", text="17"),
]
UNITS = units_of(SEGMENTS)
TERMS = Glossary([Term(source="yes", targets=("ja",))])


def no_faults(_source: str, _translation: str) -> list[str]:
    return []


def answer(translations: dict[str, str], **reasons: list[Reason]) -> BatchAnswer:
    by_id = {id.removeprefix("s"): of_it for id, of_it in reasons.items()}
    return BatchAnswer(target="de", translations=translations, reasons=by_id, usage={})


def result(*answers: BatchAnswer, edits: dict[str, str] | None = None, check: object = no_faults):
    material = Material(segments=SEGMENTS, units=UNITS, check=check)  # type: ignore[arg-type]
    return assemble(material, answers, "de", edits=edits or {}, glossary=TERMS)


def test_one_translation_serves_all_segments_that_say_the_same_each_with_its_own_markup() -> None:
    found = result(answer({"1": "Ja", "2": "Kein ⟦1⟧ da"}))

    assert found.texts == {"1": "<b>Ja</b>", "2": "Kein `x` da", "3": "Ja"}
    assert (found.flags, found.term_hits, found.with_words) == ([], (2, 2), 3)


def test_a_segment_without_a_translation_is_flagged_with_its_reason() -> None:
    why = Reason(kind="empty", message="it is empty")
    summary = result(answer({"1": "Ja"}, s2=[why])).summary()

    assert summary["flags"] == [{"id": "2", "status": "untranslated", "reasons": [why]}]
    assert (summary["translated"], summary["untranslated"]) == (2, 1)


def test_a_translation_that_does_not_fit_one_of_its_segments_is_left_out_there() -> None:
    def only_bold(source: str, _translation: str) -> list[str]:
        return [] if "<b>" in source else ["no"]

    found = result(answer({"1": "Ja"}), check=only_bold)

    assert found.texts == {"1": "<b>Ja</b>"}
    assert [(flag["id"], flag["status"]) for flag in found.flags] == [
        ("2", "untranslated"),
        ("3", "untranslated"),
    ]


def test_a_later_answer_counts_before_an_earlier_one() -> None:
    assert result(answer({"1": "Jawohl"}), answer({"1": "Ja"})).texts["3"] == "Ja"


def test_what_a_person_wrote_is_taken_and_not_flagged() -> None:
    why = Reason(kind="numbers", message="the number 1 is missing")
    found = result(answer({"1": "Ja", "2": "?"}, s2=[why]), edits={"2": "Da ist kein ⟦1⟧"})

    assert found.texts["2"] == "Da ist kein `x`"
    assert found.flags == []


def test_a_doubt_is_shown_once_for_all_segments_that_say_it() -> None:
    why = Reason(kind="terms", message="x")
    [doubt] = doubts(UNITS, [answer({"1": "Jep"}, s1=[why])], ["de"])

    assert (doubt["id"], doubt["segments"], doubt["translation"]) == ("1", ["1", "3"], "Jep")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("no", "answer with an object"),
        ({"edits": []}, "answer with an object"),
        ({"edits": {"fr": {"1": "x"}}}, "no target"),
        ({"edits": {"de": {"9": "x"}}}, "no such segment"),
        ({"edits": {"de": {"4": "x"}}}, "no words"),
        ({"edits": {"de": {"1": " "}}}, "empty"),
        ({"edits": {"de": {"2": "ohne"}}}, "⟦1⟧"),
    ],
)
def test_edits_that_cannot_be_used_are_named_and_none_is_taken(value: object, named: str) -> None:
    edits, problems = read_edits(value, SEGMENTS, ["de"], no_faults)

    assert edits == {}
    assert named in problems[0]


def test_good_edits_are_taken() -> None:
    assert read_edits({"edits": {"de": {"2": "Kein ⟦1⟧"}}}, SEGMENTS, ["de"], no_faults) == (
        {"de": {"2": "Kein ⟦1⟧"}},
        [],
    )
