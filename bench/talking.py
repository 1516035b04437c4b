"""A client that talks with a realtime session in real time, and times what comes of each frame."""

import asyncio
import base64
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect

RATE = 16_000
FRAME_SECONDS = 0.1  # as microphones of browsers and phones send it
WORDS = 5  # of a turn


@dataclass(frozen=True)
class Talk:
    """Turns of a voice of tones, each followed by a pause."""

    turn_seconds: float
    voice_seconds: float

    def script(self) -> dict[str, Any]:
        """What the scripted engine hears, again and again."""
        step = self.voice_seconds / (WORDS + 1)
        words = [{"word": f"w{i}", "start": step * i, "end": step * (i + 1)} for i in range(WORDS)]
        return {"utterances": [words], "period": self.turn_seconds}

    def frames(self) -> list[bytes]:
        """One turn."""
        times = np.arange(round(self.turn_seconds * RATE)) / RATE
        voice = np.sin(2 * np.pi * 220 * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 5 * times)) * 8000
        voice[round(self.voice_seconds * RATE) :] = 0
        data, size = voice.astype("<i2").tobytes(), round(2 * RATE * FRAME_SECONDS)
        return [data[start : start + size] for start in range(0, len(data), size)]


@dataclass
class Seen:
    """What one client saw."""

    partials: list[float] = field(default_factory=list[float])  #: Seconds from a frame to its partial text.
    ends: list[float] = field(default_factory=list[float])  #: When it was told that somebody had ended.
    after_barge_in: list[float] = field(
        default_factory=list[float]
    )  #: Seconds to the last event of a response.
    events: int = 0
    lost: list[str] = field(default_factory=list[str])


async def hold(url: str, talk: Talk, *, turns: int, delay: float = 0.0) -> Seen:
    """Talk so many turns.

    Args:
        delay: Seconds before the first.
    """
    await asyncio.sleep(delay)
    seen = Seen()
    address = url.replace("http", "ws", 1) + "/v1/realtime"
    async with connect(address, max_size=None, open_timeout=60, compression=None) as socket:
        told = _Told(seen, talk)
        reading = asyncio.create_task(told.read(socket))
        update = {"audio": {"input": {"format": {"rate": RATE}, "turn_detection": {"type": "server_vad"}}}}
        await socket.send(json.dumps({"type": "session.update", "session": update}))
        await socket.send(json.dumps({"type": "profile.update", "setup": {"language": "en", "count": 3}}))
        frames = [_append(frame) for frame in talk.frames()]
        began = time.time()
        for number in range(turns * len(frames)):
            due = began + number * FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.time()))
            told.sent.append(time.time())
            await socket.send(frames[number % len(frames)])
        async with asyncio.timeout(60):
            await told.finish(turns)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    told.judge(turns)
    return seen


class _Told:
    """Reads events, and times them by the frames that caused them."""

    def __init__(self, seen: Seen, talk: Talk) -> None:
        self.sent: list[float] = []  # when each frame was
        self._seen = seen
        self._talk = talk
        self._numbers: list[int] = []
        self._words: Counter[tuple[int, str]] = Counter()
        self._turn = 0
        self._heard = 0
        self._finished = asyncio.Event()
        self._wanted = -1
        self._barge_in: float | None = None
        self._interrupted: str | None = None
        self._response: str | None = None

    async def finish(self, turns: int) -> None:
        self._wanted = turns
        if self._turn < turns:
            await self._finished.wait()

    async def read(self, socket: ClientConnection) -> None:
        async for message in socket:
            now = time.time()
            event: dict[str, Any] = json.loads(message)
            if event["event_id"].removeprefix("event_").isdigit():
                self._numbers.append(int(event["event_id"].removeprefix("event_")))
            self._note(event, now)

    def judge(self, turns: int) -> None:
        """Compare what came with what had to."""
        self._seen.events = len(self._numbers)
        if self._numbers != list(range(1, len(self._numbers) + 1)):
            self._seen.lost.append("event numbers have gaps or repeats")
        for turn in range(turns):
            for i in range(WORDS):
                if self._words[turn, f"w{i}"] != 1:
                    self._seen.lost.append(f"w{i} of turn {turn}: {self._words[turn, f'w{i}']} times")

    def _note(self, event: dict[str, Any], now: float) -> None:  # noqa: C901 - one arm a kind of event
        match event["type"]:
            case "conversation.item.input_audio_transcription.partial":
                self._heard = len(event["text"].split())
                step = self._talk.voice_seconds / (WORDS + 1)
                self._seen.partials.append(now - self._frame_at(step * self._heard))
            case "conversation.item.input_audio_transcription.completed":
                for word in event["transcript"].split():
                    self._words[self._turn, word] += 1
                self._turn += 1
                if self._turn == self._wanted:
                    self._finished.set()
            case "input_audio_buffer.speech_stopped":
                self._seen.ends.append(now)
            case "input_audio_buffer.speech_started":
                self._barge_in, self._interrupted = now, self._response
                if self._response is not None:
                    self._seen.after_barge_in.append(0.0)
            case "response.created":
                self._response = event["response"]["id"]
            case "response.done":
                self._response = None
            case kind if kind.startswith(("suggestions.", "response.")):
                if event.get("response_id") == self._interrupted and self._barge_in is not None:
                    self._seen.after_barge_in[-1] = now - self._barge_in
            case _:
                pass

    def _frame_at(self, seconds: float) -> float:
        """When the frame was sent that brought this second of the turn."""
        # A frame brings what lies before its end; a hundredth of a millisecond is no frame of its own.
        first = round(self._turn * self._talk.turn_seconds / FRAME_SECONDS)
        index = first + int(seconds / FRAME_SECONDS - 1e-5)
        return self.sent[min(index, len(self.sent) - 1)]


def _append(pcm: bytes) -> str:
    return json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm).decode()})
