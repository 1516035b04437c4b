"""Subtitles in another format: the same cues with the same words, and what was lost is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.subtitles import Cue, Format, open_subtitles
from tools.subtitles.converting import convert
from tools.subtitles.markup import visible

FORMATS: list[Format] = ["srt", "vtt", "ass", "lrc", "ttml"]


def converted(text: str, target: Format) -> str:
    file = open_subtitles(text.encode())
    return convert(file.cues, file.format, target).text


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("vtt", "1\n00:00:01.000 --> 00:00:02.500 line:0\n<i>Hi</i> &amp; <b>you</b>\nthere\n"),
        ("ass", "0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\an8}{\\i1}Hi{\\i0} & {\\b1}you{\\b0}\\Nthere\n"),
        ("lrc", "[00:01.00]Hi & you there\n"),
        (
            "ttml",
            'end="00:00:02.500" region="top"><span tts:fontStyle="italic">Hi</span> &amp; '
            '<span tts:fontWeight="bold">you</span><br/>there</p>',
        ),
    ],
)
def test_italics_bold_lines_and_the_top_have_their_form_in_each_format(target: Format, expected: str) -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<i>Hi</i> & <b>you</b>\nthere\n"

    assert expected in converted(srt, target)


def test_what_a_format_has_no_place_for_is_named() -> None:
    ass = (
        "[Events]\nFormat: Start, End, Name, Text\n"
        "Dialogue: 0:00:01.00,0:00:02.00,Bob,{\\fs40\\i1}Hi{\\pos(1,2)}\n"
    )
    file = open_subtitles(ass.encode())

    found = convert(file.cues, file.format, "srt")

    assert found.text == "1\n00:00:01,000 --> 00:00:02,000\n<i>Hi</i>\n"
    assert found.lost == {"tags": 2, "speakers": 1}


def test_a_voice_goes_on_as_the_name_of_the_speaker() -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann &amp; Bob>Hi\n"

    assert ",Ann & Bob," in converted(vtt, "ass")
    assert converted(vtt, "vtt").endswith("<v Ann &amp; Bob>Hi\n")


def test_an_arrow_among_the_words_begins_no_cue() -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n00:05.000 --&gt; 00:06.000\n"

    for target in FORMATS:
        assert len(open_subtitles(converted(vtt, target).encode()).cues) == 1


WORDS = st.text(st.sampled_from("ab <>&{}\\/\n-1:你"), max_size=12)


@given(
    st.lists(st.tuples(st.integers(0, 9_000_000), WORDS), min_size=1, max_size=8), st.sampled_from(FORMATS)
)
def test_every_cue_is_there_in_every_format(raw: list[tuple[int, str]], target: Format) -> None:
    cues = [
        Cue(id=at, start=start // 10 * 10, end=start // 10 * 10 + 900, text=f"x{words}x")
        for at, (start, words) in enumerate(raw, 1)
    ]

    again = open_subtitles(convert(cues, "srt", target).text.encode(), f"a.{target}")

    assert again.problems == ()
    assert [cue.start for cue in again.cues] == [cue.start for cue in cues]
    for cue, own in zip(again.cues, cues, strict=True):
        shown = visible(cue.text, target).translate({ord("("): "{", ord(")"): "}"})
        wanted = visible(own.text, "srt")
        # SRT alone has no way to write an arrow that begins no cue.
        wanted = wanted.replace("-->", "\u2192") if target == "srt" else wanted
        assert "".join(shown.split()) == "".join(wanted.split())
