"""The oracle knows the gold data, but answers with what a request offers and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.model_server.oracle import Oracle


class Gold:
    """Three people of whom two share a name."""

    aliases: Mapping[str, Sequence[str]] = {
        "Jane Bennet": ("Jane", "Miss Bennet"),
        "Elizabeth Bennet": ("Elizabeth", "Lizzy", "Miss Bennet"),
        "The Butler": ("The Butler",),
    }
    genders: Mapping[str, str] = {"Jane Bennet": "female", "Elizabeth Bennet": "female", "The Butler": "male"}
    speakers: Mapping[str, str] = {"q1": "Elizabeth Bennet", "q2": "The Butler"}

    def speaker(self, quote_id: str) -> str | None:
        return self.speakers.get(quote_id)

    def addressees(self, quote_id: str) -> Sequence[str]:
        return ["Jane Bennet"] if quote_id == "q1" else []


_CANDIDATES = [
    {"id": "c000", "names": ["Jane", "Miss Bennet"]},
    {"id": "c001", "names": ["Lizzy", "Miss Bennet"]},
]


def _lines(
    *quotes: str, text: str = "", candidates: Sequence[Mapping[str, Any]] = _CANDIDATES
) -> list[tuple[str, str | None]]:
    answer = Oracle(Gold())({"text": text, "quotes": list(quotes), "candidates": list(candidates)})
    return [(line["speaker"], line["addressee"]) for line in answer["quotes"]]


def test_speaker_and_addressee_are_candidates() -> None:
    assert _lines("q1") == [("c001", "c000")]


def test_speaker_who_is_no_candidate_is_named_by_words_of_the_text() -> None:
    assert _lines("q2", text="“Sir?” said the\nbutler.") == [("the\nbutler", None)]


def test_speaker_whom_the_request_does_not_show_is_unknown() -> None:
    assert _lines("q2", text="“Sir?”") == [("unknown", None)]


def test_quotation_that_is_not_annotated_is_unknown() -> None:
    assert _lines("q9", text="“Sir?” said the butler.") == [("unknown", None)]


def test_candidate_with_a_shared_name_only_may_be_meant() -> None:
    assert _lines("q1", candidates=[{"id": "c005", "names": ["Miss Bennet"]}])[0][0] == "c005"


def test_candidate_who_is_somebody_else_is_not_meant() -> None:
    assert _lines("q1", candidates=[_CANDIDATES[0]])[0][0] == "unknown"


def test_names_are_grouped_by_their_owners() -> None:
    names = {"n0": "Jane", "n1": "Elizabeth", "n2": "Lizzy's", "n3": "Miss Bennet", "n4": "Meryton"}
    answer = Oracle(Gold())({"text": "", "names": [{"id": id_, "name": name} for id_, name in names.items()]})

    assert [person["names"] for person in answer["people"]] == [["n0"], ["n1", "n2", "n3"]]
    assert answer["unclear"] == ["n4"]


def test_missed_names_are_letter_for_letter_those_of_the_text() -> None:
    data = {"text": "Lizzy called the butler, not The Butler.", "names": [{"id": "n0", "name": "Elizabeth"}]}

    assert Oracle(Gold())(data)["missed"] == [
        {"name": "Lizzy", "same_as": "n0", "gender": "female"},
        {"name": "Butler", "same_as": None, "gender": "male"},
    ]


def test_pairs_are_decided_where_both_are_known() -> None:
    pairs = [
        {"id": "p0", "a": {"names": ["Lizzy"]}, "b": {"names": ["Elizabeth"]}},
        {"id": "p1", "a": {"names": ["Lizzy"]}, "b": {"names": ["Jane"]}},
        {"id": "p2", "a": {"names": ["Lizzy"]}, "b": {"names": ["Mr. Hill"]}},
    ]

    assert [verdict["same"] for verdict in Oracle(Gold())({"pairs": pairs})["verdicts"]] == [
        True,
        False,
        None,
    ]


def test_speakers_whom_no_request_showed_are_counted() -> None:
    oracle = Oracle(Gold())
    oracle({"text": "", "quotes": ["q1", "q2"], "candidates": []})
    oracle({"text": "", "quotes": ["q1"], "candidates": _CANDIDATES})

    assert oracle.unnameable == {"q2": "The Butler"}
