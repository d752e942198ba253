"""One order: its lines, its price explained, its money, its history; and giving money back."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.orders import queries
from zhiyin.domain.orders.types import (
    NothingToGiveBack,
    OrderCard,
    OrderMoveRefused,
    OrderNotFound,
    OrderState,
    ReasonNeeded,
)
from zhiyin.domain.pricing.types import PiecesRefused
from zhiyin.domain.promotions import queries as promotions
from zhiyin.flows import purchase
from zhiyin.flows.purchase.approving import RefundAboveLimit
from zhiyin.interfaces import care_words
from zhiyin.interfaces.console.access import (
    ConsoleRequest,
    NotYours,
    console_page,
    reaching_console_page,
)
from zhiyin.interfaces.console.ordering import (
    close_words,
    cny,
    delivery_words,
    moment,
    move_words,
    own_stores,
    payment_words,
    refund_words,
    roles_at,
    shown_lines,
    state_words,
    store_names,
)
from zhiyin.interfaces.console.showing import shown
from zhiyin.interfaces.priced import of_order
from zhiyin.interfaces.refusals import STATUS
from zhiyin.kit.errors import DomainError
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

PIECES_MAX = 99
REFUND = "console:order-refund"
WAITS = {OrderState.UNPAID, OrderState.CLOSED, OrderState.REFUNDED, OrderState.GROUPING}
"""Where nothing can be given back piece by piece."""


@require_GET
@console_page
def order(request: ConsoleRequest, order_id: UUID) -> HttpResponse:
    """Everything about an order, but who bought it: her facts are not for this page."""
    return _page(request, _hers(request, order_id))


@require_POST
@reaching_console_page
def refund(request: ConsoleRequest, order_id: UUID) -> HttpResponse:
    """Promise money back for some pieces, or for all that is left. The same form gives back once.

    Above what her role may give alone it is refused, and nothing has changed.
    """
    brand_id = request.operator.brand.id
    with brand_tx(brand_id):
        card = _hers(request, order_id)
        roles = roles_at(request, card.store_id, REFUND)
    if not roles:
        raise NotYours(route=REFUND)
    try:
        pieces = None if request.POST.get("act") == "all" else _pieces(request, card)
        with brand_tx(brand_id):
            given = purchase.give_back_within(
                brand_id=brand_id,
                order_id=order_id,
                key=_key(request).hex,
                roles=roles,
                reason=request.POST.get("reason", ""),
                pieces=pieces,
                with_freight="freight" in request.POST,
                goods_are_back="shelf" in request.POST,
                user_id=request.operator.user_id,
                now=request.now,
            )
    except DomainError as refused:
        with brand_tx(brand_id):
            words = _sentence(request, refused)
            return _page(
                request, _hers(request, order_id), error=words, status=STATUS[refused.kind]
            )
    messages.info(
        request,
        _("%(sum)s goes back. The provider is asked at once.")
        % {"sum": cny(request, given.amount_fen)},
    )
    return redirect("console:order", slug=request.brand.slug, order_id=order_id)


def _hers(request: ConsoleRequest, order_id: UUID) -> OrderCard:
    """The order, if it is of a store that her roles open to her. Raises OrderNotFound."""
    card = queries.order(brand_id=request.operator.brand.id, order_id=order_id)
    own = own_stores(request, "console:order")
    if own is not None and card.store_id not in own:
        raise OrderNotFound()
    return card


def _page(
    request: ConsoleRequest, card: OrderCard, *, error: str = "", status: int = 200
) -> HttpResponse:
    brand_id = request.operator.brand.id
    lines = shown_lines(request, [card])[card.id]
    payment = queries.payment_of(brand_id=brand_id, order_id=card.id)
    limits = queries.refund_limits(brand_id=brand_id)
    gives_back = roles_at(request, card.store_id, REFUND)
    hers = [limits[role] for role in gives_back if role in limits]
    most_fen = max((one for one in hers if one is not None), default=0)
    context = {
        "order": card,
        "state": state_words()[card.state],
        "way": delivery_words()[card.delivery],
        "store": store_names(request, [card.store_id]).get(card.store_id, ""),
        "closed_why": close_words().get(card.close_reason, ""),
        "lines": [
            one
            | {"left": one["line"].quantity - one["line"].refunded, "asked": _asked(request, one)}
            for one in lines
        ],
        "price": _price(request, card),
        "given_back": cny(request, -card.refunded_fen) if card.refunded_fen else "",
        "payment": {
            "card": payment,
            "state": payment_words()[payment.state],
            "sum": cny(request, payment.amount_fen),
            "at": moment(request, card.paid_at),
        },
        "refunds": _refunds(request, card),
        "history": _history(request, card),
        "may_refund": bool(gives_back) and card.state not in WAITS,
        "limit": "" if None in hers else cny(request, most_fen),
        "error": error,
        "key": request.POST.get("key") or uuid4().hex,
        "reason": request.POST.get("reason", "")[:200],
    }
    return shown(request, "console/order.html", "orders", context, status=status)


def _price(request: ConsoleRequest, card: OrderCard) -> dict[str, Any]:
    """The price as it was explained when the order was placed, each rule by its name."""
    kept: Any = card.explained
    rules = [one["rule"] for word in ("applied", "refused") for one in kept.get(word, ())]
    terms = promotions.terms_by_rule(brand_id=request.operator.brand.id, rules=rules)
    return of_order(card, request.language, terms)


def _refunds(request: ConsoleRequest, card: OrderCard) -> list[dict[str, Any]]:
    words = refund_words()
    found = queries.refunds_of(brand_id=request.operator.brand.id, order_id=card.id)
    return [
        {
            "card": one,
            "reason": care_words.reason(one.reason),
            "sum": cny(request, one.amount_fen),
            "state": words[one.state],
            "at": moment(request, one.granted_at),
            "done": moment(request, one.done_at),
        }
        for one in found
    ]


def _history(request: ConsoleRequest, card: OrderCard) -> list[dict[str, str]]:
    brand_id = request.operator.brand.id
    staff = {one.user_id: one.user_name for one in brands.staff_ever(brand_id=brand_id)}
    words, states, closed = move_words(), state_words(), close_words()

    def who(step: Any) -> str:
        if step.user_id is not None:
            return staff.get(step.user_id, "")
        return _("the buyer") if step.member_id is not None else _("by itself")

    return [
        {
            "what": words[step.move],
            "state": states[step.state],
            "at": moment(request, step.at),
            "who": who(step),
            "why": closed.get(step.reason) or care_words.reason(step.reason),
        }
        for step in queries.steps(brand_id=brand_id, order_id=card.id)
    ]


def _asked(request: ConsoleRequest, one: dict[str, Any]) -> str:
    return request.POST.get(f"pieces_{one['line'].key}", "0")[:4]


def _pieces(request: ConsoleRequest, card: OrderCard) -> dict[str, int]:
    """Line -> how many pieces go back. Raises PiecesRefused."""
    wanted: dict[str, int] = {}
    for line in card.lines:
        typed = request.POST.get(f"pieces_{line.key}", "").strip() or "0"
        count = whole(typed, most=PIECES_MAX)
        if count is None:
            raise PiecesRefused(line=line.key)
        if count:
            wanted[line.key] = count
    if not wanted:
        raise PiecesRefused()
    return wanted


def _key(request: ConsoleRequest) -> UUID:
    """What makes a form pressed twice one refund. Raises OrderNotFound: no page of ours."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise OrderNotFound() from None


def _sentence(request: ConsoleRequest, refused: DomainError) -> str:
    if isinstance(refused, RefundAboveLimit):
        most = cny(request, int(str(refused.details["most_fen"])))
        return _(
            "Alone you may give back %(most)s of one order, all parts together. Ask an admin."
        ) % {"most": most}
    if isinstance(refused, ReasonNeeded):
        return _("Say why, in a few words: the history keeps it.")
    if isinstance(refused, PiecesRefused):
        return _("Say how many pieces of which line go back, and no more than are left.")
    if isinstance(refused, NothingToGiveBack):
        return _("Nothing was paid for these pieces, so there is nothing to give back.")
    if isinstance(refused, OrderMoveRefused):
        return _("The order has moved on meanwhile. Look at where it stands now.")
    raise refused
