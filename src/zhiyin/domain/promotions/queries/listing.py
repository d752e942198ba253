"""Promotions as operators see them, and coupons as a member does."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from zhiyin.domain.promotions.kept import COLUMNS, SELECTED, terms_of
from zhiyin.domain.promotions.models import Claim, Promotion, PromotionMove, PromotionSku
from zhiyin.domain.promotions.rules import InItsWindow, SoOftenAPerson, WhileTheyLast, state_at
from zhiyin.domain.promotions.types import (
    Buyer,
    Counts,
    CouponCard,
    Delivery,
    KeptOfMember,
    PromotionCard,
    PromotionKind,
    PromotionMoveCard,
    PromotionNotFound,
    PromotionPage,
    PromotionState,
    Terms,
)
from zhiyin.kit.ids import NO_ID
from zhiyin.storage.sql import many

COUNTED = """
    SELECT asked.id,
        ARRAY(SELECT sku_id FROM promotions_promotionsku
              WHERE brand_id = %(brand_id)s AND promotion_id = asked.id ORDER BY sku_id),
        (SELECT coalesce(sum(pieces), 0)::bigint FROM promotions_use WHERE brand_id = %(brand_id)s
           AND promotion_id = asked.id AND released_at IS NULL)
        + (SELECT count(*) FROM promotions_group held JOIN promotions_seat seat
             ON seat.brand_id = held.brand_id AND seat.group_id = held.id AND seat.state = 'paid'
           WHERE held.brand_id = %(brand_id)s AND held.group_buy_id = asked.id),
        (SELECT count(*) FROM (
            SELECT member_id FROM promotions_use WHERE brand_id = %(brand_id)s
              AND promotion_id = asked.id AND released_at IS NULL
            UNION
            SELECT seat.member_id FROM promotions_group held JOIN promotions_seat seat
              ON seat.brand_id = held.brand_id AND seat.group_id = held.id AND seat.state = 'paid'
            WHERE held.brand_id = %(brand_id)s AND held.group_buy_id = asked.id) people),
        (SELECT count(*) FROM promotions_claim
         WHERE brand_id = %(brand_id)s AND promotion_id = asked.id),
        groups.open, groups.won, groups.lost
    FROM unnest(%(ids)s::uuid[]) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'open') AS open,
               count(*) FILTER (WHERE state = 'won') AS won,
               count(*) FILTER (WHERE state = 'lost') AS lost
        FROM promotions_group WHERE brand_id = %(brand_id)s AND group_buy_id = asked.id
    ) groups
"""
MY_COUPONS = """
    SELECT claim.claimed_at, coalesce(tally.used, (
               SELECT count(*) FROM promotions_use held
               WHERE held.brand_id = claim.brand_id AND held.promotion_id = claim.promotion_id
                 AND held.member_id = claim.member_id AND held.released_at IS NULL)),
           SELECTED
    FROM promotions_claim claim
    JOIN promotions_promotion promotion
      ON promotion.brand_id = claim.brand_id AND promotion.id = claim.promotion_id
    LEFT JOIN promotions_tally tally ON tally.brand_id = claim.brand_id
      AND tally.promotion_id = claim.promotion_id AND tally.member_id = claim.member_id
    WHERE claim.brand_id = %(brand_id)s AND claim.member_id = %(member_id)s
    ORDER BY promotion.ends_at, promotion.id LIMIT %(limit)s
""".replace("SELECTED", SELECTED)
KEPT = """
    SELECT 'claim', promotion_id, NULL::uuid, claimed_at AS at, NULL::timestamptz, id
    FROM promotions_claim WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s
    UNION ALL
    SELECT 'use', promotion_id, order_id, used_at, released_at, id
    FROM promotions_use WHERE brand_id = %(brand_id)s AND member_id = %(member_id)s
    UNION ALL
    SELECT 'seat', held.group_buy_id, seat.order_id, seat.taken_at, seat.left_at, seat.id
    FROM promotions_seat seat JOIN promotions_group held
      ON held.brand_id = seat.brand_id AND held.id = seat.group_id
    WHERE seat.brand_id = %(brand_id)s AND seat.member_id = %(member_id)s
    ORDER BY at, id LIMIT %(limit)s OFFSET %(offset)s
"""


def promotions(
    *,
    brand_id: UUID,
    kind: PromotionKind | None = None,
    state: PromotionState | None = None,
    sku_ids: Sequence[UUID] | None = None,
    now: datetime,
    offset: int = 0,
    limit: int = 50,
) -> PromotionPage:
    """Promotions, the latest start first, with what came of them. Three queries."""
    found = Promotion.objects.filter(brand_id=brand_id)
    if kind is not None:
        found = found.filter(kind=kind)
    if state is not None:
        found = found.filter(_in_state(state, now))
    if sku_ids is not None:
        chosen = PromotionSku.objects.filter(brand_id=brand_id, sku_id__in=list(sku_ids))
        found = found.filter(id__in=chosen.values("promotion_id"))
    rows = found.order_by("-starts_at", "-id")[offset : offset + limit]
    return PromotionPage(_cards(brand_id, rows, now), found.count())


def promotion(*, brand_id: UUID, promotion_id: UUID, now: datetime) -> PromotionCard:
    """One promotion. Two queries. Raises PromotionNotFound."""
    cards = _cards(brand_id, Promotion.objects.filter(brand_id=brand_id, id=promotion_id), now)
    if not cards:
        raise PromotionNotFound(promotion_id=promotion_id)
    return cards[0]


def state_counts(
    *, brand_id: UUID, kind: PromotionKind | None = None, now: datetime
) -> dict[PromotionState, int]:
    """How many promotions stand where. Four counts, one query each."""
    found = Promotion.objects.filter(brand_id=brand_id)
    if kind is not None:
        found = found.filter(kind=kind)
    return {state: found.filter(_in_state(state, now)).count() for state in PromotionState}


def moves(*, brand_id: UUID, promotion_id: UUID, limit: int = 50) -> tuple[PromotionMoveCard, ...]:
    """Who set a promotion up, changed or stopped it, newest first. One query."""
    rows = (
        PromotionMove.objects.filter(brand_id=brand_id, promotion_id=promotion_id)
        .order_by("-at", "-id")
        .values_list("at", "act", "said", "user__username")[:limit]
    )
    return tuple(
        PromotionMoveCard(at, act, tuple(sorted(said)) if act == "changed" else (), by or "")
        for at, act, said, by in rows
    )


def my_coupons(
    *, brand_id: UUID, member_id: UUID, now: datetime, limit: int = 100
) -> tuple[CouponCard, ...]:
    """The coupons in a member's hand, soonest to end first, and why she cannot use one. One query.

    What depends on an order (its store, its sum, its goods) is not asked here.
    """
    rows = many(MY_COUPONS, brand_id=brand_id, member_id=member_id, limit=limit)
    return tuple(_coupon(terms_of(row[2:]), row[0], row[1], now) for row in rows)


def coupons_to_claim(
    *, brand_id: UUID, member_id: UUID | None, now: datetime, limit: int = 20
) -> tuple[CouponCard, ...]:
    """The coupons that run, are for claiming and not in her hand yet, soonest to end first."""
    found = (
        Promotion.objects.filter(
            _in_state(PromotionState.RUNNING, now),
            brand_id=brand_id,
            kind=PromotionKind.COUPON,
            is_claimable=True,
        )
        .order_by("ends_at", "id")
        .values_list(*COLUMNS)
    )
    if member_id is not None:
        hers = Claim.objects.filter(brand_id=brand_id, member_id=member_id)
        found = found.exclude(id__in=hers.values("promotion_id"))
    cards = [_coupon(terms_of(row), None, 0, now) for row in found[:limit]]
    return tuple(card for card in cards if card.why_not is None)


def kept_of_member(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 500
) -> tuple[KeptOfMember, ...]:
    """All that is kept of a member here, oldest first. One query."""
    rows = many(KEPT, brand_id=brand_id, member_id=member_id, offset=offset, limit=limit)
    return tuple(KeptOfMember(*row[:5]) for row in rows)


def _coupon(terms: Terms, claimed_at: datetime | None, used: int, now: datetime) -> CouponCard:
    buyer = Buyer(member_id=NO_ID, is_new_customer=True, store_id=None, delivery=Delivery.PARCEL)
    conditions = (
        InItsWindow(terms),
        SoOftenAPerson(terms.per_person, used),
        WhileTheyLast(terms.most_uses, terms.used),
    )
    reasons = (condition.why_not(buyer, now) for condition in conditions)
    reason = next((reason for reason in reasons if reason), None)
    return CouponCard(terms, claimed_at, used, reason[0] if reason else None)


def _in_state(state: PromotionState, now: datetime) -> Q:
    alive = Q(stopped_at__isnull=True) | Q(stopped_at__gt=now)
    return {
        PromotionState.PLANNED: alive & Q(starts_at__gt=now),
        PromotionState.RUNNING: alive & Q(starts_at__lte=now, ends_at__gt=now),
        PromotionState.ENDED: alive & Q(ends_at__lte=now),
        PromotionState.STOPPED: Q(stopped_at__lte=now),
    }[state]


def _cards(brand_id: UUID, rows: QuerySet[Promotion], now: datetime) -> tuple[PromotionCard, ...]:
    found = [terms_of(row) for row in rows.values_list(*COLUMNS)]
    counted = {
        promotion_id: (
            tuple(sku_ids),
            Counts(
                uses=uses,
                people=people,
                claims=claims,
                groups_open=opened,
                groups_won=won,
                groups_lost=lost,
            ),
        )
        for promotion_id, sku_ids, uses, people, claims, opened, won, lost in many(
            COUNTED, brand_id=brand_id, ids=[terms.id for terms in found]
        )
    }
    return tuple(PromotionCard(terms, state_at(terms, now), *counted[terms.id]) for terms in found)
