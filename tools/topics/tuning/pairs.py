"""What an embedding model is tuned by: the two halves of a document belong together, others do not.

Nobody has to label anything for it, as in DeCLUTR (Giorgi et al. 2021). Each document counts once, so that
long ones do not outweigh the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.errors import InvalidInput
from tools.topics.analysis.evidence import sentences

LEAST_PAIRS = 100  # below them there is too little to hold out, and nothing to be learned
MOST_PAIRS = 50_000
_LEAST_HALF = 20  # characters
_HELD_OUT = 0.1  # of the pairs
_MOST_HELD_OUT = 500

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Halves of documents."""

    seen: tuple[Pair, ...]  #: Those that the model is tuned by.
    held_out: tuple[Pair, ...]  #: Those that it is measured by.
    without: int  #: Documents that do not have two halves.


def find_pairs(texts: Sequence[str], seed: int) -> Pairs:
    """The pairs of documents, some of them held out by chance.

    Raises:
        InvalidInput: "too_few_pairs".
    """
    halves = [pair for pair in map(_halves, texts) if pair is not None]
    if len(halves) < LEAST_PAIRS:
        raise InvalidInput(
            f"{len(halves)} of {len(texts)} texts have two sentences or more of {_LEAST_HALF} characters; "
            f"{LEAST_PAIRS} are the least that an embedding model is tuned by",
            hint="Send more or longer texts, or leave out `tuning`.",
            code="too_few_pairs",
        )
    order = np.random.default_rng(seed).permutation(len(halves))[:MOST_PAIRS]
    held_out = min(_MOST_HELD_OUT, round(_HELD_OUT * len(order)))
    chosen = [halves[int(place)] for place in order]
    return Pairs(
        seen=tuple(chosen[held_out:]),
        held_out=tuple(chosen[:held_out]),
        without=len(texts) - len(halves),
    )


def _halves(text: str) -> Pair | None:
    """A text cut between two sentences, where it is nearest to the middle."""
    parts = list(sentences(text))
    ends = np.cumsum([len(part) for part in parts])
    if len(parts) < 2:
        return None
    cut = int(np.argmin(np.abs(ends[:-1] - ends[-1] / 2))) + 1
    first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
    return (first, second) if min(len(first), len(second)) >= _LEAST_HALF else None
