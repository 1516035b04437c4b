"""Embeddings without a model: texts that share words are near each other."""

import re
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

_FEATURE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]|[^\W\u2e80-\u9fff\uac00-\ud7af]+")


def embed(text: str, dimensions: int) -> Vector:
    """A unit vector: each word, or Chinese character, adds one pseudo-random direction of its own."""
    features = _FEATURE.findall(text.lower()) or [text]
    total = np.sum([_direction(feature, dimensions) for feature in features], axis=0)
    return (total / np.linalg.norm(total)).astype(np.float32)


def similarity(one: str, other: str) -> float:
    """From 0 to 1."""
    return float(np.clip(np.dot(embed(one, 256), embed(other, 256)), 0, 1))


def _direction(feature: str, dimensions: int) -> Vector:
    return np.random.default_rng(crc32(feature.encode())).standard_normal(dimensions, dtype=np.float32)
