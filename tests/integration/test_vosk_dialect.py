"""vosk-server's dialect: what its own test client sends, and what it expects."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from configs.settings import Settings
from tests.conftest import Server, running
from tests.fixtures.speech import EXPECTED, MODEL, pcm, pieces


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(PORT=0, DATA_DIR=tmp_path_factory.mktemp("data"), VOSK_MODEL_PATH=MODEL)  # type: ignore[call-arg, arg-type]
    with running(settings) as server:
        yield server


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[ClientConnection]:
    async with connect(server.url.replace("http", "ws", 1) + "/vosk") as socket:
        yield socket


async def ask(socket: ClientConnection, frame: bytes | dict[str, Any]) -> dict[str, Any]:
    await socket.send(frame if isinstance(frame, bytes) else json.dumps(frame))
    return json.loads(await socket.recv())


async def test_each_frame_is_answered_and_the_end_is_the_last_answer(hearing: Server) -> None:
    async with connected(hearing) as socket:
        await socket.send(json.dumps({"config": {"sample_rate": 16_000}}))
        answers = [await ask(socket, piece) for piece in pieces(pcm("two_sentences"), 0.25)]
        last = await ask(socket, {"eof": 1})
        await socket.wait_closed()

    results = [answer for answer in [*answers, last] if answer.get("text")]
    assert [result["text"] for result in results] == EXPECTED["two_sentences.wav"]["finals"]
    assert set(results[0]["result"][0]) == {"conf", "end", "start", "word"}
    assert {"partial": "hello doctor"} in answers


async def test_phrases_and_words_are_as_configured(hearing: Server) -> None:
    async with connected(hearing) as socket:
        config = {"sample_rate": 16_000, "phrase_list": ["yes", "no", "[unk]"], "words": 0}
        await socket.send(json.dumps({"config": config}))
        for piece in pieces(pcm("out_of_vocabulary"), 0.25):
            await ask(socket, piece)
        last = await ask(socket, {"eof": 1})

    assert last == {"text": "[unk]"}


async def test_an_utterance_can_be_ended_now_and_forgotten(hearing: Server) -> None:
    async with connected(hearing) as socket:
        await ask(socket, pcm("yes"))
        flushed = await ask(socket, {"flush": 1})
        await ask(socket, pcm("no"))
        await socket.send(json.dumps({"reset": 1}))
        last = await ask(socket, b'{"eof" : 1}')

    assert (flushed["text"], last["text"]) == ("yes", "")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\0\0\0", "odd_audio"),
        ({"config": {"sample_rate": 11_025}}, "invalid_sample_rate"),
        ({"config": {"max_alternatives": 3}}, "invalid_event"),
        ({"config": {"language": "xx"}}, None),
        ({"nonsense": 1}, "unknown_event"),
    ],
    ids=["odd", "rate", "alternatives", "language", "command"],
)
async def test_what_is_wrong_is_named_and_the_stream_lives_on(
    hearing: Server, frame: bytes | dict[str, Any], code: str | None
) -> None:
    async with connected(hearing) as socket:
        if code is None:
            await socket.send(json.dumps(frame))
            answer, code = await ask(socket, pcm("yes")), "language_missing"
            await socket.send(json.dumps({"config": {}}))
        else:
            answer = await ask(socket, frame)
        await ask(socket, pcm("yes"))
        last = await ask(socket, {"eof": 1})

    assert answer["error"]["code"] == code
    assert last["text"] == "yes"
