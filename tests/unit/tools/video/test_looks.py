"""How burned-in subtitles look."""

from tools.subtitles.cues import Cue
from tools.video.captions import Box
from tools.video.looks import Canvas, ass_file, letters_in_line, look_of

WIDE, TALL = Canvas(width=1920, height=1080), Canvas(width=1080, height=1920)


def _style(text: str) -> list[str]:
    return next(line for line in text.splitlines() if line.startswith("Style: ")).split(",")


def _events(text: str) -> list[str]:
    return [line.split(",", 4)[4] for line in text.splitlines() if line.startswith("Dialogue: ")]


def _cue(text: str) -> Cue:
    return Cue(id=1, start=61_230, end=3_661_000, text=text)


def test_nothing_in_a_cue_is_taken_for_a_command() -> None:
    (text,) = _events(ass_file([_cue("{\\an8}a } b C:\\Names\n<i>x</i>")], look_of("default", {}), WIDE))

    assert text == "a \\} b C:\\\u2060Names\\Nx"


def test_times_are_hundredths() -> None:
    line = ass_file([_cue("a")], look_of("default", {}), WIDE).splitlines()[-1]

    assert line.startswith("Dialogue: 0,0:01:01.23,1:01:01.00,")


def test_colours_are_written_as_libass_reads_them() -> None:
    style = _style(ass_file([], look_of("default", {"color": "#12ab34"}), WIDE))

    assert style[3] == "&H0034AB12"


def test_changes_are_laid_over_the_preset() -> None:
    look = look_of("large_text", {"font_size": None, "outline": 3.0})

    assert (look.font_size, look.outline) == (32, 3.0)


def test_letters_grow_with_the_picture_and_lines_with_its_width() -> None:
    look = look_of("default", {})

    assert float(_style(ass_file([], look, WIDE))[2]) == 67.5
    assert letters_in_line(look, TALL, is_wide=True) == 15
    assert letters_in_line(look, WIDE, is_wide=False) > 42


def test_vertical_films_leave_room_below() -> None:
    margin = int(_style(ass_file([], look_of("default", {}), TALL))[-1])

    assert margin == round(1920 * 0.16)


def test_subtitles_of_the_film_are_not_covered() -> None:
    canvas = Canvas(width=320, height=180, avoid=Box(x=20, y=150, width=280, height=20))

    assert int(_style(ass_file([], look_of("default", {}), canvas))[-1]) >= 30
    assert int(_style(ass_file([], look_of("default", {"position": "top"}), canvas))[-1]) < 30


def test_a_second_language_stands_below_in_smaller_letters() -> None:
    (text,) = _events(ass_file([_cue("Bonjour")], look_of("default", {}), WIDE, seconds={1: "Hello"}))

    assert text == "Bonjour\\N{\\fs54.00}Hello"
