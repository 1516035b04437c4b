"""The numbers behind every figure, taken from a result: what is drawn is what stands in the table.

A figure whose data a result does not have is not among them.
"""

# scipy carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Literal, cast

from tools.topics.analysis.describing import safe_cell

Kind = Literal[
    "words", "shares", "series", "heat", "similarity", "tree", "map", "selection", "models", "word_series"
]
Row = tuple[Any, ...]

_WORDS = 10  # of a topic
_SERIES_WORDS = 5  # of a topic, over time


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """One figure's numbers."""

    name: str  #: Of its files.
    kind: Kind
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: What axes and captions say besides.

    def csv(self) -> bytes:
        """The table for people's programs; no cell is taken for a formula."""
        buffer = StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([safe_cell(c) if isinstance(c, str) else c for c in row] for row in self.rows)
        return buffer.getvalue().encode("utf-8-sig")


def figure_tables(analysis: Mapping[str, Any]) -> list[FigureTable]:
    """The tables of all figures that a result has data for.

    Args:
        analysis: analysis.json of a finished result, with labels and the selection.
    """
    labels = topic_labels(analysis)
    return [table for part in _PARTS for table in part(analysis, labels) if table.rows]


def topic_labels(analysis: Mapping[str, Any]) -> dict[int, str]:
    """What each topic is called: by a person, else by the job."""
    found: dict[str, Any] = analysis.get("labels", {})
    return {
        topic["id"]: topic["label"] or found.get(str(topic["id"]), {}).get("label") or f"topic {topic['id']}"
        for topic in analysis["topics"]
    }


def _words(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    rows = [
        (topic["id"], labels[topic["id"]], rank, word, weight)
        for topic in analysis["topics"]
        for rank, (word, weight) in enumerate(topic["words"][:_WORDS], start=1)
    ]
    header = ("topic", "label", "rank", "word", "probability")
    yield FigureTable(name="topic_words", kind="words", header=header, rows=tuple(rows))


def _shares(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    ranked = sorted(analysis["topics"], key=lambda topic: -topic["share"]["mean"])
    rows = [
        (t["id"], labels[t["id"]], t["share"]["mean"], t["share"]["low"], t["share"]["high"], t["documents"])
        for t in ranked
    ]
    header = ("topic", "label", "share", "low", "high", "documents_with_it_first")
    yield FigureTable(name="topic_shares", kind="shares", header=header, rows=tuple(rows))


def _series(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    time = analysis["time"]
    if time is None or len(time["periods"]) < 2:
        return
    rows = [
        (topic["topic"], labels[topic["topic"]], *_part(part, "period"))
        for topic in time["topics"]
        for part in topic["series"]
    ]
    header = ("topic", "label", "period", "share", "low", "high", "documents")
    facts = {"periods": time["periods"]}
    yield FigureTable(name="shares_over_time", kind="series", header=header, rows=tuple(rows), facts=facts)


def _heat(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    for number, column in enumerate(analysis["groups"], start=1):
        rows = [
            (topic["topic"], labels[topic["topic"]], *_part(part, "group"))
            for topic in column["topics"]
            for part in topic["values"]
        ]
        header = ("topic", "label", "group", "share", "low", "high", "documents")
        facts = {"column": column["column"], "groups": column["groups"], "documents": column["documents"]}
        # Numbered: a column's name is a person's, and no name of a file.
        name = f"shares_by_group_{number}"
        yield FigureTable(name=name, kind="heat", header=header, rows=tuple(rows), facts=facts)


def _part(part: Mapping[str, Any], what: str) -> Row:
    return part[what], part["share"], part["low"], part["high"], part["documents"]


def _similarity(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    ids = [topic["id"] for topic in analysis["topics"]]
    if len(ids) < 2:
        return
    similar = analysis["similarity"]
    rows = [
        (one, labels[one], other, labels[other], similar[place][beside])
        for place, one in enumerate(ids)
        for beside, other in enumerate(ids)
    ]
    header = ("topic", "label", "other", "other_label", "similarity")
    yield FigureTable(name="similarity", kind="similarity", header=header, rows=tuple(rows))


def _tree(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    ids = [topic["id"] for topic in analysis["topics"]]
    if len(ids) < 3:
        return
    names = [f"topic {id}" for id in ids] + [f"join {number}" for number in range(1, len(ids))]
    rows = [
        (number, names[one], names[other], round(distance, 6), count)
        for number, (one, other, distance, count) in enumerate(joins(analysis["similarity"]), start=1)
    ]
    header = ("join", "one", "other", "distance", "topics")
    facts = {"leaves": [f"{id} {labels[id]}" for id in ids], "names": names}
    yield FigureTable(name="hierarchy", kind="tree", header=header, rows=tuple(rows), facts=facts)


def joins(similarity: Sequence[Sequence[float]]) -> list[tuple[int, int, float, int]]:
    """How topics come together: the nearest two by average linkage, again and again.

    Returns:
        As scipy's linkage has it: the two that are joined (topics are numbered from 0, joins after them),
        their distance, and how many topics they come to.
    """
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415 - a second, where figures are drawn

    distances = [
        1.0 - similarity[a][b] for a in range(len(similarity)) for b in range(a + 1, len(similarity))
    ]
    found: Any = cast("Any", linkage)(distances, "average")
    return [(int(one), int(other), float(distance), int(count)) for one, other, distance, count in found]


def _map(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    found = analysis.get("map")
    if found is None:
        return
    ids = [topic["id"] for topic in analysis["topics"]]
    rows = [
        (point["row"], ids[point["topic"]], labels[ids[point["topic"]]], point["x"], point["y"])
        for point in found["points"]
    ]
    facts = {"variance": found["variance"], "of": found["of"]}
    header = ("row", "topic", "label", "x", "y")
    yield FigureTable(name="document_map", kind="map", header=header, rows=tuple(rows), facts=facts)


_SCORES = ("score", "coherence", "diversity", "stability_words", "stability_documents")


def _selection(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    selection: dict[str, Any] = analysis.get("selection") or {}
    by_count = {row["topics"] for row in selection.get("tried", [])}
    if len(by_count) < 2:
        return
    rows = [(row["name"], row["topics"], *(row[key] for key in _SCORES)) for row in selection["tried"]]
    facts = {"chosen": selection["topics"]}
    header = ("model", "topics", *_SCORES)
    yield FigureTable(name="number_of_topics", kind="selection", header=header, rows=tuple(rows), facts=facts)


MEASURES = (
    *("c_v", "c_npmi", "npmi", "u_mass", "diversity", "irbo", "frex", "perplexity"),
    *("stability_words", "stability_documents"),
)


def _models(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    trials = sorted(analysis.get("trials", []), key=lambda trial: (trial["spec"]["kind"], trial["topics"]))
    rows = [(t["name"], t["topics"], *(t["measures"][key] for key in MEASURES)) for t in trials]
    chance = analysis["chance"]
    if rows:
        rows.append(("chance", len(chance["topic_npmi"]), *(chance[key] for key in MEASURES)))
    yield FigureTable(name="models", kind="models", header=("model", "topics", *MEASURES), rows=tuple(rows))


def _word_series(analysis: Mapping[str, Any], labels: Mapping[int, str]) -> Iterator[FigureTable]:
    time = analysis["time"]
    if time is None or len(time["periods"]) < 2:
        return
    rows: list[Row] = []
    for topic in analysis["words_over_time"]:
        weights = [dict(part["words"]) for part in topic["series"]]
        totals = {word: sum(part.get(word, 0.0) for part in weights) for part in weights for word in part}
        chosen = sorted(totals, key=lambda word: (-totals[word], word))[:_SERIES_WORDS]
        rows += [
            # Without a weight: the word is not among the period's first ones.
            (topic["topic"], labels[topic["topic"]], word, part["period"], weight.get(word))
            for word in chosen
            for part, weight in zip(topic["series"], weights, strict=True)
        ]
    header = ("topic", "label", "word", "period", "weight")
    facts = {"periods": time["periods"]}
    yield FigureTable(
        name="words_over_time", kind="word_series", header=header, rows=tuple(rows), facts=facts
    )


_PARTS: tuple[Callable[[Mapping[str, Any], Mapping[int, str]], Iterator[FigureTable]], ...] = (
    *(_words, _shares, _series, _word_series, _heat, _similarity, _tree, _map, _selection, _models),
)
