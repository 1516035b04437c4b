"""Whether a topic's words belong together: C_V, C_NPMI, U_Mass as gensim has them, and NPMI by documents.

Röder, Both and Hinneburg (2015): *Exploring the space of topic coherence measures*; Mimno et al. (2011) for
U_Mass. The constants are those of gensim's CoherenceModel, to which tests hold all three equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Corpus
from tools.topics.metrics.cooccurrence import Cooccurrence, cooccurrence
from tools.topics.models.model import Matrix

_TINY = 1e-12  # gensim's epsilon
_WIDE = 110  # words in a window of C_V
_NARROW = 10  # of C_NPMI

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coherence:
    """Each measure of each topic; what a model has is the mean."""

    c_v: Matrix
    c_npmi: Matrix
    u_mass: Matrix
    npmi: Matrix  #: By documents, -1 for a pair that never occurs; 1 for one that only occurs together.


class CoherenceMeter:
    """Measures topics on one corpus: counted once for all models whose words are given."""

    def __init__(self, corpus: Corpus, words: NDArray[np.int64]) -> None:
        self._wide = cooccurrence(corpus, words, _WIDE)
        self._narrow = cooccurrence(corpus, words, _NARROW)
        self._documents = cooccurrence(corpus, words, None)

    def measure(self, topics: Sequence[Ids]) -> Coherence:
        """The coherence of a model's topics.

        Args:
            topics: Of each topic its top words, the most probable first.
        """
        return Coherence(
            c_v=_c_v(self._wide, topics),
            c_npmi=_c_npmi(self._narrow, topics),
            u_mass=_u_mass(self._documents, topics),
            npmi=_npmi(self._documents, topics),
        )


def _ratios(joint: Matrix) -> Matrix:
    """Normalised log ratios of words with each other, from the shares of windows that hold each two."""
    single = np.diag(joint)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log((joint + _TINY) / np.outer(single, single)) / -np.log(joint + _TINY)
    return np.where(np.outer(single, single) > 0, ratio, 0.0)


def _c_v(counted: Cooccurrence, topics: Sequence[Ids]) -> Matrix:
    """The mean cosine of each word's vector of ratios to the sum of all of them."""
    found: list[float] = []
    for topic in topics:
        vectors = _ratios(counted.of(topic))
        whole = vectors.sum(axis=0)
        lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole)
        cosines: Matrix = vectors @ whole / np.where(lengths > 0, lengths, 1.0)
        found.append(float(cosines.mean()))
    return np.array(found)


def _c_npmi(counted: Cooccurrence, topics: Sequence[Ids]) -> Matrix:
    return np.array([_mean_of_pairs(_ratios(counted.of(topic))) for topic in topics])


def _u_mass(counted: Cooccurrence, topics: Sequence[Ids]) -> Matrix:
    found: list[float] = []
    for topic in topics:
        joint = counted.of(topic)
        with np.errstate(divide="ignore"):
            ratio = np.log((joint + _TINY) / np.diag(joint)[None, :])
        later, earlier = np.tril_indices(len(topic), -1)
        found.append(float(np.mean(ratio[later, earlier])) if len(later) else 0.0)
    return np.array(found)


def _npmi(counted: Cooccurrence, topics: Sequence[Ids]) -> Matrix:
    found: list[float] = []
    for topic in topics:
        joint = counted.of(topic)
        single = np.diag(joint)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(joint / np.outer(single, single)) / -np.log(joint)
        ratio = np.where(joint >= 1.0, 1.0, np.where(joint > 0, ratio, -1.0))
        found.append(_mean_of_pairs(ratio))
    return np.array(found)


def _mean_of_pairs(ratio: Matrix) -> float:
    upper = np.triu_indices(len(ratio), 1)
    return float(np.mean(ratio[upper])) if len(upper[0]) else 0.0
