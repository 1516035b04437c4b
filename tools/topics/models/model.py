"""A trained model: topics as distributions over words, documents as distributions over topics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.topics.models.spec import ModelSpec
from tools.topics.packing import pack, unpack

Matrix = NDArray[np.float64]

TOP_WORDS = 10  # by which topics are measured, as in most of the literature


@dataclass(frozen=True, kw_only=True)
class TopicModel:
    """Everything that is needed to show a model, to measure it, and to find its topics in new texts.

    A document's topics always come from :func:`tools.topics.models.assigning.assign`, for training documents
    as for new ones, so that the same text has the same topics in both.
    """

    spec: ModelSpec
    words: tuple[str, ...]  #: The vocabulary of the columns of ``components``.
    components: Matrix  #: topics x words, as the method gives them; NMF's are weights, not probabilities.
    doc_topic: Matrix  #: documents x topics; each row sums to 1.
    idf: Matrix | None = None  #: Of NMF: the weight of each word.
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: Iterations, loss, versions.

    @property
    def topics(self) -> int:
        """How many; HDP finds the number itself."""
        return len(self.components)

    @property
    def topic_word(self) -> Matrix:
        """topics x words; each row sums to 1."""
        return self.components / self.components.sum(axis=1, keepdims=True)

    def top_ids(self, count: int = TOP_WORDS) -> NDArray[np.int64]:
        """The most probable words of each topic, as places in the vocabulary; of equal ones the first."""
        return np.argsort(-self.components, axis=1, kind="stable")[:, :count]

    def top_words(self, count: int = TOP_WORDS) -> list[list[str]]:
        """The most probable words of each topic."""
        return [[self.words[word] for word in row] for row in self.top_ids(count).tolist()]

    def save(self) -> bytes:
        """The model as a file; the same model gives the same bytes."""
        arrays: dict[str, NDArray[Any]] = {"components": self.components, "doc_topic": self.doc_topic}
        if self.idf is not None:
            arrays["idf"] = self.idf
        meta = {
            "spec": self.spec.model_dump(mode="json"),
            "words": list(self.words),
            "facts": dict(self.facts),
        }
        return pack(arrays, meta)

    @classmethod
    def load(cls, data: bytes) -> "TopicModel":
        """What save has written.

        Raises:
            InvalidInput: "broken_topics_file".
        """
        arrays, meta = unpack(data)
        return cls(
            spec=ModelSpec.model_validate(meta["spec"]),
            words=tuple(meta["words"]),
            components=arrays["components"],
            doc_topic=arrays["doc_topic"],
            idf=arrays.get("idf"),
            facts=meta["facts"],
        )


def words_of(ids: Sequence[Sequence[int]], vocabulary: Sequence[str]) -> list[list[str]]:
    """Ids as words."""
    return [[vocabulary[word] for word in row] for row in ids]
