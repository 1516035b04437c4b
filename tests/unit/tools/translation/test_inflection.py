"""Terms in other forms than the glossary has them."""

import pytest

from tools.translation.glossary import Glossary, Term
from tools.translation.inflection import count_forms, inflects


@pytest.mark.parametrize(
    ("term", "text", "count"),
    [
        ("Haus", "Die Häuser stehen leer.", 1),
        ("cheval", "Les chevaux et un cheval", 2),
        ("база данных", "в базе данных и базы данных", 2),
        ("Leitzins", "Leitzinsen, des Leitzinses", 2),
        ("Zentralbank", "Bank", 0),
        ("Bank", "Bankrotterklärungen", 0),
        ("7 Tage", "in 7 Tagen, nicht in 70 Tagen", 1),
    ],
)
def test_a_word_counts_in_its_forms_and_no_other_word_does(term: str, text: str, count: int) -> None:
    assert count_forms(term, text) == count


def test_languages_without_forms_have_none() -> None:
    assert [inflects(code) for code in ("de", "ru-RU", "zh-CN", "ko", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_term_may_be_inflected_where_the_language_does_unless_it_is_exact() -> None:
    loose, exact = (
        Term(source="rate", targets=("Zins",)),
        Term(source="rate", targets=("Zins",), is_exact=True),
    )
    pair = ("two rates", "zwei Zinse")

    assert Glossary([loose], target="de").missing(*pair) == []
    assert Glossary([Term(source="cat", targets=("кошка",))], target="ru").success(
        [("a cat", "вижу кошку")]
    ) == (1, 1)
    assert Glossary([Term(source="cat", targets=("кошка",), is_exact=True)], target="ru").missing(
        "a cat", "вижу кошку"
    )
    assert Glossary([exact], target="de").missing("two rates", "zwei Sätze") == [exact]


def test_case_counts_in_the_translation_of_a_term_in_which_it_counts() -> None:
    terms = Glossary([Term(source="iPad", targets=("iPad",), is_case_sensitive=True)])

    assert terms.missing("my iPad", "mein iPad") == []
    assert terms.missing("my iPad", "mein IPAD")


def test_other_forms_of_the_source_are_the_same_term() -> None:
    terms = Glossary([Term(source="mouse", targets=("Maus",), forms=("mice",))], target="de")

    assert terms.find("a mouse and two mice") == {"mouse": 2}
    assert terms.missing("two mice", "zwei Mäuse") == []
