"""Which rectangles are erased, and when."""

from tools.media.probing import Film
from tools.video.captions import Box, Caption
from tools.video.erasing import Erasure, erasures_of, filters

FILM = Film(
    format="mov",
    duration_ms=60_000,
    codec="h264",
    width=320,
    height=180,
    fps=25,
    rotation=0,
    aspect=1,
    audio=None,
)


def _caption(
    start: int, end: int, *, x: int = 40, y: int = 150, width: int = 100, height: int = 16
) -> Caption:
    return Caption(start=start, end=end, box=Box(x=x, y=y, width=width, height=height))


def test_captions_in_one_place_share_a_rectangle_and_keep_their_times() -> None:
    (erasure,) = erasures_of([_caption(1000, 2000), _caption(5000, 6000, x=30, width=200)], FILM)

    assert erasure.box == Box(x=30, y=150, width=200, height=16)
    assert erasure.intervals == ((880, 2120), (4880, 6120))


def test_places_apart_are_erased_apart() -> None:
    erasures = erasures_of([_caption(1000, 2000), _caption(1000, 2000, y=10)], FILM)

    assert [erasure.box.y for erasure in erasures] == [150, 10]


def test_a_pixel_is_left_at_each_edge_to_fill_from() -> None:
    (erasure,) = erasures_of([_caption(0, 60_000, x=0, y=160, width=320, height=20)], FILM)

    assert erasure.box == Box(x=1, y=160, width=318, height=19)
    assert erasure.intervals == ((0, 60_000),)


def test_thousands_of_captions_fit_into_one_argument() -> None:
    captions = [_caption(n * 3000, n * 3000 + 1000) for n in range(5000)]
    (erasure,) = erasures_of(captions, FILM.__class__(**{**FILM.summary(), "duration_ms": 15_000_000}))

    assert len(filters([erasure], "delogo")[0]) < 100_000
    assert erasure.intervals[0][0] == 0
    assert erasure.intervals[-1][1] == 4999 * 3000 + 1120


def test_filters_name_the_rectangle_and_the_times() -> None:
    erasure = Erasure(box=Box(x=1, y=2, width=30, height=12), intervals=((0, 1500),))

    assert filters([erasure], "delogo") == ["delogo=x=1:y=2:w=30:h=12:enable='between(t,0.000,1.500)'"]
    assert "drawbox" in filters([erasure], "box")[0]
    assert "gblur" in filters([erasure], "blur")[0]
