"""Cues as segments, and what their translations may look like."""

from dataclasses import replace

import pytest

from tools.subtitles import open_subtitles
from tools.subtitles.fitting import stacked, too_long
from tools.subtitles.profiles import profile_of
from tools.subtitles.wording import segments_of, tag_check, word_writer, worded
from tools.translation.protection import protect

VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ann>Salt &amp; <i>pepper</i></v>\n"
LRC = "[00:01.00][00:05.00]Same words\n[00:03.00]Others\n"


def test_tags_and_entities_are_no_words() -> None:
    [segment] = segments_of(open_subtitles(VTT.encode()))

    assert protect(segment).words == "Salt ⟦1⟧pepper"
    assert protect(segment).parts == ("&amp; <i>",)
    assert segment.note == "said by Ann"


def test_cues_that_share_their_words_are_one_segment_and_get_one_text() -> None:
    file = open_subtitles(LRC.encode(), "song.lrc")
    cues = worded(file, file.cues, {segment.id: segment.text.upper() for segment in segments_of(file)})

    assert len(segments_of(file)) == 2
    assert sorted(cue.text for cue in cues) == ["OTHERS", "SAME WORDS", "SAME WORDS"]
    assert file.render(cues) == LRC.replace("Same words", "SAME WORDS").replace("Others", "OTHERS")


@pytest.mark.parametrize(
    ("translation", "wrong"),
    [
        ("<i>Salz</i>", []),
        ("Salz", ["the tag <i> is missing", "the tag </i> is missing"]),
        ("<i>Salz</i><b>", ["the tag <b> is not in the source"]),
        ("<i>Salz --> Pfeffer</i>", ["--> must not stand in it"]),
    ],
)
def test_a_translation_has_the_tags_of_its_source_and_no_others(translation: str, wrong: list[str]) -> None:
    assert tag_check("srt")("<i>Salt</i>", translation) == wrong


def test_words_are_written_so_that_they_end_no_cue_and_make_no_tag() -> None:
    assert word_writer("srt")(" a\n \n\nb & c\r\n") == "a\nb & c"
    assert word_writer("vtt")("a < b & c") == "a &lt; b &amp; c"


def test_the_limit_of_a_cue_is_what_can_be_read_in_its_time() -> None:
    file = open_subtitles(b"1\n00:00:01,000 --> 00:00:02,000\nThis is much too long for one second.\n")
    slow = [replace(file.cues[0], end=60_000)]

    assert too_long(file.cues, profile_of("en"), "srt") == {1: 20}
    assert too_long(slow, profile_of("en"), "srt") == {}


def test_only_translated_cues_get_a_second_language() -> None:
    file = open_subtitles(LRC.encode(), "song.lrc")
    cues = stacked(file.cues, {cue.id: "x" for cue in file.cues}, {1}, source_first=True)

    assert [cue.text.startswith("x\n") for cue in cues] == [cue.id == 1 for cue in file.cues]
