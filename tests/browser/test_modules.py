"""The console's pure modules, run where they live: in the browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Journal, console
from tests.fixtures.service_process import ServiceProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STREAM = """event: metadata
data: {"a":"ü😀"}
id: 1-0

: heartbeat

event: custom
data: 1
data: 2
id: 1-1

"""
EVENTS = [
    {"type": "metadata", "id": "1-0", "data": '{"a":"ü😀"}'},
    {"type": "custom", "id": "1-1", "data": "1\n2"},
]


@pytest.fixture(scope="module")
def page(browser: "Browser", service: ServiceProcess) -> Iterator["Page"]:
    """One for all: what is tested here keeps nothing."""
    with console(browser, service, Journal()) as page:
        yield page


@pytest.mark.parametrize("line_end", ["\r\n", "\n"], ids=["crlf", "lf"])
def test_events_are_the_same_wherever_chunks_are_cut(page: "Page", line_end: str) -> None:
    read = """async stream => {
        const { EventParser } = await import("/console/event_stream.js");
        return Array.from({ length: stream.length + 1 }, (_, at) => {
            const parser = new EventParser();
            return [stream.slice(0, at), stream.slice(at)].flatMap(chunk => [...parser.feed(chunk)]);
        });
    }"""
    for events in page.evaluate(read, STREAM.replace("\n", line_end)):
        assert events == EVENTS


@pytest.mark.parametrize("text", ["plain", "😀a😀😀b", "𠮷野家と😀", ""], ids=ascii)
def test_code_point_slices_match_python_s(page: "Page", text: str) -> None:
    cut = """async text => {
        const { CodePointText } = await import("/console/code_points.js");
        const counted = new CodePointText(text);
        const offsets = [...Array(counted.length + 1).keys()];
        return offsets.map(start => offsets.slice(start).map(end => counted.slice(start, end)));
    }"""
    points = range(len(text) + 1)
    assert page.evaluate(cut, text) == [[text[start:end] for end in points[start:]] for start in points]


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One.\nTwo.\n\nThree.\n", ["One.", "Two.", "Three."]),
        ("\u3000\u3000一。\r\n\u3000\u3000二。", ["一。", "二。"]),
    ],
    ids=["line each", "indented"],
)
def test_paragraph_is_a_line_where_lines_are_not_wrapped(
    page: "Page", text: str, paragraphs: list[str]
) -> None:
    assert page.evaluate(PARAGRAPHS, text) == paragraphs


def test_paragraph_ends_at_blank_lines_where_lines_are_wrapped(page: "Page") -> None:
    line = "It was a long line that a typewriter had broken near its right edge,"
    paragraph = "\n".join([line] * 6)
    assert page.evaluate(PARAGRAPHS, f"{paragraph}\n\n{paragraph}\n") == [paragraph, paragraph]


PARAGRAPHS = """async text => {
    const { isHardWrapped, paragraphRanges } = await import("/console/paragraphs.js");
    return paragraphRanges(text, isHardWrapped(text)).map(({ start, end }) => text.slice(start, end));
}"""


def test_relations_picture_is_the_same_each_time(page: "Page") -> None:
    lay = """async () => {
        const { forceLayout } = await import("/console/force_layout.js");
        const people = [..."abcdefgh"].map(id => ({ id, radius: 10, labelWidth: 60 }));
        const ties = [..."bcdefgh"].map(to => ({ from: "a", to, strength: 0.5 }));
        const draw = () => [...forceLayout(people, ties, 700, 500).values()].map(({ x, y }) => [x, y]);
        return [draw(), draw()];
    }"""
    first, second = page.evaluate(lay)
    assert first == second
    assert all(0 < x < 700 and 0 < y < 500 for x, y in first)


TALK = [
    {"type": "input_audio_buffer.speech_started", "item_id": "i1"},
    {"type": "conversation.item.input_audio_transcription.partial", "item_id": "i1", "text": "hel"},
    {
        "type": "conversation.item.done",
        "item": {"id": "i1", "speaker": "partner", "content": [{"type": "input_audio"}]},
    },
    {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "i1",
        "transcript": "hello",
        "confidence": 0.4,
    },
    {"type": "suggestions.created", "response_id": "r1", "wanted": 2, "mode": "model"},
    {"type": "suggestions.delta", "response_id": "r1", "reply": {"id": "r1.1", "text": "Hi."}},
    {
        "type": "suggestions.delta",
        "response_id": "r0",
        "reply": {"id": "r0.1", "text": "Of another request."},
    },
    {"type": "no.such.event"},
]
SHOWN = """async events => {
    const { emptyTalk, take } = await import("/console/talk_state.js");
    return events.reduce(take, emptyTalk());
}"""


def test_talk_is_what_its_events_come_to(page: "Page") -> None:
    talk = page.evaluate(SHOWN, TALK)

    assert talk["hearing"] is None
    assert [(line["speaker"], line["text"], line["confidence"]) for line in talk["lines"]] == [
        ("partner", "hello", 0.4)
    ]
    assert [reply["text"] for reply in talk["request"]["replies"]] == ["Hi."]
    assert not talk["request"]["isDone"]


def test_silence_is_no_line(page: "Page") -> None:
    silent = [{**event, "transcript": ""} if "transcript" in event else event for event in TALK[:4]]

    assert page.evaluate(SHOWN, silent)["lines"] == []


def test_who_speaks_has_answered(page: "Page") -> None:
    said = {"id": "i2", "speaker": "me", "content": [{"type": "output_text", "text": "Hi."}]}

    assert page.evaluate(SHOWN, [*TALK, {"type": "conversation.item.done", "item": said}])["request"] is None


def test_sound_is_the_same_after_its_way_through_text(page: "Page") -> None:
    back = page.evaluate("""async () => {
        const { toBase64, fromBase64 } = await import("/console/talk_connection.js");
        const sound = Int16Array.from({ length: 1600 }, (_, at) => at * 41 - 32768);
        return [...fromBase64(toBase64(sound))].every((sample, at) => sample === sound[at]);
    }""")

    assert back


_SHEET = {
    "cues": [
        {"id": at, "segment": str(at), "start": 0, "end": 2000, "source": "x", "words": "x"} for at in (1, 2)
    ],
    "targets": {
        "zh": {
            "limits": {"cps": 9, "cpl": 16, "half_width": 0.5, "max_lines": 2},
            "cues": [
                {
                    "words": "⟦1⟧你好 ok",
                    "text": "你好 ok",
                    "start": 0,
                    "end": 1000,
                    "status": None,
                    "reasons": [],
                },
                {
                    "words": "",
                    "text": "Hi.",
                    "start": 0,
                    "end": 1000,
                    "status": "untranslated",
                    "reasons": [],
                },
            ],
        }
    },
}


def test_a_sheet_of_cues_tells_only_what_was_changed_and_how_fast_it_reads(page: "Page") -> None:
    read = """async kept => {
        const { clock, CueSheet } = await import("/console/cue_sheet.js");
        const sheet = new CueSheet(kept);
        const before = sheet.reading("zh", 0);
        sheet.edit("zh", 0, "⟦1⟧你好你好你好你好你好");
        sheet.edit("zh", 1, "嗨");
        sheet.edit("zh", 1, "");
        const shown = [sheet.visible("zh", 0), sheet.places("zh", true), clock(3723004)];
        return [before, sheet.reading("zh", 0), sheet.edits, ...shown];
    }"""
    before, after, edits, visible, flagged, time = page.evaluate(read, _SHEET)

    assert before == {"speed": 3.5, "limit": 9, "isOver": False}
    assert after == {"speed": 10, "limit": 9, "isOver": True}
    assert edits == {"zh": {"1": "⟦1⟧你好你好你好你好你好"}}
    assert (visible, flagged, time) == ("你好你好你好你好你好", [1], "01:02:03.004")


def test_terms_are_read_a_line_each(page: "Page") -> None:
    read = """async text => (await import("/console/translate_form.js")).glossaryOf(text)"""

    assert page.evaluate(read, "a = b\n\nScriptorium\nx = y = z") == [
        {"source": "a", "target": "b"},
        {"source": "Scriptorium", "keep": True},
        {"source": "x", "target": "y = z"},
    ]
