"""Relations between the people of an English novel."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tools.novels.english.kinship import KinshipReader
from tools.novels.english.scene import People
from tools.novels.ties import Tie, appearing, gather, talking
from tools.novels.types import Attribution, Cast, Relation, Span

_SHARE = 0.34  # of the places that state a tie of two people: rarer types are misreadings


def find_relations(
    text: str, spans: Sequence[Span], cast: Cast, attributions: Sequence[Attribution]
) -> list[Relation]:
    """Typed ties that the text states, and who talks or appears with whom.

    The source is the ``type`` of the target: "parent" reads "source is a parent of target".
    """
    stated = list(KinshipReader(text, spans, People(cast, spans), attributions).read())
    return gather([*_consistent(stated), *talking(spans, attributions), *appearing(text, cast)])


def _consistent(ties: Iterable[Tie]) -> Iterator[Tie]:
    """The ties of the types that two people are mostly said to have."""
    by_pair: defaultdict[frozenset[str], list[Tie]] = defaultdict(list)
    for tie in ties:
        by_pair[frozenset((tie.source, tie.target))].append(tie)
    for pair in by_pair.values():
        for tie in pair:
            if sum(other.type == tie.type for other in pair) >= _SHARE * len(pair):
                yield tie
