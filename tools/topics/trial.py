"""A model with its measures: trained on everything, and again on parts to see whether it holds."""

from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from tools.topics.corpus import Corpus
from tools.topics.metrics.coherence import CoherenceMeter
from tools.topics.metrics.fit import (
    held_out_perplexity,
    separation,
    stability_of_documents,
    stability_of_words,
)
from tools.topics.metrics.measures import Measures, measure
from tools.topics.models.assigning import inverse_frequency, tf_idf
from tools.topics.models.model import TopicModel
from tools.topics.models.spec import ModelSpec
from tools.topics.models.training import Tell, train

_PART = 0.8  # of the documents, on which a model is trained again; the others are held out
_LEAST_UNSEEN = 2


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trained model and what it is worth."""

    model: TopicModel
    measures: Measures
    seconds: float  #: Of the CPU.

    def summary(self) -> dict[str, Any]:
        """What a table of models says of it; everything but the matrices."""
        return {
            "spec": self.model.spec.model_dump(mode="json"),
            "name": self.model.spec.name,
            "topics": self.model.topics,
            "words": self.model.top_words(),
            "measures": self.measures.as_dict(),
            "facts": {key: value for key, value in self.model.facts.items() if key != "log_likelihood"},
            "seconds": round(self.seconds, 2),
        }


def try_model(corpus: Corpus, spec: ModelSpec, again: int, tell: Tell) -> Trial:
    """Train a model, and again on parts of the documents with other seeds, and measure it.

    Args:
        corpus: What it is trained on.
        spec: Of the model that is kept.
        again: How often it is trained again; without, there is neither stability nor perplexity.
        tell: Hears of steps.
    """
    began = process_time()
    model = train(corpus, spec, _part_of(tell, 0, again + 1))
    top = list(model.top_ids())
    parts: list[tuple[Any, TopicModel]] = []
    surprise: list[float] = []
    for number in range(again):
        chance = np.random.default_rng([spec.seed, number + 1])
        order = chance.permutation(corpus.documents)
        count = min(max(2, int(_PART * corpus.documents)), corpus.documents - _LEAST_UNSEEN)
        seen, unseen = np.sort(order[:count]), np.sort(order[count:])
        other = spec.model_copy(update={"seed": spec.seed + number + 1})
        found = train(corpus.part(seen), other, _part_of(tell, number + 1, again + 1))
        parts.append((seen, found))
        perplexity = held_out_perplexity(found, corpus.part(unseen))
        surprise += [] if perplexity is None else [perplexity]
    measures = measure(
        CoherenceMeter(corpus, np.unique(np.concatenate(top))),
        top,
        model.topic_word,
        perplexity=float(np.mean(surprise)) if surprise else None,
        stability_words=stability_of_words(top, [list(found.top_ids()) for _, found in parts]),
        stability_documents=stability_of_documents(
            model.doc_topic, [(seen, found.doc_topic) for seen, found in parts]
        ),
        separation=separation(
            tf_idf(corpus.counts, inverse_frequency(corpus.counts)), model.doc_topic.argmax(axis=1)
        ),
    )
    return Trial(model=model, measures=measures, seconds=process_time() - began)


def _part_of(tell: Tell, number: int, of: int) -> Tell:
    """Tells one training's steps as a part of all."""

    def told(done: int, total: int) -> None:
        tell(number * 100 + round(100 * done / max(total, 1)), of * 100)

    return told
