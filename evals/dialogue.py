"""How well replies keep to what they promise: ``python -m evals.dialogue --model oracle --faults --check``.

200 made-up situations, in Chinese and English. With the oracle, every reply that is wanted has to come. With
--faults, a model that writes what nobody may say, in every way that can be told, has to be caught each time,
over connections that break; and where no model answers, nothing may be put in its place. Another model can
be named, whose replies are judged as far as rules can judge them.
"""

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from evals.dialogue_oracle import KINDS, Sinner, Writer
from evals.dialogue_situations import Situation, make_situations
from evals.goals import Goals
from evals.graph_run import open_models
from evals.model_server import Answers, Fault, Faults, model_server
from evals.model_server.faults import PASSING
from evals.table import render_table
from graphs.dialogue.graph import build
from tools.dialogue.phrase_bank import STANDARD
from tools.dialogue.wording import distance, holds
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff

ORACLE = "oracle"
_KEY = "LLM_API_KEY"
_SEED = 9
_AT_ONCE = 8
_LEAST_DISTANCE = 0.3
_LEAST_COMPLETE = 0.9  # of requests to the faulty oracle; some of its slots sin without end
_RATE = 0.2  # of requests whose connection or form is spoilt
_OUTAGES = 40  # situations in which no model answers


@dataclass(slots=True)
class Report:
    """What all requests came to."""

    name: str
    requests: int = 0
    wanted: int = 0
    given: int = 0
    complete: int = 0  #: Requests with every reply.
    unexplained: int = 0  #: Replies that are missing without a reason.
    alike: int = 0  #: Pairs.
    forbidden: int = 0  #: Replies with a taboo or over a red line.
    partners: int = 0  #: Replies from the partner's point of view.
    unfit: int = 0  #: Other replies that the oracle knows to be wrong.
    invented: int = 0  #: Texts that nobody wrote.
    dropped: int = 0  #: Requests that do not hold what the user typed.
    slipped: Counter[str] = field(default_factory=Counter[str])

    def row(self) -> list[str]:
        """For a table."""
        figures = (self.requests, self.wanted, self.given, self.complete, self.unexplained, self.alike)
        return [
            self.name,
            *map(str, figures),
            *map(str, (self.forbidden, self.partners, self.unfit, self.invented, self.dropped)),
        ]


_HEAD = (
    "model",
    "requests",
    "wanted",
    "given",
    "complete",
    "unexplained",
    "alike",
    "forbidden",
    "partner's",
    "unfit",
    "invented",
    "dropped",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the eval; 1 when goals are checked and one is missed."""
    options = _parse(arguments)
    situations = make_situations(options.situations, _SEED)
    goals = Goals()
    reports = asyncio.run(_all(options, situations, goals))
    print(render_table(_HEAD, [report.row() for report in reports]))
    for report in reports:
        _hold(report, goals)
    print(f"\n{goals.verdict}" if options.check else "")
    return 1 if options.check and goals.missed else 0


async def _all(options: argparse.Namespace, situations: list[Situation], goals: Goals) -> list[Report]:
    if options.model != ORACLE:
        models = open_models(options.model, options.base_url, os.environ.get(_KEY))
        models = models.playing({"fast": models.choice("primary"), "primary": models.choice("primary")})
        return [await _judge_all(options.model, situations, models, None)]
    reports = [await _with(Writer(), "oracle", situations)]
    goals.at_least("complete requests to the oracle", reports[0].complete, len(situations))
    if options.faults:
        sinner = Sinner(situations, _SEED)
        faults = Faults(seed=_SEED, rate=_RATE, kinds=PASSING, slow_seconds=0.05, retry_after_seconds=0.02)
        reports.append(await _with(sinner, "faulty oracle", situations, faults))
        played = Counter({str(kind): count for kind, count in faults.injected.items()})
        print(f"sins: {_counted(Counter(sinner.sins))}\nfaults of the server: {_counted(played)}\n")
        complete = reports[1].complete / reports[1].requests
        goals.at_least("complete requests to the faulty oracle", complete, _LEAST_COMPLETE)
        goals.at_least("kinds of sins", len(sinner.sins), len(KINDS))
        silent = await _with(
            Writer(), "no answer", situations[:_OUTAGES], Faults.always(Fault.UNAVAILABLE), attempts=2
        )
        goals.at_most("replies without an answer", silent.given, 0)
        reports.append(silent)
    return reports


async def _with(
    writer: Writer, name: str, situations: list[Situation], faults: Faults | None = None, attempts: int = 6
) -> Report:
    with model_server(Answers.oracle(writer), faults=faults) as server:
        choice = choose("openai:oracle", base_url=server.openai_url)
        models = ChatModels(
            {"fast": choice, "primary": choice},
            limits=TimeLimits(first_token=5.0, idle=0.5, total=10.0),
            backoff=Backoff(attempts=attempts, first_seconds=0.02),
        )
        return await _judge_all(name, situations, models, writer)


async def _judge_all(
    name: str, situations: list[Situation], models: ChatModels, writer: Writer | None
) -> Report:
    report = Report(name)
    gate = asyncio.Semaphore(_AT_ONCE)
    graph: Any = build(60.0).compile()  # pyright: ignore[reportUnknownMemberType] - LangGraph leaves it open

    async def one(situation: Situation) -> None:
        async with gate:
            with bind(models):
                result: dict[str, Any] = await graph.ainvoke(situation.input)
        _judge(situation, result["replies"], report, writer)

    await asyncio.gather(*map(one, situations))
    if writer is not None:
        typed = {f"s{situation.number}": situation.typed for situation in situations}
        intents: list[tuple[str, dict[str, Any]]] = [
            (data["answer_to"], data["intent"] or {}) for data in writer.told
        ]
        report.dropped = sum(intent.get("text", "") != typed[line] for line, intent in intents)
    return report


def _judge(s: Situation, replies: dict[str, Any], report: Report, writer: Writer | None) -> None:
    texts = [reply["text"] for reply in replies["replies"]]
    report.requests += 1
    report.wanted += s.count
    report.given += len(texts)
    report.complete += len(texts) == s.count
    reasons = [missing["reason"] for missing in replies["missing"] if missing["reason"]]
    report.unexplained += abs(s.count - len(texts) - len(reasons)) + (replies["wanted"] != s.count)
    report.alike += sum(distance(*pair) < _LEAST_DISTANCE for pair in combinations(texts, 2))
    never = [*s.taboos, *s.red_line["words"]]
    shown = [*texts, *(phrase["text"] for phrase in replies["phrases"])]
    report.forbidden += sum(any(holds(text, word) for word in never) for text in shown)
    known = {*s.phrases, *STANDARD[s.language]}
    report.invented += sum(phrase["text"] not in known for phrase in replies["phrases"])
    if writer is None:
        return
    report.invented += sum(text not in writer.written for text in texts)
    for sin in (writer.wrong[text] for text in texts if text in writer.wrong):
        report.slipped[sin] += 1
        report.partners += sin.startswith(("partner", "echo"))
        report.forbidden += sin in ("taboo", "red line", "crossing declared")
        report.unfit += sin in ("labelled", "long", "foreign", "other intent")


def _hold(report: Report, goals: Goals) -> None:
    figures: dict[str, Callable[[Report], int]] = {
        "missing without a reason": lambda r: r.unexplained,
        "pairs alike": lambda r: r.alike,
        "forbidden": lambda r: r.forbidden,
        "from the partner's point of view": lambda r: r.partners,
        "unfit": lambda r: r.unfit,
        "invented": lambda r: r.invented,
        "without what was typed": lambda r: r.dropped,
    }
    for what, figure in figures.items():
        goals.at_most(f"{report.name}: {what} {dict(report.slipped) or ''}".strip(), figure(report), 0)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default=ORACLE, help="oracle, or provider:model")
    parser.add_argument("--base-url", default=None, help="of that model's provider")
    parser.add_argument("--situations", type=int, default=200)
    parser.add_argument("--faults", action="store_true", help="also a faulty oracle, and none at all")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
