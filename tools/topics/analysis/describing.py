"""What a result holds: every figure of it, worked out from the corpus and the topics, and nothing else."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from io import StringIO
from typing import Any

import numpy as np

from tools.topics.analysis.evidence import MOST_SHOWN, quotes, representatives
from tools.topics.analysis.mapping import document_map
from tools.topics.analysis.spread import by_group, over_time, words_over_time
from tools.topics.analysis.statistics import estimate
from tools.topics.corpus import Corpus
from tools.topics.editing import TopicSet
from tools.topics.metrics.coherence import CoherenceMeter
from tools.topics.metrics.distinctness import frex
from tools.topics.metrics.fit import separation
from tools.topics.metrics.measures import Measures, measure, measure_chance
from tools.topics.models.assigning import inverse_frequency, tf_idf
from tools.topics.models.model import Matrix

_SHOWN_WORDS = 20
_FREX_WORDS = 10
_CHANCE_SEED = 0
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def measure_set(corpus: Corpus, topics: TopicSet) -> Measures:
    """The measures of topics after edits; without those that take training again."""
    top = topics.top_ids()
    return measure(
        CoherenceMeter(corpus, np.unique(np.concatenate(top))),
        top,
        topics.topic_word(),
        separation=separation(
            tf_idf(corpus.counts, inverse_frequency(corpus.counts)), topics.doc_topic().argmax(axis=1)
        ),
    )


def describe(corpus: Corpus, topics: TopicSet) -> dict[str, Any]:
    """Everything that is said of topics: words, documents, measures, time, groups."""
    shown = topics.shown
    ids = [topic.id for topic in shown]
    doc_topic, topic_word = topics.doc_topic(), topics.topic_word()
    measures = measure_set(corpus, topics)
    return {
        "facts": dict(corpus.facts),
        "model": {
            "name": topics.model.spec.name,
            "spec": topics.model.spec.model_dump(mode="json"),
            "facts": {k: v for k, v in topics.model.facts.items() if k != "log_likelihood"},
        },
        "measures": measures.as_dict(),
        "chance": measure_chance(corpus, max(len(shown), 2), _CHANCE_SEED).as_dict(),
        "topics": _topics(corpus, topics, doc_topic, topic_word, measures),
        "excluded": [topic.id for topic in topics.topics if topic.is_excluded],
        "similarity": [[round(float(value), 6) for value in row] for row in similarity(topic_word)],
        "time": over_time(corpus, doc_topic, ids),
        "groups": by_group(corpus, doc_topic, ids),
        "words_over_time": words_over_time(corpus, doc_topic, ids),
        "map": document_map(corpus, doc_topic),
        "rows_without_topics": int((corpus.row_documents < 0).sum()),
    }


def _topics(
    corpus: Corpus, topics: TopicSet, doc_topic: Matrix, topic_word: Matrix, measures: Measures
) -> list[dict[str, Any]]:
    exclusive = frex(topic_word)
    main = doc_topic.argmax(axis=1)
    found: list[dict[str, Any]] = []
    for place, topic in enumerate(topics.shown):
        order = np.argsort(-topic_word[place], kind="stable")[:_SHOWN_WORDS]
        words = [corpus.words[int(word)] for word in order]
        typical = np.argsort(-exclusive[place], kind="stable")[:_FREX_WORDS]
        standing = representatives(corpus, doc_topic[:, place], main == place)
        told = asdict(estimate(doc_topic[:, place]))
        found.append(
            {
                "id": topic.id,
                "label": topic.label,
                "words": [
                    [w, round(float(topic_word[place, i]), 6)] for w, i in zip(words, order, strict=True)
                ],
                "typical": [corpus.words[int(word)] for word in typical],
                "share": {key: round(v, 6) if isinstance(v, float) else v for key, v in told.items()},
                "documents": int((main == place).sum()),
                "c_v": round(measures.topic_c_v[place], 6),
                "npmi": round(measures.topic_npmi[place], 6),
                "frex": round(measures.topic_frex[place], 6),
                "representatives": [_shown(corpus, doc_topic, document, place) for document in standing],
                "quotes": [
                    {"row": int(corpus.rows[one.document]) + 1, "quote": one.quote}
                    for one in quotes(corpus, standing, words)
                ],
            }
        )
    return found


def _shown(corpus: Corpus, doc_topic: Matrix, document: int, place: int) -> dict[str, Any]:
    return {
        "row": int(corpus.rows[document]) + 1,
        "share": round(float(doc_topic[document, place]), 6),
        "text": corpus.texts[document][:MOST_SHOWN],
    }


def similarity(topic_word: Matrix) -> Matrix:
    """Of each two topics, one minus the Jensen-Shannon distance of their words (base 2); 1 is the same."""
    found = np.eye(len(topic_word))
    for one in range(len(topic_word)):
        for other in range(one):
            found[one, other] = found[other, one] = 1.0 - _distance(topic_word[one], topic_word[other])
    return found


def _distance(one: Matrix, other: Matrix) -> float:
    middle = (one + other) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(one > 0, one * np.log2(one / middle), 0.0).sum()
        second = np.where(other > 0, other * np.log2(other / middle), 0.0).sum()
    return float(np.sqrt(max(0.0, (first + second) / 2)))


def assignments_csv(corpus: Corpus, topics: TopicSet, labels: Sequence[str]) -> bytes:
    """A line for each row of the table: its main topic, that topic's share, and every topic's share.

    Rows without words that count have empty cells. A label that a spreadsheet would take for a formula is
    written as text.
    """
    doc_topic = topics.doc_topic()
    main = doc_topic.argmax(axis=1)
    ids = [topic.id for topic in topics.shown]
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["row", "topic", "label", "share", *(f"topic_{id}" for id in ids)])
    for row, document in enumerate(corpus.row_documents.tolist(), start=1):
        if document < 0:
            writer.writerow([row, *[""] * (len(ids) + 3)])
            continue
        shares = doc_topic[document]
        place = int(main[document])
        cells = [f"{share:.4f}" for share in shares]
        writer.writerow([row, ids[place], safe_cell(labels[place]), cells[place], *cells])
    return buffer.getvalue().encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
