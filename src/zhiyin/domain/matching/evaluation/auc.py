"""Area under the ROC curve, one class against the rest."""

import numpy as np
from numpy.typing import NDArray

CLASSES = ("small", "fit", "large")


def auc(positive: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """The chance that a positive row scores above a negative one; ties count half.

    NaN if there is no positive or no negative row. Source: the Mann-Whitney statistic.
    """
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    yes = int(positive.sum())
    no = len(positive) - yes
    if not yes or not no:
        return float("nan")
    return float((rank[positive].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_of_classes(fit: NDArray[np.integer], chances: NDArray[np.floating]) -> dict[str, float]:
    """One-vs-rest AUC of small, fit and large, and their plain mean. `chances`: (rows, 3)."""
    each = {name: auc(fit == code, chances[:, code]) for code, name in enumerate(CLASSES)}
    return {**each, "mean": sum(each.values()) / len(each)}
