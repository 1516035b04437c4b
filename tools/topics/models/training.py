"""One way to train every kind of model."""

from collections.abc import Callable

from tools.topics.corpus import Corpus
from tools.topics.models.factors import train_keynmf, train_nmf
from tools.topics.models.gibbs import train_gibbs
from tools.topics.models.model import TopicModel
from tools.topics.models.spec import NEURAL, Kind, ModelSpec

Tell = Callable[[int, int], None]
_Train = Callable[[Corpus, ModelSpec, Tell], TopicModel]

_FACTORS: dict[Kind, _Train] = {"nmf": train_nmf, "keynmf": train_keynmf}


def train(corpus: Corpus, spec: ModelSpec, tell: Tell) -> TopicModel:
    """The model that the spec asks for.

    Args:
        corpus: With documents and a vocabulary.
        spec: Kind, topics, seed.
        tell: Hears of steps that are done, and of how many.

    Raises:
        InvalidInput: What the kind needs is not there.
        Unavailable: "torch_missing": a neural model without the extra.
    """
    if spec.kind in NEURAL:
        from tools.topics.models.neural import train_neural  # noqa: PLC0415 - an extra

        return train_neural(corpus, spec, tell)
    return _FACTORS.get(spec.kind, train_gibbs)(corpus, spec, tell)
