"""Negation, groups of people, names of drugs, quotations."""

import pytest

from tools.medical.drugs import find_drugs, invented
from tools.medical.negation import is_denied, nearest
from tools.medical.people import find_groups, named_groups, topics
from tools.medical.quotes import find_pages
from tools.text.language import Language


@pytest.mark.parametrize(
    ("sentence", "language", "denied"),
    [
        ("Do not drink alcohol.", "en", True),
        ("Avoid alcohol.", "en", True),
        ("Drink water.", "en", False),
        ("Take no more than 4 tablets.", "en", False),
        ("It doesn't help.", "en", True),
        ("不要饮酒。", "zh", True),
        ("每天不超过4片。", "zh", False),
        ("可能有不良反应。", "zh", False),
    ],
)
def test_denial_is_told_from_affirmation(sentence: str, language: Language, denied: bool) -> None:
    assert is_denied(sentence, language) is denied


def test_the_nearest_sentence_shares_most_words() -> None:
    texts = ["Aspirin prevents strokes. Statins lower cholesterol.", "Exercise helps."]
    assert nearest("A statin makes your cholesterol lower.", texts, "en") == "Statins lower cholesterol."
    assert nearest("Bananas are yellow.", texts, "en") is None


def test_groups_are_found_in_both_languages() -> None:
    assert named_groups("Women who are pregnant, and older adults") == {"women", "pregnant", "older"}
    assert named_groups("老年糖尿病患者和孕妇") == {"older", "diabetes", "pregnant"}
    assert find_groups("A human amendment") == frozenset()


def test_a_disease_of_an_organ_is_one_group_however_it_is_put() -> None:
    for text in ("renal impairment", "if your kidneys do not work well", "肾功能不全", "肾功能不好"):
        assert named_groups(text) == {"kidney"}, text


def test_who_could_become_pregnant_is_not_pregnant() -> None:
    assert named_groups("Women who could become pregnant") == {"women", "childbearing"}


def test_ages_name_groups() -> None:
    assert {"adults", "older"} <= find_groups("people of 65 years or older")
    assert find_groups("under 12 years of age") == {"children"}


def test_whom_the_title_implies_and_most_passages_name_is_understood() -> None:
    assert topics("Care in pregnancy", []) >= {"pregnant", "women"}
    assert "older" in topics("Falls", ["older adults", "older people", "walking"])
    assert "older" not in topics("Falls", ["older adults", "walking", "rest"])


def test_a_guideline_is_about_its_title_and_what_its_passages_name() -> None:
    assert topics("Depression in adults", ["sertraline", "insomnia is common", "insomnia"]) == {
        "depression",
        "adults",
        "insomnia",
    }


def test_drugs_are_found_by_stem_and_by_name() -> None:
    assert find_drugs("Take aspirin or Atorvastatin, except with cholesterol tests.") == {
        "aspirin",
        "atorvastatin",
    }
    assert find_drugs("服用阿托伐他汀和二甲双胍") == {"阿托伐他汀", "二甲双胍"}


def test_a_drug_that_the_source_does_not_name_is_invented() -> None:
    assert invented("Take metformin and warfarin.", "Offer metformin to adults.") == {"warfarin"}
    assert invented("不应选择二甲双胍，可用瑞舒伐他汀", "二甲双胍和阿托伐他汀") == {"瑞舒伐他汀"}


def test_a_quotation_is_found_across_lines_hyphens_and_pages() -> None:
    pages = ["Offer anti-\nhypertensive treat-\nment to adults", "with high blood pressure.", "Other."]
    assert find_pages("treatment to adults with high blood pressure", pages) == (1,)
    assert find_pages("high blood pressure", pages) == (2,)
    assert find_pages("high blood sugar", pages) == ()
    assert find_pages("  ", pages) == ()


def test_a_chinese_quotation_is_found_across_lines() -> None:
    assert find_pages("推荐成人每天服药", ["我们推荐成人\n每天服药。"]) == (1,)
