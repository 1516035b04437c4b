"""All scores of one PDNC novel, or of several added up."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.attribution import ALL, AttributionScores, Share, score_attribution
from evals.clusters import ClusterScores, cluster_scores
from evals.genders import gender_scores
from evals.graph_run import GraphRun
from evals.pdnc import Novel
from evals.spans import (
    NO_OVERLAPS,
    OverlapScores,
    SpanScores,
    between_marks,
    overlap_scores,
    span_scores,
)
from evals.table import percent, render_table

_HEADER = (
    "novel",
    "chars",
    "verbatim",
    "spans F1",
    "exact F1",
    "explicit",
    "anaphoric",
    "implicit",
    "all",
    "alias B3",
    "CEAFe",
    "addressee",
    "gender",
    "calls",
    "warnings",
    "seconds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelScores:
    """One line of the table."""

    name: str
    characters: int  #: Code points of the text.
    is_verbatim: bool
    spans: OverlapScores  #: Found or not.
    exact_spans: SpanScores  #: With the annotators' boundaries.
    baseline_spans: OverlapScores  #: What one regular expression finds.
    attribution: AttributionScores
    clusters: ClusterScores
    genders: Share
    warnings: int
    seconds: float
    calls: int  #: Of the model.
    tokens: int  #: In and out.
    cost: float | None  #: None where no price is known.
    currency: str | None

    def row(self) -> list[str]:
        """The line's cells."""
        addressees = self.attribution.addressees
        return [
            self.name,
            str(self.characters),
            "yes" if self.is_verbatim else "NO",
            f"{self.spans.f1:.4f}",
            f"{self.exact_spans.f1:.4f}",
            *(percent(self.accuracy(kind)) for kind in ("Explicit", "Anaphoric", "Implicit", ALL)),
            f"{self.clusters.b_cubed_f1:.3f}",
            f"{self.clusters.ceafe:.3f}",
            f"{percent(addressees.accuracy)} of {addressees.total}",
            f"{percent(self.genders.accuracy)} of {self.genders.total}",
            str(self.calls),
            str(self.warnings),
            f"{self.seconds:.1f}",
        ]

    def accuracy(self, kind: str) -> float:
        """The share of the gold quotations of this type whose speaker is right."""
        share = self.attribution.speakers.get(kind)
        return share.accuracy if share else 0.0


def score(novel: Novel, run: GraphRun) -> NovelScores:
    """Compare one run with the gold data."""
    gold_spans = [span for quotation in novel.quotations for span in quotation.sub_spans]
    found_spans = [(span.start, span.end) for span in run.spans]
    used = run.output["statistics"]
    return NovelScores(
        name=novel.name,
        characters=len(novel.text),
        is_verbatim=run.is_verbatim,
        spans=overlap_scores(gold_spans, found_spans, novel.text),
        exact_spans=span_scores(gold_spans, found_spans, novel.text),
        baseline_spans=overlap_scores(gold_spans, between_marks(novel.text), novel.text),
        attribution=score_attribution(novel, run.spans, run.cast, run.attributions),
        clusters=cluster_scores(run.cast, novel.characters),
        genders=gender_scores(run.cast, novel.characters),
        warnings=len([w for w in run.output["warnings"] if w["code"] != "offline"]),
        seconds=run.seconds,
        calls=used["model_calls"],
        tokens=used["input_tokens"] + used["output_tokens"],
        cost=used["cost"],
        currency=used["currency"],
    )


def total(scores: Sequence[NovelScores]) -> NovelScores:
    """All novels: micro averages over spans, quotations and names."""
    attribution = AttributionScores()
    for novel in scores:
        attribution += novel.attribution
    costs = [novel.cost for novel in scores if novel.cost is not None]
    return NovelScores(
        name="all",
        characters=sum(novel.characters for novel in scores),
        is_verbatim=all(novel.is_verbatim for novel in scores),
        spans=sum((novel.spans for novel in scores), NO_OVERLAPS),
        exact_spans=sum((n.exact_spans for n in scores), SpanScores(gold=0, predicted=0, correct=0)),
        baseline_spans=sum((novel.baseline_spans for novel in scores), NO_OVERLAPS),
        attribution=attribution,
        clusters=_mean_clusters([novel.clusters for novel in scores]),
        genders=sum((novel.genders for novel in scores), Share()),
        warnings=sum(novel.warnings for novel in scores),
        seconds=sum(novel.seconds for novel in scores),
        calls=sum(novel.calls for novel in scores),
        tokens=sum(novel.tokens for novel in scores),
        cost=sum(costs) if len(costs) == len(scores) else None,
        currency=next((novel.currency for novel in scores), None),
    )


def table(scores: Sequence[NovelScores]) -> str:
    """A line for each novel, and one for all."""
    foot = total(scores).row() if len(scores) > 1 else ()
    return render_table(_HEADER, [novel.row() for novel in scores], foot=foot)


def _mean_clusters(scores: Sequence[ClusterScores]) -> ClusterScores:
    names = sum(novel.names for novel in scores) or 1
    return ClusterScores(
        names=names,
        b_cubed_precision=sum(s.b_cubed_precision * s.names for s in scores) / names,
        b_cubed_recall=sum(s.b_cubed_recall * s.names for s in scores) / names,
        ceafe=sum(s.ceafe * s.names for s in scores) / names,
    )
