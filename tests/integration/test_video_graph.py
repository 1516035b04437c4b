"""The whole video graph on a film of sixty seconds: heard, read, translated, erased, drawn and dubbed."""

import asyncio
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.model_server import Answers, ModelServer, model_server
from evals.model_server.question import Question, Task
from graphs import progress
from graphs.stages import stages_of
from graphs.video.graph import build, graph
from tests.fixtures import films
from tests.fixtures.films import FPS, LINES, SECONDS, SHOWN_MS, Films
from tools.errors import InvalidInput, ServiceError
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.speech import current as speech
from tools.speech.scripted import Script, ScriptedEngine
from tools.speech.vosk import VoskEngine
from tools.storage import base as storage
from tools.storage.local import LocalStorage
from tools.subtitles import open_subtitles

pytestmark = pytest.mark.usefixtures("closed_clients")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Films:
    return films.made_once(tmp_path_factory)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[LocalStorage]:
    """A storage, bound for the test; and no model, unless the test brings one."""
    own = LocalStorage(tmp_path / "files")
    with storage.bind(own), bind(ChatModels({})):
        yield own


@pytest.fixture
def ears(made: Films) -> Iterator[None]:
    """A recogniser that hears what is said in the film."""
    with speech.bind(engine=ScriptedEngine(Script.of(made.words))):
        yield


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    """Translates, labels, retells and reads, whatever is asked."""
    if "segments" in data:
        texts = {s["id"]: f"{s['text'].split()[0]} à la française." for s in data["segments"]}
        return {"translations": [{"id": id, "text": text} for id, text in texts.items()]}
    if "pictures" in data:
        return {"readings": [{"id": p["id"], "text": _shown(p["at_ms"])} for p in data["pictures"]]}
    if "words" in data:
        lines = data["lines"]
        return {"parts": [{"first": lines[0]["id"], "last": lines[-1]["id"], "text": "An old ship."}]}
    return {"labels": [{"id": line["id"], "label": "joy"} for line in data["lines"]]}


def _shown(at_ms: int) -> str:
    return next((text for start, text in LINES if start <= at_ms < start + SHOWN_MS), "")


@contextmanager
def _oracle() -> Iterator[ModelServer]:
    with model_server(Answers.oracle(_answer)) as server:
        choice = choose("openai:m", base_url=server.openai_url)
        roles: dict[Any, Any] = dict.fromkeys(("primary", "fast", "subtitle", "vision"), choice)
        models = ChatModels(
            roles,
            limits=TimeLimits(first_token=5, idle=1, total=10),
            backoff=Backoff(attempts=2, first_seconds=0.01),
        )
        with bind(models):
            yield server


async def _store(files: LocalStorage, path: Path) -> str:
    data = await asyncio.to_thread(path.read_bytes)
    return (await files.write(data, name=path.name)).file_id


async def _fetch(files: LocalStorage, note: Mapping[str, Any], folder: Path) -> Path:
    path = folder / note["name"]
    path.write_bytes(await files.read(note["file_id"]))
    return path


async def _cues(files: LocalStorage, note: Mapping[str, Any]) -> list[tuple[int, int, str]]:
    cues = open_subtitles(await files.read(note["file_id"]), note["name"]).cues
    return [(cue.start, cue.end, " ".join(cue.text.split())) for cue in cues]


def _streams(path: Path) -> list[dict[str, Any]]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"]


def _sound(path: Path) -> str:
    """A hash of all samples of the first sound track, decoded."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-f", "s16le", "-"]
    return hashlib.sha256(subprocess.run(command, check=True, capture_output=True).stdout).hexdigest()


def _pictures(path: Path, box: str) -> "np.ndarray[Any, Any]":
    """A region of every picture, in grey."""
    width, height, *_ = map(int, box.split(":"))
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(path),
        "-vf",
        f"crop={box},format=gray",
        "-f",
        "rawvideo",
        "-",
    ]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, height, width).astype(int)


@pytest.mark.usefixtures("ears")
async def test_speech_becomes_subtitles_that_a_player_can_switch_on(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    with _oracle():
        result = await graph.ainvoke(
            {"file_id": await _store(files, made.film), "target_languages": ["fr"], "source_language": "en"}
        )

    heard = await _cues(files, result["words"]["file"])
    assert [text for _, _, text in heard] == [text for _, text in LINES]
    assert all(abs(start - begins) < 150 for (start, _, _), (begins, _) in zip(heard, LINES, strict=True))
    french = await _cues(files, result["targets"]["fr"]["subtitles"])
    assert [text for _, _, text in french] == [f"{text.split()[0]} à la française." for _, text in LINES]
    streams = _streams(await _fetch(files, result["file"], tmp_path))
    assert [stream["codec_type"] for stream in streams] == ["video", "audio", "subtitle", "subtitle"]
    assert [stream["tags"]["language"] for stream in streams[2:]] == ["fra", "eng"]


async def test_subtitles_in_the_picture_are_read_and_replaced(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    with _oracle():
        result = await graph.ainvoke(
            {
                "file_id": await _store(files, made.film),
                "words_from": "picture",
                "target_languages": ["fr"],
                "erase": {"method": "delogo"},
                "render": "burn",
            }
        )

    read = await _cues(files, result["words"]["file"])
    assert read == [(start, start + SHOWN_MS, text) for start, text in LINES]
    film = await _fetch(files, result["targets"]["fr"]["video"], tmp_path)
    assert [stream["codec_name"] for stream in _streams(film)] == ["h264", "aac"]
    assert _sound(film) == _sound(made.film)


@pytest.mark.parametrize("method", ["delogo", "inpaint", "box"])
async def test_erasing_leaves_no_letters_and_does_not_touch_the_sound(
    files: LocalStorage, made: Films, tmp_path: Path, method: str
) -> None:
    given = {"file_id": await _store(files, made.film), "words_from": "none", "erase": {"method": method}}

    result = await graph.ainvoke(given)

    film = await _fetch(files, result["file"], tmp_path)
    box = "320:40:0:140"  # the lower part, in which the captions stand
    letters = (_pictures(made.film, box) > 140).sum(axis=(1, 2))
    left = (_pictures(film, box) > 140).sum(axis=(1, 2))
    assert len(left) == len(letters) == SECONDS * FPS
    assert (letters > 50).sum() == len(LINES) * SHOWN_MS * FPS // 1000
    assert left.max() == 0
    assert _sound(film) == _sound(made.film)
    assert len(result["erased"]["regions"]) == len(LINES)
    if method != "box":  # it looks like the film that never had captions, but for what encoding changes
        difference = np.abs(_pictures(film, box) - _pictures(made.bare, box))
        assert difference.max() < 40  # of 255; letters differ by 150
        assert difference.mean() < 2


async def test_a_given_region_is_erased_at_its_time_alone(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    region = {"x": 10, "y": 150, "width": 300, "height": 28, "start_ms": 0, "end_ms": 20_000}
    given = {
        "file_id": await _store(files, made.film),
        "words_from": "none",
        "erase": {"method": "box", "regions": [region]},
    }

    result = await graph.ainvoke(given)

    letters = (_pictures(await _fetch(files, result["file"], tmp_path), "320:40:0:140") > 140).sum(
        axis=(1, 2)
    )
    assert letters[:230].max() == 0  # the last caption that begins before 20 s ends at 23 s
    assert letters[260:280].min() > 50


@pytest.mark.usefixtures("ears")
async def test_burned_in_subtitles_are_drawn_above_those_of_the_film(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    given = {
        "file_id": await _store(files, made.film),
        "words_from": "picture",
        "target_languages": ["fr"],
        "render": "burn",
        "look": {"preset": "large_text"},
        "options": {"bilingual": "target_first"},
    }
    with _oracle():
        result = await graph.ainvoke(given)

    film = await _fetch(files, result["targets"]["fr"]["video"], tmp_path)
    above, captions = _pictures(film, "320:50:0:105"), _pictures(film, "320:24:0:156")
    shown = slice(15, 45)
    assert (above[shown] > 200).sum(axis=(1, 2)).min() > 50
    original = _pictures(made.film, "320:24:0:156")
    assert np.abs(captions[shown] - original[shown]).mean() < 4
    assert (above[55:65] > 200).sum() == 0  # between two cues


@pytest.mark.usefixtures("ears")
async def test_a_dubbed_film_speaks_in_the_slots_and_the_original_gives_way(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    given = {
        "file_id": await _store(files, made.film),
        "target_languages": ["fr"],
        "source_language": "en",
        "dub": {"original_db": -20},
    }
    with _oracle():
        result = await graph.ainvoke(given)

    french = result["targets"]["fr"]
    film = await _fetch(files, french["video"], tmp_path)
    streams = _streams(film)
    assert [stream["codec_type"] for stream in streams] == ["video", "audio", "audio", "subtitle"]
    assert streams[1]["tags"]["language"] == "fra"
    assert streams[1]["disposition"]["default"] == 1
    assert french["dub"]["cues"] == len(LINES)
    assert french["dub"]["silent"] == french["dub"]["late"] == french["dub"]["cut_by_the_end"] == []
    voice, original = _loudness(film, 0), _loudness(film, 1)
    assert (voice[12:17] > 0.01).any()  # the first line's slot
    pause = slice(56, 66)  # 5.6 s to 6.6 s: nobody speaks
    assert voice[pause].max() < 0.01
    assert original[12:17].max() > 0.01


async def test_models_of_the_roles_asr_and_tts_hear_and_speak_where_nothing_else_does(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    def answer(question: Question) -> Any:
        if question.task is Task.SPEAK:
            return question.messages[-1].text
        return LINES[0][1] if question.task is Task.HEAR else _answer(question.data)

    with model_server(Answers.of(answer)) as server:
        text = choose("openai:m", base_url=server.openai_url)
        qwen: Any = {"base_url": server.qwen_url, "api_key": "k"}
        roles: Any = {
            "subtitle": text,
            "asr": choose("dashscope:qwen3-asr-flash", **qwen),
            "tts": choose("dashscope:qwen3-tts-flash", **qwen),
        }
        given = {
            "file_id": await _store(files, made.vertical),
            "target_languages": ["fr"],
            "source_language": "en",
            "dub": {},
        }
        with bind(ChatModels(roles)):
            result = await graph.ainvoke(given)

    assert result["words"]["engine"] == "dashscope:qwen3-asr-flash"
    assert result["words"]["estimated_times"] is True
    heard = await _cues(files, result["words"]["file"])
    assert " ".join(text for _, _, text in heard) == LINES[0][1]
    french = result["targets"]["fr"]
    assert (french["dub"]["cues"], french["dub"]["silent"]) == (len(heard), [])
    streams = _streams(await _fetch(files, french["video"], tmp_path))
    assert [stream["codec_type"] for stream in streams] == ["video", "audio", "audio", "subtitle"]


def _loudness(path: Path, track: int) -> "np.ndarray[Any, Any]":
    """The root mean square of each tenth of a second of a sound track."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", f"0:a:{track}", "-ac", "1", "-ar", "16000"]
    data = subprocess.run([*command, "-f", "s16le", "-"], check=True, capture_output=True).stdout
    samples = np.frombuffer(data, np.int16).astype(float) / 32768
    parts = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600)
    return np.sqrt((parts**2).mean(axis=1))


@pytest.mark.usefixtures("ears")
async def test_a_person_corrects_words_and_has_one_cue_heard_again(files: LocalStorage, made: Films) -> None:
    own = build().compile(checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    given = {
        "file_id": await _store(files, made.film),
        "target_languages": ["fr"],
        "source_language": "en",
        "render": "none",
        "options": {"review": ["words", "translations"]},
    }
    with _oracle() as server:
        state = await own.ainvoke(given, config)
        shown = state["__interrupt__"][0].value
        assert shown["subject"] == "video_words"
        assert [item["text"] for item in shown["items"]] == [text for _, text in LINES]

        state = await own.ainvoke(Command(resume={"edits": {"99": "?"}}), config)
        assert state["__interrupt__"][0].value["problems"] == ["edits: there is no cue '99'"]

        state = await own.ainvoke(Command(resume={"edits": {"1": "Hello."}, "again": ["2"]}), config)
        shown = state["__interrupt__"][0].value
        assert shown["items"][0]["text"] == "Hello."
        assert shown["items"][1]["text"].startswith("Good morning")  # the script begins anew
        assert server.requests() == []

        edits = {"2": {"text": LINES[1][1], "start": 7_100, "end": 10_900}}
        state = await own.ainvoke(Command(resume={"edits": edits}), config)
        shown = state["__interrupt__"][0].value
        assert shown["subject"] == "video_translations"
        assert [item["text"] for item in shown["items"]][:2] == [
            "Hello. à la française.",
            "This à la française.",
        ]
        asked = len(server.requests())

        state = await own.ainvoke(Command(resume={"again": {"fr": ["3"]}}), config)
        again = server.requests()[asked:]
        assert [
            [s["id"] for s in json.loads(r.body["messages"][1]["content"])["segments"]] for r in again
        ] == [["3"]]

        result = await own.ainvoke(Command(resume={"edits": {"fr": {"3": "Personne."}}}), config)
    french = await _cues(files, result["targets"]["fr"]["subtitles"])
    assert [text for _, _, text in french][:3] == [
        "Hello. à la française.",
        "This à la française.",
        "Personne.",
    ]
    assert french[1][0] == 7_100
    words = await _cues(files, result["words"]["file"])
    assert words[1] == (7_100, 10_900, LINES[1][1])


@pytest.mark.usefixtures("ears")
async def test_lines_are_labelled_and_the_film_is_retold(files: LocalStorage, made: Films) -> None:
    given = {
        "file_id": await _store(files, made.film),
        "render": "none",
        "label_emotions": True,
        "write_recap": {"words": 50},
    }
    with _oracle():
        result = await graph.ainvoke(given)

    assert result["emotions"]["counts"] == {"joy": len(LINES)}
    assert result["emotions"]["pattern"] == "stable"
    (part,) = result["recap"]["parts"]
    assert (part["text"], part["first"], part["last"]) == ("An old ship.", 1, len(LINES))
    assert await _cues(files, result["recap"]["file"]) == [(part["start"], part["end"], "An old ship.")]


@pytest.mark.usefixtures("ears")
async def test_without_a_model_words_are_there_and_nothing_is_invented(
    files: LocalStorage, made: Films
) -> None:
    given = {
        "file_id": await _store(files, made.film),
        "target_languages": ["fr"],
        "render": "none",
        "label_emotions": True,
        "write_recap": {},
    }
    result = await graph.ainvoke(given)

    assert result["mode"] == "offline"
    assert (result["words"]["cues"], result["words"]["language"]) == (len(LINES), "en")
    assert result["emotions"] is result["recap"] is None
    assert {warning["code"] for warning in result["warnings"]} == {"offline"}
    assert result["targets"]["fr"]["subtitles"]["untranslated"] == len(LINES)


@pytest.mark.usefixtures("ears")
async def test_progress_counts_up_in_every_stage(
    files: LocalStorage, made: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_SHORTEST_PAUSE_SECONDS", 0.0)  # a fast machine would tell too little
    given = {"file_id": await _store(files, made.film), "target_languages": ["fr"], "render": "burn"}
    with _oracle():
        events = [event async for event in graph.astream(given, stream_mode="custom")]

    stages: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        if event["type"] == "progress":
            stages.setdefault(event["stage"], []).append((event["done"], event["total"]))
    planned = stages_of("video", given)
    assert list(stages) == [*planned.opening, *planned.analysis, *planned.work, *planned.finish]
    assert {"probe", "extract", "hear", "translate", "render_fr"} == stages.keys()
    for counts in stages.values():
        done = [count for count, _ in counts]
        assert done == sorted(done)
        assert done[0] == 0
        assert counts[-1][0] == counts[-1][1]
    assert len(stages["hear"]) > 3
    assert [event["name"] for event in events if event["type"] == "artifact"][-1] == "film.fr.mp4"


async def test_words_of_a_file_are_muxed_beside_a_vertical_film(
    files: LocalStorage, made: Films, tmp_path: Path
) -> None:
    srt = "1\n00:00:00,500 --> 00:00:05,000\nWelcome to the harbour, all of you who came from so far away.\n"
    words = (await files.write(srt.encode(), name="a.srt")).file_id
    given = {
        "file_id": await _store(files, made.vertical),
        "words_from": "file",
        "subtitles_file_id": words,
        "render": "burn",
    }
    result = await graph.ainvoke(given)

    film = await _fetch(files, result["file"], tmp_path)
    (picture,) = (stream for stream in _streams(film) if stream["codec_type"] == "video")
    assert (picture["width"], picture["height"]) == (108, 192)
    letters = (_pictures(film, "108:192:0:0")[15] > 150).sum(axis=1)
    assert letters[: 192 // 2].sum() == 0
    assert letters[192 - int(192 * 0.16) :].sum() == 0  # where a telephone's player draws its own
    assert letters.sum() > 40


@pytest.mark.parametrize(
    ("name", "words_from", "code"),
    [
        ("silent.mp4", "speech", "video_without_sound"),
        ("bare.mp4", "picture", "no_captions"),
        ("encrypted.mp4", "speech", "video_encrypted"),
        ("cut.mp4", "speech", "video_truncated"),
        ("sound.m4a", "speech", "video_without_picture"),
        ("list.mp4", "speech", "playlist_refused"),
        ("text.mp4", "speech", "not_a_video"),
        ("noise.mkv", "speech", "video_unreadable"),
    ],
)
@pytest.mark.usefixtures("ears")
async def test_bad_films_are_named_errors(
    files: LocalStorage, made: Films, tmp_path: Path, name: str, words_from: str, code: str
) -> None:
    path = _bad(made, tmp_path, name)
    with _oracle(), pytest.raises(ServiceError) as raised:
        await graph.ainvoke({"file_id": await _store(files, path), "words_from": words_from})

    assert raised.value.code == code
    assert raised.value.hint


def _bad(made: Films, folder: Path, name: str) -> Path:
    path = folder / name
    copy = ["ffmpeg", "-v", "error", "-y", "-i", str(made.film)]
    match name:
        case "silent.mp4" | "bare.mp4":
            return made.film.with_name(name)
        case "encrypted.mp4":
            key = "76a6c65c5ea762046bd749a2e632ccbb"
            scheme = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key]
            subprocess.run([*copy, "-c", "copy", *scheme, str(path)], check=True)
        case "cut.mp4":
            path.write_bytes(made.film.read_bytes()[:50_000])
        case "sound.m4a":
            subprocess.run([*copy, "-vn", "-c", "copy", str(path)], check=True)
        case "list.mp4":
            path.write_text(f"ffconcat version 1.0\nfile {made.film}\n")
        case "noise.mkv":
            path.write_bytes(b"\x1aE\xdf\xa3" + bytes(range(256)) * 8)
        case _:
            path.write_text("no film")
    return path


async def test_a_playlist_inside_a_film_reads_no_other_file(files: LocalStorage, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ts"
    secret.write_text("secret")
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    file = await files.write(hls.encode(), name="film.mp4")

    with pytest.raises(InvalidInput) as raised:
        await graph.ainvoke({"file_id": file.file_id, "words_from": "none", "erase": {}})

    assert raised.value.code == "playlist_refused"


VOSK = Path(__file__).parents[1] / "fixtures" / "vosk-tiny"


def _talk(path: Path) -> Path:
    """A grey film with sound that MP4 does not hold."""
    picture = ["-f", "lavfi", "-i", "color=gray:s=64x36:r=5"]
    sound = ["-i", str(VOSK / "test_wavs" / "two_sentences.wav"), "-shortest", "-c:a", "flac"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, *sound, str(path)], check=True)
    return path


async def test_a_true_recogniser_hears_a_film(files: LocalStorage, tmp_path: Path) -> None:
    pytest.importorskip("vosk", reason="VOSK TEST SKIPPED: no package vosk")
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    talk = _talk(tmp_path / "talk.mkv")
    expected = json.loads((VOSK / "test_wavs" / "expected.json").read_text())
    engine = VoskEngine({"en": VOSK / "model"}, default="en")
    with speech.bind(engine=engine):
        result = await graph.ainvoke({"file_id": await _store(files, talk), "render": "mux"})
    await engine.close()

    heard = await _cues(files, result["words"]["file"])
    assert " ".join(text for _, _, text in heard) == expected["two_sentences.wav"]["text"]
    assert (result["words"]["engine"], result["words"]["language"]) == ("vosk:model", "en")
    assert result["file"]["name"] == "talk.new.mkv"
    assert not result["words"]["estimated_times"]
    assert all(start < end for start, end, _ in heard)


async def test_each_film_is_made_once_however_often_the_run_is_resumed(
    files: LocalStorage, made: Films, ears: None
) -> None:
    del ears
    own = build().compile(checkpointer=InMemorySaver(), interrupt_after=["make_film"])
    config: Any = {"configurable": {"thread_id": "t"}}
    given = {
        "file_id": await _store(files, made.vertical),
        "target_languages": ["fr", "de"],
        "render": "burn",
    }
    with _oracle() as server:
        first = await own.ainvoke(given, config)
        asked = len(server.requests())
        one = first["targets"]["fr"]["video"]
        await own.ainvoke(None, config)
        result = await own.ainvoke(None, config)

    assert len(server.requests()) == asked
    assert result["targets"]["fr"]["video"] == one
    assert result["targets"]["de"]["video"]["name"] == "vertical.de.mp4"
