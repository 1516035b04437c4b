"""People who may be one."""

import pytest

from graphs.characters.doubts import doubtful_pairs, pair_questions
from graphs.characters.roster import Ballot
from tools.novels.types import Cast, Character, Gender, Mention


def _person(number: int, name: str, gender: Gender = "unknown") -> Character:
    return Character(
        id=f"c{number:03d}",
        canonical_name=name,
        aliases=(name,),
        gender=gender,
        mentions=(Mention(start=0, end=3, surface=name),),
    )


def _pairs(*people: Character, ballot: Ballot | None = None) -> list[tuple[str, str]]:
    found = doubtful_pairs(Cast(characters=people), ballot or Ballot())
    return [(a.canonical_name, b.canonical_name) for a, b in found]


@pytest.mark.parametrize(("one", "other"), [("Charles Bingley", "Mr. Bingley"), ("孙少平", "少平")])
def test_people_whose_names_share_a_part_are_doubtful(one: str, other: str) -> None:
    assert _pairs(_person(0, one), _person(1, other)) == [(one, other)]


@pytest.mark.parametrize(("one", "other"), [("Charles Bingley", "Mr. Darcy"), ("孙少平", "孙玉厚")])
def test_people_whose_names_share_nothing_are_not(one: str, other: str) -> None:
    assert _pairs(_person(0, one), _person(1, other)) == []


def test_man_and_woman_are_not() -> None:
    assert _pairs(_person(0, "Charles Bingley", "male"), _person(1, "Miss Bingley", "female")) == []


def test_people_whom_a_window_told_apart_are_not() -> None:
    ballot = Ballot()
    ballot.count_window([["unknown", "Charles Bingley"], ["unknown", "Mr. Bingley"]])

    assert _pairs(_person(0, "Charles Bingley"), _person(1, "Mr. Bingley"), ballot=ballot) == []


def test_word_that_many_bear_makes_nobody_alike() -> None:
    assert _pairs(*[_person(n, f"Mr. {name}") for n, name in enumerate("ABCDEFG")]) == []


def test_question_shows_where_the_names_stand() -> None:
    cast = Cast(characters=(_person(0, "Ann Lee"), _person(1, "Ann")))
    (question,) = pair_questions("Ann\nwas here.", cast, Ballot())

    assert question["pairs"][0]["id"] == "p0"
    assert question["pairs"][0]["a"]["places"] == ["Ann was here."]


def test_pair_that_windows_join_and_the_text_parts_is_doubtful_until_it_is_decided() -> None:
    people = (_person(0, "Jane"), _person(1, "Miss Lane"))
    ballot = Ballot()
    ballot.count_window([["unknown", "Jane", "Miss Lane"]])
    cast = Cast(characters=people, contested=(("Jane", "Miss Lane"),))

    assert doubtful_pairs(cast, ballot) == [people]
    ballot.decide("Jane", "Miss Lane", is_same=False)
    assert doubtful_pairs(cast, ballot) == []
