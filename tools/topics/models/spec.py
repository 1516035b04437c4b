"""Which models there are, and what one training is asked for."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["nmf", "keynmf", "lda", "hdp", "ctm", "dmr", "pt", "slda", "etm", "detm"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EMBEDDED: tuple[Kind, ...] = ("keynmf", "etm", "detm")
NEURAL: tuple[Kind, ...] = ("etm", "detm")

MOST_TOPICS = 200

NAMES: dict[Kind, str] = {
    "nmf": "non-negative matrix factorisation of tf-idf",
    "keynmf": "KeyNMF: factorisation of keywords found by embeddings",
    "lda": "latent Dirichlet allocation",
    "hdp": "hierarchical Dirichlet process, which finds the number of topics",
    "ctm": "correlated topic model",
    "dmr": "Dirichlet-multinomial regression on groups and time",
    "pt": "pseudo-document topic model, for short texts",
    "slda": "supervised LDA on the label",
    "etm": "embedded topic model",
    "detm": "dynamic embedded topic model",
}


class ModelSpec(BaseModel):
    """One training: the same spec on the same corpus gives the same model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    topics: int = Field(ge=2, le=MOST_TOPICS, description="Of HDP, those that it begins with.")
    seed: int = Field(default=1, ge=0, le=2**31 - 1)
    iterations: int | None = Field(default=None, ge=1, le=100_000, description="The kind's own if not given.")

    @property
    def name(self) -> str:
        """Short, for people and for files: "lda-k8-s1"."""
        return f"{self.kind}-k{self.topics}-s{self.seed}"


Facts = dict[str, Any]
