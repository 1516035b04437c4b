"""A film of a thousand cues under every fault of a model: no cue lost, moved, or wrong without a flag."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.model_server import Answers, Fault, Faults, model_server
from evals.model_server.faults import PASSING
from graphs.subtitles.graph import graph
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.subtitles import open_subtitles

KINDS = PASSING
_RATE = 0.2
_LIMITS = TimeLimits(first_token=5.0, idle=0.5, total=10.0)
_WORDS = "Cue {n} says what happens next in this film."
_CHINESE = "第{n}条字幕讲述这部电影里接下来发生的事情。"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """What one kind of fault did to the film."""

    kind: Fault
    injected: int
    untranslated: int
    unflagged: int  #: Cues without a translation that no flag names.
    silent: int  #: Cues with another's translation, or a spoilt one, that no flag names.
    flagged: int
    is_in_place: bool  #: Whether every id and time is as it was.


async def run_with(kind: Fault, cues: int) -> FaultReport:
    """Translate a film while every fifth question fails in this way."""
    text = film(cues)
    faults = Faults(seed=11, rate=_RATE, kinds=[kind], slow_seconds=0.05, retry_after_seconds=0.02)
    with model_server(Answers.oracle(answer), faults=faults) as server:
        choice = choose("openai:oracle", base_url=server.openai_url)
        models = ChatModels(
            {"subtitle": choice}, limits=_LIMITS, backoff=Backoff(attempts=6, first_seconds=0.02)
        )
        with bind(models):
            given: Any = {
                "text": text,
                "target_languages": ["zh"],
                "options": {"timing": "keep", "batch": 10},
            }
            result: dict[str, Any] = await graph.ainvoke(given)  # pyright: ignore[reportUnknownMemberType]
    chinese = result["targets"]["zh"]
    before, after = open_subtitles(text.encode()).cues, open_subtitles(chinese["text"].encode()).cues
    flagged = {int(flag["id"]) for flag in chinese["flags"]}
    same = {cue.id for cue, own in zip(after, before, strict=True) if cue.text == own.text}
    wrong = {cue.id for cue in after if _flat(cue.text) != _CHINESE.format(n=cue.id)} - same
    return FaultReport(
        kind=kind,
        injected=sum(server.faults.injected.values()),
        untranslated=len(same),
        unflagged=len(same - flagged),
        silent=len(wrong - flagged),
        flagged=len(flagged),
        is_in_place=[(c.id, c.start, c.end) for c in after] == [(c.id, c.start, c.end) for c in before],
    )


def film(cues: int) -> str:
    """An SRT file."""
    return "\n".join(
        f"{n}\n{_clock(4 * n)},000 --> {_clock(4 * n + 3)},500\n{_WORDS.format(n=n)}\n"
        for n in range(1, cues + 1)
    )


def answer(data: Mapping[str, Any]) -> dict[str, Any]:
    """The oracle's, for the cues of a film."""
    numbers = {s["id"]: re.sub(r"\D", "", s["text"]) for s in data["segments"]}
    return {"translations": [{"id": id, "text": _CHINESE.format(n=n)} for id, n in numbers.items()]}


def _flat(text: str) -> str:
    return text.replace("\n", "")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
