"""The only writers of matching."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.matching import artefacts, stored
from zhiyin.domain.matching.advising import row_to_json, rows_from_json
from zhiyin.domain.matching.evaluation.own import measure_own
from zhiyin.domain.matching.forgetting import Leavers, without
from zhiyin.domain.matching.gathering import gather
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.learning.evidence import EvidenceModelUnreadable
from zhiyin.domain.matching.learning.fit import FitModelUnreadable
from zhiyin.domain.matching.models import AdviceVersion, Decision, PickFeedback, TrainedModel
from zhiyin.domain.matching.types import (
    AdviceConflict,
    Answer,
    DecisionNotFound,
    FeedbackKind,
    NotTrained,
    Training,
    VersionNotFound,
)
from zhiyin.domain.matching.world import World
from zhiyin.domain.members.types import ConsentWithdrawn, MemberErased, Purpose
from zhiyin.events import queries as events
from zhiyin.events.types import StoredEvent
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json
from zhiyin.storage.sql import one
from zhiyin.storage.tenancy import brand_tx

Progress = Callable[[str, float], None]

COMMIT_WITHIN = timedelta(hours=1)
"""No transaction that records an event is open for longer."""

ABANDONED_AFTER = timedelta(hours=1)
"""What nobody names in a brand's folder of models after this long, a killed process left there."""

MODELS_KEPT = 5
"""So many of the newest models stay on disk, to roll back to, and the one that serves."""

REVISED = "."
"""Between the name a model was trained under and what tells its revisions apart."""

# Which version a model has and which one serves change one after the other.
MODELS_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(queue)s, 0))"

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
        products = catalog.all_products(brand_id=brand_id)
        shows = tuple(content.published_shows(brand_id=brand_id))
        people, looks = kocs.kocs(brand_id=brand_id), content.looks(brand_id=brand_id)
    world = gather(products=products, shows=shows, kocs=people, looks=looks)
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
        one(MODELS_IN_TURN, queue=f"matching.models:{brand_id}")
        TrainedModel.objects.create(
            id=model_id, brand_id=brand_id, version=version, figures=figures, trained_at=now
        )
        _serve(brand_id, folder, version, now)
    progress("serve", 1.0)
    # Whoever left while it was learning is in it, and the job that took her out did not see it.
    forget_people(brand_id=brand_id, folder=folder, now=now)
    with brand_tx(brand_id):
        made = TrainedModel.objects.get(brand_id=brand_id, id=model_id)
    return Training(
        version=str(made.version),
        figures=figures,
        trained_at=now,
        serving_since=made.serving_since,
        serving_until=made.serving_until,
    )


def roll_back(*, brand_id: UUID, folder: Path, now: datetime, version: str = "") -> str:
    """Let an earlier model serve again: the one named, or the one that served before this one.

    A version is found by the name it was trained under, too. Returns its version. Runs inside the
    caller's `brand_tx`. Raises VersionNotFound.
    """
    one(MODELS_IN_TURN, queue=f"matching.models:{brand_id}")
    rows = TrainedModel.objects.filter(brand_id=brand_id)
    if version:
        named = Q(version=version) | Q(version__startswith=version + REVISED)
        chosen = rows.filter(named).order_by("-version").first()
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


def forget_people(*, brand_id: UUID, folder: Path, now: datetime) -> int:
    """Take whoever left out of every model of a brand, the former ones too; see `forgetting`.

    Left have members who were deleted or took back their body facts since a model was trained, and
    KOCs who are none now. A model that knows one of them is written anew without her, serves in
    the old one's place if that served, and the old one's files are deleted. Returns how many.
    Opens its own transactions; safe to repeat and to stop half-way.
    """
    with brand_tx(brand_id):
        models = [
            model
            for model in TrainedModel.objects.filter(brand_id=brand_id).order_by("trained_at", "id")
            if artefacts.exists(folder=folder, brand_id=brand_id, version=model.version)
        ]
        left = _left_since(brand_id, models[0].trained_at) if models else ()
        people = {card.id: card for card in kocs.kocs(brand_id=brand_id)}
    changed = 0
    for model in models:
        leavers = _leavers(left, model.trained_at, people)
        changed += _forget(brand_id, folder, model.id, model.version, leavers)
    with brand_tx(brand_id):
        one(MODELS_IN_TURN, queue=f"matching.models:{brand_id}")
        rows = TrainedModel.objects.filter(brand_id=brand_id).order_by("-trained_at", "-id")
        kept = {row.version for row in rows[:MODELS_KEPT]}
        kept |= {
            row.version for row in rows.filter(serving_since__isnull=False, serving_until=None)
        }
        artefacts.sweep(folder=folder, brand_id=brand_id, kept=kept, before=now - ABANDONED_AFTER)
    return changed


def _left_since(brand_id: UUID, trained_at: datetime) -> tuple[StoredEvent, ...]:
    """Who left since a model was trained. A little before counts, for a commit that came late."""
    kinds, since = (MemberErased, ConsentWithdrawn), trained_at - COMMIT_WITHIN
    return tuple(events.events_since(brand_id=brand_id, kinds=kinds, since=since))


def _leavers(
    left: Sequence[StoredEvent], trained_at: datetime, people: Mapping[UUID, KocCard]
) -> Leavers:
    gone, bodiless = set(), set()
    for event in left:
        if event.at < trained_at - COMMIT_WITHIN:
            continue
        member_id = UUID(event.payload["member_id"])
        if event.name == MemberErased.name:
            gone.add(member_id)
        elif event.payload["purpose"] == Purpose.BODY_FACTS:
            bodiless.add(member_id)
    return Leavers(gone=frozenset(gone), bodiless=frozenset(bodiless), kocs=people)


def _forget(brand_id: UUID, folder: Path, model_id: UUID, version: str, leavers: Leavers) -> int:
    """Replace one model by itself without some people. 0: it does not know them.

    A model that this version cannot read can neither serve again nor be freed of anybody: its files
    are deleted.
    """
    try:
        with artefacts.reading(folder=folder, brand_id=brand_id, version=version) as files:
            found = without(World.load(files), Learned.load(files), leavers)
    except (EvidenceModelUnreadable, FitModelUnreadable):
        artefacts.remove(folder=folder, brand_id=brand_id, version=version)
        return 0
    except NotTrained:
        return 0  # another job has replaced it meanwhile, by one without them
    if found is None:
        return 0
    world, learned = found
    revised = f"{version.partition(REVISED)[0]}{REVISED}{uuid7().hex[-6:]}"
    with artefacts.writing(
        folder=folder, brand_id=brand_id, version=revised, model_id=model_id
    ) as files:
        world.save(files)
        learned.save(files)
    with brand_tx(brand_id):
        one(MODELS_IN_TURN, queue=f"matching.models:{brand_id}")
        same = TrainedModel.objects.filter(brand_id=brand_id, id=model_id, version=version)
        is_ours = bool(same.update(version=revised))
        if is_ours and artefacts.pointed(folder=folder, brand_id=brand_id)[0] == version:
            artefacts.point(folder=folder, brand_id=brand_id, version=revised)
    # Where two did the same at once, the second one's work is what is thrown away.
    artefacts.remove(folder=folder, brand_id=brand_id, version=version if is_ours else revised)
    return int(is_ours)


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
    try:
        with transaction.atomic():
            AdviceVersion.objects.create(
                brand_id=brand_id,
                version=based_on + 1,
                rows=[row_to_json(row) for row in checked],
                edited_by_id=edited_by,
                edited_at=now,
            )
    except IntegrityError:  # another editor was a moment faster
        raise AdviceConflict(current=based_on + 1) from None
    return based_on + 1
