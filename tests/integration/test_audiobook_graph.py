"""The whole audiobook graph: with espeak-ng from text to M4B, and with a speaker that takes no time."""

import asyncio
import io
import json
import subprocess
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.model_server import Answers, Question, model_server
from graphs.audiobook.graph import build
from graphs.registry import GRAPHS
from tests.fixtures.voices import ToneSpeaker
from tools.errors import InvalidInput, ServiceError
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.media.ffmpeg import read_ffmpeg
from tools.media.loudness import TARGET, measure
from tools.media.spoken_book import Tags, make_cover
from tools.speech import current as speech
from tools.speech.output import EspeakSpeaker
from tools.storage import base as storage
from tools.storage.local import LocalStorage
from tools.subtitles import open_subtitles

pytestmark = pytest.mark.usefixtures("closed_clients")

NOVELS = Path(__file__).parents[1] / "fixtures" / "novels"
STORY = """CHAPTER I
The Lamp

The lamp went out at nine, and Mary Hale found the matches.

“Who is there?” asked Mary.

“Only me,” said Tom. “The wind took the door.”

“……”

CHAPTER II
The Boat

Tom pushed the boat away from the pier.

“Wait!” shouted Mary.

“Only me,” said Tom.
"""


@pytest.fixture
def files(tmp_path: Path) -> Iterator[LocalStorage]:
    """A storage, bound for the test; and no model."""
    own = LocalStorage(tmp_path / "files")
    with storage.bind(own), bind(ChatModels({})):
        yield own


@pytest.fixture
def speaker() -> Iterator[ToneSpeaker]:
    """A speaker, bound for the test."""
    own = ToneSpeaker()
    with speech.bind(speaker=own):
        yield own


class Thread:
    """A thread, with a graph made anew for each run, as by another worker."""

    def __init__(self) -> None:
        self.saver = InMemorySaver()
        self.config: Any = {"configurable": {"thread_id": "t"}}
        self.events: list[dict[str, Any]] = []

    async def run(self, given: Any) -> dict[str, Any]:
        graph: Any = build().compile(checkpointer=self.saver)
        async for event in graph.astream(given, self.config, stream_mode="custom"):
            self.events.append(event)
        return await self.values()

    async def values(self) -> dict[str, Any]:
        graph: Any = build().compile(checkpointer=self.saver)
        return (await graph.aget_state(self.config)).values

    async def asked(self) -> dict[str, Any]:
        graph: Any = build().compile(checkpointer=self.saver)
        return (await graph.aget_state(self.config)).tasks[0].interrupts[0].value


def novel(*, until: str = "audio", edits: Sequence[Mapping[str, Any]] = (), **options: Any) -> dict[str, Any]:
    return {
        "text": STORY,
        "title": "The Lamp = “;”",
        "options": {"until": until, "mp3": False, **options},
        "edits": [*edits],
    }


def texts(result: Mapping[str, Any]) -> list[str]:
    return [STORY[line["start"] : line["end"]] for line in result["lines"]]


def id_of(result: Mapping[str, Any], words: str) -> str:
    return next(line["id"] for line in result["lines"] if words in STORY[line["start"] : line["end"]])


Made = tuple[dict[str, Any], LocalStorage]
"""A result, and where its files are."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The story, spoken by espeak-ng once for all tests that look at it."""
    own = LocalStorage(tmp_path_factory.mktemp("made"))
    with storage.bind(own), bind(ChatModels({})), speech.bind(speaker=EspeakSpeaker()):
        return asyncio.run(Thread().run(novel(mp3=True))), own


async def fetched(made: Made, note: Mapping[str, Any], folder: Path) -> Path:
    path = folder / f"file{Path(note['name']).suffix}"
    path.write_bytes(await made[1].read(note["file_id"]))
    return path


def probed(path: Path) -> dict[str, Any]:
    shown = ["-show_format", "-show_chapters", "-show_streams"]
    command = ["ffprobe", "-v", "error", *shown, "-of", "json", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


async def test_every_line_is_voiced_and_joined_they_are_the_text(
    made: Made,
) -> None:
    result, _ = made

    assert "".join(texts(result)) == STORY
    assert all(line["voice"] for line in result["lines"])
    assert all(line["end_ms"] > line["start_ms"] for line in result["lines"])
    assert {part["name"] for part in result["cast"]} == {"narrator", "Mary", "Tom"}
    assert len({part["voice"] for part in result["cast"]}) == 3


async def test_the_m4b_is_as_long_as_its_lines_and_pauses_and_its_chapters_stand_where_they_begin(
    made: Made, tmp_path: Path
) -> None:
    result, _ = made
    audio = result["audio"]
    about = probed(await fetched(made, audio["m4b"], tmp_path))

    lines = sum(line["end_ms"] - line["start_ms"] + line["pause_ms"] for line in result["lines"])
    assert audio["duration_ms"] == pytest.approx(lines, abs=len(result["lines"]))
    assert float(about["format"]["duration"]) * 1000 == pytest.approx(lines, rel=0.01)
    told = [
        (c["tags"]["title"], float(c["start_time"]) * 1000, float(c["end_time"]) * 1000)
        for c in about["chapters"]
    ]
    heads = [line for line in result["lines"] if line["kind"] == "heading"]
    assert [title for title, _, _ in told] == ["CHAPTER I The Lamp", "CHAPTER II The Boat"]
    assert [start for _, start, _ in told] == pytest.approx([head["start_ms"] for head in heads], abs=50)
    assert told[-1][2] == pytest.approx(lines, abs=50)
    assert [stream["codec_name"] for stream in about["streams"] if stream["codec_type"] == "video"] == ["png"]
    assert about["format"]["tags"]["title"] == "The Lamp = “;”"
    mp3 = [probed(await fetched(made, one["file"], tmp_path))["format"] for one in audio["chapters"]]
    lengths = [(one["end_ms"] - one["start_ms"]) / 1000 for one in audio["chapters"]]
    assert [float(one["duration"]) for one in mp3] == pytest.approx(lengths, abs=0.12)  # its frames are whole


@pytest.mark.parametrize(
    ("name", "speed"),
    [("mad_tea_party_excerpt", 1.0), ("mad_tea_party_excerpt", 1.6), ("ferry_in_the_rain", 1.0)],
)
async def test_a_book_of_espeak_is_about_as_long_as_was_estimated_before(
    files: LocalStorage, name: str, speed: float
) -> None:
    text = (NOVELS / f"{name}.txt").read_text()
    with speech.bind(speaker=EspeakSpeaker()):
        result = await Thread().run({"text": text, "options": {"mp3": False, "speed": speed}})

    assert result["estimate"]["seconds"] == pytest.approx(result["audio"]["duration_ms"] / 1000, rel=0.15)


async def test_captions_stand_when_their_words_are_heard(made: Made, tmp_path: Path) -> None:
    result, own = made
    path = await fetched(made, result["audio"]["m4b"], tmp_path)
    form = ["-map", "0:a", "-f", "s16le", "-ar", "8000", "-ac", "1", "pipe:1"]
    decoded = await read_ffmpeg(["-i", str(path), *form], stdout_limit=10_000_000)
    sound = np.abs(np.frombuffer(decoded, "<i2"))
    levels = sound[: len(sound) // 40 * 40].reshape(-1, 40).max(axis=1) > 200  # of 5 ms each
    starts = {}
    for kind, note in result["audio"]["captions"].items():
        cues = open_subtitles(await own.read(note["file_id"]), f"a.{kind}").cues
        starts[kind] = [cue.start for cue in cues][: len(result["lines"])]

    wanted = [line["start_ms"] for line in result["lines"]]
    assert starts["srt"] == starts["vtt"] == wanted
    assert starts["lrc"] == pytest.approx(wanted, abs=10)
    for line, words in zip(result["lines"], texts(result), strict=True):
        at, end = line["start_ms"] // 5, line["end_ms"] // 5
        if "……" in words:
            assert not levels[at:end].any()
            continue
        heard = at + int(np.argmax(levels[at:end]))
        assert levels[at:end].any()
        assert abs(heard - at) * 5 <= 50, words
        assert not levels[end + 10 : end + line["pause_ms"] // 5 - 10].any(), words


async def test_it_is_as_loud_as_audiobooks_are_and_all_is_in_one_zip(made: Made, tmp_path: Path) -> None:
    result, own = made
    path = await fetched(made, result["audio"]["m4b"], tmp_path)

    assert await measure(["-i", str(path)]) == pytest.approx(TARGET, abs=1)
    assert result["audio"]["loudness"] == pytest.approx(TARGET, abs=1)
    with zipfile.ZipFile(io.BytesIO(await own.read(result["audio"]["zip"]["file_id"]))) as archive:
        assert set(archive.namelist()) == {
            *("book.m4b", "chapters/001.mp3", "chapters/002.mp3"),
            *("book.srt", "book.vtt", "book.lrc", "book.json", "book.ssml"),
        }
        script = json.loads(archive.read("book.json"))
    assert "".join(line["text"] for line in script["lines"]) == STORY


async def test_a_run_that_dies_goes_on_with_the_line_that_it_was_speaking(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    thread = Thread()
    speaker.hangs = lambda count: count == 5
    first = asyncio.create_task(thread.run(novel(at_once=1)))
    await speaker.hanging.wait()
    first.cancel()  # nothing of the node under way is checkpointed
    await asyncio.gather(first, return_exceptions=True)
    speaker.hangs = lambda _: False

    result = await thread.run(None)

    assert result["audio"]["duration_ms"] > 0
    assert max(Counter(speaker.said).values()) == 1
    assert {text for text, _ in speaker.said} == {
        " ".join(words.split()) for words in texts(result) if "……" not in words
    }


async def test_a_later_run_reads_nothing_again_and_speaks_only_what_has_changed(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    thread = Thread()
    result = await thread.run(novel())
    spoken = len(speaker.said)
    assert result["estimate"]["to_speak"] == spoken
    assert spoken == len(result["lines"]) - 3  # two lines come twice and are said once, and there are dots
    tom = next(part["role"] for part in result["cast"] if part["name"] == "Tom")
    free = ({"low", "high", "soft", "rough"} - {part["voice"] for part in result["cast"]}).pop()
    thread.events.clear()

    edits = [
        {"op": "voice", "id": tom, "voice": free},
        {"op": "again", "lines": [id_of(result, "lamp went out")]},
    ]
    again = await thread.run(novel(edits=edits))

    assert {text for text, _ in speaker.said[spoken:]} == {
        "“Only me,”",
        "“The wind took the door.”",
        "The lamp went out at nine, and Mary Hale found the matches.",
    }
    assert {voice for text, voice in speaker.said[spoken:] if "Only me" in text} == {free}
    assert "attribution" not in {event.get("stage") for event in thread.events}
    assert again["estimate"]["to_speak"] == 3
    third = await thread.run(novel(until="cast"))
    assert len(speaker.said) == spoken + 3
    assert [part["voice"] for part in third["cast"] if part["role"] == tom] == [free]  # edits are locks


async def test_who_is_described_otherwise_gets_another_voice_and_nobody_else_does(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    with speech.bind(speaker=EspeakSpeaker()):
        thread = Thread()
        before = {part["name"]: part for part in (await thread.run(novel(until="cast")))["cast"]}
        tom = before["Tom"]["role"]
        edits = [{"op": "describe", "id": tom, "age": "senior"}]
        after = {part["name"]: part for part in (await thread.run(novel(until="cast", edits=edits)))["cast"]}

    assert (before["Tom"]["age"], after["Tom"]["age"]) == (None, "old")
    changed = {name for name, part in after.items() if part["voice"] != before[name]["voice"]}
    assert changed == {"Tom"}


async def test_a_line_that_is_refused_stops_no_other_and_is_tried_alone_the_next_time(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    thread = Thread()
    speaker.refuses = {"“Wait!”"}
    result = await thread.run(novel())

    assert result["audio"] is None
    assert [failure["line"] for failure in result["failed_lines"]] == [id_of(result, "“Wait!”")]
    assert [note["code"] for note in result["warnings"]] == ["offline", "lines_failed"]
    before = len(speaker.said)
    speaker.refuses = set()
    result = await thread.run(novel())
    assert [text for text, _ in speaker.said[before:]] == ["“Wait!”"]
    assert (result["failed_lines"], result["audio"] is None) == ([], False)


async def test_a_person_settles_who_speaks_and_how_before_anything_is_spoken(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    thread = Thread()
    await thread.run(novel(review=True, until="cast"))
    asked = await thread.asked()
    assert [part["name"] for part in asked["cast"]] == ["narrator", "Mary", "Tom"]
    values = await thread.values()
    dots = next(quote for quote in values["quotes"] if "……" in quote["text"])
    mary = next(part["role"] for part in asked["cast"] if part["name"] == "Mary")
    wait = id_of(values, "“Wait!”")

    await thread.run(Command(resume={"edits": [{"op": "assign", "quotes": ["q1"], "speaker_id": mary}]}))
    assert (await thread.asked())["problems"] == ["there is no quotation 'q1'"]
    edits = [
        {"op": "assign", "quotes": [dots["id"]], "speaker_id": mary},
        {"op": "say", "lines": [wait], "tone": "whispering", "pause_ms": 5},
    ]
    await thread.run(Command(resume={"edits": edits}))
    lines = {line["id"]: line for line in (await thread.values())["lines"]}
    assert lines[id_of(values, "……")]["speaker_id"] == mary
    assert (lines[wait]["tone"], lines[wait]["pause_ms"]) == ("whispering", 5)
    result = await thread.run(Command(resume={"decision": "go"}))

    quote = next(quote for quote in result["quotes"] if quote["id"] == dots["id"])
    assert (quote["speaker"], quote["method"], quote["confidence"]) == ("Mary", "edit", 1.0)
    assert speaker.said == []
    taken_back = await thread.run(novel(until="script", edits=[{"op": "undo", "edit": "e1"}]))
    assert next(q for q in taken_back["quotes"] if q["id"] == dots["id"]) == dots


async def test_what_people_decided_holds_when_the_text_has_become_another(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    thread = Thread()
    result = await thread.run(novel(until="script"))
    mary, tom = (
        next(one["id"] for one in result["characters"] if name in one["canonical_name"])
        for name in ("Mary", "Tom")
    )
    edits = [
        {"op": "rename", "id": mary, "name": "Mrs. Hale"},
        {"op": "style", "id": tom, "styles": ["calm"]},
        {"op": "say", "lines": [id_of(result, "“Wait!”")], "tone": "sad"},
    ]
    await thread.run(novel(until="script", edits=edits))
    longer = "PROLOGUE\n\n“Listen!” said Ann Lee. Ann Lee was old.\n\n" + STORY

    values = await thread.run(novel(until="script") | {"text": longer})

    said = {longer[line["start"] : line["end"]].strip(): line for line in values["lines"]}
    assert "Mrs. Hale" in {one["canonical_name"] for one in values["characters"]}
    assert (said["“Wait!”"]["tone"], said["“Listen!”"]["directed_by"]) == ("sad", "rules")
    ids = {one["canonical_name"]: one["id"] for one in values["characters"]}
    assert values["locks"]["styles"] == {ids["Tom"]: ["calm"]}
    assert [note["code"] for note in values["warnings"]] == ["offline"]


async def test_a_cover_of_ones_own_is_the_cover_and_what_is_none_is_refused_at_once(
    files: LocalStorage, speaker: ToneSpeaker, tmp_path: Path
) -> None:
    await make_cover(tmp_path / "own.png", tags=Tags(title="Own"))
    own = await files.write((tmp_path / "own.png").read_bytes(), name="own.png")
    text = await files.write(b"no picture", name="own.png")
    with pytest.raises(InvalidInput, match="neither PNG nor JPEG"):
        await Thread().run(novel() | {"cover_file_id": text.file_id})
    assert speaker.said == []

    result = await Thread().run(novel(chapters=[1]) | {"cover_file_id": own.file_id})

    note = result["audio"]["m4b"]
    (tmp_path / "a.m4b").write_bytes(await files.read(note["file_id"]))
    shown = await read_ffmpeg(
        ["-i", str(tmp_path / "a.m4b"), "-map", "0:v", "-c", "copy", "-f", "image2pipe", "pipe:1"],
        stdout_limit=10_000_000,
    )
    assert shown == (tmp_path / "own.png").read_bytes()


async def test_single_chapters_can_be_made(files: LocalStorage, speaker: ToneSpeaker) -> None:
    result = await Thread().run(novel(chapters=[1]))

    assert [one["title"] for one in result["audio"]["chapters"]] == ["CHAPTER II The Boat"]
    assert not any("lamp" in text for text, _ in speaker.said)
    assert result["lines"][0].get("start_ms") is None


def directing(question: Question) -> str:
    """All is whispered, and "Only" is stressed."""
    lines = [
        {
            "line": number,
            "tone": "whispering",
            "strength": 41,
            "pause": "long",
            "emphasis": ["Only"] if f"[{number}]“Only" in question.data["text"] else [],
        }
        for number in question.data["lines"]
    ]
    return json.dumps({"lines": lines})


@asynccontextmanager
async def directing_model(answer: Callable[[Question], str]) -> AsyncIterator[list[Question]]:
    """Bound for the block; what it was asked about the manner of lines."""
    asked: list[Question] = []

    def told(question: Question) -> str:
        if "You direct" not in question.messages[0].text:
            return json.dumps({"people": [], "verdicts": [], "quotes": []})
        asked.append(question)
        return answer(question)

    with model_server(Answers.of(told)) as server:
        models = ChatModels({"primary": choose("openai:gpt-5-mini", base_url=server.openai_url)})
        with bind(models):
            yield asked


async def test_a_model_says_how_lines_are_spoken_once_and_people_say_it_over_it(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    thread = Thread()
    rules = {line["id"]: line for line in (await Thread().run(novel(until="script")))["lines"]}
    assert {line["directed_by"] for line in rules.values()} == {"rules"}
    async with directing_model(directing) as asked:
        result = await thread.run(novel(until="script"))
        wait = id_of(result, "“Wait!”")
        again = await thread.run(novel(until="script", edits=[{"op": "say", "lines": [wait], "tone": "sad"}]))

    said = {line["id"]: line for line in result["lines"] if line["directed_by"] == "model"}
    assert {STORY[line["start"] : line["end"]].strip() for line in said.values()} == {
        *("“Who is there?”", "“Only me,”", "“The wind took the door.”", "“Wait!”"),
    }
    assert {(line["tone"], line["strength"]) for line in said.values()} == {("whispering", 41)}
    assert all(line["pause_ms"] == rules[id]["pause_ms"] + 700 for id, line in said.items())
    stressed = {STORY[start:end] for line in said.values() for start, end in line["emphasis"]}
    assert stressed == {"Only"}
    assert len(asked) == 2  # one for each chapter, and none by the second run
    changed = next(line for line in again["lines"] if line["id"] == wait)
    assert (changed["tone"], changed["strength"], changed["directed_by"]) == ("sad", 41, "edit")


async def test_lines_that_a_model_does_not_direct_as_asked_are_the_rules_and_it_is_said(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    def wrong(question: Question) -> str:
        answer = json.loads(directing(question))
        for line in answer["lines"]:
            if line["emphasis"]:
                line["emphasis"] = ["no word of it"]
        return json.dumps(answer)

    async with directing_model(wrong):
        result = await Thread().run(novel(until="script"))

    by = {
        text.strip(): line["directed_by"] for text, line in zip(texts(result), result["lines"], strict=True)
    }
    assert (by["“Only me,”"], by["“Wait!”"]) == ("rules", "model")
    notes = [note["message"] for note in result["warnings"] if note["code"] == "model_answer_unusable"]
    assert any("direction, window 1 of 2" in note and "'no word of it'" in note for note in notes)


@asynccontextmanager
async def speaking_model() -> AsyncIterator[ChatModels]:
    with model_server(Answers.of(lambda _: "")) as server:
        models = ChatModels({"tts": choose("openai:gpt-4o-mini-tts", base_url=server.openai_url)})
        with bind(models):
            yield models


async def test_what_a_model_would_take_is_told_before_it_is_asked(files: LocalStorage) -> None:
    thread = Thread()
    async with speaking_model():
        result = await thread.run(novel(until="cast"))

    assert result["estimate"]["engine"] == "openai:gpt-4o-mini-tts"
    assert result["estimate"]["cost"] is None  # no price is known: never 0
    (told,) = [event for event in thread.events if event["type"] == "estimate"]
    assert (told["role"], told["calls"]) == ("tts", result["estimate"]["to_speak"])
    assert {part["voice"] for part in result["cast"]} <= {"alloy", "onyx", "echo", "fable", "nova", "shimmer"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edits": [{"op": "voice", "id": "narrator", "voice": "nobody"}]}, "tone has no voice 'nobody'"),
        ({"edits": [{"op": "voice", "id": "c9", "voice": "low"}]}, "there is no character 'c9'"),
        ({"edits": [{"op": "assign", "quotes": ["q1"], "speaker_id": None}]}, "there is no quotation 'q1'"),
        ({"edits": [{"op": "again", "lines": ["l1"]}]}, "there is no line 'l1'"),
        (
            {"options": {"chapters": [7]}},
            "options.chapters: there is no chapter 7; the book has 2, from 0 on",
        ),
    ],
)
async def test_what_is_not_there_is_refused_before_anything_is_spoken(
    files: LocalStorage, speaker: ToneSpeaker, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ServiceError) as raised:
        await Thread().run(novel() | change)

    assert message in raised.value.message
    assert speaker.said == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "a", "file_id": "b"},
        {"text": "  "},
        {"text": "a", "options": {"until": "x"}},
        {"text": "a", "options": {"recognition": {"review": True}}},
        {"text": "a", "edits": [{"op": "say", "lines": ["l0"], "strength": 101}]},
        {"text": "a", "edits": [{"op": "voice", "id": "narrator", "voice": "../x"}]},
        {"text": "a", "unknown": 1},
    ],
)
async def test_an_input_that_cannot_succeed_is_refused_before_a_run(
    files: LocalStorage, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        await GRAPHS["audiobook"].check_input(given)


async def test_a_fault_while_lines_are_spoken_is_raised_as_it_is(
    files: LocalStorage, speaker: ToneSpeaker
) -> None:
    def fail(_: int) -> bool:
        raise ZeroDivisionError

    speaker.hangs = fail

    with pytest.raises(ZeroDivisionError):  # in no group: who judges a run knows none
        await Thread().run(novel())
