"""Texts that are nearly the same, by MinHash (Broder 1997): found without comparing each with each."""

import numpy as np
from numpy.typing import NDArray

NEAR = 0.9  # Jaccard similarity of the sets of words from which on two texts are one

_BANDS, _ROWS = 6, 4  # at a similarity of .9, .985 of the pairs share a band; at .5, .32
_LEAST_WORDS = 5  # different ones; shorter texts are equal only when they are the same
_PRIME = np.uint64((1 << 61) - 1)
_SEED = 20_001
_MOST_IN_BUCKET = 50  # candidates that are compared with the first one of a bucket


def find_duplicates(ids: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each document the first one that it nearly repeats; its own number where it repeats none.

    Args:
        ids: Word ids of all documents, one after the other.
        starts: Where each document begins, and at last where the last one ends.
    """
    count = len(starts) - 1
    first = np.arange(count)
    sets = [np.unique(ids[starts[d] : starts[d + 1]]) for d in range(count)]
    _equal_sets(ids, starts, first)
    long = np.array(
        [d for d in range(count) if len(sets[d]) >= _LEAST_WORDS and first[d] == d], dtype=np.int64
    )
    if len(long) < 2:
        return first
    signatures = _signatures([sets[d] for d in long], int(ids.max(initial=0)) + 1)
    for band in range(_BANDS):
        keys = signatures[:, band * _ROWS : (band + 1) * _ROWS]
        buckets: dict[bytes, list[int]] = {}
        for key, document in zip(keys, long.tolist(), strict=True):
            buckets.setdefault(key.tobytes(), []).append(document)
        for bucket in buckets.values():
            _compare(bucket[: _MOST_IN_BUCKET + 1], sets, first)
    return _roots(first)


def _equal_sets(ids: NDArray[np.int32], starts: NDArray[np.int64], first: NDArray[np.int64]) -> None:
    """Texts of the very same words in the same order; those without words stay apart."""
    seen: dict[bytes, int] = {}
    for document in range(len(first)):
        words = ids[starts[document] : starts[document + 1]]
        if len(words):
            first[document] = seen.setdefault(words.tobytes(), document)


def _signatures(sets: list[NDArray[np.int32]], words: int) -> NDArray[np.uint64]:
    chance = np.random.default_rng(_SEED)
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in sets])[:-1]])
    joined = np.concatenate(sets)
    signatures = np.empty((len(sets), _BANDS * _ROWS), dtype=np.uint64)
    for column in range(_BANDS * _ROWS):
        hashed = chance.integers(0, int(_PRIME), size=words, dtype=np.uint64)
        signatures[:, column] = np.minimum.reduceat(hashed[joined], offsets)
    return signatures


def _compare(bucket: list[int], sets: list[NDArray[np.int32]], first: NDArray[np.int64]) -> None:
    head = bucket[0]
    for document in bucket[1:]:
        if first[document] != document:
            continue
        shared = len(np.intersect1d(sets[head], sets[document], assume_unique=True))
        if shared >= NEAR * (len(sets[head]) + len(sets[document]) - shared):
            first[document] = head


def _roots(first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each document's first one, where that is a repetition itself, too."""
    while not np.array_equal(first, first[first]):
        first = first[first]
    return first
