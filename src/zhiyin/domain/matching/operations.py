"""The only writers of matching."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Max

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.matching import artefacts, stored
from zhiyin.domain.matching.advising import row_to_json, rows_from_json
from zhiyin.domain.matching.evaluation.own import measure_own
from zhiyin.domain.matching.gathering import gather
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.models import AdviceVersion, Decision, PickFeedback, TrainedModel
from zhiyin.domain.matching.types import (
    AdviceConflict,
    Answer,
    DecisionNotFound,
    FeedbackKind,
    Training,
    VersionNotFound,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json
from zhiyin.storage.tenancy import brand_tx

Progress = Callable[[str, float], None]

MEASURE = "measure against behaviour alone"
"""The step of `train` that finds `figures["need"]`."""


def _quiet(_step: str, _done: float) -> None:
    pass


def train(*, brand_id: UUID, folder: Path, now: datetime, progress: Progress = _quiet) -> Training:
    """Make a new model of a brand from its rows, and let it serve.

    `progress` is told a step's name and the share done, 0 to 1. Opens its own transactions, so it
    is called outside of one; what serves meanwhile goes on serving. Nothing changes if it fails.
    `figures["need"]` holds what `measure_own` says of the same rows.
    """
    progress("read", 0.0)
    with brand_tx(brand_id):
        world = gather(
            products=catalog.all_products(brand_id=brand_id),
            shows=content.published_shows(brand_id=brand_id),
            kocs=kocs.kocs(brand_id=brand_id),
            looks=content.looks(brand_id=brand_id),
        )
    model_id = uuid7()
    version = f"{now:%Y%m%d-%H%M%S}-{model_id.hex[-6:]}"
    figures: dict[str, object] = {
        "products": len(world.garments),
        "skus": len(world.skus),
        "shows": len(world.shows),
        "counted_shows": int(world.shows.counted.sum()),
        "kocs": len(world.kocs),
        "looks": len(world.looks),
    }
    progress("learn", 0.1)
    learned = Learned.train(world, lambda step: progress(step, 0.5))
    progress(MEASURE, 0.8)
    worn = world.shows.worn.take(np.flatnonzero(world.shows.counted))
    figures["need"] = measure_own(worn, lambda _: progress(MEASURE, 0.8))
    with artefacts.writing(
        folder=folder, brand_id=brand_id, version=version, model_id=model_id
    ) as files:
        progress("write", 0.9)
        world.save(files)
        learned.save(files)
    with brand_tx(brand_id):
        TrainedModel.objects.create(
            id=model_id, brand_id=brand_id, version=version, figures=figures, trained_at=now
        )
        _serve(brand_id, folder, version, now)
    progress("serve", 1.0)
    return Training(
        version=version, figures=figures, trained_at=now, serving_since=now, serving_until=None
    )


def roll_back(*, brand_id: UUID, folder: Path, now: datetime, version: str = "") -> str:
    """Let an earlier model serve again: the one named, or the one that served before this one.

    Returns its version. Runs inside the caller's `brand_tx`. Raises VersionNotFound.
    """
    rows = TrainedModel.objects.filter(brand_id=brand_id)
    if version:
        chosen = rows.filter(version=version).first()
    else:
        former = rows.filter(serving_until__isnull=False)
        chosen = former.order_by("-serving_until", "-trained_at", "-id").first()
    if chosen is None or not artefacts.exists(
        folder=folder, brand_id=brand_id, version=chosen.version
    ):
        raise VersionNotFound(version=version)
    _serve(brand_id, folder, chosen.version, now)
    return str(chosen.version)


def _serve(brand_id: UUID, folder: Path, version: str, now: datetime) -> None:
    # The rows first: if the pointer cannot be replaced, they roll back with the transaction.
    rows = TrainedModel.objects.filter(brand_id=brand_id)
    rows.filter(serving_since__isnull=False, serving_until__isnull=True).update(serving_until=now)
    rows.filter(version=version).update(serving_since=now, serving_until=None)
    artefacts.point(folder=folder, brand_id=brand_id, version=version)


def record_decision(
    *, brand_id: UUID, need_id: UUID, answer: Answer, personalised: bool, now: datetime
) -> UUID:
    """Keep an answer as it was shown. Returns the decision's id."""
    decision_id = uuid7()
    Decision.objects.create(
        id=decision_id,
        brand_id=brand_id,
        need_id=need_id,
        answer_sealed=seal_json(
            brand_id=brand_id,
            model=Decision,
            field="answer_sealed",
            row_id=decision_id,
            facts=stored.to_json(answer),
        ),
        model_version=answer.model_version,
        personalised=personalised,
        decided_at=now,
    )
    return decision_id


def give_feedback(
    *,
    brand_id: UUID,
    decision_id: UUID,
    need_id: UUID,
    product_id: UUID,
    feedback: FeedbackKind,
    now: datetime,
) -> UUID:
    """She turns a pick down, for its style or for her body. Saying it twice is saying it once.

    The caller has checked that the need is hers. Returns the feedback's id.
    Raises DecisionNotFound if the decision is not one of that need.
    """
    if not Decision.objects.filter(brand_id=brand_id, id=decision_id, need_id=need_id).exists():
        raise DecisionNotFound(decision_id=decision_id)
    row, _ = PickFeedback.objects.get_or_create(
        brand_id=brand_id,
        need_id=need_id,
        product_id=product_id,
        feedback=feedback,
        undone_at__isnull=True,
        defaults={"decision_id": decision_id, "given_at": now},
    )
    return UUID(str(row.id))


def undo_feedback(
    *, brand_id: UUID, need_id: UUID, product_id: UUID, feedback: FeedbackKind, now: datetime
) -> bool:
    """She takes it back. Returns whether there was anything to take back."""
    held = PickFeedback.objects.filter(
        brand_id=brand_id,
        need_id=need_id,
        product_id=product_id,
        feedback=feedback,
        undone_at__isnull=True,
    )
    return bool(held.update(undone_at=now))


def erase_answers(*, brand_id: UUID, need_ids: Sequence[UUID]) -> int:
    """Delete all that needs were answered and what was said of it. Returns how many answers.

    For deletion and for withdrawn consent: answers name the body facts that they speak to.
    """
    PickFeedback.objects.filter(brand_id=brand_id, need_id__in=list(need_ids)).delete()
    deleted, _ = Decision.objects.filter(brand_id=brand_id, need_id__in=list(need_ids)).delete()
    return deleted


def edit_advice(
    *,
    brand_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    based_on: int,
    edited_by: int | None,
    now: datetime,
) -> int:
    """Replace the brand's edits to the shipped advice table. Returns the new version's number.

    A row with the key of a shipped row replaces it, with weight 0 it takes it out, others are
    added. `based_on` is the version the editor saw (0: none). Raises AdviceMalformed,
    AdviceConflict, and then writes nothing.
    """
    checked = rows_from_json(rows)
    last = AdviceVersion.objects.filter(brand_id=brand_id).aggregate(last=Max("version"))["last"]
    if (last or 0) != based_on:
        raise AdviceConflict(current=last or 0)
    AdviceVersion.objects.create(
        brand_id=brand_id,
        version=based_on + 1,
        rows=[row_to_json(row) for row in checked],
        edited_by_id=edited_by,
        edited_at=now,
    )
    return based_on + 1
