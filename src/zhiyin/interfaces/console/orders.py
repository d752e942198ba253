"""The orders of a brand: found by number, state, store, delivery and day; and as a file."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StoreCard
from zhiyin.domain.orders import queries
from zhiyin.domain.orders.types import Delivery, OrderCard, OrderFilters, OrderState
from zhiyin.interfaces.console.access import ConsoleRequest, console_page, reaching_console_page
from zhiyin.interfaces.console.ordering import (
    STORES_LISTED,
    cny,
    delivery_words,
    in_words,
    moment,
    own_stores,
    shown_lines,
    state_words,
    store_names,
    stores_of,
)
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.interfaces.exporting import PAGE, csv_answer, in_pages, xlsx_answer
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.tables import Cell, yuan
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 50
ROUTE = "console:orders"


@require_GET
@console_page
def orders(request: ConsoleRequest) -> HttpResponse:
    """Orders, newest first, a page at a time; a store's manager sees those of her store."""
    brand_id = request.operator.brand.id
    own = own_stores(request, ROUTE)
    filters = _filters(request, own)
    found = queries.orders_of_store(
        brand_id=brand_id,
        store_ids=filters.store_ids,
        states=filters.states,
        delivery=filters.delivery,
        number=filters.number,
        since=filters.since,
        until=filters.until,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    lines = shown_lines(request, found.orders)
    names = store_names(request, [one.store_id for one in found.orders])
    states, ways = state_words(), delivery_words()
    asked = {name: request.GET.get(name, "").replace("\x00", "")[:60] for name in FIELDS}
    context = {
        "asked": asked,
        "is_filtered": any(asked.values()),
        "query": urlencode({name: said for name, said in asked.items() if said}),
        "stores": [
            (str(one.id), name_in(request.language, one)) for one in stores_of(request, own)
        ],
        "states": [(one.value, words) for one, words in states.items()],
        "deliveries": [(one.value, words) for one, words in ways.items()],
        "total": found.total,
        "rows": [
            {
                "order": one,
                "state": states[one.state],
                "goods": in_words(lines[one.id]),
                "store": names.get(one.store_id, ""),
                "way": ways[one.delivery],
                "payable": cny(request, one.payable_fen),
                "refunded": cny(request, one.refunded_fen) if one.refunded_fen else "",
                "at": moment(request, one.placed_at),
            }
            for one in found.orders
        ],
        "pager": pager(request, total=found.total, per_page=PER_PAGE),
    }
    return shown(request, "console/orders.html", "orders", context)


@require_GET
@reaching_console_page
def as_csv(request: ConsoleRequest) -> Any:
    """The orders of the filter as a CSV file, sent as they are read."""
    return csv_answer(name="orders", columns=_columns(), rows=_rows(request))


@require_GET
@reaching_console_page
def as_xlsx(request: ConsoleRequest) -> Any:
    """The same as a workbook."""
    return xlsx_answer(name="orders", columns=_columns(), rows=_rows(request))


FIELDS = ("q", "state", "store", "delivery", "since", "until")


def _filters(request: ConsoleRequest, own: frozenset[UUID] | None) -> OrderFilters:
    """What she asked for, within the stores that are hers. What makes no sense asks for nothing."""
    said = request.GET
    stores = None if own is None else tuple(sorted(own))
    if asked := said.get("store", ""):
        try:
            store = UUID(asked)
        except ValueError:
            store = None
        stores = (store,) if store is not None and (own is None or store in own) else ()
    return OrderFilters(
        store_ids=stores,
        states=tuple(one for one in OrderState if one.value == said.get("state")),
        delivery=next((one for one in Delivery if one.value == said.get("delivery")), None),
        number="".join(filter(str.isalnum, said.get("q", "")))[:20],
        since=_midnight(request, "since"),
        until=_midnight(request, "until", days=1),
    )


def _midnight(request: ConsoleRequest, name: str, *, days: int = 0) -> datetime | None:
    """The start of the day that she typed, or of one some days later; None for no day."""
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2200:
        return None
    zone = ZoneInfo(request.operator.brand.time_zone)
    return datetime.combine(day + timedelta(days=days), time(), zone)


def _columns() -> list[str]:
    return [
        _("Order"),
        _("State"),
        _("Placed"),
        _("Paid"),
        _("Handed over or received"),
        _("Store code"),
        _("Store"),
        _("Delivery"),
        _("Product"),
        _("Colour"),
        _("Size"),
        _("Pieces"),
        _("Pieces given back"),
        _("List price of a piece, yuan"),
        _("Paid for the line, yuan"),
        _("Freight of the order, yuan"),
        _("Order, yuan"),
        _("Given back of the order, yuan"),
    ]


def _rows(request: ConsoleRequest) -> Iterator[list[Cell]]:
    """A row for each line; sums of an order stand in its first row, so that a column adds up."""
    brand = request.operator.brand
    with brand_tx(brand.id):
        filters = _filters(request, own_stores(request, ROUTE))
        stores = {one.id: one for one in _all_stores(brand.id)}
    states, ways = state_words(), delivery_words()
    zone = ZoneInfo(brand.time_zone)

    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(zone) if at else None

    def cells(order: OrderCard) -> Iterator[list[Cell]]:
        store = stores.get(order.store_id)
        for number, line in enumerate(order.lines):
            sums = (order.freight_fen, order.payable_fen, order.refunded_fen)
            yield [
                order.number,
                states[order.state],
                local(order.placed_at),
                local(order.paid_at),
                local(order.done_at),
                store.code if store else "",
                name_in(request.language, store) if store else "",
                ways[order.delivery],
                name_in(request.language, line),
                line.color,
                line.size_label,
                line.quantity,
                line.refunded,
                yuan(line.list_fen),
                yuan(line.payable_fen),
                *(yuan(fen) if number == 0 else None for fen in sums),
            ]

    def page(last: OrderCard | None) -> tuple[OrderCard, ...]:
        return queries.orders_after(brand_id=brand.id, filters=filters, last=last, limit=PAGE)

    for order in in_pages(brand.id, page):
        yield from cells(order)


def _all_stores(brand_id: UUID) -> list[StoreCard]:
    found: list[StoreCard] = []
    while True:
        page = brands.stores(brand_id=brand_id, offset=len(found), limit=STORES_LISTED).stores
        found += page
        if len(page) < STORES_LISTED:
            return found
