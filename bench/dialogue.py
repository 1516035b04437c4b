"""How fast a talk is, and how many a machine holds: ``python -m bench.dialogue --check``.

A server hears by the scripted engine, so all that is measured is our own: from the frame that completes a
word to the partial text with it, from the word that somebody has ended to the request at the model, from the
word that somebody speaks to the last event of what was being suggested. Then so many clients talk at once,
in real time, and every event and word is counted. Last, how many streams of the tests' tiny Vosk model a
machine keeps up with. Times in milliseconds mean something on a machine that does nothing else.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.processes import stand
from bench.talking import FRAME_SECONDS, RATE, Talk, hold
from evals.model_server import Answers, Pace, Question, model_server
from evals.table import render_table
from tests.fixtures.speech import MODEL, pcm, silence
from tools.speech.base import HearingOptions
from tools.speech.listening import Listener
from tools.speech.vad import TurnDetection
from tools.speech.vosk import VoskEngine

COLD = 2  # turns in which connections are opened and modules loaded
GOALS_MS = {"frame to partial": 30.0, "speech end to request": 20.0, "barge-in to last event": 100.0}
_TEXTS = ["Yes, please do that.", "No, I would rather not.", "Could you say that again?", "Give me a moment."]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--turns", type=int, default=40, help="turns of the measurements of time")
    parser.add_argument("--only", choices=["times", "load", "vosk"])
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args(arguments)
    missed: list[str] = []
    if options.only in (None, "times"):
        missed += _times(options.turns)
    if options.only in (None, "load"):
        missed += _load(options.sessions, options.seconds)
    if options.only in (None, "vosk"):
        _vosk()
    print("\n".join(f"MISSED: {goal}" for goal in missed) or "All goals are met.")
    return 1 if missed and options.check else 0


@dataclass
class _Model:
    """Answers as a model does, and notes when it was asked."""

    asked: list[float] = field(default_factory=list[float])

    def answer(self, question: Question) -> str:
        self.asked.append(time.time())
        told: dict[str, Any] = json.loads(question.messages[-1].text)
        return json.dumps(
            {
                "replies": [
                    {"id": slot["id"], "intent": slot["intent"], "speaker": "me", "crosses": [], "text": text}
                    for slot, text in zip(told["wanted"], _TEXTS, strict=False)
                ]
            }
        )


def _times(turns: int) -> list[str]:
    """One talk at a time: what our own part of each wait is."""
    talk = Talk(turn_seconds=2.5, voice_seconds=1.2)
    model = _Model()
    pace = Pace(latency_seconds=0.2, tokens_per_second=40)  # so that replies are under way when speech comes
    with model_server(Answers.of(model.answer), pace=pace) as server, tempfile.TemporaryDirectory() as folder:
        settings = _scripted(Path(folder), talk) | {
            "FAST_MODEL": "openai:bench",
            "LLM_BASE_URL": server.openai_url,
            "LLM_API_KEY": "bench",
        }
        with stand(**settings) as service:
            seen = asyncio.run(hold(service.api_url, talk, turns=turns))
    ends = [told for told in seen.ends if any(0 <= asked - told < 1 for asked in model.asked)]
    waits = [min(asked - told for asked in model.asked if asked >= told) * 1000 for told in ends][COLD:]
    found = {
        "frame to partial": [1000 * wait for wait in seen.partials],
        "speech end to request": waits,
        "barge-in to last event": [1000 * wait for wait in seen.after_barge_in],
    }
    rows = [
        [
            name,
            str(len(values)),
            f"{_quantile(values, 0.5):.1f}",
            f"{_quantile(values, 0.95):.1f}",
            f"{goal:g}",
        ]
        for (name, values), goal in zip(found.items(), GOALS_MS.values(), strict=True)
    ]
    print(render_table(["one talk, ms", "n", "median", "p95", "goal"], rows))
    missed = [
        f"{name}: p95 {_quantile(values, 0.95):.1f} ms, more than {GOALS_MS[name]:g}"
        for name, values in found.items()
        if not values or _quantile(values, 0.95) > GOALS_MS[name]
    ]
    return missed + [f"only {len(ends)} of {turns} turns were asked about"] * (len(ends) < turns * 0.9)


def _load(sessions: int, seconds: float) -> list[str]:
    """Many talks at once, in real time: is anything lost?"""
    talk = Talk(turn_seconds=6.0, voice_seconds=4.0)
    turns = round(seconds / talk.turn_seconds)
    clients = 2
    with tempfile.TemporaryDirectory() as folder, stand(**_scripted(Path(folder), talk)) as service:
        before = service.used()
        began = time.monotonic()
        with multiprocessing.get_context("spawn").Pool(clients) as pool:
            jobs = [(service.api_url, talk, turns, sessions // clients) for _ in range(clients)]
            parts = pool.starmap(_hold_many, jobs)
        took = time.monotonic() - began
        used = service.used_since(before)
    seen = [each for part in parts for each in part]
    lost = sum(len(each.lost) for each in seen)
    partials = [1000 * wait for each in seen for wait in each.partials]
    events = sum(each.events for each in seen)
    rows = [
        ["sessions", str(len(seen))],
        ["seconds each", f"{turns * talk.turn_seconds:g}"],
        ["wall clock, s", f"{took:.1f}"],
        ["events", str(events)],
        ["lost or doubled", str(lost)],
        [
            "frame to partial, ms: median, p95",
            f"{_quantile(partials, 0.5):.1f}, {_quantile(partials, 0.95):.1f}",
        ],
        ["CPU of the server, s", f"{used['api'].cpu:.1f}"],
        ["memory that came to the server, MB", f"{used['api'].rss / 1e6:.0f}"],
        ["CPU of Redis, s", f"{used['redis'].cpu:.1f}"],
    ]
    print(render_table(["many talks", ""], rows))
    return [
        f"{lost} events or words were lost or doubled: {[e.lost[:3] for e in seen if e.lost][:3]}"
    ] * bool(lost)


def _hold_many(url: str, talk: Talk, turns: int, count: int) -> list[Any]:
    async def all_of_them() -> list[Any]:
        spread = FRAME_SECONDS * 10 / max(count, 1)
        return await asyncio.gather(
            *(hold(url, talk, turns=turns, delay=number * spread) for number in range(count))
        )

    return asyncio.run(all_of_them())


def _vosk() -> None:
    """How many streams the engine and our listening keep up with on this machine."""
    sound = (pcm("two_sentences") + silence(1.0)) * 4
    seconds = len(sound) / 2 / 16_000

    async def measure(streams: int) -> float:
        engine = VoskEngine({"en": MODEL}, default="en", max_streams=streams)
        listeners = [
            Listener(await engine.open(HearingOptions()), sample_rate=16_000, detection=TurnDetection())
            for _ in range(streams)
        ]

        async def listen(listener: Listener) -> None:
            for start in range(0, len(sound), 3200):
                async for _ in listener.hear(sound[start : start + 3200]):
                    pass

        began = time.monotonic()
        await asyncio.gather(*(listen(listener) for listener in listeners))
        took = time.monotonic() - began
        for listener in listeners:
            await listener.close()
        await engine.close()
        return streams * seconds / took

    speed = asyncio.run(measure(20))
    rows = [
        ["processors", str(os.cpu_count())],
        ["seconds of sound heard in a second, by 20 streams", f"{speed:.0f}"],
        ["so streams at once in real time, at most", f"{speed:.0f}"],
    ]
    print(render_table(["Vosk with the tiny model of the tests", ""], rows))


def _scripted(folder: Path, talk: Talk) -> dict[str, str]:
    path = folder / "script.json"
    path.write_text(json.dumps(talk.script()), encoding="utf-8")
    return {
        "STT_ENGINE": "scripted",
        "STT_SCRIPT": str(path),
        "SCRIPTORIUM_CONFIG": "",
        "VOSK_SAMPLE_RATE": str(RATE),
    }


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


if __name__ == "__main__":
    sys.exit(main())
