"""What of a product lies in a store, what of it is held for orders, and how that came about."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import Role, StoreCard
from zhiyin.domain.catalog import queries
from zhiyin.domain.catalog.types import ProductCard, StockCount, StockMoveKind
from zhiyin.interfaces.console.access import ConsoleRequest
from zhiyin.interfaces.naming import name_in

STORES_LISTED = 1_000
MOVES_LISTED = 20


def stock_table(
    request: ConsoleRequest, card: ProductCard, store_id: UUID | None
) -> dict[str, Any]:
    """The stores she may count, and the table and the history of one of them. Four queries."""
    brand_id = request.operator.brand.id
    found = queries.stock_of(brand_id=brand_id, product_id=card.id)
    stores = [
        one
        for one in brands.stores(brand_id=brand_id, closed=False, limit=STORES_LISTED).stores
        if may_count(request, one.id)
    ]
    asked = str(store_id or request.GET.get("store", ""))
    chosen = next((one for one in stores if str(one.id) == asked), stores[0] if stores else None)
    pieces: dict[UUID, int] = {}
    for (_sku, store), count in found.items():
        pieces[store] = pieces.get(store, 0) + count.on_hand
    return {
        "stores": [
            {"id": one.id, "name": name_in(request.language, one), "pieces": pieces.get(one.id, 0)}
            for one in stores
        ],
        "store": chosen,
        "store_name": name_in(request.language, chosen) if chosen else "",
        "stores_with_stock": sum(1 for count in pieces.values() if count),
        "counts": [_row(request, sku, chosen, found) for sku in card.skus],
        "count_reason": request.POST.get("reason", "") or _("Stock count"),
        "moves": _moves(request, card, chosen) if chosen else [],
    }


def may_count(request: ConsoleRequest, store_id: UUID) -> bool:
    """Whether a store's stock is hers to see here: a store's manager has her own only."""
    roles = request.operator.roles
    if not request.operator.can["product_stock"]:
        return True  # she reads every store and saves none: the route is closed to her
    if roles & {Role.ADMIN, Role.OPERATOR}:
        return True
    own = brands.own_stores(
        brand_id=request.operator.brand.id, user_id=request.operator.user_id, role=Role.MANAGER
    )
    return own is None or store_id in own


def _row(
    request: ConsoleRequest,
    sku: Any,
    store: StoreCard | None,
    found: dict[tuple[UUID, UUID], StockCount],
) -> dict[str, Any]:
    count = found.get((sku.id, store.id)) if store else None
    return {
        "sku": sku,
        "count": count,
        "pieces": request.POST.get(f"pieces_{sku.id}", count.on_hand if count else ""),
    }


def _moves(request: ConsoleRequest, card: ProductCard, store: StoreCard) -> list[dict[str, Any]]:
    words = {
        StockMoveKind.STATED: _("stated by a file or the API"),
        StockMoveKind.COUNTED: _("counted"),
        StockMoveKind.ADJUSTED: _("adjusted"),
        StockMoveKind.HANDED_OVER: _("handed over"),
        StockMoveKind.TAKEN_BACK: _("came back"),
        StockMoveKind.RELEASED: _("released from an order"),
    }
    codes = {sku.id: sku.code for sku in card.skus}
    found = queries.stock_moves(
        brand_id=request.operator.brand.id,
        product_id=card.id,
        store_ids=[store.id],
        limit=MOVES_LISTED,
    )
    return [
        {
            "card": move,
            "code": codes.get(move.sku_id, ""),
            "what": words[move.kind],
            "change": f"{move.change:+d}" if move.change else "",
        }
        for move in found
    ]
