"""Every node of the topics graph, by the module that it stands in."""

from graphs.topics.embedding_nodes import embed_texts
from graphs.topics.expert_nodes import (
    answer_question,
    describe_topics,
    domain_expert,
    label_topic,
    report,
    review_topics,
)
from graphs.topics.reading_nodes import confirm_columns, data_steward, prepare_corpus
from graphs.topics.training_nodes import approve_plan, evaluate, modeling_analyst, train_model
from graphs.topics.tuning_nodes import tune_embeddings

__all__ = [
    "answer_question",
    "approve_plan",
    "confirm_columns",
    "data_steward",
    "describe_topics",
    "domain_expert",
    "embed_texts",
    "evaluate",
    "label_topic",
    "modeling_analyst",
    "prepare_corpus",
    "report",
    "review_topics",
    "train_model",
    "tune_embeddings",
]
