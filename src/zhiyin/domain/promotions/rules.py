"""Decisions about promotions that need no database: conditions, benefits, checks, states.

A rule of a merchant is conditions (who may, when, where, how often) and a benefit (which lines, at
what price or with how much off). What it comes to is for `pricing.rules.quote`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from zhiyin.domain.pricing.types import (
    Adjustment,
    AmountOff,
    PricedAt,
    Quote,
    RateOff,
    RefusedRule,
    Stage,
    Words,
)
from zhiyin.domain.promotions.types import (
    Buyer,
    Delivery,
    GroupMove,
    GroupState,
    Offers,
    Priced,
    PromotionKind,
    PromotionState,
    SeatMove,
    SeatMoveRefused,
    SeatState,
    Terms,
    Why,
)

Details = Mapping[str, str | int]

GROUP_MOVES: dict[tuple[GroupState, GroupMove], GroupState] = {
    (GroupState.OPEN, GroupMove.FILL): GroupState.WON,
    (GroupState.OPEN, GroupMove.EXPIRE): GroupState.LOST,
}
SEAT_MOVES: dict[tuple[SeatState, SeatMove], SeatState] = {
    (SeatState.TAKEN, SeatMove.PAY): SeatState.PAID,
    (SeatState.TAKEN, SeatMove.PAY_LATE): SeatState.LEFT,
    (SeatState.TAKEN, SeatMove.LEAVE): SeatState.LEFT,
    (SeatState.TAKEN, SeatMove.LOSE): SeatState.LEFT,
    (SeatState.PAID, SeatMove.RETURN): SeatState.LEFT,
    (SeatState.PAID, SeatMove.LOSE): SeatState.LEFT,
    (SeatState.LEFT, SeatMove.PAY_LATE): SeatState.LEFT,
}
"""The life of a group and of a seat. What is not in a table is refused."""


@dataclass(frozen=True, slots=True)
class Joining:
    """The group that she joins, as it stands."""

    id: UUID
    price_fen: int
    seats_left: int
    state: GroupState
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A promotion that concerns some lines or that she brought, and what it knows of her.

    `had` is what she used of it so far. `is_in_hand`: she claimed it, or typed its code.
    `is_bought_in`: she buys in this group-buy; `group` is the one she joins, None to open one.
    """

    terms: Terms
    sku_ids: frozenset[UUID] = frozenset()
    had: int = 0
    is_in_hand: bool = False
    is_bought_in: bool = False
    group: Joining | None = None


class Condition(Protocol):
    """Something that must hold before a promotion gives anything."""

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        """The reason that this does not hold, with figures; None when it does."""
        ...


@dataclass(frozen=True, slots=True)
class InItsWindow:
    """From its start to its end, unless it was stopped before."""

    terms: Terms

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        terms = self.terms
        state = state_at(terms, now)
        if state is PromotionState.PLANNED:
            return Why.NOT_STARTED, {"starts_at": terms.starts_at.isoformat()}
        if state is PromotionState.STOPPED and terms.stopped_at:
            return Why.STOPPED, {"stopped_at": terms.stopped_at.isoformat()}
        if state is PromotionState.ENDED:
            return Why.ENDED, {"ended_at": terms.ends_at.isoformat()}
        return None


@dataclass(frozen=True, slots=True)
class InTheseStores:
    """Collected in one of some stores."""

    store_ids: Collection[UUID]

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        if not self.store_ids or buyer.store_id in self.store_ids:
            return None
        if buyer.delivery is Delivery.PARCEL and buyer.store_id is None:
            return Why.NEEDS_PICKUP, {"stores": len(self.store_ids)}
        return Why.OTHER_STORE, {"stores": len(self.store_ids)}


@dataclass(frozen=True, slots=True)
class HandedOver:
    """In one of these ways: collected, or sent."""

    deliveries: Collection[Delivery]

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        if not self.deliveries or buyer.delivery in self.deliveries:
            return None
        is_parcel = buyer.delivery is Delivery.PARCEL
        return (Why.NEEDS_PICKUP if is_parcel else Why.NEEDS_PARCEL), {}


@dataclass(frozen=True, slots=True)
class ForNewCustomers:
    """For who has not bought before."""

    is_asked: bool

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        if self.is_asked and not buyer.is_new_customer:
            return Why.NOT_NEW_CUSTOMER, {}
        return None


@dataclass(frozen=True, slots=True)
class WhileTheyLast:
    """As long as something is left of what it may give in all."""

    most: int | None
    used: int

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        if self.most is None or self.used < self.most:
            return None
        return Why.USED_UP, {"most": self.most}


@dataclass(frozen=True, slots=True)
class SoOftenAPerson:
    """As long as she has not had as much of it as one person may."""

    most: int | None
    had: int

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        if self.most is None or self.had < self.most:
            return None
        why = Why.ONCE_PER_PERSON if self.most == 1 else Why.PER_PERSON
        return why, {"most": self.most, "had": self.had}


@dataclass(frozen=True, slots=True)
class BoughtTogether:
    """In a group of this group-buy: one that she opens, or one with a seat left."""

    found: Found

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        terms, group = self.found.terms, self.found.group
        if not self.found.is_bought_in:
            details = {"price_fen": terms.price_fen or 0, "seats": terms.seats or 0}
            return Why.ONLY_IN_GROUP, details
        if group is None:
            return None
        if group.state is not GroupState.OPEN or group.closes_at <= now:
            return Why.GROUP_CLOSED, {"closed_at": group.closes_at.isoformat()}
        return None if group.seats_left else (Why.GROUP_FULL, {})


@dataclass(frozen=True, slots=True)
class InHerHand:
    """A coupon that she claimed, or whose code she typed."""

    is_in_hand: bool

    def why_not(self, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
        return None if self.is_in_hand else (Why.NOT_CLAIMED, {})


@dataclass(frozen=True, slots=True)
class SpecialPrice:
    """Another price of a piece, for `most` pieces of the order where that is limited."""

    terms: Terms
    unit_fen: int
    most: int | None

    def give(self, lines: Sequence[Priced]) -> Iterator[Adjustment]:
        """One adjustment, or one for each line where the pieces do not go round.

        Pricing limits the pieces of each line; the order's pieces are shared out here.
        """
        if self.most is None or self.most >= sum(each.line.quantity for each in lines):
            yield self._adjustment(lines, None)
            return
        left = self.most
        for each in sorted(lines, key=lambda each: (-each.line.list_fen, each.line.key)):
            if pieces := min(left, each.line.quantity):
                yield self._adjustment([each], pieces)
                left -= pieces

    def _adjustment(self, lines: Sequence[Priced], pieces: int | None) -> Adjustment:
        return Adjustment(
            rule=rule_code(self.terms),
            stage=Stage.PRICE,
            calculator=PricedAt(self.unit_fen, pieces),
            words=Words(f"{self.terms.kind.value}_price", {"price_fen": self.unit_fen}),
            lines=frozenset(each.line.key for each in lines),
            closes_to=frozenset() if self.terms.takes_coupons else frozenset({Stage.COUPON}),
        )


@dataclass(frozen=True, slots=True)
class CouponOff:
    """An amount or a rate off, from a sum on."""

    terms: Terms

    def give(self, lines: Sequence[Priced]) -> Iterator[Adjustment]:
        """One adjustment, over all that the coupon is for."""
        terms = self.terms
        if terms.off_fen is not None:
            calculator: AmountOff | RateOff = AmountOff(terms.off_fen)
            words = Words("coupon_amount", {"off_fen": terms.off_fen})
        else:
            off_bps = terms.off_bps or 0
            calculator = RateOff(off_bps, terms.most_off_fen)
            words = Words("coupon_rate", {"off_bps": off_bps})
        yield Adjustment(
            rule=rule_code(terms),
            stage=Stage.COUPON,
            calculator=calculator,
            words=words,
            lines=frozenset(each.line.key for each in lines),
            from_fen=terms.from_fen,
            is_stackable=terms.is_stackable,
        )


def conditions_of(found: Found) -> tuple[Condition, ...]:
    """What must hold, in the order in which a reason is named."""
    terms = found.terms
    who_and_where: tuple[Condition, ...] = (
        InTheseStores(terms.store_ids),
        HandedOver(terms.deliveries),
        ForNewCustomers(terms.is_for_new_customers),
        SoOftenAPerson(terms.per_person, found.had),
    )
    if terms.kind is PromotionKind.GROUP_BUY:
        # Who joins a group was promised its price for as long as it is open.
        window: tuple[Condition, ...] = () if found.group else (InItsWindow(terms),)
        return (*window, BoughtTogether(found), *who_and_where)
    in_hand = (InHerHand(found.is_in_hand),) if terms.kind is PromotionKind.COUPON else ()
    last = WhileTheyLast(terms.most_uses, terms.used)
    return (InItsWindow(terms), *in_hand, *who_and_where, last)


def why_not(found: Found, buyer: Buyer, now: datetime) -> tuple[Why, Details] | None:
    """The first condition of a promotion that does not hold; None when all do."""
    reasons = (each.why_not(buyer, now) for each in conditions_of(found))
    return next((reason for reason in reasons if reason), None)


def offers(found: Sequence[Found], lines: Sequence[Priced], buyer: Buyer, now: datetime) -> Offers:
    """What promotions give to these lines; of each that gives nothing, the reason.

    One that concerns none of the lines is left out, except a coupon, which she brought.
    """
    adjustments: list[Adjustment] = []
    refused: list[RefusedRule] = []
    for each in found:
        concerned = [line for line in lines if _concerns(each, line)]
        if not concerned:
            if each.terms.kind is PromotionKind.COUPON:
                refused.append(RefusedRule(rule_code(each.terms), Why.OTHER_GOODS))
        elif reason := why_not(each, buyer, now):
            refused.append(RefusedRule(rule_code(each.terms), *reason))
        else:
            adjustments.extend(_benefit(each).give(concerned))
    return Offers(tuple(adjustments), tuple(refused))


def pieces_used(quote: Quote) -> dict[str, int]:
    """Rule -> what `operations.use` is to count: the pieces a price was given to, or 1."""
    used: dict[str, int] = {}
    for applied in quote.applied:
        pieces = sum(off > 0 for offs in applied.unit_off_fen.values() for off in offs)
        if applied.stage is Stage.PRICE:
            used[applied.rule] = used.get(applied.rule, 0) + pieces
        else:
            used[applied.rule] = 1
    return used


def rule_code(terms: Terms) -> str:
    """The code of a promotion in a quote: its kind and its id."""
    return f"{terms.kind.value}:{terms.id}"


def id_in(rule: str) -> tuple[PromotionKind, UUID] | None:
    """The promotion that a rule code names; None for a rule that is not of promotions."""
    kind, _, written = rule.partition(":")
    try:
        return PromotionKind(kind), UUID(written)
    except ValueError:
        return None


def state_at(terms: Terms, now: datetime) -> PromotionState:
    """Where a promotion stands."""
    if terms.stopped_at is not None and terms.stopped_at <= now:
        return PromotionState.STOPPED
    if now < terms.starts_at:
        return PromotionState.PLANNED
    return PromotionState.RUNNING if now < terms.ends_at else PromotionState.ENDED


def group_after(state: GroupState, move: GroupMove) -> GroupState | None:
    """The state that `move` leads a group to; None where the table has none."""
    return GROUP_MOVES.get((state, move))


def seat_after(state: SeatState, move: SeatMove) -> SeatState:
    """The state that `move` leads a seat to. Raises SeatMoveRefused."""
    try:
        return SEAT_MOVES[state, move]
    except KeyError:
        raise SeatMoveRefused(state=state.value, move=move.value) from None


def _concerns(found: Found, priced: Priced) -> bool:
    if found.terms.kind is PromotionKind.COUPON:
        return not found.terms.categories or priced.category in found.terms.categories
    return priced.line.sku_id in found.sku_ids


def _benefit(found: Found) -> SpecialPrice | CouponOff:
    terms = found.terms
    if terms.kind is PromotionKind.COUPON:
        return CouponOff(terms)
    limits = [terms.most_pieces]
    if terms.kind is not PromotionKind.GROUP_BUY:
        limits += [
            None if terms.most_uses is None else terms.most_uses - terms.used,
            None if terms.per_person is None else terms.per_person - found.had,
        ]
    unit_fen = found.group.price_fen if found.group else terms.price_fen
    assert unit_fen is not None
    known = [limit for limit in limits if limit is not None]
    return SpecialPrice(terms, unit_fen, min(known, default=None))
