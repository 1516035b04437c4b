"""Finding letters in pictures."""

import numpy as np
import pytest

from tools.video.caption_cues import merge_same
from tools.video.captions import Box, Caption, CaptionFollower, Pictures, RegionFinder
from tools.video.inpainting import PullPush

HEIGHT, WIDTH = 90, 160


def _empty(count: int, *, seed: int = 1) -> Pictures:
    """Grey pictures of a scene that moves."""
    noise = np.random.default_rng(seed).integers(40, 80, (count, HEIGHT, WIDTH))
    return noise.astype(np.uint8)


def _write(pictures: Pictures, *, y: int, x: int, width: int, seed: int) -> None:
    """Light letters with a dark rim, the same in each picture."""
    letters = np.random.default_rng(seed).random((8, width)) < 0.4
    pictures[:, y - 1 : y + 9, x - 1 : x + width + 1] = 0
    pictures[:, y : y + 8, x : x + width][:, letters] = 255


def test_the_region_is_where_texts_come_and_go() -> None:
    pictures = _empty(60)
    for number, first in enumerate(range(0, 60, 10)):
        _write(pictures[first : first + 7], y=70, x=30, width=90 - number, seed=number)
    finder = RegionFinder()
    finder.feed(pictures)

    (region,) = finder.regions()
    assert abs(region.y - 70) <= 1
    assert abs(region.height - 8) <= 2
    assert abs(region.x - 30) <= 1


def test_dark_letters_on_a_light_ground_are_found_by_the_ground_around_them() -> None:
    pictures = 255 - _empty(60)
    for number, first in enumerate(range(0, 60, 10)):
        letters = np.random.default_rng(number).random((8, 90)) < 0.3
        pictures[first : first + 7, 70:78, 30:120][:, letters] = 20
    finder = RegionFinder()
    finder.feed(pictures)

    (region,) = finder.regions()
    assert (abs(region.y - 70) <= 2, abs(region.height - 8) <= 4) == (True, True)
    assert abs(region.x - 30) <= 3


def test_a_sign_that_never_changes_is_no_subtitle() -> None:
    pictures = _empty(60)
    _write(pictures, y=5, x=120, width=30, seed=1)
    finder = RegionFinder()
    finder.feed(pictures)

    assert finder.regions() == []


def test_no_pictures_have_no_region() -> None:
    assert RegionFinder().regions() == []


def test_each_text_is_found_from_its_first_picture_to_its_last() -> None:
    pictures = _empty(40)[:, 60:90]
    _write(pictures[5:15], y=10, x=20, width=80, seed=1)
    _write(pictures[15:30], y=10, x=40, width=60, seed=2)  # the next at once
    follower = CaptionFollower(10.0)
    for first in range(0, 40, 7):  # in any pieces
        follower.feed(pictures[first : first + 7])

    assert [(caption.start, caption.end) for caption in follower.finish()] == [(500, 1500), (1500, 3000)]


def test_a_box_goes_around_its_letters() -> None:
    pictures = _empty(20)
    _write(pictures[4:16], y=50, x=33, width=71, seed=3)
    follower = CaptionFollower(10.0)
    follower.feed(pictures)

    (caption,) = follower.finish()
    assert (caption.box.y, caption.box.height) == (50, 8)
    assert caption.box.x == pytest.approx(33, abs=2)


def _caption(start: int, end: int) -> Caption:
    return Caption(start=start, end=end, box=Box(x=0, y=0, width=10, height=10))


def test_what_is_read_twice_in_a_row_is_one_cue() -> None:
    captions = [_caption(0, 900), _caption(1000, 2000), _caption(2000, 3000), _caption(9000, 9900)]
    texts = {0: "Good morning.", 1: "Good  morning", 2: "Where?", 3: "Where?"}

    merged = merge_same(captions, texts)

    assert [(c.start, c.end, text) for c, text in merged] == [
        (0, 2000, "Good  morning"),
        (2000, 3000, "Where?"),
        (9000, 9900, "Where?"),
    ]


def test_what_says_nothing_is_no_cue() -> None:
    assert merge_same([_caption(0, 900)], {0: " "}) == []


def test_holes_are_filled_with_what_surrounds_them() -> None:
    colours = np.zeros((2, 20, 30, 3), np.uint8)
    colours[..., 0] = np.arange(30) * 4
    holes = np.zeros((2, 20, 30), bool)
    holes[:, 8:12, 10:20] = True
    spoiled = colours.copy()
    spoiled[holes] = 255

    filled = PullPush().fill(spoiled, holes)

    assert np.abs(filled.astype(int) - colours).max() < 16
    assert (filled[~holes] == colours[~holes]).all()
