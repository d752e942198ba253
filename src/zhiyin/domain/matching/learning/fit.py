"""Does it fit her? Chances of too small, right and too large, for a body, a garment and a size."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import ClassVar, Self

import lightgbm
import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.effects import Effects, Groups
from zhiyin.domain.matching.learning.forest import LEAVES, Forest
from zhiyin.domain.matching.learning.rates import FEATURES, FitMemory
from zhiyin.domain.matching.learning.sizes import TypicalSize
from zhiyin.domain.matching.wearings import FIT, UNTOLD, Wearings
from zhiyin.kit.errors import DomainError, Kind

Progress = Callable[[str], None]
Chances = NDArray[np.float32]

FOLDS = 8
TREES = 150
SEED = 20260101
LEAST_ROWS = 200
ROWS_PER_LEAF = 100

SIZE_SPREAD_CODES = 3.0
"""How far from her expected size a size may be before its chance of fitting must be much better.

Chances are learned from sizes that people chose for themselves, so that they are nearly flat over
them and say little of sizes that nobody like her takes: the size with the best chance alone is the
one she took and kept in 31 % of held-out wearings, with this in 43 %."""

SETTINGS = {
    "objective": "multiclass",
    "num_class": 3,
    "learning_rate": 0.08,
    "num_leaves": LEAVES,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
    "seed": SEED,
}

MEMORY_FILE, TREES_FILE, NAMES_FILE = "memory.npz", "trees.txt", "features.json"


class TooLittleWorn(DomainError):
    """Too few told outcomes to learn a fit from. Details: rows, needed."""

    code: ClassVar[str] = "too_little_worn"
    kind: ClassVar[Kind] = Kind.INVALID


class FitModelUnreadable(DomainError):
    """The folder holds no fit model of this version. Details: missing or expected."""

    code: ClassVar[str] = "fit_model_unreadable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class FitModel:
    """Trees over what earlier wearers tell (`FitMemory`) and what she states."""

    memory: FitMemory
    trees: Forest

    def chances(
        self, rows: Wearings, groups: Groups | None = None, usual: float | None = None
    ) -> Chances:
        """Chances of small, fit and large, shape (rows, 3), each row summing to 1.

        Reads wearer, garment, category, size and the body facts; nothing else of `rows`. An
        unknown wearer, garment or category (-1 or never seen) and unstated facts are answered
        with what holds in general. `groups` and `usual` are as in `FitMemory.features`.
        """
        if not len(rows):
            return np.empty((0, 3), dtype=np.float32)
        return self.trees.chances(self.memory.features(rows, groups, usual)).astype(np.float32)

    def best_size(
        self, her: Wearings, garment: int, sizes: NDArray[np.floating]
    ) -> tuple[float, Chances]:
        """The size in stock to offer her, and the chances of every size.

        Weighs the chance that it fits with how near it is to the size she would be expected to
        take. `her` is one row; its garment and size are ignored. Ties go to the earlier size.
        Raises ValueError if no size is in stock.
        """
        if not len(sizes):
            raise ValueError(f"garment {garment} has no size to choose from")
        rows = replace(
            her.take(np.zeros(len(sizes), dtype=np.intp)),
            garment=np.full(len(sizes), garment, dtype=np.int64),
            category=np.full(len(sizes), -1, dtype=np.int16),
            size=np.asarray(sizes, dtype=np.float32),
        )
        chances = self.chances(rows)
        away = (rows.size - self.memory.expected_size(rows)) / SIZE_SPREAD_CODES
        best = int(np.argmax(np.log(chances[:, FIT] + 1e-9) - 0.5 * away**2))
        return float(sizes[best]), chances

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder, replacing what it writes."""
        memory = self.memory
        tables = {f"memory.{f.name}": getattr(memory, f.name) for f in fields(FitMemory)}
        del tables["memory.typical"], tables["memory.effects"]
        for part, value in (("typical", memory.typical), ("effects", memory.effects)):
            tables |= {f"{part}.{f.name}": getattr(value, f.name) for f in fields(value)}
        np.savez(folder / MEMORY_FILE, **tables)
        self.trees.save(folder / TREES_FILE)
        (folder / NAMES_FILE).write_text(json.dumps(FEATURES), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a model that `save` wrote. Raises FitModelUnreadable."""
        for name in (MEMORY_FILE, TREES_FILE, NAMES_FILE):
            if not (folder / name).is_file():
                raise FitModelUnreadable(missing=name)
        if tuple(json.loads((folder / NAMES_FILE).read_text(encoding="utf-8"))) != FEATURES:
            raise FitModelUnreadable(expected="the features of this version")
        with np.load(folder / MEMORY_FILE) as tables:
            parts: dict[str, dict[str, NDArray[np.generic]]] = {}
            for key in tables.files:
                part, name = key.split(".")
                parts.setdefault(part, {})[name] = tables[key]
        memory = FitMemory(
            typical=TypicalSize(**parts["typical"]),  # type: ignore[arg-type]
            effects=Effects(**parts["effects"]),  # type: ignore[arg-type]
            **parts["memory"],  # type: ignore[arg-type]
        )
        return cls(memory=memory, trees=Forest.load(folder / TREES_FILE))


def train(wearings: Wearings, progress: Progress) -> FitModel:
    """Learn from rows whose fit was told. The same rows in the same order give the same model.

    The features of a row never come from itself: rows are dealt into FOLDS, and each fold is
    described by the memory of the others. (Leaving out one row alone would leak its outcome.)
    Raises TooLittleWorn below LEAST_ROWS told rows.
    """
    rows = wearings.take(np.flatnonzero((wearings.fit != UNTOLD) & ~np.isnan(wearings.size)))
    if len(rows) < LEAST_ROWS:
        raise TooLittleWorn(rows=len(rows), needed=LEAST_ROWS)
    features = out_of_fold(rows, progress)
    progress(f"fit: {TREES} trees over {len(rows)} wearings")
    data = lightgbm.Dataset(features, rows.fit, feature_name=list(FEATURES))
    settings = {**SETTINGS, "min_data_in_leaf": min(ROWS_PER_LEAF, len(rows) // 50)}
    trees = Forest.of(lightgbm.train(settings, data, TREES))
    progress("fit: remembering every wearing")
    return FitModel(memory=FitMemory.learn(rows), trees=trees)


def out_of_fold(rows: Wearings, progress: Progress) -> NDArray[np.float64]:
    """Features of each row by the memory of the folds it is not in; (rows, len(FEATURES))."""
    folds = np.random.default_rng(SEED).permutation(len(rows)) % FOLDS
    features = np.empty((len(rows), len(FEATURES)))
    for fold in range(FOLDS):
        progress(f"fit: rates without part {fold + 1} of {FOLDS}")
        memory = FitMemory.learn(rows.take(folds != fold))
        features[folds == fold] = memory.features(rows.take(folds == fold))
    return features
