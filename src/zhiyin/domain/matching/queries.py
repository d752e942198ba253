"""The only readers of matching: answers, what she said of them, models and advice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import numpy as np

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.matching import serving, stored
from zhiyin.domain.matching.advising import AdviceRow, row_to_json, shipped
from zhiyin.domain.matching.likeness import in_order
from zhiyin.domain.matching.matcher import Matcher, why_not
from zhiyin.domain.matching.models import AdviceVersion, Decision, PickFeedback, TrainedModel
from zhiyin.domain.matching.serving import matcher_for
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.types import (
    RUNNERS_UP,
    AdviceTable,
    Answer,
    Ask,
    DecisionCard,
    DecisionNotFound,
    Disliked,
    FeedbackKind,
    NothingToPick,
    Training,
    WearerPage,
)
from zhiyin.domain.matching.world import uuid_at
from zhiyin.storage.fields import unseal_json

__all__ = [
    "advice",
    "advice_edits",
    "answer",
    "answers_given",
    "decision",
    "decisions_of_need",
    "disliked",
    "feedback_of_needs",
    "matcher_for",
    "trained_models",
    "wearers",
    "why_not",
]

LOOKS_AGAIN = 4


def answer(
    *,
    brand_id: UUID,
    ask: Ask,
    folder: Path,
    now: datetime,
    busy: frozenset[UUID] = frozenset(),
    runners_up: int = RUNNERS_UP,
) -> Answer:
    """Answer a need from the brand's model, with prices and stock of this moment.

    `busy` are KOCs who are not to be named to her, such as those she blocked. What would be picked
    is read once more: if a price has changed or a size is gone since the shelf was filled, the
    need is answered again.
    Runs inside the caller's `brand_tx`. Two queries when nothing has changed.
    Raises NotTrained, NothingToPick.
    """
    matcher = _with_busy(matcher_for(brand_id=brand_id, folder=folder, now=now), busy)
    for _ in range(LOOKS_AGAIN):
        found = matcher.answer(ask, runners_up=runners_up)
        corrected = _corrected(brand_id, matcher, found)
        if corrected is None:
            return found
        matcher = corrected
    raise NothingToPick(slots=[])


def _with_busy(matcher: Matcher, busy: frozenset[UUID]) -> Matcher:
    if not busy:
        return matcher
    rows = range(len(matcher.world.kocs))
    taken = np.array([uuid_at(matcher.world.kocs.id, row) in busy for row in rows], dtype=np.bool_)
    return matcher.fresh(matcher.shelf.without_kocs(taken))


def _corrected(brand_id: UUID, matcher: Matcher, found: Answer) -> Matcher | None:
    """The matcher with the true prices and stock of what it picked, or None if they were true."""
    picked = [item for pick in found.picks for item in pick.items]
    cards = catalog.products_by_id(
        brand_id=brand_id, product_ids=sorted({item.product_id for item in picked})
    )
    live = {sku.id: (sku.price_fen, sku.on_hand) for card in cards.values() for sku in card.skus}
    price, on_hand = matcher.shelf.price_fen.copy(), matcher.shelf.on_hand.copy()
    changed = False
    for item in picked:
        price_now, left = live.get(item.sku_id, (item.price_fen, 0))
        if price_now != item.price_fen or left <= 0:
            row = matcher.sku_row(item.sku_id)
            price[row], on_hand[row] = price_now, left
            changed = True
    if not changed:
        return None
    return matcher.fresh(
        Shelf.of(
            matcher.world,
            matcher.sizes,
            price_fen=price,
            on_hand=on_hand,
            koc_free=matcher.shelf.koc_free,
        )
    )


def decision(*, brand_id: UUID, decision_id: UUID, need_id: UUID) -> DecisionCard:
    """An answer as it was shown. One query. The caller has checked that the need is hers.

    Raises DecisionNotFound.
    """
    row = Decision.objects.filter(brand_id=brand_id, id=decision_id, need_id=need_id).first()
    if row is None:
        raise DecisionNotFound(decision_id=decision_id)
    return _card(row)


def decisions_of_need(
    *, brand_id: UUID, need_id: UUID, offset: int = 0, limit: int = 20
) -> tuple[DecisionCard, ...]:
    """The answers a need was given, newest first. One query."""
    rows = Decision.objects.filter(brand_id=brand_id, need_id=need_id)
    return tuple(_card(row) for row in rows.order_by("-decided_at", "-id")[offset : offset + limit])


def _card(row: Decision) -> DecisionCard:
    opened = unseal_json(
        brand_id=row.brand_id,
        model=Decision,
        field="answer_sealed",
        row_id=row.id,
        sealed=row.answer_sealed,
    )
    return DecisionCard(
        id=row.id,
        need_id=row.need_id,
        answer=stored.from_json(opened),
        personalised=row.personalised,
        decided_at=row.decided_at,
    )


def disliked(*, brand_id: UUID, need_id: UUID, limit: int = 200) -> tuple[Disliked, ...]:
    """What she turned down for a need and did not take back, oldest first. One query."""
    rows = (
        PickFeedback.objects.filter(brand_id=brand_id, need_id=need_id, undone_at__isnull=True)
        .order_by("given_at", "id")
        .values_list("product_id", "feedback")
    )
    return tuple(
        Disliked(product_id=product_id, feedback=FeedbackKind(feedback))
        for product_id, feedback in rows[:limit]
    )


def feedback_of_needs(
    *, brand_id: UUID, need_ids: Sequence[UUID], limit: int = 10_000
) -> tuple[tuple[UUID, Disliked, datetime, datetime | None], ...]:
    """All that was said of picks, taken back or not, for a download. One query."""
    rows = (
        PickFeedback.objects.filter(brand_id=brand_id, need_id__in=list(need_ids))
        .order_by("given_at", "id")
        .values_list("need_id", "product_id", "feedback", "given_at", "undone_at")
    )
    return tuple(
        (need_id, Disliked(product_id=product_id, feedback=FeedbackKind(kind)), given, undone)
        for need_id, product_id, kind, given, undone in rows[:limit]
    )


def trained_models(*, brand_id: UUID, limit: int = 20) -> tuple[Training, ...]:
    """The brand's models, newest first; the one that serves has no `serving_until`. One query."""
    rows = (
        TrainedModel.objects.filter(brand_id=brand_id)
        .order_by("-trained_at", "-id")
        .values_list("version", "figures", "trained_at", "serving_since", "serving_until")
    )
    return tuple(
        Training(
            version=version,
            figures=figures,
            trained_at=trained_at,
            serving_since=since,
            serving_until=until,
        )
        for version, figures, trained_at, since, until in rows[:limit]
    )


def advice(*, brand_id: UUID) -> AdviceTable:
    """The advice table as it is used, and the brand's edits to it. Two queries."""
    version, rows = serving.advice_rows(brand_id)
    edit = AdviceVersion.objects.filter(brand_id=brand_id, version=version).first()
    return AdviceTable(
        version=version,
        rows=tuple(_plain(row) for row in rows),
        shipped=tuple(_plain(row) for row in shipped()),
        edits=tuple(edit.rows) if edit else (),
        edited_at=edit.edited_at if edit else None,
    )


def advice_edits(*, brand_id: UUID, version: int) -> tuple[Mapping[str, object], ...]:
    """The brand's edits as of a version; none for version 0. One query."""
    edit = AdviceVersion.objects.filter(brand_id=brand_id, version=version).first()
    return tuple(edit.rows) if edit else ()


def _plain(row: AdviceRow) -> dict[str, object]:
    return row_to_json(row) | {"key": row.key}


def wearers(
    *,
    brand_id: UUID,
    product_id: UUID,
    hers: Mapping[str, object],
    offset: int = 0,
    limit: int = 10,
) -> WearerPage:
    """One page of a product's shows, the wearers most like her first. Two queries.

    `hers` are the facts that may be used, in need slots; empty: the most useful come first.
    """
    shows = content.shows_of_product(brand_id=brand_id, product_id=product_id)
    ordered = in_order(shows, hers)
    return WearerPage(tuple(ordered[offset : offset + limit]), len(ordered))


def answers_given(*, brand_id: UUID, since: datetime, until: datetime) -> int:
    """How many answers to kept needs were given from `since` to just before `until`. One query."""
    return Decision.objects.filter(
        brand_id=brand_id, decided_at__gte=since, decided_at__lt=until
    ).count()
