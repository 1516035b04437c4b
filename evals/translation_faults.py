"""A film of a thousand cues under every fault of a model: no cue lost, moved, or wrong without a flag."""

from collections.abc import Callable, Mapping
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

_WHO = {
    "Martha": "玛莎",
    "The old doctor": "老医生",
    "Nobody in this town": "这个镇上没有人",
    "Peter": "彼得",
    "The girl with the red umbrella": "那个打红伞的女孩",
    "My brother": "我弟弟",
    "Everyone": "大家",
    "The captain of the night ferry": "夜班渡轮的船长",
    "She": "她",
    "Your friend from the bank": "你在银行的那位朋友",
}
_WHAT = {
    "knows": "知道",
    "has never told me": "从来没有告诉过我",
    "forgot": "忘了",
    "would give everything to understand": "愿意付出一切去弄明白",
    "wrote down": "写下了",
    "still remembers": "还记得",
    "will ask us again tomorrow": "明天还会再问我们",
    "saw": "看见了",
    "refused to believe for many years": "多年来一直不肯相信",
    "heard": "听说了",
}
_REST = {
    "it": "这件事",
    "what happened behind the house that night": "那天夜里屋后发生的事",
    "the song": "那首歌",
    "where the money went": "钱去了哪里",
    "why the bells were silent when the bishop came back to the island": "主教回到岛上时钟声为什么没有响",
    "the truth": "真相",
    "who left the door open": "是谁没有关门",
    "that letter": "那封信",
    "how long the winter was going to be up here in the mountains": "山上的冬天会有多长",
    "him": "他",
}
_ENDS = {".": "。", "?": "吗？", "!": "！"}


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a film, by their number, and what they mean."""

    english: Callable[[int], str]
    chinese: Callable[[int], str]


def _put_together(n: int, language: int) -> str:
    parts = [_entry(table, n // 10**place % 10)[language] for place, table in enumerate((_WHO, _WHAT, _REST))]
    return (" ", "")[language].join(parts) + _entry(_ENDS, n * 7 // 10 % 3)[language]


def _entry(table: Mapping[str, str], place: int) -> tuple[str, str]:
    return list(table.items())[place]


NUMBERED = Lines(
    "Cue {} says what happens next in this film.".format, "第{}条字幕讲述这部电影里接下来发生的事情。".format
)
UNNUMBERED = Lines(lambda n: _put_together(n, 0), lambda n: _put_together(n, 1))


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


async def run_with(kind: Fault, cues: int, lines: Lines) -> FaultReport:
    """Translate a film while every fifth question fails in this way."""
    text = film(cues, lines)
    faults = Faults(seed=11, rate=_RATE, kinds=[kind], slow_seconds=0.05, retry_after_seconds=0.02)
    with model_server(Answers.oracle(translator(cues, lines)), faults=faults) as server:
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
    wrong = {cue.id for cue in after if _flat(cue.text) != lines.chinese(cue.id)} - same
    return FaultReport(
        kind=kind,
        injected=sum(server.faults.injected.values()),
        untranslated=len(same),
        unflagged=len(same - flagged),
        silent=len(wrong - flagged),
        flagged=len(flagged),
        is_in_place=[(c.id, c.start, c.end) for c in after] == [(c.id, c.start, c.end) for c in before],
    )


def film(cues: int, lines: Lines = NUMBERED) -> str:
    """An SRT file."""
    return "\n".join(
        f"{n}\n{_clock(4 * n)},000 --> {_clock(4 * n + 3)},500\n{lines.english(n)}\n"
        for n in range(1, cues + 1)
    )


def translator(cues: int, lines: Lines = NUMBERED) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """The oracle of a film."""
    known = {lines.english(n): lines.chinese(n) for n in range(1, cues + 1)}

    def answer(data: Mapping[str, Any]) -> dict[str, Any]:
        return {"translations": [{"id": s["id"], "text": known[s["text"]]} for s in data["segments"]]}

    return answer


def _flat(text: str) -> str:
    return text.replace("\n", "")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
