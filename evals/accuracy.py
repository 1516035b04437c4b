"""The part of docs/accuracy.md about novels, written from what ``evals.characters --save`` kept.

``python -m evals.accuracy`` writes it from the files in evals/results; ``--check`` only says whether it is.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.attribution import ALL

RESULTS = Path(__file__).parent / "results"
DOCUMENT = Path(__file__).parents[1] / "docs" / "accuracy.md"
BEGIN = "<!-- written by python -m evals.accuracy: begin -->"
END = "<!-- written by python -m evals.accuracy: end -->"

Report = Mapping[str, Any]
Column = tuple[str, Report, str]  #: Title, report, the report's part about English novels.
Row = tuple[str, Callable[[Report], str], str]  #: What is told, how, and its goal.


def write(document: str, reports: Sequence[Report]) -> str:
    """The document with the part between its marks written anew.

    Raises:
        ValueError: The marks are missing.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/accuracy.md lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n{_novels(reports)}\n{END}{after}"


def load(folder: Path) -> list[Report]:
    """The kept figures: rules, the oracle, then real models by name."""
    reports = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("novels_*.json"))]
    order = {"offline": 0, "oracle": 1}
    return sorted(reports, key=lambda report: (order.get(report["model"], 2), report["model"]))


def _novels(reports: Sequence[Report]) -> str:
    columns = _columns(reports)
    figures = columns[0][1][columns[0][2]]
    dates = ", ".join(dict.fromkeys(f"{title} {report['measured_on']}" for title, report, _ in columns))
    parts = [
        f"## English: {figures['novels']} novels of the Project Dialogism Novel Corpus, "
        f"{figures['quotations']:,} quotations",
        _table(["Figure", *(title for title, _, _ in columns), "Goal"], _english_rows(columns)),
        f"Measured: {dates}.",
        _faults(reports),
        "Speakers of all quotations, novel by novel:",
        _table(["Novel", *(title for title, _, _ in columns)], _each_rows(columns)),
        "### Beside what others published",
        _table(["System", "Data", "Figure"], _english_peers(columns)),
        "No two rows have the same data and measure: BookNLP's figures are its own, on LitBank; its speaker "
        "figure is B-cubed over chains of speakers, where ours counts quotations.",
        "## Chinese: WP2021",
        _table(["Speaker right", *(title for title, _ in _chinese(reports)), "Goal"], _chinese_rows(reports)),
        "Rules are given the names, as the published systems are; the oracle's run has to find them. Beside "
        "it, from Table 3 of the SPC paper, per cent right on the corpus' own dev and test parts:",
        _table(["System", "dev", "test"], _chinese_peers(reports)),
    ]
    return "\n\n".join(part for part in parts if part)


def _columns(reports: Sequence[Report]) -> list[Column]:
    titles: Mapping[str, str] = {"offline": "Rules only", "oracle": "Oracle"}
    columns: list[Column] = []
    for report in reports:
        title = titles.get(str(report["model"]), str(report["model"]))
        columns.append((title, report, "english"))
        if "english_with_faults" in report:
            columns.append((f"{title} with faults", report, "english_with_faults"))
    return columns


def _english_rows(columns: Sequence[Column]) -> list[list[str]]:
    rows: list[Row] = [
        (
            "quotations and narration, joined: the text",
            lambda f: f"{f['verbatim']} of {f['novels']}",
            "all",
        ),
        ("quotations found, F1", lambda f: f"{f['spans_f1']:.4f}", ".985"),
        ("speaker right, explicit tags", lambda f: _percent(f["speakers"]["Explicit"]), "92 % (rules)"),
        ("speaker right, pronoun or noun tags", lambda f: _percent(f["speakers"]["Anaphoric"]), ""),
        ("speaker right, no tag", lambda f: _percent(f["speakers"]["Implicit"]), ""),
        ("speaker right, all", lambda f: _percent(f["speakers"][ALL]), "65 % (rules), 99 % (oracle)"),
        (
            "addressee right, of those given",
            lambda f: f"{_percent(f['addressees'])} of {f['addressees_given']:,}",
            "",
        ),
        ("alias clusters, B-cubed F1", lambda f: f"{f['b_cubed_f1']:.3f}", ".96 (oracle)"),
        ("alias clusters, CEAFe", lambda f: f"{f['ceafe']:.3f}", ".92 (oracle)"),
        (
            "gender right, major and intermediate characters",
            lambda f: f"{_percent(f['genders'])} of {f['genders_of']}",
            "",
        ),
        ("questions to the model", lambda f: f"{f['calls']:,}" if f["calls"] else "none", ""),
        ("cost", _cost, ""),
    ]
    lines = [[what, *(tell(report[part]) for _, report, part in columns), goal] for what, tell, goal in rows]
    longest = [report.get("longest") if part == "english" else None for _, report, part in columns]
    known = next((one for one in longest if one), None)
    if known:
        what = f"{known['name']} ({known['characters']:,} characters): seconds, peak memory"
        lines.append([what, *(_taken(one) for one in longest), "60 s, 600 MiB"])
    return lines


def _each_rows(columns: Sequence[Column]) -> list[list[str]]:
    first = columns[0][1][columns[0][2]]["each"]
    return [
        [name, *(_percent(report[part]["each"][name]["speakers"][ALL]) for _, report, part in columns)]
        for name in first
    ]


def _faults(reports: Sequence[Report]) -> str:
    found = next((report["faults"] for report in reports if "faults" in report), None)
    if found is None:
        return ""
    silent = f"{found['silent']} novels have a fault that was neither repaired nor reported"
    return (
        f"In the run with faults {found['injected']} of {found['requests']:,} answers were spoiled; "
        f"{found['unanswered']} questions never got a usable answer, {found['reported']} warnings say so, "
        f"and {silent}."
    )


def _english_peers(columns: Sequence[Column]) -> list[list[str]]:
    ours = [
        [f"Scriptorium, {title.lower()}", "PDNC", f"{_percent(report[part]['speakers'][ALL])} of quotations"]
        for title, report, part in columns
        if part == "english"
    ]
    return [
        *ours,
        ["BookNLP, small and big model", "LitBank", "speakers, B-cubed: 86.4 and 89.9"],
        ["BookNLP, small and big model", "LitBank", "coreference, average F1: 76.4 and 79.0"],
        ["BookNLP, small and big model", "LitBank", "entities, F1: 88.2 and 90.0"],
    ]


def _chinese(reports: Sequence[Report]) -> list[tuple[str, Report]]:
    titles: Mapping[str, str] = {"offline": "Rules only, names given", "oracle": "Oracle, names found"}
    return [(titles.get(str(r["model"]), str(r["model"])), r["chinese"]) for r in reports if "chinese" in r]


def _chinese_rows(reports: Sequence[Report]) -> list[list[str]]:
    found = _chinese(reports)
    kinds = list(found[0][1]) if found else []
    goals = {ALL: "70 % (rules)"}
    return [
        [
            f"{kind} ({found[0][1][kind]['of']})",
            *(_percent(shares[kind]["right"]) for _, shares in found),
            goals.get(kind, ""),
        ]
        for kind in kinds
    ]


def _chinese_peers(reports: Sequence[Report]) -> list[list[str]]:
    ours = [
        [f"Scriptorium, {title.lower()}", f"{100 * shares[ALL]['right']:.1f}", "not measured"]
        for title, shares in _chinese(reports)
    ]
    return [
        *ours,
        ["SPC, RoBERTa-large", "90.3", "89.9"],
        ["CSN, RoBERTa-large", "85.2", "88.9"],
        ["CSN, BERT-base", "", "82.5"],
        ["E2E_SI, RoBERTa-large", "", "80.9"],
        ["DST_SI, RoBERTa-base", "63.4", "61.7"],
        ["GPT-3.5-turbo, asked without examples", "90.3", "89.6"],
        ["the nearest name", "", "53.7"],
    ]


def _cost(figures: Report) -> str:
    if not figures["calls"]:
        return "none"
    if figures["cost"] is None:
        return "no price known"
    return f"{figures['cost']:.2f} {figures['currency']}"


def _taken(longest: Report | None) -> str:
    return f"{longest['seconds']:.1f} s, {longest['peak_mebibytes']:.0f} MiB" if longest else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document; with --check, 1 when it says something else."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when it would change")
    options = parser.parse_args(arguments)
    document = DOCUMENT.read_text("utf-8")
    written = write(document, load(RESULTS))
    if options.check:
        return int(written != document)
    DOCUMENT.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
