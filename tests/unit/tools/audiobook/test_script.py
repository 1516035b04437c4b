"""The script: lines tile the text whatever it is, and are cut where a reader would breathe."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.audiobook.lines import Kind, Line, is_speakable, spoken
from tools.audiobook.script import CHAPTER, HEADING, PARAGRAPH, Quote, write_script
from tools.novels.types import Chapter

ANY = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("ab .!?\n\n“”。，字—…_*")))


def whole(text: str, title: str = "") -> list[Chapter]:
    return [Chapter(index=0, title=title, start=0, end=len(text))]


def said(text: str, lines: list[Line]) -> list[str]:
    return [text[line.start : line.end] for line in lines]


def script(text: str, *quoted: str, language: str = "en", speaker: str = "c1") -> list[Line]:
    quotes = [
        Quote(id=f"q{at}", start=at, end=at + len(words), speaker_id=speaker)
        for words in quoted
        for at in (text.index(words),)
    ]
    return write_script(text, whole(text), quotes, language)


@settings(max_examples=120)
@given(ANY, st.data())
def test_lines_tile_any_text_and_each_has_something_to_say(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    bounds = [0, *[cut for cut in cuts[::3] if 0 < cut < len(text)], len(text)]
    chapters = [
        Chapter(index=n, title=text[a : a + 5].strip(), start=a, end=b)
        for n, (a, b) in enumerate(pairwise(bounds))
    ]
    quotes = [
        Quote(id=f"q{a}", start=a, end=b, speaker_id="c1")
        for a, b in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    language = data.draw(st.sampled_from(["en", "zh"]))

    lines = write_script(text, chapters, quotes, language)

    assert "".join(said(text, lines)) == text
    for line, words in zip(lines, said(text, lines), strict=True):
        assert is_speakable(words) or line.kind is Kind.QUOTATION or len(lines) == 1
        assert all(line.start <= a < b <= line.end for a, b in line.emphasis)


def test_quotations_and_narration_are_lines_of_their_own() -> None:
    text = "“Yes,” said Ada. “It is late.”\n\nNobody answered. The rain went on.\n"
    lines = script(text, "“Yes,”", "“It is late.”")

    assert said(text, lines) == [
        "“Yes,”",
        " said Ada. ",
        "“It is late.”\n\n",
        "Nobody answered. The rain went on.\n",
    ]
    assert [line.role for line in lines] == ["c1", "narrator", "c1", "narrator"]
    assert [line.pause_ms for line in lines[2:]] == [PARAGRAPH, CHAPTER]


def test_a_heading_is_a_line_with_a_pause_behind_it() -> None:
    text = "CHAPTER I\n  The Rain\n\nIt rained.\n"
    lines = write_script(text, whole(text, "CHAPTER I The Rain"), [], "en")

    assert said(text, lines) == ["CHAPTER I\n  The Rain\n\n", "It rained.\n"]
    assert [(line.kind, line.pause_ms) for line in lines] == [
        (Kind.HEADING, HEADING),
        (Kind.NARRATION, CHAPTER),
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It rained, and Mr. Hale of St. Ives went on. " * 30, "en"),
        ("雨下了一整天，渡口的灯刚刚点上。" * 30, "zh"),
    ],
)
def test_long_stretches_are_cut_between_sentences(text: str, language: str) -> None:
    lines = said(text, write_script(text, whole(text), [], language))

    assert len(lines) > 3
    assert {line.rstrip()[-3:] for line in lines} == {text.rstrip()[-3:]}


def test_a_sentence_without_end_is_cut_between_words() -> None:
    text = "word " * 400
    lines = said(text, write_script(text, whole(text), [], "en"))

    assert max(map(len, lines)) <= 240
    assert all(line.endswith(" ") for line in lines)


@pytest.mark.parametrize(
    ("text", "quoted", "tone", "strength"),
    [
        ("“Hush,” she whispered.", "“Hush,”", "whispering", 40),
        ("“Stop!” he shouted.", "“Stop!”", "shouting", 100),
        ("He laughed. “So it is.”", "“So it is.”", "cheerful", 80),
        ("“Is it late?” said Ada.", "“Is it late?”", "asking", 75),
        ("“It is late,” said Ada. She laughed.", "“It is late,”", "neutral", 75),
        ("老周喝道：“胡闹！”", "“胡闹！”", "shouting", 100),
        ("她低声说：“走吧。”", "“走吧。”", "whispering", 40),
    ],
)
def test_narration_beside_a_quotation_tells_its_tone(
    text: str, quoted: str, tone: str, strength: int
) -> None:
    language = "zh" if "老" in text or "她" in text else "en"
    line = next(line for line in script(text, quoted, language=language) if line.kind is Kind.QUOTATION)

    assert (line.tone, line.strength) == (tone, strength)


def test_narration_of_another_paragraph_tells_nothing() -> None:
    line = script("She whispered.\n\n“It is late.”", "“It is late.”")[1]

    assert line.tone == "neutral"


def test_marked_words_and_capitals_are_stressed() -> None:
    text = "It was _his_ hat, not MINE, said I."
    (line,) = script(text)

    assert [text[a:b] for a, b in line.emphasis] == ["his", "MINE"]
    assert spoken(text) == "It was his hat, not MINE, said I."


def test_a_quotation_of_dots_is_a_silence_of_its_speaker() -> None:
    lines = script("“……” “Well?” said Ada.", "“……”", "“Well?”")

    assert [(line.kind, spoken("“……”")) for line in lines[:1]] == [(Kind.QUOTATION, "")]
