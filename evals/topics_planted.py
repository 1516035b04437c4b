"""Corpora with topics that somebody has put there: whether a model finds them needs no opinion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.topics.corpus import Corpus

_NAMES = ("alpha", "beta", "gamma", "delta", "kappa")
TOPICS = len(_NAMES)

_OWN, _SHARED = 40, 60  # words of each topic, words of all
_SHARE_OF_OWN = 0.7  # of a document's words
_WORDS = (40, 90)  # of a document, from and below
_PERIODS = ("2021", "2022", "2023", "2024")
_MIXTURE = 0.1  # Dirichlet parameter of topics in a document


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Documents, and what they were made of."""

    corpus: Corpus
    topics: tuple[frozenset[str], ...]  #: Of each topic its own words.
    main: tuple[int, ...]  #: Of each document.

    def found(self, top_words: Sequence[Sequence[str]]) -> list[float]:
        """Of each planted topic the greatest share of top words, of any topic found, that are its own."""
        return [
            max(sum(word in own for word in words) / len(words) for words in top_words) for own in self.topics
        ]


def plant(seed: int, documents: int = 500) -> Planted:
    """A corpus of five topics, each with 40 words of its own, all with 60 in common; the last one rises.

    Args:
        seed: The same one gives the same corpus.
        documents: How many.
    """
    chance = np.random.default_rng(seed)
    own = [[_word(name, number) for number in range(_OWN)] for name in _NAMES]
    shared = [_word("common", number) for number in range(_SHARED)]
    words = sorted([word for topic in own for word in topic] + shared)
    places = {word: place for place, word in enumerate(words)}
    zipf = 1.0 / np.arange(1, _OWN + 1)
    zipf /= zipf.sum()
    parts: list[list[int]] = []
    main: list[int] = []
    times: list[str] = []
    for number in range(documents):
        period = number * len(_PERIODS) // documents
        weights = np.ones(TOPICS)
        weights[-1] += period  # it rises
        mixture = chance.dirichlet(_MIXTURE * weights)
        length = int(chance.integers(*_WORDS))
        topics = chance.choice(TOPICS, size=length, p=mixture)
        is_own = chance.random(length) < _SHARE_OF_OWN
        ranks = chance.choice(_OWN, size=length, p=zipf)
        commons = chance.integers(0, _SHARED, size=length)
        parts.append(
            [
                places[own[topic][rank] if mine else shared[common]]
                for topic, mine, rank, common in zip(topics, is_own, ranks, commons, strict=True)
            ]
        )
        main.append(int(np.bincount(topics, minlength=TOPICS).argmax()))
        times.append(_PERIODS[period])
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    corpus = Corpus(
        words=tuple(words),
        ids=np.array([word for part in parts for word in part], dtype=np.int32),
        starts=starts,
        texts=[" ".join(words[word] for word in part) for part in parts],
        rows=np.arange(documents),
        row_documents=np.arange(documents),
        times=tuple(times),
        groups={"cov_half": tuple("first" if topic < 3 else "second" for topic in main)},
        labels=tuple(f"label{topic}" for topic in main),
        facts={
            "language": "en",
            "cleaning": {},
            "data_sha256": f"planted-{seed}-{documents}",
            "rows": documents,
            "documents": documents,
            "vocabulary": len(words),
            "words": int(starts[-1]),
            "mean_length": round(float(starts[-1]) / documents, 2),
        },
    )
    return Planted(corpus=corpus, topics=tuple(map(frozenset, own)), main=tuple(main))


def _word(name: str, number: int) -> str:
    """A word of letters alone, as tokenizers want them."""
    return f"{name}{chr(97 + number // 10)}{chr(97 + number % 10)}"
