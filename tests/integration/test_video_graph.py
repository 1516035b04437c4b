"""The whole video graph on a film of sixty seconds: heard, read, translated, erased, drawn and dubbed."""

import hashlib
import json
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
from graphs.video.graph import build, graph
from tests.fixtures import films
from tests.fixtures.films import LINES, SHOWN_MS, Films
from tools.errors import InvalidInput, ServiceError
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.speech import current as speech
from tools.speech.scripted import Script, ScriptedEngine
from tools.storage import base as storage
from tools.storage.local import LocalStorage
from tools.subtitles import open_subtitles

pytestmark = pytest.mark.usefixtures("closed_clients")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Films:
    """The films, made once."""
    return films.make(tmp_path_factory.mktemp("films"))


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
    return (await files.write(path.read_bytes(), name=path.name)).file_id


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
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", f"crop={box},format=gray", "-f", "rawvideo", "-"]
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
