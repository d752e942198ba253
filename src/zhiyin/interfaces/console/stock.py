"""A product's stock in one store: counted, adjusted with a reason, kept piece by piece or not."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.types import (
    ProductCard,
    QuantityRefused,
    StockBelowHeld,
    StockReasonNeeded,
    TooManyUnits,
)
from zhiyin.interfaces.console.access import ConsoleRequest, NotYours, console_page
from zhiyin.interfaces.console.product import page
from zhiyin.interfaces.console.showing import offer_undo
from zhiyin.interfaces.console.stock_table import may_count
from zhiyin.kit.numbers import whole
from zhiyin.kit.text import TextTooLong

PIECES_MAX = 1_000_000


@require_POST
@console_page
def count(request: ConsoleRequest, product_id: UUID, store_id: UUID) -> HttpResponse:
    """A new count of its SKUs in one store. A store's manager counts her own store only."""
    brand_id = request.operator.brand.id
    card = _card(request, product_id, store_id)
    before = queries.stock_of(brand_id=brand_id, product_id=product_id)
    counted: dict[UUID, int] = {}
    for sku in card.skus:
        typed = request.POST.get(f"pieces_{sku.id}", "").strip()
        if not typed:
            continue
        pieces = whole(typed, most=PIECES_MAX)
        if pieces is None:
            error = _("%(code)s: pieces are a whole number.") % {"code": sku.code}
            return page(request, product_id, stock_error=error, store_id=store_id)
        counted[sku.id] = pieces
    try:
        operations.count_stock(
            brand_id=brand_id,
            store_id=store_id,
            counts=counted,
            reason=request.POST.get("reason", "").strip() or _("Stock count"),
            user_id=request.operator.user_id,
            now=request.now,
        )
    except (StockBelowHeld, TooManyUnits, TextTooLong) as refused:
        error = _sentence(card, refused)
        return page(request, product_id, stock_error=error, store_id=store_id)
    was = {sku.id: before.get((sku.id, store_id)) for sku in card.skus}
    offer_undo(
        request,
        words=_("Counted."),
        action=request.path,
        fields={f"pieces_{sku}": [str(old.on_hand if old else 0)] for sku, old in was.items()}
        | {"reason": [_("Undone")]},
    )
    return _back(request, product_id, store_id)


@require_POST
@console_page
def adjust(request: ConsoleRequest, product_id: UUID, store_id: UUID) -> HttpResponse:
    """So many pieces more or fewer of one SKU, with a reason that the history keeps."""
    card = _card(request, product_id, store_id)
    sku = next((one for one in card.skus if str(one.id) == request.POST.get("sku", "")), None)
    typed = request.POST.get("change", "").strip()
    sign = -1 if typed.startswith(("-", "−")) else 1
    pieces = whole(typed.lstrip("+-−"), most=PIECES_MAX)
    if sku is None or not pieces:
        error = _("Say which size, and how many pieces more (3) or fewer (-3).")
        return page(request, product_id, stock_error=error, store_id=store_id)
    try:
        left = operations.adjust_stock(
            brand_id=request.operator.brand.id,
            sku_id=sku.id,
            store_id=store_id,
            change=sign * pieces,
            reason=request.POST.get("reason", ""),
            user_id=request.operator.user_id,
            now=request.now,
        )
    except (
        QuantityRefused,
        StockBelowHeld,
        StockReasonNeeded,
        TextTooLong,
        TooManyUnits,
    ) as refused:
        error = _sentence(card, refused)
        return page(request, product_id, stock_error=error, store_id=store_id)
    messages.info(
        request, _("Adjusted: %(left)d of %(code)s now.") % {"left": left, "code": sku.code}
    )
    return _back(request, product_id, store_id)


@require_POST
@console_page
def hot(request: ConsoleRequest, product_id: UUID, store_id: UUID) -> HttpResponse:
    """Keep a SKU piece by piece for a sale where many buy at once, or by one counter again."""
    card = _card(request, product_id, store_id)
    sku = next((one for one in card.skus if str(one.id) == request.POST.get("sku", "")), None)
    place = (sku.id if sku else None, store_id)
    if sku is None or place not in queries.stock_of(
        brand_id=request.operator.brand.id, product_id=product_id
    ):
        error = _("Count this size in this store first.")
        return page(request, product_id, stock_error=error, store_id=store_id)
    at = {"brand_id": request.operator.brand.id, "sku_id": sku.id, "store_id": store_id}
    if request.POST.get("way") == "count":
        operations.keep_by_count(**at)
        messages.info(request, _("%(code)s has one counter again.") % {"code": sku.code})
        return _back(request, product_id, store_id)
    try:
        operations.keep_by_unit(now=request.now, **at)
    except TooManyUnits as refused:
        error = _sentence(card, refused)
        return page(request, product_id, stock_error=error, store_id=store_id)
    messages.info(request, _("%(code)s is kept piece by piece now.") % {"code": sku.code})
    return _back(request, product_id, store_id)


def _card(request: ConsoleRequest, product_id: UUID, store_id: UUID) -> ProductCard:
    """The product, if both are there and the store is hers. Raises what is missing, NotYours."""
    brand_id = request.operator.brand.id
    brands.store(brand_id=brand_id, store_id=store_id)
    if not may_count(request, store_id):
        raise NotYours(store_id=store_id)
    return queries.product_for_staff(brand_id=brand_id, product_id=product_id)[0]


def _sentence(
    card: ProductCard,
    refused: QuantityRefused | StockBelowHeld | StockReasonNeeded | TextTooLong | TooManyUnits,
) -> str:
    codes = {sku.id: sku.code for sku in card.skus}
    words = {"code": codes.get(refused.details.get("sku_id"), "")}
    if isinstance(refused, StockBelowHeld):
        held = words | {"held": refused.details["held"]}
        return _("%(code)s: %(held)d held for orders lie there too: count them as well.") % held
    if isinstance(refused, TooManyUnits):
        most = words | {"most": refused.details["most"]}
        return _("%(code)s: piece by piece takes %(most)d pieces at most.") % most
    if isinstance(refused, StockReasonNeeded):
        return _("Say why: the history keeps it.")
    if isinstance(refused, TextTooLong):
        return _("The reason is too long.")
    return _("%(code)s: not that many pieces lie there.") % words


def _back(request: ConsoleRequest, product_id: UUID, store_id: UUID) -> HttpResponse:
    here = reverse("console:product", kwargs={"slug": request.brand.slug, "product_id": product_id})
    return redirect(f"{here}?store={store_id}#stock")
