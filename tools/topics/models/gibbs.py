"""Models that tomotopy samples: LDA, HDP, CTM, DMR, PT and supervised LDA."""

# tomotopy carries no types that a strict check reads.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.topics.corpus import MISSING, Corpus
from tools.topics.models.assigning import assign
from tools.topics.models.model import Matrix, TopicModel
from tools.topics.models.spec import Kind, ModelSpec

ITERATIONS: dict[Kind, int] = {"lda": 500, "hdp": 500, "ctm": 300, "dmr": 500, "pt": 300, "slda": 500}

_CHAINS = 3  # of which the likeliest goes on
_TRIED = 0.12  # of all iterations, after which chains are compared
_FEW_WORDS = 500_000  # of all documents
_NEXT_SEED = 1_000_003  # between the seeds of two chains
_STEP = 10  # iterations between two signs of life
_LEAST_SHARE = 0.01  # of all words, below which a topic of HDP counts as none
_MOST_LABELS = 20  # that supervised LDA learns, one yes-or-no each
_PSEUDO_DOCUMENTS = (100, 0.1)  # of PT: at least so many, else so much of the documents

Tell = Callable[[int, int], None]


def train_gibbs(corpus: Corpus, spec: ModelSpec, tell: Tell) -> TopicModel:
    """Sample one of tomotopy's models, with one worker: with more, a seed does not settle the result.

    Raises:
        InvalidInput: "no_groups" for DMR, or "no_labels" for supervised LDA, without what they need.
    """
    import tomotopy  # noqa: PLC0415 - a second, where models are trained

    iterations = spec.iterations or ITERATIONS[spec.kind]
    tried = round(_TRIED * iterations)
    model = max(
        (_begun(tomotopy, corpus, spec, chain, tried) for chain in range(_chains(corpus))),
        key=lambda one: one.ll_per_word,
    )
    likelihood: list[float] = []
    for done in range(tried, iterations, _STEP):
        step = min(_STEP, iterations - done)
        model.train(step, workers=1, show_progress=False)
        likelihood.append(float(model.ll_per_word))
        tell(done + step, iterations)
    components = _components(model, corpus, spec.kind)
    return TopicModel(
        spec=spec,
        words=corpus.words,
        components=components,
        doc_topic=assign(components, None, corpus.counts),
        facts={
            "iterations": iterations,
            "log_likelihood": [round(value, 6) for value in likelihood],
            "tomotopy": tomotopy.__version__,
        },
    )


def _chains(corpus: Corpus) -> int:
    """How many chains are begun: in few texts, one may settle with two topics in one; in many it does not."""
    return _CHAINS if len(corpus.ids) < _FEW_WORDS else 1


def _begun(tomotopy: Any, corpus: Corpus, spec: ModelSpec, chain: int, iterations: int) -> Any:
    """A chain with all documents, after so many iterations."""
    model = _model(tomotopy, corpus, spec.model_copy(update={"seed": spec.seed + _NEXT_SEED * chain}))
    words = np.array(corpus.words, dtype=object)
    extras = _extras(corpus, spec.kind)
    for document in range(corpus.documents):
        model.add_doc(words[corpus.document(document)].tolist(), **extras(document))
    model.train(iterations, workers=1, show_progress=False)
    return model


def _model(tomotopy: Any, corpus: Corpus, spec: ModelSpec) -> Any:
    asked = {"seed": spec.seed, "tw": tomotopy.TermWeight.ONE}
    match spec.kind:
        case "lda":
            return tomotopy.LDAModel(k=spec.topics, **asked)
        case "hdp":
            return tomotopy.HDPModel(initial_k=spec.topics, **asked)
        case "ctm":
            return tomotopy.CTModel(k=spec.topics, **asked)
        case "dmr":
            return tomotopy.DMRModel(k=spec.topics, **asked)
        case "pt":
            least, share = _PSEUDO_DOCUMENTS
            return tomotopy.PTModel(k=spec.topics, p=max(least, int(share * corpus.documents)), **asked)
        case "slda":
            return tomotopy.SLDAModel(k=spec.topics, vars=["b"] * len(_known_labels(corpus)), **asked)
        case _:
            raise ValueError(f"{spec.kind} is not one of tomotopy's models")


def _extras(corpus: Corpus, kind: Kind) -> Callable[[int], dict[str, Any]]:
    """What a document brings along beside its words."""
    if kind == "dmr":
        columns = [*corpus.groups.items(), *([("time", corpus.times)] if corpus.times else [])]
        if not columns:
            raise InvalidInput(
                "the model dmr needs groups or time, and there are none",
                hint="Name a column of groups, or leave dmr out.",
                code="no_groups",
            )
        return lambda document: {"multi_metadata": [f"{name}={values[document]}" for name, values in columns]}
    if kind == "slda":
        known = _known_labels(corpus)
        labels = corpus.labels or ()

        def answers(document: int) -> dict[str, Any]:
            label = labels[document]
            unknown = [float("nan")] * len(known)
            return {"y": unknown if label == MISSING else [float(label == one) for one in known]}

        return answers
    return lambda document: {}


def _known_labels(corpus: Corpus) -> list[str]:
    known = sorted(set(corpus.labels or ()) - {MISSING})
    if not 2 <= len(known) <= _MOST_LABELS:
        raise InvalidInput(
            f"the model slda needs 2 to {_MOST_LABELS} different labels, and there are {len(known)}",
            hint="Name a column of labels, or leave slda out.",
            code="no_labels",
        )
    return known


def _components(model: Any, corpus: Corpus, kind: Kind) -> Matrix:
    """topics x words of the corpus's vocabulary; of HDP the topics that live and weigh something."""
    places = {word: place for place, word in enumerate(corpus.words)}
    columns: NDArray[np.int64] = np.array([places[word] for word in model.used_vocabs], dtype=np.int64)
    topics = [topic for topic in range(model.k) if kind != "hdp" or model.is_live_topic(topic)]
    if kind == "hdp":
        weights = np.asarray(model.get_count_by_topics(), dtype=np.float64)
        shares = weights / max(weights.sum(), 1.0)
        heavy = [topic for topic in topics if shares[topic] >= _LEAST_SHARE]
        topics = sorted(heavy or topics[:2], key=lambda topic: (-shares[topic], topic))
    found = np.zeros((len(topics), len(corpus.words)))
    for row, topic in enumerate(topics):
        found[row, columns] = model.get_topic_word_dist(topic)
    return found / found.sum(axis=1, keepdims=True)
