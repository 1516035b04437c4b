"""Texts as vectors, and which vectors are near."""

import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any

from langchain_core.embeddings import Embeddings
from langgraph.store.base import ensure_embeddings

_NUMBERS = "<f4"  # as numpy names them


def load_embeddings(embed: Any) -> Embeddings:
    """What embeds texts.

    Args:
        embed: An Embeddings object, a function of a list of texts, ``module:name`` of either, or a model of
            a provider that langchain knows, such as ``openai:text-embedding-3-small``.

    Raises:
        ValueError, ImportError, AttributeError: It cannot be loaded.
    """
    if isinstance(embed, str):
        module, _, name = embed.rpartition(":")
        if name.isidentifier() and _is_module(module):
            embed = getattr(importlib.import_module(module), name)
    return ensure_embeddings(embed)


def packed(vector: Sequence[float], dims: int) -> bytes:
    """A vector as it is kept; raises ValueError when it has another length than it should."""
    import numpy as np  # noqa: PLC0415 - a fifth of a second, for stores with an index

    numbers = np.asarray(vector, dtype=_NUMBERS)
    if numbers.shape != (dims,):
        raise ValueError(f"The embedding has {numbers.size} numbers, but the index has dims={dims}.")
    return numbers.tobytes()


def similarities(query: Sequence[float], vectors: Sequence[bytes]) -> list[float]:
    """The cosine of the angle between a query's vector and each of the others; 0 for one of length 0."""
    if not vectors:
        return []
    import numpy as np  # noqa: PLC0415 - a fifth of a second, for stores with an index

    wanted = np.asarray(query, dtype=_NUMBERS)
    matrix = np.frombuffer(b"".join(vectors), dtype=_NUMBERS).reshape(len(vectors), -1)
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(wanted)
    products = matrix @ wanted
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths != 0).tolist()


def _is_module(name: str) -> bool:
    try:
        return bool(name) and importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
