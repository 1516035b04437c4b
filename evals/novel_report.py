"""The figures of one run of ``evals.characters``, as docs/accuracy.md is written from them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from evals.attribution import ALL, Share
from evals.memory import Footprint
from evals.novel_runs import OracleReport
from evals.novel_scores import NovelScores, total

TYPES = ("Explicit", "Anaphoric", "Implicit", ALL)


def english(scores: Sequence[NovelScores]) -> dict[str, Any]:
    """The novels' scores, each novel's own, and all novels'."""
    return {
        "novels": len(scores),
        "verbatim": sum(novel.is_verbatim for novel in scores),
        "each": {novel.name: _figures(novel) for novel in scores},
        **_figures(total(scores)),
    }


def _figures(scores: NovelScores) -> dict[str, Any]:
    addressees = scores.attribution.addressees
    return {
        "characters": scores.characters,
        "quotations": scores.attribution.speakers[ALL].total,
        "spans_precision": round(scores.spans.precision, 4),
        "spans_recall": round(scores.spans.recall, 4),
        "spans_f1": round(scores.spans.f1, 4),
        "exact_f1": round(scores.exact_spans.f1, 4),
        "speakers": {kind: round(scores.accuracy(kind), 4) for kind in TYPES},
        "addressees": round(addressees.accuracy, 4),
        "addressees_given": addressees.total,
        "b_cubed_f1": round(scores.clusters.b_cubed_f1, 4),
        "ceafe": round(scores.clusters.ceafe, 4),
        "genders": round(scores.genders.accuracy, 4),
        "genders_of": scores.genders.total,
        "calls": scores.calls,
        "tokens": scores.tokens,
        "cost": scores.cost,
        "currency": scores.currency,
    }


def chinese(shares: Mapping[str, Share]) -> dict[str, Any]:
    """The share of right speakers by category."""
    return {
        kind: {"right": round(share.accuracy, 4), "of": share.total} for kind, share in sorted(shares.items())
    }


def faults(reports: Sequence[OracleReport]) -> dict[str, int]:
    """What became of spoiled answers."""
    return {
        "requests": sum(report.requests for report in reports),
        "injected": sum(sum(report.injected.values()) for report in reports),
        "unanswered": sum(report.unanswered for report in reports),
        "reported": sum(report.reported for report in reports),
        "silent": sum(report.is_silent for report in reports),
    }


def longest(name: str, characters: int, taken: Footprint) -> dict[str, Any]:
    """What the longest novel took."""
    return {
        "name": name,
        "characters": characters,
        "seconds": taken.seconds,
        "peak_mebibytes": taken.peak_mebibytes,
    }


def save(path: Path, model: str, parts: Mapping[str, Any]) -> None:
    """Write all parts as JSON; what was not measured this time stays as it was there."""
    known: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    report: dict[str, Any] = {**known, "model": model, "measured_on": date.today().isoformat(), **parts}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
