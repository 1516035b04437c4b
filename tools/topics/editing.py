"""What people change of topics: names, merges, splits, exclusions; and what a model's topics are after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tools.errors import InvalidInput
from tools.topics.corpus import Corpus
from tools.topics.models.assigning import assign, inverse_frequency, tf_idf
from tools.topics.models.model import TOP_WORDS, Matrix, TopicModel

MOST_EDITS = 500
MOST_LABEL = 200  # characters
_MOST_PARTS = 10
_LEAST_DOCUMENTS = 2  # of each part of a split


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rename(_Edit):
    """Another label."""

    op: Literal["rename"]
    topic: int
    label: str = Field(min_length=1, max_length=MOST_LABEL)


class Merge(_Edit):
    """Several topics become one, which gets a new number."""

    op: Literal["merge"]
    topics: tuple[int, ...] = Field(min_length=2, max_length=100)
    label: str | None = Field(default=None, max_length=MOST_LABEL)


class Split(_Edit):
    """One topic becomes several, which get new numbers."""

    op: Literal["split"]
    topic: int
    into: int = Field(default=2, ge=2, le=_MOST_PARTS)


class Exclude(_Edit):
    """A topic that says nothing, such as one of greetings, is shown and counted no longer."""

    op: Literal["exclude"]
    topic: int


Edit = Annotated[Rename | Merge | Split | Exclude, Field(discriminator="op")]
_EDITS: TypeAdapter[list[Edit]] = TypeAdapter(list[Edit])


def read_edits(values: object) -> list[Edit]:
    """Edits as they come from outside.

    Raises:
        InvalidInput: "invalid_edits", with all that is wrong.
    """
    try:
        edits = _EDITS.validate_python(values)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)[:5]
        )
        raise InvalidInput(
            f"the edits cannot be read: {problems}",
            hint='Such as [{"op": "merge", "topics": [2, 5]}, {"op": "rename", "topic": 1, "label": "..."}].',
            code="invalid_edits",
        ) from None
    if len(edits) > MOST_EDITS:
        raise InvalidInput(
            f"there are {len(edits)} edits; at most {MOST_EDITS} are kept",
            hint="Train with another number of topics instead.",
            code="invalid_edits",
        )
    return edits


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic as people see it."""

    id: int  #: From 1 on; it stays the same through all edits.
    members: tuple[int, ...]  #: Rows of the model's components that it is made of.
    label: str | None = None  #: By a person; None: as the job labels it.
    is_excluded: bool = False


@dataclass(frozen=True, kw_only=True)
class TopicSet:
    """Topics after edits: the model, with rows that splits have added, and which rows make up each topic."""

    model: TopicModel
    topics: tuple[Topic, ...]

    @property
    def shown(self) -> tuple[Topic, ...]:
        """Those that are not excluded."""
        return tuple(topic for topic in self.topics if not topic.is_excluded)

    def doc_topic(self) -> Matrix:
        """documents x shown topics; a row sums to 1 less what excluded topics have of the document."""
        return gathered(self.model.doc_topic, self.shown)

    def topic_word(self) -> Matrix:
        """shown topics x words; each row sums to 1. Members weigh what they have of the corpus."""
        weights = self.model.doc_topic.sum(axis=0)
        words = self.model.topic_word
        rows = [weights[list(t.members)] @ words[list(t.members)] for t in self.shown]
        found = np.array(rows)
        return found / np.maximum(found.sum(axis=1, keepdims=True), 1e-300)

    def top_ids(self, count: int = TOP_WORDS) -> list[NDArray[np.int64]]:
        """The most probable words of each shown topic."""
        return list(np.argsort(-self.topic_word(), axis=1, kind="stable")[:, :count])


def gathered(doc_topic: Matrix, topics: Sequence[Topic]) -> Matrix:
    """documents x topics, from documents x rows of components."""
    return np.stack([doc_topic[:, list(topic.members)].sum(axis=1) for topic in topics], axis=1)


def apply_edits(model: TopicModel, corpus: Corpus, edits: Sequence[Edit]) -> TopicSet:
    """The topics after all edits, in their order; the same edits give the same topics.

    Raises:
        InvalidInput: "unknown_topic", "no_topics_left" or "cannot_split".
    """
    topics = tuple(Topic(id=row + 1, members=(row,)) for row in range(model.topics))
    found = TopicSet(model=model, topics=topics)
    free = model.topics + 1
    for edit in edits:
        if isinstance(edit, Split):
            found = _split(found, corpus, edit, free)
            free += edit.into
        elif isinstance(edit, Merge):
            found = _merged(found, edit, free)
            free += 1
        else:
            found = _changed(found, edit)
    if not found.shown:
        raise InvalidInput("the edits leave no topic", hint="Undo the last exclusion.", code="no_topics_left")
    return found


def _of(found: TopicSet, id: int) -> Topic:
    for topic in found.topics:
        if topic.id == id:
            return topic
    known = ", ".join(str(topic.id) for topic in found.topics)
    raise InvalidInput(f"there is no topic {id}", hint=f"The topics are: {known}.", code="unknown_topic")


def _changed(found: TopicSet, edit: Rename | Exclude) -> TopicSet:
    topic = _of(found, edit.topic)
    new = replace(topic, label=edit.label) if isinstance(edit, Rename) else replace(topic, is_excluded=True)
    return replace(found, topics=tuple(new if one is topic else one for one in found.topics))


def _merged(found: TopicSet, edit: Merge, free: int) -> TopicSet:
    parts = [_of(found, id) for id in dict.fromkeys(edit.topics)]
    members = tuple(sorted({row for part in parts for row in part.members}))
    label = edit.label or next((part.label for part in parts if part.label), None)
    new = Topic(id=free, members=members, label=label)
    kept = tuple(topic for topic in found.topics if topic not in parts)
    return replace(found, topics=(*kept, new))


def _split(found: TopicSet, corpus: Corpus, edit: Split, free: int) -> TopicSet:
    """Cut the documents that a topic is the greatest of in parts; a row of components for each."""
    topic = _of(found, edit.topic)
    model = found.model
    shares = gathered(model.doc_topic, found.topics)
    chosen = np.flatnonzero(shares.argmax(axis=1) == found.topics.index(topic))
    if len(chosen) < edit.into * _LEAST_DOCUMENTS:
        raise InvalidInput(
            f"topic {edit.topic} is the main one of {len(chosen)} documents: too few for {edit.into} parts",
            hint="Split it in fewer parts, or leave it whole.",
            code="cannot_split",
        )
    parts = _parts(corpus, chosen, edit.into)
    scale = model.components[list(topic.members)].sum()
    rows = parts / parts.sum(axis=1, keepdims=True) * (scale / edit.into)
    dropped = set(topic.members)
    kept_rows = [row for row in range(model.topics) if row not in dropped]
    components = np.concatenate([model.components[kept_rows], rows])
    renumbered = {row: place for place, row in enumerate(kept_rows)}
    others = tuple(
        replace(one, members=tuple(renumbered[row] for row in one.members))
        for one in found.topics
        if one is not topic
    )
    new = tuple(Topic(id=free + part, members=(len(kept_rows) + part,)) for part in range(edit.into))
    doc_topic = assign(components, model.idf, corpus.counts)
    return TopicSet(model=replace(model, components=components, doc_topic=doc_topic), topics=(*others, *new))


def _parts(corpus: Corpus, chosen: NDArray[np.int64], into: int) -> Matrix:
    """Parts of some documents by their tf-idf: the mean of each cluster, with a trace of every word."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - seconds, where topics are split

    weights = tf_idf(corpus.counts, inverse_frequency(corpus.counts))[chosen]
    kmeans: Any = KMeans
    found: NDArray[np.int64] = kmeans(into, n_init=10, random_state=0).fit_predict(weights)
    means = [np.asarray(weights[found == part].sum(axis=0)).ravel() for part in range(into)]
    return np.array(means) + 1e-9
