"""Means with intervals, and tests with corrections: what may be said of a difference."""

# scipy carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.topics.models.model import Matrix

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean share of a topic, and the interval that holds the true one with 95 % confidence."""

    mean: float
    low: float | None  #: None where one document says nothing of how far they differ.
    high: float | None
    documents: int


def estimate(shares: Matrix) -> Estimate:
    """The mean of documents' shares, with Student's interval, cut at 0 and 1.

    Args:
        shares: Of one topic in each document; not empty.
    """
    from scipy.stats import t  # noqa: PLC0415 - seconds, where results are worked out

    count, mean = len(shares), float(shares.mean())
    if count < 2:
        return Estimate(mean=mean, low=None, high=None, documents=count)
    half = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * float(shares.std(ddof=1)) / count**0.5
    return Estimate(mean=mean, low=max(0.0, mean - half), high=min(1.0, mean + half), documents=count)


def compare(samples: Sequence[Matrix]) -> tuple[float, float]:
    """Whether groups differ: the p-value of Kruskal and Wallis, and epsilon squared, 0 none to 1 all.

    Args:
        samples: Of each group, a topic's shares of its documents; two groups or more, none empty.
    """
    from scipy.stats import kruskal  # noqa: PLC0415 - as above

    joined = np.concatenate(samples)
    if np.ptp(joined) == 0:
        return 1.0, 0.0
    found: Any = kruskal(*samples)
    count = len(joined)
    return float(found.pvalue), float(found.statistic) / (count - 1) if count > 1 else 0.0


def trend(positions: Matrix, shares: Matrix) -> tuple[float, float]:
    """Whether a share goes up or down with time: Spearman's correlation and its p-value.

    Args:
        positions: Of each document's period, in order.
        shares: Of one topic in each document.
    """
    from scipy.stats import spearmanr  # noqa: PLC0415 - as above

    if len(shares) < 3 or np.ptp(positions) == 0 or np.ptp(shares) == 0:
        return 0.0, 1.0
    found: Any = spearmanr(positions, shares)
    return float(found.statistic), float(found.pvalue)


def corrected(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for how many there are (Benjamini and Hochberg 1995): the false discovery rate."""
    if not p_values:
        return []
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    scaled = np.array(p_values)[order] * count / np.arange(1, count + 1)
    lowest = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    found = np.empty(count)
    found[order] = lowest
    return [float(value) for value in found]
