"""What the model is shown when it is asked who speaks."""

from graphs.characters.scenes import describe, speaker_windows
from tools.novels.types import Cast, Character, Mention, Span, SpanKind

_TEXT = "“Go,” said Jane.\n\n“I shall,\n\n“and soon,” said Charles."


def _person(number: int, *places: int, is_narrator: bool = False) -> Character:
    mentions = tuple(Mention(start=at, end=at + 4, surface=f"Name {number}") for at in places)
    return Character(
        id=f"c{number:03d}",
        canonical_name=f"Name {number}",
        aliases=(f"Name {number}", "Old friend", "Aunt"),
        gender="unknown",
        mentions=mentions,
        is_narrator=is_narrator,
    )


def _spans() -> list[Span]:
    starts = [_TEXT.index(words) for words in ("“Go", "“I sh", "“and")]
    return [
        Span(kind=SpanKind.QUOTATION, start=start, end=start + 5, continues=n == 2)
        for n, start in enumerate(starts)
    ]


def _windows(*people: Character, text: str = _TEXT) -> list[dict[str, object]]:
    windows = speaker_windows(text, _spans(), Cast(characters=people), "en", lambda s: f"q{s.start}")
    return [data for _, data in windows]


def test_quotations_are_marked_in_the_text() -> None:
    assert "[q0]“Go,” said Jane." in str(_windows(_person(0, 11))[0]["text"])


def test_quotation_that_goes_on_is_not_asked_about() -> None:
    assert _windows(_person(0, 11))[0]["quotes"] == ["q0", "q18"]


def test_window_without_quotations_asks_nothing() -> None:
    silent = _TEXT + "\n\n" + "\n\n".join(f"A quiet paragraph, the {n}th." for n in range(200))

    assert len(_windows(_person(0, 11), text=silent)) == 1


def test_people_named_far_away_are_no_candidates_unless_they_are_leads() -> None:
    leads = [_person(n, *range(50_000, 50_000 + 10 * 9, 10)) for n in range(20)]
    far, near, narrator = _person(30, 50_000), _person(31, 11), _person(32, is_narrator=True)
    candidates = _windows(*leads, far, near, narrator)[0]["candidates"]

    assert isinstance(candidates, list)
    offered = [candidate["id"] for candidate in candidates]
    assert offered == [*(lead.id for lead in leads), near.id, narrator.id]


def test_candidate_is_shown_with_the_canonical_name_first() -> None:
    assert describe(_person(1, is_narrator=True)) == {
        "id": "c001",
        "names": ["Name 1", "Aunt", "Old friend"],
        "gender": "unknown",
        "narrator": True,
    }
