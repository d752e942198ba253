"""The counter of a store: a code is shown, the goods are handed over once, a mistake is undone."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import StoreCard, StoreNotFound
from zhiyin.domain.orders import queries
from zhiyin.domain.orders.types import (
    UNDO_WITHIN,
    AlreadyCollected,
    CodeTrier,
    OrderCard,
    OrderMove,
    OrderMoveRefused,
    OrderNotFound,
    OrderState,
    PickupElsewhere,
    PickupNotFound,
    ReasonNeeded,
    TooManyWrongCodes,
    UndoAfterRefund,
    UndoTooLate,
)
from zhiyin.flows import purchase
from zhiyin.interfaces.console.access import ConsoleRequest, console_page, reaching_console_page
from zhiyin.interfaces.console.ordering import (
    in_words,
    moment,
    own_stores,
    shown_lines,
    state_words,
    store_names,
    stores_of,
)
from zhiyin.interfaces.console.pickup_slots import slot_words
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.refusals import STATUS
from zhiyin.kit.errors import DomainError
from zhiyin.kit.times import start_of_day
from zhiyin.storage.tenancy import brand_tx

PER_PAGE, DONE_LISTED = 20, 50
ROUTE = "console:pickup"
Answer = Mapping[str, Any]


@require_GET
@console_page
def pickup(request: ConsoleRequest) -> HttpResponse:
    """The field for a code, and what waits in her store, by when somebody comes."""
    return _page(request, {})


@require_POST
@reaching_console_page
def look(request: ConsoleRequest) -> HttpResponse:
    """What a code stands for, before anything is handed over."""
    store, code = _store(request), _code(request)
    try:
        found = purchase.preview_pickup(
            brand_id=request.operator.brand.id,
            code=code,
            store_id=store.id,
            by=CodeTrier(user_id=request.operator.user_id),
            now=request.now,
        )
    except DomainError as refused:
        return _refused(request, refused)
    with brand_tx(request.operator.brand.id):
        if found.pickup.collected_at is not None:
            return _already(request, found.order, found.pickup.collected_at)
        if found.order.state is not OrderState.PAID:
            return _told(request, _not_now(found.order.state), HTTPStatus.CONFLICT)
        return _answered(request, {"is": "ready", **_goods(request, found.order)})


@require_POST
@reaching_console_page
def collect(request: ConsoleRequest) -> HttpResponse:
    """Hand it over, once. Pressed again, it says when it was done and by whom."""
    brand_id, store, code = request.operator.brand.id, _store(request), _code(request)
    try:
        order = purchase.collect(
            brand_id=brand_id,
            code=code,
            store_id=store.id,
            user_id=request.operator.user_id,
            now=request.now,
        )
    except AlreadyCollected as before:
        with brand_tx(brand_id):
            card = queries.pickup_by_code(brand_id=brand_id, code=code)
            order = queries.order(brand_id=brand_id, order_id=card.order_id)
            at = datetime.fromisoformat(str(before.details["at"]))
            return _already(request, order, card.collected_at or at)
    except DomainError as refused:
        return _refused(request, refused)
    with brand_tx(brand_id):
        return _answered(request, {"is": "done", **_goods(request, order)}, has_happened=True)


@require_POST
@reaching_console_page
def undo(request: ConsoleRequest) -> HttpResponse:
    """Take back a hand-over that was a mistake, with a reason that the history keeps."""
    brand_id, store = request.operator.brand.id, _store(request)
    order_id = _order_id(request)
    with brand_tx(brand_id):
        order = queries.order(brand_id=brand_id, order_id=order_id)
    if order.store_id != store.id:
        raise OrderNotFound()
    try:
        purchase.undo_collect(
            brand_id=brand_id,
            order_id=order_id,
            user_id=request.operator.user_id,
            reason=request.POST.get("reason", ""),
            now=request.now,
        )
    except OrderMoveRefused:
        return _undone_before(request, order)
    except ReasonNeeded as refused:
        with brand_tx(brand_id):
            answer = {"is": "done", **_goods(request, order), "error": _sentence(request, refused)}
            return _answered(request, answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except DomainError as refused:
        return _refused(request, refused)
    with brand_tx(brand_id):
        answer = {"is": "undone", **_goods(request, order)}
        return _answered(request, answer, has_happened=True)


def _page(request: ConsoleRequest, answer: Answer, *, status: int = 200) -> HttpResponse:
    brand_id = request.operator.brand.id
    stores = stores_of(request, own_stores(request, ROUTE))
    asked = request.POST.get("store") or request.GET.get("store", "")
    store = next((one for one in stores if str(one.id) == asked), stores[0] if stores else None)
    context: dict[str, Any] = {
        "stores": [{"id": one.id, "name": name_in(request.language, one)} for one in stores],
        "store": store,
        "code": request.POST.get("code", "")[:40],
        "answer": answer,
    }
    if store is not None:
        waiting = queries.waiting_pickups(
            brand_id=brand_id,
            store_id=store.id,
            offset=(page_number(request) - 1) * PER_PAGE,
            limit=PER_PAGE,
        )
        done = queries.collected_since(
            brand_id=brand_id,
            store_id=store.id,
            since=start_of_day(request.now, request.operator.brand.time_zone),
            limit=DONE_LISTED,
        )
        lines = shown_lines(request, [*waiting.orders, *done])
        slots = queries.slots_of(brand_id=brand_id, order_ids=[one.id for one in waiting.orders])
        context |= {
            "store_name": name_in(request.language, store),
            "total": waiting.total,
            "to_hand_over": [
                {
                    "order": one,
                    "goods": in_words(lines[one.id]),
                    "since": moment(request, one.paid_at),
                    "slot": slot_words(request, slots.get(one.id)),
                }
                for one in waiting.orders
            ],
            "done": [
                {
                    "order": one,
                    "goods": in_words(lines[one.id]),
                    "at": moment(request, one.done_at),
                    "may_undo": _may_undo(request, one.done_at),
                }
                for one in done
            ],
            "pager": pager(request, total=waiting.total, per_page=PER_PAGE),
        }
    return shown(request, "console/pickup.html", "pickup", context, status=status)


def _answered(
    request: ConsoleRequest,
    answer: Answer,
    *,
    status: int = HTTPStatus.OK,
    has_happened: bool = False,
) -> HttpResponse:
    """The answer alone where the page asked for it from a script, else the whole page."""
    if not request.htmx:
        return _page(request, answer, status=status)
    context = {
        "answer": answer,
        "code": request.POST.get("code", "")[:40],
        "store": {"id": request.POST.get("store", "")},
    }
    told = render(request, "console/parts/counter.html", context, status=status)
    if has_happened:
        told["HX-Trigger"] = "handed-over"
    return told


def _already(request: ConsoleRequest, order: OrderCard, at: datetime) -> HttpResponse:
    steps = queries.steps(brand_id=request.operator.brand.id, order_id=order.id)
    by = next((one.user_id for one in reversed(steps) if one.user_id is not None), None)
    answer = {
        "is": "already",
        **_goods(request, order),
        "at": moment(request, at),
        "by": _name(request, by),
        "by_her": by == request.operator.user_id,
        "may_undo": _may_undo(request, at),
    }
    return _answered(request, answer, status=HTTPStatus.CONFLICT)


def _undone_before(request: ConsoleRequest, order: OrderCard) -> HttpResponse:
    """Pressed again after an answer that was lost on the way, it is told once more."""
    with brand_tx(request.operator.brand.id):
        steps = queries.steps(brand_id=request.operator.brand.id, order_id=order.id)
        if steps[-1].move is OrderMove.UNDO_COLLECT:
            return _answered(request, {"is": "undone", **_goods(request, order)})
        return _told(request, _("It is not handed over, so nothing changed."), HTTPStatus.CONFLICT)


def _refused(request: ConsoleRequest, refused: DomainError) -> HttpResponse:
    with brand_tx(request.operator.brand.id):
        return _told(request, _sentence(request, refused), STATUS[refused.kind])


def _told(request: ConsoleRequest, words: str, status: int) -> HttpResponse:
    return _answered(request, {"is": "refused", "words": words}, status=status)


def _sentence(request: ConsoleRequest, refused: DomainError) -> str:
    """A refusal in words for the counter. What has none here goes on as it is."""
    if isinstance(refused, PickupNotFound):
        return _("No order has this code. Ask her to open the order again and show it.")
    if isinstance(refused, TooManyWrongCodes):
        until = datetime.fromisoformat(str(refused.details["until"]))
        return _("Too many wrong codes. Try again from %(at)s on.") % {"at": moment(request, until)}
    if isinstance(refused, PickupElsewhere):
        store_id = UUID(str(refused.details["store_id"]))
        name = store_names(request, [store_id]).get(store_id, "")
        return _("These goods wait in another store: %(name)s.") % {"name": name}
    if isinstance(refused, OrderMoveRefused):
        return _not_now(OrderState(str(refused.details["state"])))
    if isinstance(refused, UndoTooLate):
        return _("It was handed over more than half an hour ago, so this cannot be undone here.")
    if isinstance(refused, UndoAfterRefund):
        return _("Money has gone back since, so this cannot be undone.")
    if isinstance(refused, ReasonNeeded):
        return _("Say why, in a few words: the history keeps it.")
    raise refused


def _not_now(state: OrderState) -> str:
    return _("Nothing to hand over: this order stands at “%(state)s”.") % {
        "state": state_words()[state]
    }


def _goods(request: ConsoleRequest, order: OrderCard) -> dict[str, Any]:
    lines = shown_lines(request, [order])[order.id]
    return {
        "order": order,
        "lines": [one for one in lines if one["pieces"]],
        "pieces": sum(one["pieces"] for one in lines),
    }


def _name(request: ConsoleRequest, user_id: int | None) -> str:
    known = brands.staff_ever(brand_id=request.operator.brand.id)
    return next((one.user_name for one in known if one.user_id == user_id), "")


def _may_undo(request: ConsoleRequest, at: datetime | None) -> bool:
    return at is not None and request.now <= at + UNDO_WITHIN


def _store(request: ConsoleRequest) -> StoreCard:
    """The store she stands in: of hers, the one that the form names. Raises StoreNotFound."""
    with brand_tx(request.operator.brand.id):
        stores = stores_of(request, own_stores(request, ROUTE))
    asked = request.POST.get("store", "")
    for store in stores:
        if str(store.id) == asked:
            return store
    raise StoreNotFound()


def _code(request: ConsoleRequest) -> str:
    return request.POST.get("code", "").replace("\x00", "")[:40]


def _order_id(request: ConsoleRequest) -> UUID:
    try:
        return UUID(request.POST.get("order", ""))
    except ValueError:
        raise OrderNotFound() from None
