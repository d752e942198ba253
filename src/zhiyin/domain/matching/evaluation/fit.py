"""Protocol "fit": small, fit or large, for each test row."""

import numpy as np

from zhiyin.domain.matching.evaluation.auc import auc_of_classes
from zhiyin.domain.matching.learning import fit
from zhiyin.domain.matching.learning.fit import Progress
from zhiyin.domain.matching.wearings import UNTOLD, Wearings


def evaluate_fit(train: Wearings, test: Wearings, progress: Progress) -> dict[str, object]:
    """Train on `train` alone and judge `test`: {"rows", "auc": {small, fit, large, mean}}."""
    model = fit.train(train, progress)
    told = test.take(np.flatnonzero(test.fit != UNTOLD))
    progress(f"fit: judging {len(told)} rows")
    return {"rows": len(told), "auc": auc_of_classes(told.fit, model.chances(told))}
