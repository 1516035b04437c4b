"""How well the assistant does what it is asked: ``python -m evals.assistant --faults --check``.

Sixty requests in English and Chinese (evals/assistant_requests.py). By rules: the job and the arguments that
are meant, or a question for what is missing. With the oracle, a model that knows what is meant: the same, and
that the job's result comes back. With --faults the model first sins, in every way that is known: it invents
files, figures, quotations and ends of jobs, calls tools that there are not, and leaves arguments out. Nothing
invented may reach the user, and the job has to be done all the same.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.assistant_requests import FILES, WISHES, Wish
from evals.goals import Goals
from evals.model_server import Answers, model_server
from evals.model_server.question import Question
from graphs.registry import graph as compiled
from tools.llm.chat_models import ChatModels
from tools.llm.chat_models import bind as bind_models
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage

_SEED = 11
_BEYOND = frozenset({"guideline"})  # jobs whose questions the player cannot answer; evals.guideline does
_LEAST_BY_RULES = 0.95  # of the requests
_INVENTED = (
    "I have translated your text; it is out.pdf.",
    "Done: 4,711 segments were processed.",
    "See https://files.example/result.docx",
    'It begins: "Call me Ishmael, some years ago, never mind how long".',
    "翻译已经完成，一共 4711 段。",
)
_TRACES = ("out.pdf", "4,711", "4711", "files.example", "Ishmael")


@dataclass(slots=True)
class Report:
    """What all requests came to."""

    name: str
    right: int = 0  #: The job and its arguments, or a question where something is missing.
    done: int = 0  #: Jobs whose result came back.
    wanted: int = 0  #: Jobs that are meant.
    invented: int = 0  #: Requests in which something invented reached the user.
    wrong: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        jobs = f"{self.done} of {self.wanted} jobs with a result"
        return f"{self.name}: {self.right} of {len(WISHES)} right, {jobs}, {self.invented} invent something"


class Player:
    """A model that knows what is meant.

    Args:
        wish: The request.
        arguments: Its arguments, with the file's id.
        sins: What it says first, before each of its answers.
    """

    def __init__(self, wish: Wish, arguments: dict[str, Any], sins: Sequence[Any]) -> None:
        self._wish, self._arguments, self._sins = wish, arguments, list(sins)

    def __call__(self, question: Question) -> Any:
        if not question.tools:
            return _work(question)
        if self._sins:
            return self._sins.pop(0)
        if self._wish.job is None or _has_result(question):
            return "What else?" if self._wish.job else "Which text, and which language?"
        return {"tool": self._wish.job, "arguments": self._arguments}


def _has_result(question: Question) -> bool:
    """Whether the job has answered: an error is no result."""
    told = [message.text for message in question.messages if message.role == "tool"]
    return any('"result"' in text for text in told)


def _work(question: Question) -> Any:
    """The answers to a job's own questions; those that are no translations get none, which jobs explain."""
    segments = question.data.get("segments")
    if segments is None:
        return {}
    return {"translations": [{"id": each["id"], "text": f"~{each['text']}~"} for each in segments]}


async def converse(
    wish: Wish, models: ChatModels, folder: Path, arguments: dict[str, Any], report: Report
) -> None:
    """One request, confirmed, to its end."""
    storage = LocalStorage(folder)
    graph: Any = compiled("assistant", checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "eval"}}
    content: list[dict[str, Any]] = [{"type": "text", "text": wish.says}]
    if "file_id" in arguments:
        content.append({"type": "file", "file_id": arguments["file_id"]})
    with bind_models(models), bind_storage(storage):
        result = await graph.ainvoke({"messages": [{"role": "user", "content": content}]}, config)
        proposed = _proposed(result)
        if "__interrupt__" in result:
            result = await graph.ainvoke(Command(resume={"decisions": [{"type": "approve"}]}), config)
    meant = None if wish.job is None else (wish.job, arguments)
    if proposed == meant:
        report.right += 1
    else:
        report.wrong.append(f"{wish.says!r}: {proposed}, not {meant}")
    if wish.job is not None and wish.job not in _BEYOND:
        report.wanted += 1
        report.done += bool(result["results"])
    said = [message.text for message in result["messages"] if message.type == "ai"]
    report.invented += any(trace in text for text in said for trace in _TRACES if "withheld" not in text)


def _proposed(result: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The job that the user is asked about."""
    if "__interrupt__" not in result:
        return None
    (request,) = result["__interrupt__"][0].value["action_requests"]
    return request["name"], request["args"]


async def _arguments(wish: Wish, folder: Path) -> dict[str, Any]:
    if wish.file is None:
        return dict(wish.arguments)
    data = FILES[wish.file].encode()
    stored = await LocalStorage(folder).write(data, name=wish.file, media_type="")
    return {"file_id": stored.file_id, **wish.arguments}


async def by_rules() -> Report:
    """All requests without a model."""
    report = Report("by rules")
    for wish in WISHES:
        with tempfile.TemporaryDirectory() as folder:
            arguments = await _arguments(wish, Path(folder))
            await converse(wish, ChatModels({}), Path(folder), arguments, report)
    return report


async def by_oracle(*, sins: bool) -> Report:
    """All requests with a model that knows what is meant.

    Args:
        sins: Whether it says wrong things first.
    """
    report, chance = Report("faulty oracle" if sins else "oracle"), random.Random(_SEED)  # noqa: S311 - not for secrets
    for wish in WISHES:
        with tempfile.TemporaryDirectory() as folder:
            arguments = await _arguments(wish, Path(folder))
            said = _sins(wish, arguments, chance) if sins else []
            with model_server(Answers.of(Player(wish, arguments, said))) as server:
                choice = choose("openai:oracle", base_url=server.openai_url)
                models = ChatModels(
                    dict.fromkeys(("primary", "fast", "translate", "subtitle"), choice),
                    limits=TimeLimits(first_token=10, idle=5, total=30),
                )
                await converse(wish, models, Path(folder), arguments, report)
    return report


def _sins(wish: Wish, arguments: dict[str, Any], chance: random.Random) -> list[Any]:
    """Wrong things to say before the right one."""
    sins: list[Any] = [chance.choice(_INVENTED)]
    calls: list[dict[str, Any]] = [
        {"tool": "summon_result", "arguments": {}},
        {"tool": wish.job, "arguments": {}},
        {"tool": wish.job, "arguments": {**arguments, "invented": True}},
        {"tool": "look_at_result", "arguments": {"call_id": "call_1", "path": ""}},
    ]
    if wish.job is not None and chance.random() < 0.5:
        sins.append(chance.choice(calls))
    return sins


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=("offline", "oracle", "all"), default="all")
    parser.add_argument("--faults", action="store_true", help="have the oracle sin, too")
    parser.add_argument("--data", help="not used: the requests are part of the eval")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    goals = Goals()
    if arguments.model in ("offline", "all"):
        rules = asyncio.run(by_rules())
        print(rules, *rules.wrong, sep="\n  ")
        goals.at_least("right by rules", rules.right / len(WISHES), _LEAST_BY_RULES)
        goals.at_most("invented by rules", rules.invented, 0)
    if arguments.model in ("oracle", "all"):
        for sins in (False, True) if arguments.faults else (False,):
            report = asyncio.run(by_oracle(sins=sins))
            print(report, *report.wrong, sep="\n  ")
            goals.at_least(f"right, {report.name}", report.right / len(WISHES), 1)
            goals.at_most(f"invented, {report.name}", report.invented, 0)
            goals.at_least(f"jobs with a result, {report.name}", report.done / max(1, report.wanted), 1)
    print(json.dumps({"requests": len(WISHES)}), goals.verdict)
    if arguments.check and goals.missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
