"""Reading and writing subtitle files: nothing lost, nothing shifted, whatever stands in them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import InputTooLarge, InvalidInput
from tools.subtitles import Cue, SubtitleFile, open_subtitles

SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\nHello <i>there</i>\r\n\r\nafter a blank line\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000 X1:10 X2:20\r\n\r\n"
    "3\r\n00:00:05.0 --> 00:00:06.000\r\n1984\r\nwas a year\r\n"
    "4\r\n00:00:07,000 --> 00:00:08,000\r\nno blank line before\r\n\r\n"
    "-00:00:09,000 --> 00:00:10,000\r\nno number\r\n"
)
VTT = (
    "WEBVTT - a title\nKind: captions\n\n"
    "NOTE not a cue\n00:01.000 --> 00:02.000\n\nSTYLE\n::cue { color: red }\n\n"
    "the-id\n00:01.000 --> 00:02.000 line:0 align:start\n<v Bob>Hi &amp; <c.x>bye</c>\nsecond line\n\n"
    "00:02.000 --> 01:00:03.000\nnext\n00:03.000 --> 00:04.000\nglued to it\n"
)
ASS = (
    "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name\nStyle: Sign\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Sign,Bob,0,0,0,,{\\an8}Hi, you\\Nthere\n"
    "Comment: 0,0:00:01.00,0:00:02.00,Sign,,0,0,0,,not a cue\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Sign,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}\n"
)
LRC = "[ar:A. Singer]\n\n[00:01.00][00:09.50]la la\n[00:04.2]<00:04.30>lo\n"
TTML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml" '
    'xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25"><!-- kept --><body><div>\n'
    '<p begin="00:00:01.000" end="00:00:02:12" xml:id="a">Hi é<br/>\n  <span style="x">you</span></p>\n'
    "<p begin='3s' dur='1.5s'>B</p><p>without times</p></div></body></tt>\n"
)
FILES = {"srt": SRT, "vtt": VTT, "ass": ASS, "lrc": LRC, "ttml": TTML}


def opened(text: str) -> SubtitleFile:
    return open_subtitles(text.encode())


def texts(file: SubtitleFile) -> list[str]:
    return [cue.text for cue in file.cues]


@pytest.mark.parametrize("format", FILES)
def test_a_file_without_changes_is_written_as_it_was_read(format: str) -> None:
    file = opened(FILES[format])

    assert file.format == format
    assert file.render(file.cues) == FILES[format]


@pytest.mark.parametrize("format", FILES)
def test_a_changed_file_has_the_same_cues_with_the_changes_and_nothing_else(format: str) -> None:
    file = opened(FILES[format])
    changed = [
        replace(cue, start=abs(cue.start) + 40, end=cue.end + 40, text=cue.text and "Neu")
        for cue in file.cues
    ]

    again = opened(file.render(changed))

    assert [(cue.start, cue.text) for cue in again.cues] == [(cue.start, cue.text) for cue in changed]
    untouched = [piece for piece in file.pieces if isinstance(piece, str)]
    assert [piece for piece in again.pieces if isinstance(piece, str)] == untouched


def test_srt_cues_keep_blank_lines_years_and_missing_numbers() -> None:
    file = opened(SRT)

    assert texts(file) == [
        "Hello <i>there</i>\n\nafter a blank line",
        "",
        "1984\nwas a year",
        "no blank line before",
        "no number",
    ]
    assert file.cues[4].start == -9000


def test_an_srt_cue_whose_times_cannot_be_read_is_kept_and_named() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nfine\n\n2\n00:00:0x --> 00:0\nlost\n\n"
        "3\n00:00:03,000 --> 00:00:04,000\ntoo\n"
    )
    file = opened(text)

    assert texts(file) == ["fine", "too"]
    assert [problem.line for problem in file.problems] == [6]
    assert "lost" in file.render([replace(cue, text="x") for cue in file.cues])


def test_an_empty_srt_cue_that_gets_words_stays_apart_from_the_next() -> None:
    file = opened("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nb\n")

    written = file.render([replace(cue, text="new") for cue in file.cues])

    assert written == "1\n00:00:01,000 --> 00:00:02,000\nnew\n\n2\n00:00:03,000 --> 00:00:04,000\nnew\n"


def test_vtt_notes_styles_identifiers_and_settings_are_no_text() -> None:
    file = opened(VTT)

    assert texts(file) == ["<v Bob>Hi &amp; <c.x>bye</c>\nsecond line", "next", "glued to it"]
    assert file.cues[0].speaker == "Bob"
    assert file.cues[1].end == 3_603_000


def test_words_cannot_end_or_begin_a_vtt_cue() -> None:
    file = opened("WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:02.000 --> 00:03.000\nb\n")
    hostile = [replace(cue, text="x\n\n00:09.000 --> 00:10.000\ny") for cue in file.cues]

    assert len(opened(file.render(hostile)).cues) == 2


def test_ass_comments_and_drawings_are_no_cues_and_commas_belong_to_the_text() -> None:
    [cue] = opened(ASS).cues

    assert (cue.text, cue.style, cue.speaker) == ("{\\an8}Hi, you\nthere", "Sign", "Bob")


def test_lrc_words_with_two_times_are_two_cues_with_one_text() -> None:
    file = opened(LRC)

    assert [(cue.start, cue.end, cue.text) for cue in file.cues] == [
        (1000, 4200, "la la"),
        (9500, 14500, "la la"),
        (4200, 9500, "<00:04.30>lo"),
    ]
    with pytest.raises(InvalidInput, match="one line of words"):
        file.render([replace(file.cues[0], text="anders"), *file.cues[1:]])


def test_ttml_times_in_frames_and_by_duration_are_read() -> None:
    file = opened(TTML)

    assert [(cue.start, cue.end) for cue in file.cues] == [(1000, 2480), (3000, 4500)]
    assert texts(file) == ['Hi é\n<span style="x">you</span>', "B"]
    assert len(file.problems) == 1


def test_a_ttml_file_with_a_dtd_is_refused() -> None:
    bomb = '<!DOCTYPE tt [<!ENTITY a "aaaa">]><tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>'

    with pytest.raises(InvalidInput, match="DTD"):
        open_subtitles(bomb.encode(), "a.ttml")


@pytest.mark.parametrize("given_cues", [slice(1, None), slice(None, None, -1)])
def test_a_lost_or_shifted_cue_is_refused(given_cues: slice) -> None:
    file = opened(SRT)

    with pytest.raises(InvalidInput, match="in this order"):
        file.render(file.cues[given_cues])


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-8-sig", "你好，世界"), ("gb18030", "今天天气很好，我们去公园吧。"), ("utf-16", "Привет")],
)
def test_other_encodings_are_read(encoding: str, words: str) -> None:
    data = f"1\n00:00:01,000 --> 00:00:02,000\n{words}\n".encode(encoding)

    assert [cue.text for cue in open_subtitles(data).cues] == [words]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"just words\n", "not_subtitles"),
        (b"WEBVTT\n\nNOTE nothing\n", "no_cues"),
        (b"[Events]\nFormat: Text\n", "no_cues"),
        (b"<tt xmlns='http://www.w3.org/ns/ttml'><body></tt>", "not_ttml"),
        (b"\x00\x01\x02\x03" * 50, "binary_input"),
    ],
)
def test_what_is_no_subtitle_file_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_subtitles(data, "a.txt")

    assert caught.value.code == code


def test_limits_are_named() -> None:
    cue = "1\n00:00:01,000 --> 00:00:02,000\nx\n\n"
    with pytest.raises(InputTooLarge, match="at most 10 are read"):
        open_subtitles((cue * 11).encode(), max_cues=10)
    with pytest.raises(InputTooLarge, match="at most 20 are read"):
        open_subtitles(cue.encode(), max_bytes=20)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("format", FILES)
def test_a_byte_order_mark_and_line_ends_are_kept(format: str, newline: str) -> None:
    data = FILES[format].replace("\r\n", "\n").replace("\n", newline).encode("utf-8-sig")
    file = open_subtitles(data)

    assert file.render(file.cues).encode() == data
    translated = file.render([replace(cue, text=cue.text and "Neu") for cue in file.cues])
    assert translated.startswith("\ufeff")
    assert ("\r\n" in translated) == (newline == "\r\n")


@given(st.sampled_from([*FILES]), st.integers(0, 700))
def test_a_file_that_breaks_off_anywhere_keeps_what_it_holds_or_says_why_not(format: str, at: int) -> None:
    part = FILES[format][:at]
    try:
        file = open_subtitles(part.encode(), f"a.{format}")
    except InvalidInput as error:
        refused, file = error.code, None
    if file is None:
        assert refused in {"empty_input", "no_cues", "not_subtitles", "not_webvtt", "not_ass", "not_ttml"}
        return

    assert file.render(file.cues) == part
    own = open_subtitles(FILES[format].encode()).cues
    assert [cue.start for cue in file.cues[:-1]] == [cue.start for cue in own[: len(file.cues) - 1]]


LINES = st.lists(
    st.sampled_from(
        [
            "",
            " ",
            "1",
            "2",
            "999",
            "words",
            "a --> b",
            "00:00:01,000 --> 00:00:02,000",
            "-0:00:01.5 --> 0:00:02",
            "\u2028",
        ]
    ),
    max_size=30,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_lines_around_a_cue_are_kept(lines: list[str], newline: str) -> None:
    text = newline.join([*lines, "00:00:05,000 --> 00:00:06,000", "end"])
    file = opened(text)

    assert file.render(file.cues) == text
    changed = [replace(cue, text="Neu") for cue in file.cues]
    assert [cue.text for cue in opened(file.render(changed)).cues] == ["Neu"] * len(file.cues)


def test_fifty_thousand_cues_are_read() -> None:
    text = "".join(
        f"{n}\n00:{n // 60 % 60:02d}:{n % 60:02d},000 --> 00:{n // 60 % 60:02d}:{n % 60:02d},900\nx\n\n"
        for n in range(50_000)
    )

    assert len(opened(text).cues) == 50_000


def test_a_cue_knows_its_duration() -> None:
    assert Cue(id=1, start=500, end=1700, text="x").duration == 1200
