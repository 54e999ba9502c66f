"""Figures of merit of a score on labelled documents."""

from collections.abc import Sequence

import numpy as np

from filters.quality.layout import Floats, Mask


def auc(positive: Floats, negative: Floats) -> float:
    """Area under the ROC curve: how often a positive document scores above a negative one, ties half; NaN without both.

    The Mann-Whitney statistic (Hanley and McNeil 1982).
    """
    if not positive.size or not negative.size:
        return float("nan")
    ranked = np.sort(negative)
    below = np.searchsorted(ranked, positive, "left")
    upto = np.searchsorted(ranked, positive, "right")
    return float((below + upto).sum() / (2 * positive.size * negative.size))


def balanced(good: Mask, kept: Mask) -> float:
    """Mean of the share of good documents kept and of others dropped; NaN without both."""
    if good.all() or not good.any():
        return float("nan")
    return float((kept[good].mean() + 1 - kept[~good].mean()) / 2)


def even_weights(groups: Sequence[tuple[bool, str]], total: float = 1000.0) -> Floats:
    """Weights that let good and bad count the same, and every kind of each the same, however many rows it has."""
    counts: dict[tuple[bool, str], int] = {}
    for group in groups:
        counts[group] = counts.get(group, 0) + 1
    kinds = {label: sum(1 for good, _ in counts if good == label) for label in (True, False)}
    return np.array([total / 2 / kinds[good] / counts[good, kind] for good, kind in groups])
