"""What the model is shown when it reads doubtful quotations again."""

from itertools import pairwise

from graphs.characters.second_reading import second_windows
from tools.novels.types import Cast, Character, Mention, Span, SpanKind

_LINES = [f"“Words number {n},” said somebody in the room.\n" for n in range(300)]
_TEXT = "".join(_LINES)
_STARTS = [_TEXT.index(line) for line in _LINES]
_SPANS = [Span(kind=SpanKind.QUOTATION, start=start, end=start + 10) for start in _STARTS]
_CAST = Cast(
    characters=tuple(
        Character(
            id=f"c{n:03d}",
            canonical_name=f"P{n}",
            aliases=(f"P{n}",),
            gender="unknown",
            mentions=(Mention(start=len(_TEXT) - 1, end=len(_TEXT), surface=f"P{n}"),) * (40 - n),
        )
        for n in range(30)
    )
)


def _asked(*indices: int) -> list[dict[str, object]]:
    doubts = {index: ["c029"] for index in indices}
    return [data for _, data in second_windows(_TEXT, _SPANS, _CAST, doubts, "en", lambda s: f"q{s.start}")]


def test_neighbours_are_asked_about_together_and_others_apart() -> None:
    assert [data["quotes"] for data in _asked(3, 5, 200)] == [
        [f"q{_STARTS[3]}", f"q{_STARTS[5]}"],
        [f"q{_STARTS[200]}"],
    ]


def test_only_doubtful_quotations_are_marked_and_lines_stay_whole() -> None:
    text = str(_asked(100)[0]["text"])

    assert text.count("[q") == 1
    assert text.startswith("“Words")
    assert text.endswith("room.")


def test_contenders_are_candidates_wherever_they_are_named() -> None:
    data = _asked(3)[0]

    assert data["contenders"] == {f"q{_STARTS[3]}": ["c029"]}
    assert "c029" in [candidate["id"] for candidate in data["candidates"]]  # type: ignore[attr-defined]


def test_all_are_asked_about_once() -> None:
    asked = [quote for data in _asked(*range(0, 300, 2)) for quote in data["quotes"]]  # type: ignore[attr-defined]

    assert asked == [f"q{_STARTS[n]}" for n in range(0, 300, 2)]
    assert all(int(one[1:]) < int(other[1:]) for one, other in pairwise(asked))
