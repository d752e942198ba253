"""What a basket costs, and why: promotions say what each rule gives, pricing what it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import Sellable
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import MOST_PIECES, Delivery, OrderEmpty
from zhiyin.domain.pricing import rules as pricing
from zhiyin.domain.pricing.types import Line, Quote
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import Buyer, Priced
from zhiyin.domain.promotions.types import Delivery as AsPromised
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.kit.ids import NO_ID


class NotForSale(DomainError):
    """Something of this is no longer sold. Take it out; `sku_ids` says what."""

    code: ClassVar[str] = "not_for_sale"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PriceChanged(DomainError):
    """It costs something else by now: `payable_fen`. Look at it again, then pay."""

    code: ClassVar[str] = "price_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Some pieces of a SKU; `look_id` and `koc_id` say whose look they come with."""

    sku_id: UUID
    quantity: int
    look_id: UUID | None = None
    koc_id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse what no order takes before two lines are made one. Raises OrderEmpty."""
        if type(self.quantity) is not int or not 1 <= self.quantity <= MOST_PIECES:
            raise OrderEmpty(sku_id=self.sku_id, quantity=str(self.quantity), most=MOST_PIECES)

    @property
    def key(self) -> str:
        """The line's name in its order: a SKU stands once alone and once in each look."""
        return f"{self.sku_id.hex[-12:]}{self.look_id.hex[-12:] if self.look_id else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What is to be bought, from which store, and how it reaches her."""

    wanted: tuple[Wanted, ...]
    delivery: Delivery
    store_id: UUID | None = None

    @property
    def pieces(self) -> dict[UUID, int]:
        """SKU -> how many of it in all lines together."""
        pieces: dict[UUID, int] = {}
        for one in self.wanted:
            pieces[one.sku_id] = pieces.get(one.sku_id, 0) + one.quantity
        return pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Which promotions she means: coupons, and a group-buy to open or a group to join.

    `coupon_ids` None: whatever coupons she has; else those of them alone.
    """

    coupon_codes: tuple[str, ...] = ()
    coupon_ids: tuple[UUID, ...] | None = None
    group_buy_id: UUID | None = None
    group_id: UUID | None = None

    @property
    def in_group(self) -> bool:
        """Does she buy with others?"""
        return self.group_buy_id is not None or self.group_id is not None


ALONE = Asking()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A quote, and what the catalogue says of each SKU in it."""

    quote: Quote
    goods: dict[UUID, Sellable]


def quote(
    *,
    brand_id: UUID,
    member_id: UUID | None,
    basket: Basket,
    now: datetime,
    asking: Asking = ALONE,
) -> Quoted:
    """Price a basket as of now, explaining every fen and every rule that gave nothing.

    A guest (`member_id` None) is quoted as a new customer without coupons. Runs inside the
    caller's `brand_tx`; three queries, a fourth for the freight of a parcel.
    Raises OrderEmpty, NotForSale.
    """
    goods = catalog.sellable(
        brand_id=brand_id, sku_ids=list(basket.pieces), store_id=basket.store_id
    )
    if missing := [str(sku) for sku in basket.pieces if sku not in goods]:
        raise NotForSale(sku_ids=missing)
    lines = [_line(one, goods[one.sku_id]) for one in merge(basket.wanted)]
    offers = promotions.offers(
        brand_id=brand_id,
        lines=[Priced(line, goods[line.sku_id].category) for line in lines],
        buyer=_buyer(brand_id, member_id, basket),
        coupon_codes=asking.coupon_codes,
        coupon_ids=asking.coupon_ids,
        group_buy_id=asking.group_buy_id,
        group_id=asking.group_id,
        now=now,
    )
    given = {"lines": lines, "adjustments": offers.adjustments, "refused": offers.refused}
    quoted = pricing.quote(**given)
    freight_fen = orders.freight_fen(
        brand_id=brand_id, delivery=basket.delivery, goods_fen=quoted.goods_fen
    )
    if freight_fen:
        quoted = pricing.quote(**given, freight_fen=freight_fen)
    return Quoted(quote=quoted, goods=goods)


def merge(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """Lines of one SKU in one look are one line. Raises OrderEmpty."""
    if not wanted:
        raise OrderEmpty()
    merged: dict[str, Wanted] = {}
    for one in wanted:
        before = merged.get(one.key)
        merged[one.key] = (
            one if before is None else replace(before, quantity=before.quantity + one.quantity)
        )
    return tuple(merged.values())


def _buyer(brand_id: UUID, member_id: UUID | None, basket: Basket) -> Buyer:
    return Buyer(
        member_id=member_id or NO_ID,
        is_new_customer=member_id is None
        or not orders.has_bought(brand_id=brand_id, member_id=member_id),
        # A promotion of some stores is for whoever collects there: where a parcel leaves from is
        # nothing to her, and may change between the price and the order.
        store_id=basket.store_id if basket.delivery is Delivery.PICKUP else None,
        delivery=AsPromised(basket.delivery.value),
    )


def _line(one: Wanted, goods: Sellable) -> Line:
    return Line(
        key=one.key,
        sku_id=one.sku_id,
        product_id=goods.product_id,
        quantity=one.quantity,
        list_fen=goods.price_fen,
        look_id=one.look_id,
    )
