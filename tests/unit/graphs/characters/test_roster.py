"""Votes about names."""

import pytest

from graphs.characters.questions import MissedName, NamesAnswer, PairsAnswer, PairVerdict, Person
from graphs.characters.roster import Ballot, read_names, read_pairs

_SURFACES = {"n0": "Mr. Darcy", "n1": "Darcy", "n2": "Pemberley"}


def _ballot(*windows: list[list[str]]) -> Ballot:
    ballot = Ballot()
    for groups in windows:
        ballot.count_window(groups)
    return ballot


def test_answer_becomes_groups_of_names() -> None:
    answer = NamesAnswer(
        people=[Person(names=["n0", "n1"], gender="male")],
        not_people=["n2"],
        missed=[
            MissedName(name="the\nhousekeeper", gender="female"),
            MissedName(name="Fitzwilliam", same_as="n1"),
        ],
    )

    assert read_names(answer, _SURFACES, set()) == [
        ["male", "Mr. Darcy", "Darcy", "Fitzwilliam"],
        ["female", "the housekeeper"],
        ["none", "Pemberley"],
    ]


def test_unusable_items_are_left_out() -> None:
    answer = NamesAnswer(
        people=[Person(names=["n0", "n1", "n9"])], not_people=["n2"], missed=[MissedName(name="Lydia")]
    )

    assert read_names(answer, _SURFACES, {"n1", "n9", "n2", "Lydia"}) == [["unknown", "Mr. Darcy"]]


def test_pairs_are_kept_with_their_verdicts() -> None:
    verdicts = [
        PairVerdict(pair="p0", same=True),
        PairVerdict(pair="p1", same=None),
        PairVerdict(pair="p2", same=False),
        PairVerdict(pair="p3", same=True),
    ]
    names = {f"p{n}": (f"a{n}", f"b{n}") for n in range(4)}

    assert read_pairs(PairsAnswer(verdicts=verdicts), names, {"p3"}) == [
        ["a0", "b0", "same"],
        ["a1", "b1", "unclear"],
        ["a2", "b2", "different"],
    ]


def test_name_that_most_windows_call_a_person_is_one() -> None:
    facts = _ballot([["unknown", "Lucas"]], [["unknown", "Lucas"]], [["none", "Lucas", "Meryton"]]).facts()

    assert facts.persons == {"Lucas"}
    assert facts.not_persons == {"Meryton"}


def test_names_are_joined_across_windows() -> None:
    facts = _ballot([["male", "Mr. Darcy", "Darcy"]], [["male", "Darcy", "Fitzwilliam"]]).facts()

    assert {name for pair in facts.proposed for name in pair} == {"Mr. Darcy", "Darcy", "Fitzwilliam"}
    assert len(facts.proposed) == 2


def test_name_that_changes_its_bearer_joins_nobody_else() -> None:
    """ "Miss Bennet" is Jane until she is away; that makes Jane and Elizabeth no one person."""
    at_home = [["female", "Jane", "Miss Bennet"], ["female", "Elizabeth"]]
    away = [["female", "Elizabeth", "Miss Bennet"], ["female", "Jane"]]
    facts = _ballot(at_home, at_home, at_home, away).facts()

    assert facts.proposed == (("Jane", "Miss Bennet"),) or facts.proposed == (("Miss Bennet", "Jane"),)
    assert {frozenset(pair) for pair in facts.different} == {
        frozenset({"Jane", "Elizabeth"}),
        frozenset({"Miss Bennet", "Elizabeth"}),
    }


def test_pair_that_was_asked_for_outweighs_windows() -> None:
    ballot = _ballot(*[[["unknown", "A", "B"]]] * 50)
    ballot.decide("B", "A", is_same=False)

    assert ballot.facts().proposed == ()


def test_name_that_may_be_anybodys_joins_and_parts_nobody() -> None:
    ballot = _ballot([["male", "Charles Musgrove"], ["unclear", "Charles", "Louisa"]])

    assert "Charles" in ballot.facts().persons
    assert ballot.is_silent(["Charles"], ["Charles Musgrove", "Louisa"])


def test_gender_is_what_most_windows_say() -> None:
    ballot = _ballot(
        [["male", "Evelyn"]], [["female", "Evelyn"]], [["female", "Evelyn"]], [["unknown", "Kim"]]
    )

    assert dict(ballot.facts().genders) == {"Evelyn": "female"}


@pytest.mark.parametrize(("other", "silent"), [("Bingley", False), ("Hurst", True)])
def test_silence_is_the_absence_of_votes(other: str, silent: bool) -> None:
    ballot = _ballot([["male", "Darcy"], ["male", "Bingley"]])

    assert ballot.is_silent(["Darcy"], [other]) is silent


def test_pair_that_was_asked_for_by_itself_is_certain() -> None:
    ballot = _ballot([["male", "Mr. Darcy", "Darcy"]])
    ballot.decide("Mr. Darcy", "Fitzwilliam", is_same=True)

    assert ballot.facts().same == (("Fitzwilliam", "Mr. Darcy"),)
    assert ballot.is_decided("Fitzwilliam", "Mr. Darcy")
    assert not ballot.is_decided("Mr. Darcy", "Darcy")


def test_pair_that_stayed_unclear_is_not_asked_for_again() -> None:
    ballot = Ballot()
    ballot.shelve("Miss Bennet", "Jane")

    assert not ballot.is_silent(["Jane"], ["Miss Bennet"])
    assert ballot.facts().same == ()
