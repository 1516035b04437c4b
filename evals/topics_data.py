"""The corpora that topics are measured on, as files that the graph reads; and how well labels are met."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """Texts and the labels that people gave them, which no model is shown."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    dates: tuple[str, ...] = ()

    def file(self) -> bytes:
        """JSON Lines without the labels."""
        rows = [{"text": text} for text in self.texts]
        if self.dates:
            rows = [{**row, "date": date} for row, date in zip(rows, self.dates, strict=True)]
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def read_bbc(data: Path) -> Labelled:
    """BBC News: 2,225 articles of five sections, lemmas of content words."""
    lines = (data / "bbc_news" / "corpus.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    return Labelled(
        name="bbc_news", texts=tuple(row[0] for row in rows), labels=tuple(row[2] for row in rows)
    )


def read_bills(data: Path) -> Labelled:
    """Summaries of bills of the US congress, each with its policy area."""
    found: list[dict[str, str]] = []
    for path in sorted((data / "bills").glob("bills_*.jsonl")):
        found += [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return Labelled(
        name="bills",
        texts=tuple(row["summary"] for row in found),
        labels=tuple(row["topic"] for row in found),
        dates=tuple(str(row["date"]) for row in found),
    )


def p1(found: Sequence[object], gold: Sequence[object]) -> float:
    """The harmonic mean of purity and inverse purity, as TopicGPT has it."""
    purity, inverse = _purity(found, gold), _purity(gold, found)
    return 2 * purity * inverse / (purity + inverse)


def _purity(parts: Sequence[object], other: Sequence[object]) -> float:
    pairs = Counter(zip(parts, other, strict=True))
    best: dict[object, int] = {}
    for (part, _), count in pairs.items():
        best[part] = max(best.get(part, 0), count)
    return sum(best.values()) / len(parts)


def majority(found: Sequence[object], gold: Sequence[str]) -> Mapping[object, str]:
    """Of each part the gold label that most of it has; among equals the first by name."""
    pairs = Counter(zip(found, gold, strict=True))
    best: dict[object, tuple[int, str]] = {}
    for (part, label), count in sorted(pairs.items(), key=str):
        if part not in best or count > best[part][0]:
            best[part] = count, label
    return {part: label for part, (_, label) in best.items()}
