"""Coherence is what gensim, the reference, comes to; NPMI by documents is what a hand comes to."""

import warnings

import numpy as np
import pytest

from tools.topics.corpus import Corpus
from tools.topics.metrics.coherence import CoherenceMeter


def corpus_of(texts: list[list[str]]) -> Corpus:
    words = sorted({word for text in texts for word in text})
    places = {word: place for place, word in enumerate(words)}
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return Corpus(
        words=tuple(words),
        ids=np.array([places[word] for text in texts for word in text], dtype=np.int32),
        starts=starts,
        texts=[" ".join(text) for text in texts],
        rows=np.arange(len(texts)),
        row_documents=np.arange(len(texts)),
    )


def some_texts() -> list[list[str]]:
    """Documents shorter and longer than both windows, some without any word that matters."""
    chance = np.random.default_rng(3)
    lengths = [3, 9, 10, 11, 60, 109, 110, 111, 250, *chance.integers(5, 160, size=60).tolist()]
    words = [f"w{number:02d}" for number in range(40)]
    ranks = 1.0 / np.arange(1, 41)
    texts = [[words[i] for i in chance.choice(40, size=n, p=ranks / ranks.sum())] for n in lengths]
    return [*texts, ["w38", "w39"], ["w39"]]


@pytest.mark.parametrize("name", ["c_v", "c_npmi", "u_mass"])
def test_a_measure_equals_gensims(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gensim.corpora import Dictionary  # noqa: PLC0415 - slow, and for this test alone
        from gensim.models import CoherenceModel  # noqa: PLC0415
    texts = some_texts()
    topics = [["w00", "w05", "w11", "w20", "w31"], ["w02", "w07", "w13", "w19", "w30"], ["w01", "w36", "w37"]]
    dictionary = Dictionary(texts)
    reference = CoherenceModel(
        topics=topics, texts=texts, dictionary=dictionary, coherence=name, processes=1
    ).get_coherence_per_topic()

    corpus = corpus_of(texts)
    ids = [np.array([corpus.words.index(word) for word in topic]) for topic in topics]
    found = getattr(CoherenceMeter(corpus, np.concatenate(ids)).measure(ids), name)

    np.testing.assert_allclose(found, reference, atol=1e-6)


def test_npmi_by_documents_is_what_a_hand_computes() -> None:
    corpus = corpus_of([["a", "b"], ["a", "b"], ["a", "c"], ["d"]])
    ids = [np.array([0, 1]), np.array([0, 3])]

    npmi = CoherenceMeter(corpus, np.concatenate(ids)).measure(ids).npmi

    expected = np.log(0.5 / (0.75 * 0.5)) / -np.log(0.5)
    np.testing.assert_allclose(npmi, [expected, -1.0])
