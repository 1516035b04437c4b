"""Captions and SSML: what is written can be read again, by our own readers and by XML's."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tools.audiobook.captions import Caption, lrc, srt, vtt
from tools.audiobook.lines import Kind, Line
from tools.audiobook.ssml import Voiced, ssml
from tools.audiobook.voices import Voice
from tools.subtitles import open_subtitles

CAPTIONS = [
    Caption(start=0, end=1500, speaker="narrator", text="CHAPTER I --> The Rain"),
    Caption(start=2500, end=3_604_010, speaker="A & <B>", text="“Yes,” & <no>"),
]


def test_every_format_has_every_line_when_it_is_heard() -> None:
    written = {"srt": srt(CAPTIONS), "vtt": vtt(CAPTIONS), "lrc": lrc(CAPTIONS, title="T]", author="A")}
    read = {kind: open_subtitles(text.encode(), f"a.{kind}").cues for kind, text in written.items()}

    times = [(0, 1500), (2500, 3_604_010)]
    assert [(cue.start, cue.end) for cue in read["srt"]] == times
    assert [(cue.start, cue.end) for cue in read["vtt"]] == times
    assert [cue.start for cue in read["lrc"]] == [0, 2500, 3_604_010]
    assert [cue.text for cue in read["srt"]] == ["CHAPTER I -> The Rain", "“Yes,” & <no>"]
    assert read["vtt"][1].speaker == "A & <B>"
    assert written["lrc"].startswith("[ti:T)]\n[ar:A]\n")


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_ssml_is_xml_whatever_the_text_and_keeps_what_is_stressed(text: str) -> None:
    line = Line(
        start=10,
        end=10 + len(text),
        chapter=0,
        kind=Kind.QUOTATION,
        tone="sad",
        pause_ms=700,
        emphasis=((10, 11),),
    )
    voice = Voice(id='en-us+f2@1.18"<', gender="female")

    root = etree.fromstring(
        ssml([Voiced(id="l10", line=line, text=text, voice=voice)], language="en").encode()
    )

    space = "{http://www.w3.org/2001/10/synthesis}"
    assert [child.tag for child in root] == [f"{space}mark", f"{space}voice", f"{space}break"]
    prosody = root.find(f".//{space}prosody")
    assert prosody is not None
    assert dict(prosody.attrib) == {"rate": "90%", "pitch": "-10%", "volume": "+0.0dB"}
    assert root.find(f".//{space}emphasis") is not None
