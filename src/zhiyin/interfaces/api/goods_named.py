"""What a developer calls by codes: stores, SKUs, looks and staff, found in her brand or refused."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StaffNotFound, StoreNotFound
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import SkuNotFound
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import LookNotFound
from zhiyin.domain.orders.types import MOST_LINES, MOST_PIECES, Delivery
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.interfaces.api.access import ApiRequest
from zhiyin.interfaces.api.shapes import Code, In
from zhiyin.interfaces.matrix import CONSOLE, Actor

Pieces = Annotated[int, Field(ge=1, le=MOST_PIECES, strict=True)]


class WantedIn(In):
    """Some pieces of a SKU; `look_id` says with which look they come."""

    sku_code: Code
    quantity: Pieces
    look_id: UUID | None = None


class BasketIn(In):
    """`store_code` is where she collects; a parcel comes from the store that has most of it."""

    lines: list[WantedIn] = Field(min_length=1, max_length=MOST_LINES)
    delivery: Delivery = Delivery.PICKUP
    store_code: Code | None = None


def basket_of(request: ApiRequest, said: BasketIn) -> Basket:
    """A basket of the brand's own goods. Raises SkuNotFound, LookNotFound, StoreNotFound."""
    wanted = [wanted_of(request, line) for line in said.lines]
    store_id = store_named(request, said.store_code) if said.store_code is not None else None
    return Basket(wanted=tuple(wanted), delivery=said.delivery, store_id=store_id)


def wanted_of(request: ApiRequest, line: WantedIn) -> Wanted:
    """A line of goods that are the brand's. Raises SkuNotFound, LookNotFound."""
    sku_id = sku_named(request, line.sku_code)
    return Wanted(
        sku_id=sku_id,
        quantity=line.quantity,
        look_id=line.look_id,
        koc_id=koc_of_look(request, line.look_id, sku_id) if line.look_id else None,
    )


def sku_named(request: ApiRequest, code: str) -> UUID:
    """The SKU of this code. Raises SkuNotFound."""
    found = catalog.sku_ids_by_code(brand_id=request.brand.id, codes=[code])
    if code not in found:
        raise SkuNotFound(code=code)
    return found[code]


def store_named(request: ApiRequest, code: str) -> UUID:
    """The store of this code. Raises StoreNotFound."""
    found = brands.store_ids_by_code(brand_id=request.brand.id, codes=[code])
    if code not in found:
        raise StoreNotFound(code=code)
    return found[code]


def koc_of_look(request: ApiRequest, look_id: UUID, sku_id: UUID) -> UUID | None:
    """Whose look it is, if the SKU is of a product in it. Raises LookNotFound."""
    brand_id = request.brand.id
    look = content.looks_by_id(brand_id=brand_id, look_ids=[look_id]).get(look_id)
    products = catalog.products_of_skus(brand_id=brand_id, sku_ids=[sku_id])
    if look is None or products.get(sku_id) not in {item.product_id for item in look.items}:
        raise LookNotFound(look_id=look_id)
    return look.koc_id


def codes_of_skus(request: ApiRequest, product_ids: Iterable[UUID]) -> dict[UUID, str]:
    """SKU -> its code, for the SKUs on sale of some products."""
    found = catalog.products_ever(brand_id=request.brand.id, product_ids=sorted(set(product_ids)))
    return {sku.id: sku.code for product in found.values() for sku in product.skus}


def skus_by_id(request: ApiRequest, sku_ids: Iterable[UUID]) -> dict[UUID, str]:
    """SKU -> its code, for those of `sku_ids` that are on sale."""
    wanted = set(sku_ids)
    of = catalog.products_of_skus(brand_id=request.brand.id, sku_ids=wanted)
    codes = codes_of_skus(request, of.values())
    return {sku_id: codes[sku_id] for sku_id in wanted if sku_id in codes}


def store_codes(request: ApiRequest, store_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Store -> its code, for those of `store_ids` that the brand has."""
    found = brands.stores_by_id(brand_id=request.brand.id, store_ids=sorted(set(store_ids)))
    return {card.id: card.code for card in found}


def clerk_named(request: ApiRequest, name: str, store_id: UUID) -> int:
    """Somebody who stands at the counter of this store now. Raises StaffNotFound."""
    for card in brands.staff(brand_id=request.brand.id):
        is_here = card.user_name == name and card.store_id in (None, store_id)
        if is_here and Actor(card.role) in CONSOLE["console:pickup"]:
            return card.user_id
    raise StaffNotFound(by=name)


def lines_json(lines: Sequence[Any], codes: dict[UUID, str]) -> list[dict[str, Any]]:
    """The lines of an order; `key` names one in a refund. `sku_code` is null once it is retired."""
    return [
        {
            "key": line.key,
            "sku_code": codes.get(line.sku_id),
            "look_id": line.look_id,
            "koc_id": line.koc_id,
            "name_zh": line.name_zh,
            "name_en": line.name_en,
            "color": line.color,
            "size": line.size_label,
            "quantity": line.quantity,
            "list_fen": line.list_fen,
            "unit_fen": list(line.unit_fen),
            "payable_fen": line.payable_fen,
            "refunded": line.refunded,
            "sent": line.sent,
        }
        for line in lines
    ]
