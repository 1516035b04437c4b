"""Where documents lie when their topics are drawn on a plane."""

from typing import Any

import numpy as np

from tools.topics.corpus import Corpus
from tools.topics.models.model import Matrix

_MOST_POINTS = 2000  # on a printed map; more hide each other


def document_map(corpus: Corpus, doc_topic: Matrix) -> dict[str, Any] | None:
    """Documents on the first two principal components of the roots of their topics' shares.

    Distances of the roots are Hellinger's, so near documents have like topics. Of many documents every n-th
    is taken; the components are those of all.

    Args:
        corpus: What the documents are.
        doc_topic: documents x topics.

    Returns:
        ``{"variance": [of x, of y], "of": documents, "points": [{"row", "topic": place, "x", "y"}]}``; None
        where there are too few topics or documents for a plane.
    """
    if doc_topic.shape[1] < 2 or len(doc_topic) < 3:
        return None
    roots = np.sqrt(doc_topic)
    centred = roots - roots.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    if values[-1] <= 0:
        return None
    axes = vectors[:, ::-1][:, :2]
    # An axis may point either way: the greatest part of it is positive, so that maps do not flip.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    chosen = range(0, len(doc_topic), -(-len(doc_topic) // _MOST_POINTS))
    places = centred[list(chosen)] @ axes
    main = doc_topic.argmax(axis=1)
    return {
        "variance": [round(max(0.0, float(values[-n])) / float(values.sum()), 6) for n in (1, 2)],
        "of": len(doc_topic),
        "points": [
            {
                "row": int(corpus.rows[document]) + 1,
                "topic": int(main[document]),
                "x": round(float(x), 5),
                "y": round(float(y), 5),
            }
            for document, (x, y) in zip(chosen, places, strict=True)
        ],
    }
