"""Terms: as the guideline spells them out, else added."""

import pytest

from tools.medical.glossary import Term, glossary


def test_an_abbreviation_means_what_the_guideline_says_on_its_page() -> None:
    pages = ["Nothing.", "Adults with chronic kidney disease (CKD) need care."]
    assert Term(term="CKD", meaning="chronic kidney disease", page=2) in glossary(
        "If you have CKD.", pages, "en"
    )


@pytest.mark.parametrize(
    ("language", "text", "term"), [("en", "Gout hurts.", "gout"), ("zh", "痛风很痛。", "痛风")]
)
def test_a_term_that_the_guideline_does_not_explain_is_added(language: str, text: str, term: str) -> None:
    assert [(one.term, one.page) for one in glossary(text, [text], language)] == [(term, None)]  # type: ignore[arg-type]


def test_what_the_version_does_not_say_is_not_explained() -> None:
    assert glossary("Drink water.", ["blood pressure (BP)"], "en") == []
