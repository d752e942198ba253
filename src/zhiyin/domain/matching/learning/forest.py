"""LightGBM's trees as tables, so that a handful of rows is answered without setting it up anew.

A call to the library costs 0.4 ms before it looks at a row; an answer puts about ten rows to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import lightgbm
import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.counting import Floats, Positions

LEAVES = 8
"""Of each tree, at most: which of them a row can still reach is one byte."""

NODES = LEAVES - 1
ANYWHERE = (1 << LEAVES) - 1
LOWEST_BIT = np.array([(mask & -mask).bit_length() - 1 for mask in range(ANYWHERE + 1)])
LEFT, RIGHT, AS_ZERO = range(3)
"""Where a row goes whose feature is not known: copies of the features, see `_told`."""

ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees of several classes, tree by tree and class after class. Each split asks `x <= limit`.

    column, limit: (NODES, trees) which column of `_told`, and the limit; unused splits say yes.
    clear:         (NODES, trees) uint8, the leaves that a row may still reach after a no: all but
                   those below the yes. Leaves are counted from the yes side, so the lowest bit
                   left over all splits is the row's leaf. (QuickScorer, SIGIR 2015.)
    value:         (trees * LEAVES,) what each leaf adds to the odds of its class.
    """

    booster: lightgbm.Booster
    classes: int
    column: Positions
    limit: Floats
    clear: NDArray[np.uint8]
    value: Floats

    @classmethod
    def of(cls, booster: lightgbm.Booster) -> Self:
        """Take a multiclass booster apart. Its features are numbers, unknown ones NaN."""
        model = booster.dump_model()
        trees, features = model["tree_info"], model["max_feature_idx"] + 1
        column = np.zeros((NODES, len(trees)), dtype=np.intp)
        limit = np.full((NODES, len(trees)), np.inf)
        clear = np.full((NODES, len(trees)), ANYWHERE, dtype=np.uint8)
        value = np.zeros((len(trees), LEAVES))
        for at, tree in enumerate(trees):
            splits: list[tuple[int, float, int]] = []
            leaves: list[float] = []
            _take_apart(tree["tree_structure"], features, splits, leaves)
            value[at, : len(leaves)] = leaves
            for node, split in enumerate(splits):
                column[node, at], limit[node, at], clear[node, at] = split
        return cls(
            booster=booster,
            classes=model["num_class"],
            column=column,
            limit=limit,
            clear=clear,
            value=value.ravel(),
        )

    def chances(self, features: Floats) -> Floats:
        """The chance of each class, (rows, classes), each row summing to 1."""
        found = np.empty((len(features), self.classes))
        for first in range(0, len(features), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            found[part] = self._odds(features[part])
        found -= found.max(axis=1, keepdims=True)
        np.exp(found, out=found)
        found /= found.sum(axis=1, keepdims=True)
        return found

    def _odds(self, features: Floats) -> Floats:
        is_yes = np.take(_told(features), self.column, axis=1) <= self.limit
        kept = np.negative(is_yes.view(np.uint8))  # ANYWHERE after a yes, nothing after a no
        kept |= self.clear
        reached = np.bitwise_and.reduce(kept, axis=1)
        leaf = LOWEST_BIT[reached] + np.arange(0, len(self.value), LEAVES)
        return np.asarray(self.value[leaf].reshape(len(features), -1, self.classes).sum(axis=1))

    def save(self, file: Path) -> None:
        """Write the booster."""
        self.booster.save_model(file)

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what `save` wrote."""
        return cls.of(lightgbm.Booster(model_file=str(file)))


def _told(features: Floats) -> Floats:
    """Three copies of the features side by side: what is not known goes LEFT, RIGHT or AS_ZERO."""
    missing = np.isnan(features)
    copies = [np.where(missing, instead, features) for instead in (-np.inf, np.inf, 0.0)]
    return np.concatenate(copies, axis=1)


def _take_apart(
    node: Mapping[str, Any],
    features: int,
    splits: list[tuple[int, float, int]],
    leaves: list[float],
) -> None:
    """Add a subtree's leaves from the yes side on, and its splits as (column, limit, clear)."""
    if "leaf_value" in node:
        leaves.append(node["leaf_value"])
        return
    assert node["decision_type"] == "<="
    assert node["missing_type"] in ("None", "NaN")
    copy = AS_ZERO if node["missing_type"] == "None" else LEFT if node["default_left"] else RIGHT
    first = len(leaves)
    _take_apart(node["left_child"], features, splits, leaves)
    below_yes = (1 << len(leaves)) - (1 << first)
    _take_apart(node["right_child"], features, splits, leaves)
    at = copy * features + node["split_feature"]
    splits.append((at, node["threshold"], ANYWHERE & ~below_yes))
