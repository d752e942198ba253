"""Counting a store on a phone: type what was found, read the differences, save; and stock as files.

A count is of a moment: what comes or goes between reading the differences and saving them is
found out, and nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StoreCard, StoreNotFound
from zhiyin.domain.catalog import operations, queries
from zhiyin.domain.catalog.types import (
    ShelfRow,
    StockBelowHeld,
    StockChanged,
    StockReasonNeeded,
    TooManyUnits,
)
from zhiyin.interfaces import chips
from zhiyin.interfaces.console.access import ConsoleRequest, console_page, reaching_console_page
from zhiyin.interfaces.console.ordering import own_stores, stores_of
from zhiyin.interfaces.console.showing import searched, shown
from zhiyin.interfaces.exporting import PAGE, csv_answer, in_pages, xlsx_answer
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.errors import DomainError
from zhiyin.kit.numbers import whole
from zhiyin.kit.tables import Cell
from zhiyin.kit.text import TextTooLong
from zhiyin.storage.tenancy import brand_tx

LISTED, PIECES_MAX, STORES_LISTED = 50, 1_000_000, 1_000
ROUTE, FILE_ROUTE = "console:count", "console:stock-csv"
REFUSED = (StockBelowHeld, StockChanged, StockReasonNeeded, TextTooLong, TooManyUnits)


@require_GET
@console_page
def count(request: ConsoleRequest) -> HttpResponse:
    """What should lie in her store, to be counted: found by code or name, fifty at a time."""
    return _page(request, {})


@require_POST
@console_page
def compare(request: ConsoleRequest) -> HttpResponse:
    """What she found against what should lie there; nothing is written yet."""
    return _compared(request, _store(request))


@require_POST
@console_page
def save(request: ConsoleRequest) -> HttpResponse:
    """Write the count down, with its reason, if nothing has come or gone since she compared."""
    store = _store(request)
    found, _error = _found(request)
    expected = {
        sku_id: pieces
        for sku_id in found
        if (pieces := whole(request.POST.get(f"was_{sku_id}", ""), most=PIECES_MAX)) is not None
    }
    try:
        wrong = operations.count_stock(
            brand_id=request.operator.brand.id,
            store_id=store.id,
            counts=found,
            reason=request.POST.get("reason", ""),
            user_id=request.operator.user_id,
            now=request.now,
            expected=expected,
        )
    except REFUSED as refused:
        return _compared(request, store, error=_sentence(request, store, refused))
    messages.info(
        request,
        ngettext(
            "Counted. %(count)d figure was corrected.",
            "Counted. %(count)d figures were corrected.",
            wrong,
        )
        % {"count": wrong},
    )
    here = reverse("console:count", kwargs={"slug": request.brand.slug})
    return redirect(f"{here}?store={store.id}")


@require_GET
@reaching_console_page
def as_csv(request: ConsoleRequest) -> Any:
    """What lies in her stores as a CSV file, sent as it is read."""
    return csv_answer(name="stock", columns=_columns(), rows=_rows(request))


@require_GET
@reaching_console_page
def as_xlsx(request: ConsoleRequest) -> Any:
    """The same as a workbook."""
    return xlsx_answer(name="stock", columns=_columns(), rows=_rows(request))


def _page(
    request: ConsoleRequest, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    stores = stores_of(request, own_stores(request, ROUTE))
    asked = request.POST.get("store") or request.GET.get("store", "")
    store = next((one for one in stores if str(one.id) == asked), stores[0] if stores else None)
    search = searched(request)
    rows: list[dict[str, Any]] = []
    if store is not None and "differences" not in context:
        shelf = queries.shelf_to_count(
            brand_id=request.operator.brand.id, store_id=store.id, search=search, limit=LISTED
        )
        rows = _rows_of(request, shelf)
    base = {
        "stores": [{"id": one.id, "name": name_in(request.language, one)} for one in stores],
        "store": store,
        "store_name": name_in(request.language, store) if store else "",
        "search": search,
        "rows": rows,
        "listed": LISTED,
        "may_export": request.operator.can["stock_csv"],
    }
    return shown(request, "console/count.html", "count", {**base, **context}, status=status)


def _compared(request: ConsoleRequest, store: StoreCard, *, error: str = "") -> HttpResponse:
    found, wrong = _found(request)
    if wrong or not found:
        words = wrong or _("Type what you found of at least one size.")
        return _page(request, {"error": words}, status=422)
    shelf = queries.shelf_to_count(
        brand_id=request.operator.brand.id,
        store_id=store.id,
        sku_ids=list(found),
        limit=LISTED,
    )
    rows = [
        {
            **row,
            "found": found[row["card"].sku_id],
            "difference": f"{found[row['card'].sku_id] - row['card'].on_hand:+d}",
            "is_right": found[row["card"].sku_id] == row["card"].on_hand,
        }
        for row in _rows_of(request, shelf)
    ]
    context = {
        "differences": rows,
        "wrong": sum(1 for row in rows if not row["is_right"]),
        "reason": request.POST.get("reason", "") or _("Stock count"),
        "error": error,
    }
    return _page(request, context, status=409 if error else 200)


def _found(request: ConsoleRequest) -> tuple[dict[UUID, int], str]:
    """SKU -> pieces she typed, of at most a page; and what is wrong with what she typed."""
    found: dict[UUID, int] = {}
    for name, typed in request.POST.items():
        if not name.startswith("found_") or not str(typed).strip():
            continue
        try:
            sku_id = UUID(name.removeprefix("found_"))
        except ValueError:
            continue
        pieces = whole(str(typed).strip(), most=PIECES_MAX)
        if pieces is None:
            return {}, _("Pieces are a whole number: %(typed)s is none.") % {
                "typed": str(typed)[:20]
            }
        found[sku_id] = pieces
        if len(found) > LISTED:
            return {}, _("Count %(most)d sizes at a time.") % {"most": LISTED}
    return found, ""


def _rows_of(request: ConsoleRequest, shelf: Sequence[ShelfRow]) -> list[dict[str, Any]]:
    """SKUs as the page lists them, with what she typed of each. One query."""
    taxonomy, language = audience.taxonomy(brand_id=request.operator.brand.id), request.language
    rows = []
    for one in shelf:
        color = chips.label("color", one.color, taxonomy=taxonomy, language=language)
        name = name_in(language, one)
        typed = request.POST.get(f"found_{one.sku_id}", "")
        words = f"{name} · {color} · {one.size_label}"
        rows.append({"card": one, "name": words, "typed": typed})
    return rows


def _sentence(request: ConsoleRequest, store: StoreCard, refused: DomainError) -> str:
    if isinstance(refused, StockReasonNeeded):
        return _("Say why: the history keeps it.")
    if isinstance(refused, TextTooLong):
        return _("The reason is too long.")
    sku_id = UUID(str(refused.details["sku_id"]))
    shelf = queries.shelf_to_count(
        brand_id=request.operator.brand.id, store_id=store.id, sku_ids=[sku_id]
    )
    words = {"code": shelf[0].code if shelf else ""} | dict(refused.details)
    if isinstance(refused, StockChanged):
        return (
            _("%(code)s has come or gone since: %(on_hand)d lie there now. Count it once more.")
            % words
        )
    if isinstance(refused, StockBelowHeld):
        return _("%(code)s: %(held)d held for orders lie there too: count them as well.") % words
    return _("%(code)s: piece by piece takes %(most)d pieces at most.") % words


def _store(request: ConsoleRequest) -> StoreCard:
    """The store she counts: of hers, the one that the form names. Raises StoreNotFound."""
    for store in stores_of(request, own_stores(request, ROUTE)):
        if str(store.id) == request.POST.get("store", ""):
            return store
    raise StoreNotFound()


def _columns() -> list[str]:
    return [
        _("Store code"),
        _("Store"),
        _("SKU"),
        _("Product"),
        _("Colour"),
        _("Size"),
        _("On hand"),
        _("Held for orders"),
        _("For sale"),
        _("As of"),
    ]


def _rows(request: ConsoleRequest) -> Iterator[list[Cell]]:
    brand, language = request.operator.brand, request.language
    with brand_tx(brand.id):
        own = own_stores(request, FILE_ROUTE)
        stores = {one.id: one for one in _all_stores(brand.id)}
    as_of = request.now.astimezone(ZoneInfo(brand.time_zone))

    def page(last: ShelfRow | None) -> tuple[ShelfRow, ...]:
        return queries.shelves_after(brand_id=brand.id, store_ids=own, last=last, limit=PAGE)

    for one in in_pages(brand.id, page):
        store = stores.get(one.store_id)
        yield [
            store.code if store else "",
            name_in(request.language, store) if store else "",
            one.code,
            name_in(language, one),
            one.color,
            one.size_label,
            one.on_hand,
            one.held,
            one.on_hand - one.held,
            as_of,
        ]


def _all_stores(brand_id: UUID) -> list[StoreCard]:
    found: list[StoreCard] = []
    while True:
        page = brands.stores(brand_id=brand_id, offset=len(found), limit=STORES_LISTED).stores
        found += page
        if len(page) < STORES_LISTED:
            return found
