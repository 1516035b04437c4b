"""The force of plain words: main clauses count, open words leave it open."""

import pytest

from tools.medical.forces import Force, agrees, orders, read_forces
from tools.medical.grade import Grade
from tools.text.language import Language

FOR, AGAINST = Force("strong", "for"), Force("strong", "against")
MAYBE, MAYBE_NOT = Force("conditional", "for"), Force("conditional", "against")


@pytest.mark.parametrize(
    ("language", "sentence", "force"),
    [
        ("en", "If you could become pregnant, you should take it.", FOR),
        ("en", "Take it once a day.", FOR),
        ("en", "Stay away from it, because it may harm you.", AGAINST),
        ("en", "You usually do not need a scan.", MAYBE_NOT),
        ("en", "You may be better off without it.", MAYBE_NOT),
        ("en", "Think about having a flu shot.", MAYBE),
        ("en", "It may help to drink less.", MAYBE),
        ("en", "We advise taking it.", Force(None, "for")),
        ("en", "You should not stop it.", Force("strong", None)),
        ("zh", "如果您不能耐受，应改用注射。", FOR),
        ("zh", "一般不需要常规检查。", MAYBE_NOT),
        ("zh", "睡前最好不要喝咖啡。", MAYBE_NOT),
        ("zh", "应避免饮酒。", AGAINST),
        ("zh", "可以和医生商量。", MAYBE),
    ],
)
def test_a_sentence_has_the_force_of_its_main_clause(language: Language, sentence: str, force: Force) -> None:
    assert read_forces(sentence, language) == {force}


def test_open_words_agree_with_either_strength_but_not_with_the_other_direction() -> None:
    def is_said(grade: Grade) -> bool:
        return agrees("We advise against it.", grade, "It is not for everybody.", "en")

    assert is_said(Grade("strong", "against"))
    assert is_said(Grade("conditional", "against"))
    assert not is_said(Grade("strong", "for"))


@pytest.mark.parametrize(
    ("sentence", "quote", "is_said"),
    [
        ("You should stay active and avoid rest.", "We recommend activity; rest should be avoided.", True),
        ("You should stay active and avoid rest.", "We recommend activity.", False),
        ("You should walk, and you may swim.", "We recommend walking; swimming may be tried.", True),
        ("You may swim, and you should walk.", "We recommend walking; swimming may be tried.", False),
        ("You should walk, and you may swim.", "We recommend walking.", False),
    ],
)
def test_what_the_guideline_says_beside_may_be_said_in_its_order(
    sentence: str, quote: str, is_said: bool
) -> None:
    assert agrees(sentence, Grade("strong", "for"), quote, "en") is is_said


def test_what_tells_to_use_something_is_an_order() -> None:
    assert orders("Never take it, and do start the other.", "en")
    assert not orders("Do not take it if you should have a fever.", "en")
