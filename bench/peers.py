"""Scriptorium beside other servers of LangGraph projects: ``python -m bench.peers --check``.

Every round starts each server anew, by turns, and asks all of them the same: the same graphs and the same
clients on the same machine. LangGraph alone, in a process without a server, is the limit. The median of all
rounds counts. ``--write`` puts the table into docs/benchmarks.md; with ``--check`` the exit code is 1 when a
goal is missed.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench import peer_measures as measures
from bench.peer_servers import SERVERS, versions

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
MARKER = "<!-- figures: made by python -m bench.peers --write -->\n"
OURS, OFFICIAL, AEGRA, ALONE = "Scriptorium", "langgraph dev", "aegra", "LangGraph alone"

Table = dict[str, measures.Figures]


@dataclass(frozen=True)
class Row:
    """One figure of every server."""

    key: str
    label: str
    form: str = ".0f"


ROWS = (
    Row("quick", f"runs a second that do nothing, {measures.AT_ONCE} clients"),
    Row("steps", f"runs a second of {20} nodes, {measures.AT_ONCE} clients", ".1f"),
    *(
        Row(f"first_{count}_{share}", f"first event, {count} at once, {share}, ms", ".1f")
        for count in measures.CONCURRENT
        for share in ("p50", "p99")
    ),
    Row("talk", f"{measures.TALKING} streams of 100 tokens, 20 a second each: seconds (ideal 5)", ".2f"),
    Row("sleep", f"{measures.SLEEPING} runs that sleep 2 s: seconds", ".2f"),
    Row("many", f"{measures.MANY} runs that sleep 2 s: seconds", ".2f"),
    Row("tokens", "tokens a second, 4 streams without pause"),
    Row("tokens_a_core", "tokens a second of CPU time, all processes"),
    Row("idle", f"memory of one of {measures.IDLE} idle subscribers, KiB", ".1f"),
    Row("start", "start, seconds to the first answer", ".2f"),
    Row("memory", "memory after the start, with its stores, MiB"),
    Row("memory_after", "memory after all this, MiB"),
    Row("disk", "disk after all this, MiB", ".1f"),
)


@dataclass(frozen=True)
class Goal:
    """What is promised, and the figure that shows it."""

    says: str
    figure: Callable[[Table], float]
    bound: float
    least: bool = False  #: Whether the figure must be at least the bound, else at most.

    def missed(self, table: Table) -> bool:
        """Whether it does not hold."""
        found = self.figure(table)
        return found < self.bound if self.least else found > self.bound


def _ratio(key: str, ours: str, theirs: str) -> Callable[[Table], float]:
    return lambda table: table[ours][key] / table[theirs][key]


GOALS = (
    Goal("runs that do nothing, times langgraph dev", _ratio("quick", OURS, OFFICIAL), 3, least=True),
    Goal("runs that do nothing, times aegra", _ratio("quick", OURS, AEGRA), 10, least=True),
    Goal("first event alone, p50, ms", lambda table: table[OURS]["first_1_p50"], 10),
    Goal("first of 100 at once, p99, of langgraph dev's", _ratio("first_100_p99", OURS, OFFICIAL), 1 / 3),
    Goal("first of 100 at once, p99, of aegra's", _ratio("first_100_p99", OURS, AEGRA), 1 / 3),
    Goal("50 streams, of the ideal", lambda table: table[OURS]["talk"] / 5, 1.1),
    Goal("100 sleepers, of the ideal", lambda table: table[OURS]["sleep"] / measures.NAP, 1.2),
    Goal("tokens of a core, of LangGraph alone", _ratio("tokens_a_core", OURS, ALONE), 0.6, least=True),
    Goal("memory of an idle subscriber, KiB", lambda table: table[OURS]["idle"], 30),
    Goal("start, seconds", lambda table: table[OURS]["start"], 3),
)


def _median(rounds: list[measures.Figures]) -> measures.Figures:
    keys = {key for figures in rounds for key in figures}
    return {key: median(figures[key] for figures in rounds if key in figures) for key in keys}


def _measure(names: list[str], rounds: int) -> Table:
    """The figures of each server, and of LangGraph alone."""
    found: dict[str, list[measures.Figures]] = {name: [] for name in [*names, ALONE]}
    for number in range(rounds):
        for name in names:
            with (
                tempfile.TemporaryDirectory(
                    prefix="scriptorium-peers-", ignore_cleanup_errors=True
                ) as folder,
                SERVERS[name](Path(folder)) as served,
            ):
                found[name].append(
                    asyncio.run(measures.measure(served, with_many=number == 0 and rounds > 1))
                )
            print(f"round {number + 1}, {name}: {_line(found[name][-1])}", file=sys.stderr)
        found[ALONE].append(asyncio.run(measures.limit()))
    return {name: _median(figures) for name, figures in found.items()}


def _line(figures: measures.Figures) -> str:
    return ", ".join(f"{key} {value:.4g}" for key, value in figures.items())


def _table(table: Table) -> str:
    lines = ["| | " + " | ".join(table) + " |", "| --- " + "| ---: " * len(table) + "|"]
    for row in ROWS:
        cells = [f"{figures[row.key]:{row.form}}" if row.key in figures else "" for figures in table.values()]
        lines.append(f"| {row.label} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _goals(table: Table) -> str:
    lines = ["| goal | bound | measured | |", "| --- | ---: | ---: | --- |"]
    for goal in GOALS:
        bound = f"{'at least' if goal.least else 'at most'} {goal.bound:.3g}"
        verdict = "MISSED" if goal.missed(table) else "met"
        lines.append(f"| {goal.says} | {bound} | {goal.figure(table):.3g} | {verdict} |")
    return "\n".join(lines) + "\n"


def _setting(rounds: int, load: float) -> str:
    """Where and with what this was measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())
    installed = {"scriptorium-service": version("scriptorium-service"), **versions()}
    named = ", ".join(f"{name} {number}" for name, number in installed.items())
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y}: {os.cpu_count()} cores ({cpu}), load {load:.1f} "
        f"in the quarter of an hour before; {named}; the median of {rounds} rounds.\n"
    )


def main() -> None:
    """Measure, print, write and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="one leaves out the five hundred sleepers")
    parser.add_argument("--only", choices=sorted(SERVERS), action="append")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    load = os.getloadavg()[2]  # before it is ours
    table = _measure(arguments.only or list(SERVERS), arguments.rounds)
    print(_table(table))
    if arguments.only:
        return
    report = f"{_setting(arguments.rounds, load)}\n{_table(table)}\n{_goals(table)}"
    print(_goals(table))
    if arguments.write:
        PAGE.write_text(PAGE.read_text().partition(MARKER)[0] + MARKER + "\n" + report)
    missed = [goal.says for goal in GOALS if goal.missed(table)]
    print(f"missed: {'; '.join(missed)}" if missed else "all goals met")
    if arguments.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
