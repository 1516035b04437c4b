"""How well the characters graph reads novels: ``python -m evals.characters --model offline --check``.

The whole graph runs over every novel of DIR/pdnc and every instance of DIR/wp2021, with rules only
(offline), with a model server of our own that answers from the gold data (oracle: what is lost then, the
pipeline loses), or with a real model (openai:NAME).
"""

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import novel_report, pdnc, wp2021
from evals.attribution import ALL, Share
from evals.goals import Goals
from evals.graph_run import open_models
from evals.memory import Footprint, measure
from evals.model_server import Answers, Fault, model_server
from evals.model_server.oracle import Oracle
from evals.novel_runs import NovelRun, OracleReport, run_with_model, run_with_oracle
from evals.novel_scores import NovelScores, table, total
from evals.pdnc import Novel
from evals.pdnc_gold import PdncGold
from evals.table import percent, render_table
from evals.wp2021_runs import score_graph, score_with_oracle

OFFLINE, ORACLE = "offline", "oracle"

_KEY = "LLM_API_KEY"
_LONGEST_SECONDS = 60
_MOST_MEBIBYTES = 600
_MOST_POINTS_LOST_TO_FAULTS = 0.01


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the eval; 1 when goals are checked and one is missed."""
    options = _parse(arguments)
    goals = Goals()
    parts: dict[str, Any] = {}
    if options.language in (None, "en"):
        parts |= _evaluate_novels(options, goals)
    if options.language in (None, "zh") and not options.novel:
        parts["chinese"] = _evaluate_chinese(options, goals)
    if options.save:
        novel_report.save(options.save, options.model, parts)
    print(f"\n{goals.verdict}" if options.check else "")
    return 1 if options.check and goals.missed else 0


def _evaluate_novels(options: argparse.Namespace, goals: Goals) -> dict[str, Any]:
    novels = [n for n in pdnc.load(options.data / "pdnc") if options.novel in (None, n.name)]
    if not novels:
        sys.exit(f"there is no novel {options.novel!r} below {options.data / 'pdnc'}")
    runs = [_run(novel, options, with_faults=False) for novel in novels]
    scores = [run.scores for run in runs]
    print(table(scores))
    found, baseline = total(scores).spans, total(scores).baseline_spans
    print(f"\nSpans found: precision {found.precision:.4f}, recall {found.recall:.4f}; ", end="")
    print(f"one regular expression: {baseline.precision:.4f}, {baseline.recall:.4f}, F1 {baseline.f1:.4f}.")
    unmatched = total(scores).attribution.methods.get("unmatched", Share()).total
    print(f"{unmatched} annotated quotations overlap no quotation that was found; all count as wrong.")
    _check_scores(total(scores), options.model, goals)
    reports = [run.oracle for run in runs if run.oracle]
    if reports:
        _print_unnameable(reports)
    parts = {"english": novel_report.english(scores)}
    if options.faults:
        parts |= _evaluate_faults(novels, options, total(scores), goals)
    if options.model in (OFFLINE, ORACLE):
        parts["longest"] = _evaluate_longest(max(novels, key=lambda n: len(n.text)), options, goals)
    return parts


def _run(novel: Novel, options: argparse.Namespace, *, with_faults: bool) -> NovelRun:
    if options.model == ORACLE:
        return asyncio.run(run_with_oracle(novel, with_faults=with_faults))
    return asyncio.run(run_with_model(novel, options.model, options.base_url, os.environ.get(_KEY)))


def _check_scores(scores: NovelScores, model: str, goals: Goals) -> None:
    goals.at_least("verbatim novels", float(scores.is_verbatim), 1)
    goals.at_least("span F1", scores.spans.f1, 0.985)
    if model == OFFLINE:
        goals.at_least("explicit", scores.accuracy("Explicit"), 0.92)
        goals.at_least("all", scores.accuracy(ALL), 0.65)
    if model == ORACLE:
        goals.at_least("attribution", scores.accuracy(ALL), 0.99)
        goals.at_least("alias B-cubed F1", scores.clusters.b_cubed_f1, 0.96)
        goals.at_least("alias CEAFe", scores.clusters.ceafe, 0.92)


def _print_unnameable(reports: Sequence[OracleReport]) -> None:
    """Gold quotations that the oracle could not answer: the pipeline offered it nothing to answer with."""
    count = sum(sum(report.unnameable.values()) for report in reports)
    print(f"The speaker was neither a candidate nor named in the window for {count} spans:")
    for report in reports:
        if report.unnameable:
            named = ", ".join(f"{speaker} ({n})" for speaker, n in Counter(report.unnameable).most_common())
            print(f"  {report.novel}: {named}")


def _evaluate_faults(
    novels: Sequence[Novel], options: argparse.Namespace, clean: NovelScores, goals: Goals
) -> dict[str, Any]:
    runs = [_run(novel, options, with_faults=True) for novel in novels]
    scores = [run.scores for run in runs]
    reports = [run.oracle for run in runs if run.oracle]
    print(f"\nWith seeded faults:\n{table(scores)}\n")
    injected = sum((Counter(report.injected) for report in reports), Counter[Fault]())
    print(f"requests {sum(report.requests for report in reports)}, faults injected {injected.total()}:")
    print("  " + ", ".join(f"{fault} {count}" for fault, count in sorted(injected.items())))
    unanswered, reported = (sum(getattr(r, name) for r in reports) for name in ("unanswered", "reported"))
    print(f"questions that never got a usable answer {unanswered}, reported in warnings {reported}")
    goals.at_most("novels with a silent error", sum(report.is_silent for report in reports), 0)
    faulty = total(scores)
    lost = clean.accuracy(ALL) - faulty.accuracy(ALL)
    goals.at_most("attribution lost to faults", lost, _MOST_POINTS_LOST_TO_FAULTS)
    lost = clean.clusters.b_cubed_f1 - faulty.clusters.b_cubed_f1
    goals.at_most("alias B-cubed F1 lost to faults", lost, _MOST_POINTS_LOST_TO_FAULTS)
    return {"english_with_faults": novel_report.english(scores), "faults": novel_report.faults(reports)}


def _evaluate_longest(novel: Novel, options: argparse.Namespace, goals: Goals) -> dict[str, Any]:
    taken = _measure(novel, options)
    print(
        f"\n{novel.name} in a process of its own: {taken.seconds:.1f} s, peak {taken.peak_mebibytes:.0f} MiB"
    )
    goals.at_most("seconds of the longest novel", taken.seconds, _LONGEST_SECONDS)
    goals.at_most("MiB of the longest novel", taken.peak_mebibytes, _MOST_MEBIBYTES)
    return novel_report.longest(novel.name, len(novel.text), taken)


def _measure(novel: Novel, options: argparse.Namespace) -> Footprint:
    text = options.data / "pdnc" / novel.name / "novel_text.txt"
    if options.model == OFFLINE:
        return measure(text, OFFLINE, None)
    with model_server(Answers.oracle(Oracle(PdncGold(novel)))) as server:
        return measure(text, "openai:oracle", server.openai_url)


def _evaluate_chinese(options: argparse.Namespace, goals: Goals) -> dict[str, Any]:
    folder = options.data / "wp2021"
    instances, roster = wp2021.load_instances(folder / "dev_unsplit.txt"), wp2021.load_roster(folder)
    if options.model == OFFLINE:
        print("\nWP2021 dev, closed roster, the rules of the language pack:")
        shares = wp2021.score(instances, roster)[0]
        goals.at_least("WP2021 dev", shares[ALL].accuracy, 0.70)
    else:
        print(f"\nWP2021 dev, open names, the whole graph with {options.model}:")
        shares = asyncio.run(_score_graph(instances, roster, options))
    rows = [[key, str(share.total), percent(share.accuracy)] for key, share in sorted(shares.items())]
    print(render_table(("category", "instances", "right"), rows))
    return novel_report.chinese(shares)


async def _score_graph(
    instances: Sequence[wp2021.Instance], roster: Sequence[wp2021.RosterEntry], options: argparse.Namespace
) -> Mapping[str, Share]:
    if options.model == ORACLE:
        return await score_with_oracle(instances, roster)
    models = open_models(options.model, options.base_url, os.environ.get(_KEY))
    return await score_graph(instances, roster, models)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default=OFFLINE, help="offline, oracle or openai:NAME (key: LLM_API_KEY)")
    parser.add_argument("--base-url", help="where openai:NAME is served, /v1 included")
    parser.add_argument("--faults", action="store_true", help="with oracle: also run with seeded faults")
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of pdnc/ and wp2021/"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    parser.add_argument("--save", type=Path, help="JSON file that keeps the figures; see evals/accuracy.py")
    parser.add_argument("--novel", help="only this novel of PDNC")
    parser.add_argument("--language", choices=["en", "zh"], help="only this language")
    options = parser.parse_args(arguments)
    if options.faults and options.model != ORACLE:
        parser.error("--faults needs --model oracle")
    return options


if __name__ == "__main__":
    sys.exit(main())
