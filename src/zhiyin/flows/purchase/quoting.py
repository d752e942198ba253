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
from zhiyin.kit.errors import DomainError, Kind


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
class Quoted:
    """A quote, and what the catalogue says of each SKU in it."""

    quote: Quote
    goods: dict[UUID, Sellable]


def quote(*, brand_id: UUID, member_id: UUID | None, basket: Basket, now: datetime) -> Quoted:
    """Price a basket as of now, explaining every fen. Runs inside the caller's `brand_tx`.

    Raises OrderEmpty, NotForSale.
    """
    merged = merge(basket.wanted)
    goods = catalog.sellable(
        brand_id=brand_id, sku_ids=list(basket.pieces), store_id=basket.store_id
    )
    if missing := [str(sku) for sku in basket.pieces if sku not in goods]:
        raise NotForSale(sku_ids=missing)
    lines = [_line(one, goods[one.sku_id]) for one in merged]
    before_freight = pricing.quote(lines=lines)
    freight_fen = orders.freight_fen(
        brand_id=brand_id, delivery=basket.delivery, goods_fen=before_freight.goods_fen
    )
    if not freight_fen:
        return Quoted(quote=before_freight, goods=goods)
    return Quoted(quote=pricing.quote(lines=lines, freight_fen=freight_fen), goods=goods)


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


def _line(one: Wanted, goods: Sellable) -> Line:
    return Line(
        key=one.key,
        sku_id=one.sku_id,
        product_id=goods.product_id,
        quantity=one.quantity,
        list_fen=goods.price_fen,
        look_id=one.look_id,
    )
