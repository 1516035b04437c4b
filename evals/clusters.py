"""Scores of alias clusters: which names of a novel are found to be one person."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.assignment import best_assignment
from evals.pdnc import GoldCharacter
from tools.novels.types import Cast

_ARTICLE = re.compile(r"^(?:the|a|an)\s+")
_NARRATOR_NAMES = frozenset(("narr", "narrator", "i"))
NARRATOR = "narrator"  #: The folded name of a nameless first-person narrator.


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterScores:
    """Means over the scored names."""

    names: int  #: How many names were scored.
    b_cubed_precision: float
    b_cubed_recall: float
    ceafe: float  #: F1 of the entity-based CEAF with the φ4 similarity.

    @property
    def b_cubed_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall."""
        total = self.b_cubed_precision + self.b_cubed_recall
        return 2 * self.b_cubed_precision * self.b_cubed_recall / total if total else 0.0


def fold_name(name: str) -> str:
    """A name in a form to compare: small letters, no article, no full stop, single blanks."""
    folded = " ".join(name.casefold().replace("’", "'").replace(".", " ").split())
    folded = _ARTICLE.sub("", folded)
    return NARRATOR if folded in _NARRATOR_NAMES else folded


def map_characters(cast: Cast, gold: Sequence[GoldCharacter]) -> dict[str, str]:
    """System character id -> gold main name, one to one.

    The overlap of a system character and a gold one is the number of the system character's mentions whose
    folded surface is among the gold character's folded names. The mapping is the one-to-one assignment of
    greatest total overlap: a person split in two keeps one part only, two merged people keep one of them.
    """
    gold_names = [frozenset(map(fold_name, character.aliases)) for character in gold]
    overlaps = [[_overlap(counts, names) for names in gold_names] for counts in _surface_counts(cast)]
    pairs = best_assignment(overlaps) if gold else []
    return {cast.characters[row].id: gold[column].name for row, column in pairs}


def _surface_counts(cast: Cast) -> list[Counter[str]]:
    counts = [Counter(fold_name(m.surface) for m in character.mentions) for character in cast.characters]
    for character, count in zip(cast.characters, counts, strict=True):
        if character.is_narrator:
            count[NARRATOR] += 1
    return counts


def _overlap(counts: Mapping[str, int], names: Collection[str]) -> float:
    return float(sum(count for surface, count in counts.items() if surface in names))


def cluster_scores(
    cast: Cast, gold: Sequence[GoldCharacter], *, categories: Collection[str] | None = None
) -> ClusterScores:
    """Compare the alias sets of a cast with annotated ones.

    The items are the annotated (character, name) pairs whose folded name the system found in the text at all;
    a name that the system never saw is no clustering decision. An ambiguous annotated name makes several
    items. The system's cluster of an item is the character with the most mentions under this name.

    B-cubed (Bagga and Baldwin 1998): for an item, precision is the share of the items in its system cluster
    that are of its gold character, recall the share of the items of its gold character that are in its system
    cluster; both are averaged over the items. CEAFe (Luo 2005): clusters of items are aligned one to one so
    that the sum of φ4(G, S) = 2|G∩S| / (|G|+|S|) is greatest; recall divides it by the number of gold
    clusters, precision by the number of system clusters.

    Args:
        cast: What the system found.
        gold: The annotated characters.
        categories: Average over items of gold characters of these categories only; the clusters are still
            formed by all items, so that merging a minor character into a major one costs precision. CEAFe
            looks at the items of these categories alone.
    """
    items = _items(cast, gold)
    scored = [item for item in items if categories is None or gold[item[0]].category in categories]
    if not scored:
        return ClusterScores(names=0, b_cubed_precision=0.0, b_cubed_recall=0.0, ceafe=0.0)
    same = Counter((owner, cluster) for owner, _, cluster in items)
    owners = Counter(owner for owner, _, _ in items)
    clusters = Counter(cluster for _, _, cluster in items)
    return ClusterScores(
        names=len(scored),
        b_cubed_precision=_mean(same[o, c] / clusters[c] for o, _, c in scored),
        b_cubed_recall=_mean(same[o, c] / owners[o] for o, _, c in scored),
        ceafe=_ceafe(scored),
    )


def _items(cast: Cast, gold: Sequence[GoldCharacter]) -> list[tuple[int, str, int]]:
    """(gold character, folded name, system cluster) of every annotated name that the system found."""
    bearers: dict[str, tuple[int, int]] = {}
    for cluster, counts in enumerate(_surface_counts(cast)):
        for surface, count in counts.items():
            bearers[surface] = max(bearers.get(surface, (0, 0)), (count, -cluster))
    return [
        (owner, name, -bearers[name][1])
        for owner, character in enumerate(gold)
        for name in sorted(set(map(fold_name, character.aliases)))
        if name in bearers
    ]


def _ceafe(items: Sequence[tuple[int, str, int]]) -> float:
    owners = Counter(owner for owner, _, _ in items)
    clusters = Counter(cluster for _, _, cluster in items)
    same = Counter((owner, cluster) for owner, _, cluster in items)
    similarity = [[2 * same[o, c] / (owners[o] + clusters[c]) for c in clusters] for o in owners]
    total = sum(similarity[row][column] for row, column in best_assignment(similarity))
    return 2 * total / (len(owners) + len(clusters))


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return sum(values) / len(values)
