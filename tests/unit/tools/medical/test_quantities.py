"""Reading quantities: two wordings of one are equal, and what differs in value, unit or bound differs."""

import pytest

from tools.medical.quantities import find_quantities, unsupported

SAME = [
    ("500 mg twice a day for 7 days", "0.5 g two times per day for one week"),
    ("5 out of 100 people", "5%"),
    ("1 in 10 people", "10%"),
    ("at least 150 minutes per week", "no less than 150 minutes a week"),
    ("65 years or older", "65 years and over"),
    ("every 6 to 8 hours", "every 6-8 hours"),
    ("1,000 mg", "1 g"),
    ("250 micrograms", "0.25 mg"),
    ("每日两次，每次500毫克，疗程7天", "每天2次，每次0.5克，疗程一周"),
    ("65岁及以上", "65岁以上"),
    ("每100人中约有5人", "5%"),
    ("500 mg twice a day", "每日两次，每次500毫克"),
    ("5–10 mg/kg/day", "5 to 10 mg per kg per day"),
    ("every 6 months", "twice a year"),
    ("every 12 hours", "2 times a day"),
    ("每6个月一次", "一年两次"),
    ("每半年到一年复查一次", "每6～12个月复查"),
    ("half an hour", "30 minutes"),
    ("one in six adults", "1 in 6 people"),
    ("fivefold", "5 times more likely"),
    ("the last three months of pregnancy", "the third trimester"),
    ("on day 1", "on the first day"),
    ("30 breaths per minute or more", "at least 30 breaths a minute"),
]
DIFFERENT = [
    ("500 mg", "5000 mg"),
    ("500 mg", "500 mcg"),
    ("twice a day", "twice a week"),
    ("65 years or older", "over 65 years"),
    ("at least 2 litres", "at most 2 litres"),
    ("5 to 10 mg", "5 to 100 mg"),
    ("10 mg", "10 mg/kg"),
    ("below 7%", "above 7%"),
    ("每日两次", "每日三次"),
    ("for 7 days", "for 7 weeks"),
    ("每次500毫克", "每次500微克"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_wordings_of_one_quantity_are_equal(one: str, other: str) -> None:
    assert find_quantities(one)
    assert {s.quantity for s in find_quantities(one)} == {s.quantity for s in find_quantities(other)}


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_value_unit_or_bound_is_another_quantity(one: str, other: str) -> None:
    assert unsupported(other, [one])


@pytest.mark.parametrize(
    "text", ["one of the medicines", "vitamin B12", "COVID-19 HbA1c", "一般情况", "十分重要"]
)
def test_words_that_hold_a_number_state_no_quantity(text: str) -> None:
    assert not find_quantities(text)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Do not use it for longer than 4 weeks.", "for no more than 4 weeks"),
        ("on 4 or more days a month", "at least four migraine days each month"),
        ("within 3 days", "in 3 days"),
        ("超过2年没有发作", "2年以上无发作"),
        ("连续吃药不要超过一个月（4周）", "连续使用不超过4周"),
        ("at least 4 hours", "4 to 72 hours"),
        ("15 in 1,000", "from 45 to 15 per 1000 patients"),
    ],
)
def test_a_plain_wording_is_supported(text: str, source: str) -> None:
    assert unsupported(text, [source]) == []


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Use it for longer than 4 weeks.", "for no more than 4 weeks"),
        ("every month", "every 6 months"),
        ("10 mg", "5 to 10 mg"),
        ("50 mg twice a day", "50 mg daily"),
        ("65岁", "65岁以上"),
    ],
)
def test_a_changed_quantity_is_not_supported(text: str, source: str) -> None:
    assert unsupported(text, [source])


def test_an_age_without_its_unit_is_supported_by_the_age_with_it() -> None:
    assert unsupported("If you are 65 or older, ask.", ["Adults aged 65 years or older"]) == []


def test_a_dose_without_its_unit_is_supported_by_nothing() -> None:
    assert unsupported("Take 5.", ["Take 5 mg."])
