"""Embedded topics by torch: ETM (Dieng, Ruiz and Blei 2020) and, over time, dynamic ETM; an extra.

Word vectors are frozen: those of an embedding model, else of the corpus (PPMI and SVD). Topic vectors begin
at the centres of clusters of words; begun at random, most trainings end in mixed topics. As in SAGE
(Eisenstein, Ahmed and Xing 2011), a topic is how its words differ from the corpus's frequencies; without, one
topic takes in the words that are everywhere, and is none. A loss that does not fall is an error: a model that
has learned nothing is none.
"""

# torch and scikit-learn are not there for a strict check.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import ErrorCategory, InvalidInput, ServiceError, Unavailable
from tools.topics.corpus import MISSING, Corpus
from tools.topics.models.assigning import assign
from tools.topics.models.model import Matrix, TopicModel
from tools.topics.models.spec import ModelSpec

_EPOCHS = 150
_WARM_UP = 50  # epochs until the divergence counts in full
_BATCH = 200
_HIDDEN = 128
_RATE = 0.005
_DECAY = 1e-4
_DROPOUT = 0.2
_DIMENSIONS = 100  # of word vectors of the corpus's own
_SMOOTH = 1.0  # weight of the difference between a topic's vectors in neighbouring periods
_WINDOW = 10  # words to each side that count as context
_LEAST_FALL = 0.01  # of the first epoch's loss of words
_CLIP = 1.0
_TEMPERATURE = 0.1  # of the softmax over cosines of words and topics

Tell = Callable[[int, int], None]


def train_neural(corpus: Corpus, spec: ModelSpec, tell: Tell) -> TopicModel:
    """ETM, or dynamic ETM where the spec says so.

    Raises:
        Unavailable: "torch_missing".
        InvalidInput: "no_times": dynamic ETM without periods.
        ServiceError: "loss_did_not_fall".
    """
    try:
        import torch  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            f"the model {spec.kind} needs torch, which is not installed",
            hint="Install scriptorium-service[neural], or choose nmf or lda.",
            code="torch_missing",
            category=ErrorCategory.INVALID_INPUT,
        ) from None
    periods = _periods(corpus, spec)
    torch.manual_seed(spec.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    words = _word_vectors(corpus)
    centres = _centres(words, corpus, spec)
    network = _network(torch, words, np.log(_frequencies(corpus)), centres, int(periods.max()) + 1)
    losses = _fit(torch, network, corpus, periods, spec, tell)
    if not losses[-1] < losses[0] * (1 - _LEAST_FALL):
        raise ServiceError(
            f"the loss of {spec.name} did not fall: {losses[0]:.4f} at first, {losses[-1]:.4f} at last",
            hint="Send more texts, fewer topics, or choose nmf or lda.",
            code="loss_did_not_fall",
            category=ErrorCategory.INVALID_INPUT,
        )
    by_period = _topic_words(torch, network)
    weights = np.bincount(periods, minlength=len(by_period)).astype(np.float64)
    components = np.tensordot(weights / weights.sum(), by_period, axes=1)
    return TopicModel(
        spec=spec,
        words=corpus.words,
        components=components,
        doc_topic=assign(components, None, corpus.counts),
        facts={
            "epochs": len(losses),
            "loss": [round(loss, 6) for loss in losses],
            "embeddings": "model" if corpus.word_vectors is not None else "ppmi",
            "torch": torch.__version__,
        },
    )


def _periods(corpus: Corpus, spec: ModelSpec) -> NDArray[np.int64]:
    """The period of each document; those without a date count to the first."""
    if spec.kind == "etm":
        return np.zeros(corpus.documents, dtype=np.int64)
    known = sorted(set(corpus.times or ()) - {MISSING})
    if len(known) < 2:
        raise InvalidInput(
            "the model detm needs at least two periods",
            hint="Name a column of dates, or choose etm.",
            code="no_times",
        )
    places = {period: place for place, period in enumerate(known)}
    return np.array([places.get(time, 0) for time in corpus.times or ()], dtype=np.int64)


def _word_vectors(corpus: Corpus) -> Matrix:
    """A unit vector for each word: by an embedding model, else by what stands around it in the corpus."""
    if corpus.word_vectors is not None:
        vectors = corpus.word_vectors.astype(np.float64)
    else:
        from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - seconds, where models are trained

        matrix = _ppmi(corpus)
        svd: Any = TruncatedSVD(min(_DIMENSIONS, matrix.shape[0] - 1), random_state=0)
        vectors = svd.fit_transform(matrix)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _ppmi(corpus: Corpus) -> Any:
    """Positive pointwise mutual information of words near each other."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - as above

    size = len(corpus.words)
    owner = np.repeat(np.arange(corpus.documents), np.diff(corpus.starts))
    together = csr_matrix((size, size))
    for distance in range(1, _WINDOW + 1):
        same = owner[distance:] == owner[:-distance]
        left, right = corpus.ids[:-distance][same], corpus.ids[distance:][same]
        together = together + csr_matrix((np.ones(len(left)), (left, right)), shape=(size, size))
    together = (together + together.T).tocoo()
    sums = np.asarray(together.sum(axis=1)).ravel()
    information = np.log(
        together.data * together.data.sum() / np.maximum(sums[together.row] * sums[together.col], 1e-12)
    )
    kept = information > 0
    return csr_matrix((information[kept], (together.row[kept], together.col[kept])), shape=(size, size))


def _centres(words: Matrix, corpus: Corpus, spec: ModelSpec) -> Matrix:
    """Where topic vectors begin: the centres of clusters of words, frequent ones weighing more."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - as above

    kmeans: Any = KMeans
    weights = _frequencies(corpus)
    found = kmeans(spec.topics, n_init=10, random_state=spec.seed).fit(words, sample_weight=weights)
    centres: Matrix = found.cluster_centers_
    return centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)


def _frequencies(corpus: Corpus) -> Matrix:
    """How much of the corpus each word makes up; one that does not occur, as if it did once."""
    counts = np.bincount(corpus.ids, minlength=len(corpus.words))
    return np.maximum(counts, 1.0) / max(len(corpus.ids), 1)


def _network(torch: Any, words: Matrix, background: Matrix, centres: Matrix, periods: int) -> Any:
    topics, size = len(centres), len(words)
    network = torch.nn.Module()
    network.register_buffer("words", torch.tensor(words, dtype=torch.float32))
    network.register_buffer("background", torch.tensor(background, dtype=torch.float32))
    start = torch.tensor(centres, dtype=torch.float32)
    network.topics = torch.nn.Parameter(start.repeat(periods, 1, 1))
    network.encoder = torch.nn.Sequential(
        torch.nn.Linear(size, _HIDDEN),
        torch.nn.Softplus(),
        torch.nn.Linear(_HIDDEN, _HIDDEN),
        torch.nn.Softplus(),
        torch.nn.Dropout(_DROPOUT),
    )
    network.mean = torch.nn.Linear(_HIDDEN, topics)
    network.spread = torch.nn.Linear(_HIDDEN, topics)
    return network


def _beta(torch: Any, network: Any) -> Any:
    """periods x topics x words."""
    nearness = network.topics @ network.words.T / _TEMPERATURE
    return torch.softmax(nearness + network.background, dim=-1)


def _fit(
    torch: Any, network: Any, corpus: Corpus, periods: NDArray[np.int64], spec: ModelSpec, tell: Tell
) -> list[float]:
    """Train; the loss of words of each epoch, in nats a word."""
    epochs = spec.iterations or _EPOCHS
    counts = corpus.counts
    optimiser = torch.optim.Adam(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    chance = np.random.default_rng(spec.seed)
    losses: list[float] = []
    for epoch in range(epochs):
        network.train()
        order = chance.permutation(corpus.documents)
        total = 0.0
        for begin in range(0, len(order), _BATCH):
            chosen = order[begin : begin + _BATCH]
            bags = torch.tensor(counts[chosen].toarray(), dtype=torch.float32)
            words, divergence = _loss(torch, network, bags, torch.tensor(periods[chosen]))
            loss = (words + min(1.0, epoch / _WARM_UP) * divergence) / len(chosen)
            loss = loss + _SMOOTH * (network.topics[1:] - network.topics[:-1]).pow(2).sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
            optimiser.step()
            total += float(words.detach())
        losses.append(total / len(corpus.ids))
        tell(epoch + 1, epochs)
    return losses


def _loss(torch: Any, network: Any, bags: Any, periods: Any) -> tuple[Any, Any]:
    """What the words cost, and how far the documents' topics are from the prior; both summed."""
    hidden = network.encoder(bags / bags.sum(dim=1, keepdim=True).clamp(min=1.0))
    mean, spread = network.mean(hidden), network.spread(hidden)
    drawn = mean + torch.randn_like(mean) * torch.exp(spread / 2) if network.training else mean
    theta = torch.softmax(drawn, dim=-1)
    likely = torch.einsum("dk,dkw->dw", theta, _beta(torch, network)[periods])
    words = -(bags * torch.log(likely + 1e-12)).sum()
    divergence = -0.5 * (1 + spread - mean.pow(2) - spread.exp()).sum()
    return words, divergence


def _topic_words(torch: Any, network: Any) -> Matrix:
    network.eval()
    with torch.no_grad():
        found: Matrix = _beta(torch, network).double().numpy()
    return found / found.sum(axis=-1, keepdims=True)
