"""The corpus: documents as words of a vocabulary in their order, with time, groups, labels and raw text."""

# scipy carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.topics.packing import pack, pack_texts, unpack, unpack_texts

Counts = Any
"""A scipy.sparse.csr_matrix, documents x words, of float64 counts."""

MISSING = ""  #: Of a group or a label, where a row has none.


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """What models are trained on. Documents are numbered from 0; ``rows`` leads back to the table."""

    words: tuple[str, ...]  #: The vocabulary, sorted; word ids are places in it.
    ids: NDArray[np.int32]  #: Word ids of all documents, each in the order of its text, one after the other.
    starts: NDArray[np.int64]  #: Where each document begins in ``ids``, and at last where the last one ends.
    texts: list[str]  #: Raw, but for what was masked.
    rows: NDArray[np.int64]  #: Of each document, the row of the table, from 0 on.
    row_documents: NDArray[np.int64]  #: Of each row its document; -1: none, it holds no word that counts.
    times: tuple[str, ...] | None = None  #: Period of each document; "" where it is not known.
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    labels: tuple[str, ...] | None = None
    vectors: NDArray[np.float32] | None = None  #: Of documents, by an embedding model, where one was asked.
    word_vectors: NDArray[np.float32] | None = None  #: Of words, by the same.
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: Language, hash of the data, and such.

    @property
    def documents(self) -> int:
        """How many."""
        return len(self.starts) - 1

    @cached_property
    def counts(self) -> Counts:
        """How often each word occurs in each document."""
        return counts_of(self.ids, self.starts, len(self.words))

    def document(self, number: int) -> NDArray[np.int32]:
        """The word ids of one document."""
        return self.ids[self.starts[number] : self.starts[number + 1]]

    def part(self, chosen: NDArray[np.int64]) -> "Corpus":
        """Some of the documents, with the whole vocabulary and no texts; rows lead to their numbers here."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        ids = np.concatenate([self.document(int(d)) for d in chosen]) if len(chosen) else self.ids[:0]
        return Corpus(
            words=self.words,
            ids=ids.astype(np.int32),
            starts=starts,
            texts=[],
            rows=chosen,
            row_documents=np.arange(len(chosen)),
            times=_picked(self.times, chosen),
            groups={name: _picked(values, chosen) or () for name, values in self.groups.items()},
            labels=_picked(self.labels, chosen),
            vectors=None if self.vectors is None else self.vectors[chosen],
            word_vectors=self.word_vectors,
            facts=self.facts,
        )

    def save(self) -> bytes:
        """The corpus as a file; the same corpus gives the same bytes."""
        arrays: dict[str, NDArray[Any]] = {
            "ids": self.ids,
            "starts": self.starts,
            "rows": self.rows,
            "row_documents": self.row_documents,
            **pack_texts(self.texts),
        }
        if self.vectors is not None and self.word_vectors is not None:
            arrays |= {"vectors": self.vectors, "word_vectors": self.word_vectors}
        columns: dict[str, Any] = {}
        for name, values in (("times", self.times), ("labels", self.labels)):
            if values is not None:
                columns[name], arrays[name] = _coded(values)
        columns["groups"] = {}
        for number, (name, values) in enumerate(self.groups.items()):
            columns["groups"][name], arrays[f"group{number}"] = _coded(values)
        return pack(arrays, {"words": list(self.words), "columns": columns, "facts": dict(self.facts)})

    @classmethod
    def load(cls, data: bytes, *, with_texts: bool = True) -> "Corpus":
        """What save has written; on wish without the raw texts, of which models are not made.

        Raises:
            InvalidInput: "broken_topics_file".
        """
        arrays, meta = unpack(data)
        columns = meta["columns"]
        groups = {
            name: _decoded(known, arrays[f"group{number}"])
            for number, (name, known) in enumerate(columns["groups"].items())
        }
        return cls(
            words=tuple(meta["words"]),
            ids=arrays["ids"],
            starts=arrays["starts"],
            texts=unpack_texts(arrays) if with_texts else [],
            rows=arrays["rows"],
            row_documents=arrays["row_documents"],
            times=_decoded(columns["times"], arrays["times"]) if "times" in columns else None,
            groups=groups,
            labels=_decoded(columns["labels"], arrays["labels"]) if "labels" in columns else None,
            vectors=arrays.get("vectors"),
            word_vectors=arrays.get("word_vectors"),
            facts=meta["facts"],
        )


def counts_of(ids: NDArray[np.int32], starts: NDArray[np.int64], words: int) -> Counts:
    """The bag of words of documents that lie one after the other."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - a second, where models are worked with

    # Copied: duplicates are summed in place.
    matrix = csr_matrix((np.ones(len(ids)), ids.copy(), starts.copy()), shape=(len(starts) - 1, words))
    matrix.sum_duplicates()
    return matrix


def _picked(values: Sequence[str] | None, chosen: NDArray[np.int64]) -> tuple[str, ...] | None:
    return None if values is None else tuple(values[int(d)] for d in chosen)


def _coded(values: Sequence[str]) -> tuple[list[str], NDArray[np.int32]]:
    known = sorted(set(values))
    places = {value: place for place, value in enumerate(known)}
    return known, np.array([places[value] for value in values], dtype=np.int32)


def _decoded(known: Sequence[str], codes: NDArray[np.int32]) -> tuple[str, ...]:
    return tuple(known[int(code)] for code in codes)
