"""How often words occur together, in documents and in windows that slide over them."""

# scipy carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Corpus
from tools.topics.models.model import Matrix

MOST_WORDS = 3_000_000  # of the documents that are counted: a sample of them where there are more

_CHUNK = 4_000_000  # occurrences in windows that are held at once
_SEED = 7


@dataclass(frozen=True, kw_only=True)
class Cooccurrence:
    """Windows with each two of some words in them."""

    words: NDArray[np.int64]  #: Ids, ascending.
    together: Matrix  #: words x words: windows that hold both; on the diagonal, the word itself.
    windows: int  #: Of all documents.

    def of(self, ids: NDArray[np.int64]) -> Matrix:
        """The share of the windows that hold each two of these words.

        Args:
            ids: Word ids, all of them among ``words``; in any order, repeated or not.
        """
        places = np.searchsorted(self.words, ids)
        return self.together[np.ix_(places, places)] / self.windows


def cooccurrence(corpus: Corpus, words: NDArray[np.int64], size: int | None) -> Cooccurrence:
    """Count windows over the whole corpus, or a sample of MOST_WORDS words.

    As gensim slides its windows, a word leaves with the first of its occurrences, even where another one is
    still inside; it is back with the next one that comes in.

    Args:
        corpus: Its documents' words in their order.
        words: The ids that matter.
        size: Words in a window; None: the whole document is the window.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - a second, where models are measured

    words = np.unique(words)
    documents = sampled(corpus)
    lengths = np.diff(corpus.starts)[documents]
    windows = np.ones_like(lengths) if size is None else np.maximum(1, lengths - size + 1)
    together = np.zeros((len(words), len(words)))
    places = np.full(len(corpus.words), -1, dtype=np.int64)
    places[words] = np.arange(len(words))
    for part in _chunks(lengths, windows, size):
        owner, position, word = _occurrences(corpus, documents[part], places)
        first = np.zeros_like(position) if size is None else np.maximum(0, position - size + 1)
        last = np.minimum(_leaving(owner, position, word, first), windows[part][owner] - 1)
        spans = last - first + 1
        offsets = np.concatenate([[0], np.cumsum(windows[part])])
        begin = offsets[owner] + first
        rows = np.repeat(begin - np.concatenate([[0], np.cumsum(spans)[:-1]]), spans) + np.arange(spans.sum())
        columns = np.repeat(word, spans)
        shape = (int(offsets[-1]), len(words))
        inside = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
        inside.data[:] = 1.0  # a word twice in a window counts once
        together += (inside.T @ inside).toarray()
    return Cooccurrence(words=words, together=together, windows=int(windows.sum()))


def _leaving(
    owner: NDArray[np.int64],
    position: NDArray[np.int64],
    word: NDArray[np.int64],
    first: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The last window of each occurrence, by number in its document.

    It is the position of the word's first occurrence in the window that this occurrence comes in with.
    """
    long = int(position.max(initial=0)) + 1
    base = (owner * (int(word.max(initial=0)) + 1) + word) * long
    ordered = np.sort(base + position)
    return ordered[np.searchsorted(ordered, base + first)] - base


def sampled(corpus: Corpus) -> NDArray[np.int64]:
    """Documents, all or a sample that holds about MOST_WORDS words; the same each time."""
    count = corpus.documents
    if len(corpus.ids) <= MOST_WORDS:
        return np.arange(count)
    share = MOST_WORDS / len(corpus.ids)
    chance = np.random.default_rng(_SEED)
    return np.sort(chance.choice(count, size=max(1, int(share * count)), replace=False))


def _chunks(lengths: NDArray[np.int64], windows: NDArray[np.int64], size: int | None) -> Iterator[slice]:
    """Runs of documents whose words, in all their windows, fit into memory."""
    per_document = lengths if size is None else np.minimum(lengths * size, lengths * windows)
    begin, load = 0, 0
    for document, weight in enumerate(per_document.tolist()):
        if load and load + weight > _CHUNK:
            yield slice(begin, document)
            begin, load = document, 0
        load += weight
    yield slice(begin, len(lengths))


def _occurrences(
    corpus: Corpus, documents: NDArray[np.int64], places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of each occurrence of a word that matters: its document, the position in it, the word's place."""
    starts = corpus.starts
    lengths = starts[documents + 1] - starts[documents]
    owner = np.repeat(np.arange(len(documents)), lengths)
    position = np.arange(len(owner)) - np.repeat(np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    word = places[corpus.ids[np.repeat(starts[documents], lengths) + position]]
    kept = word >= 0
    return owner[kept], position[kept], word[kept]
