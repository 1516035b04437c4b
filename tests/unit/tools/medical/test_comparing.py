"""What became of recommendations from one edition to the next."""

from tools.medical.comparing import compare_records
from tools.medical.records import GuidelineRecords, Recommendation


def _record(id: str, quote: str, **fields: object) -> Recommendation:
    given = {"population": "adults", "intervention": "x", "direction": "for", "strength": "strong", "page": 1}
    return Recommendation.model_validate({**given, "id": id, "quote": quote, **fields})


def test_what_was_added_removed_and_changed_is_told_by_words_and_fields() -> None:
    old = [
        _record("r1", "We recommend metformin 500 mg twice daily."),
        _record("r2", "We suggest yoga."),
        _record("r3", "We recommend that nobody smokes."),
    ]
    new = [
        _record("r1", "We recommend that nobody  smokes.", strength="conditional", page=9),
        _record("r2", "We recommend metformin 850 mg twice daily."),
        _record("r3", "Vaccination against influenza is recommended each autumn."),
    ]
    found = compare_records(GuidelineRecords(recommendations=old), GuidelineRecords(recommendations=new))
    assert [one["id"] for one in found["added"]] == ["r3"]
    assert [one["id"] for one in found["removed"]] == ["r2"]
    assert [(one["before"], one["after"], sorted(one["fields"])) for one in found["changed"]] == [
        ("r3", "r1", ["strength"]),
        ("r1", "r2", ["quote"]),
    ]
