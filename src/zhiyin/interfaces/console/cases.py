"""After-sales cases: whose turn it is, what runs out next, and the answer."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.brands.types import Role, StoreNotFound
from zhiyin.domain.members.types import Opened
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import (
    Carrier,
    CaseCard,
    CaseNotFound,
    CaseState,
    GoingBack,
    TermsRefused,
    Turn,
)
from zhiyin.flows.purchase import cases as journey
from zhiyin.interfaces import care_words as words
from zhiyin.interfaces import photos
from zhiyin.interfaces.console.access import (
    ConsoleRequest,
    NotYours,
    console_page,
    reaching_console_page,
)
from zhiyin.interfaces.console.ordering import own_stores, roles_at, stores_of
from zhiyin.interfaces.console.parcels import names_of
from zhiyin.interfaces.console.reads import note_read
from zhiyin.interfaces.console.showing import page_number, pager, shown
from zhiyin.interfaces.refusals import STATUS
from zhiyin.kit.errors import DomainError
from zhiyin.kit.money import format_cny
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 50
ROUTE = "console:case"
DECIDERS = frozenset({Role.ADMIN, Role.OPERATOR, Role.MANAGER})
VIEWS: dict[str, tuple[tuple[Turn, ...], bool | None]] = {
    "": ((Turn.BRAND,), True),
    "admin": ((Turn.ADMIN,), True),
    "shopper": ((Turn.SHOPPER,), True),
    "provider": ((Turn.PROVIDER,), True),
    "closed": ((), False),
}


@require_GET
@console_page
def cases(request: ConsoleRequest) -> HttpResponse:
    """The cases by whose turn it is; what runs out first stands first."""
    brand_id = request.operator.brand.id
    chosen = request.GET.get("of", "")
    chosen = chosen if chosen in VIEWS else ""
    here = reverse("console:cases", kwargs={"slug": request.brand.slug})
    own = own_stores(request, "console:cases")
    store_ids = None if own is None else sorted(own)
    turns, is_open = VIEWS[chosen]
    found = ordered.cases(
        brand_id=brand_id,
        store_ids=store_ids,
        turns=turns,
        is_open=is_open,
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    names = {
        "": _("Our turn"),
        "admin": _("For an admin"),
        "shopper": _("The shopper's turn"),
        "provider": _("Money on its way"),
        "closed": _("Ended"),
    }
    context = {
        "rows": [_row(request, case) for case in found.cases],
        "chosen": chosen,
        "views": [
            {
                "name": name,
                "href": f"{here}?of={key}" if key else here,
                "is_current": key == chosen,
                "count": None
                if key == "closed"
                else ordered.cases(
                    brand_id=brand_id,
                    store_ids=store_ids,
                    turns=VIEWS[key][0],
                    is_open=True,
                    limit=1,
                ).total,
            }
            for key, name in names.items()
        ],
        "terms": ordered.case_terms(brand_id=brand_id),
        "pager": pager(request, total=found.total, per_page=PER_PAGE),
    }
    return shown(request, "console/cases.html", "cases", context)


@require_GET
@console_page
def case(request: ConsoleRequest, case_id: UUID) -> HttpResponse:
    """One case with its history; what she wrote of it is personal, and a line is written."""
    return _page(request, case_id)


@require_GET
@console_page
def photo(request: ConsoleRequest, case_id: UUID, place: int) -> HttpResponse:
    """A photo of hers with a case; opened whole, a line is written as for her words."""
    card = _card(request, case_id)
    if not _is_ours(request, card):
        raise CaseNotFound(case_id=case_id)
    is_small = "small" in request.GET
    if not is_small:
        note_read(request, card.member_id, Opened.CASE)
    return photos.of_case(request.operator.brand.id, case_id, place, small=is_small)


@require_POST
@reaching_console_page
def act(request: ConsoleRequest, case_id: UUID) -> HttpResponse:
    """Say yes, say no with a reason, or note that the goods are back."""
    brand_id, what = request.operator.brand.id, request.POST.get("act", "")
    with brand_tx(brand_id):
        card, own = _card(request, case_id), own_stores(request, ROUTE)
        is_ours, may = own is None or card.store_id in own, _may(request, card)
        roles = roles_at(request, card.store_id, ROUTE)
    doing: dict[str, Any] = {
        "brand_id": brand_id,
        "case_id": case_id,
        "now": request.now,
        "user_id": request.operator.user_id,
    }
    if what not in may:
        raise NotYours(act=what)
    try:
        if what == "approve":
            journey.approve(**doing, roles=roles)
        elif what == "refuse":
            journey.refuse(**doing, answer=request.POST.get("answer", ""))
        else:
            journey.goods_are_back(
                **doing,
                restock=bool(request.POST.get("restock")),
                store_id=None if is_ours else _counter(request, own or frozenset()),
            )
    except DomainError as refused:
        with brand_tx(brand_id):
            error = str(words.refusal(refused))
            return _page(request, case_id, error=error, status=STATUS[refused.kind])
    messages.info(request, _("Done. She reads it on her page."))
    if not is_ours:  # the goods are here now; what becomes of the case is its own store's to read
        return redirect("console:cases", slug=request.brand.slug)
    return redirect("console:case", slug=request.brand.slug, case_id=case_id)


@require_POST
@console_page
def terms(request: ConsoleRequest) -> HttpResponse:
    """For how many days shoppers may ask."""
    days = whole(request.POST.get("within_days", ""), most=10_000)
    try:
        orders.set_case_terms(brand_id=request.operator.brand.id, within_days=days or 0)
    except TermsRefused:
        messages.error(request, _("Between 7 days, the law's least, and 90."))
    else:
        messages.info(request, _("Saved. It counts for every order from now on."))
    return redirect("console:cases", slug=request.brand.slug)


def _counter(request: ConsoleRequest, own: Collection[UUID]) -> UUID:
    """The store whose counter she stands at. Raises StoreNotFound if it is none of hers."""
    said = request.POST.get("store", "")
    for store_id in own:
        if len(own) == 1 or str(store_id) == said:
            return store_id
    raise StoreNotFound()


def _card(request: ConsoleRequest, case_id: UUID) -> CaseCard:
    """A case of her stores, or one whose goods may be handed in at any. Raises CaseNotFound."""
    card = ordered.read_case(brand_id=request.operator.brand.id, case_id=case_id)
    comes_here = card.going_back is GoingBack.STORE and card.state is CaseState.WAITING_GOODS
    if not (comes_here or _is_ours(request, card)):
        raise CaseNotFound(case_id=case_id)
    return card


def _is_ours(request: ConsoleRequest, card: CaseCard) -> bool:
    """Is it of a store in which her roles open cases to her?"""
    own = own_stores(request, ROUTE)
    return own is None or card.store_id in own


def _may(request: ConsoleRequest, card: CaseCard) -> list[str]:
    """What this member of staff may do to a case as it stands."""
    roles = roles_at(request, card.store_id, ROUTE)
    if card.state is CaseState.ESCALATED:
        return ["approve", "refuse"] if Role.ADMIN in roles else []
    decides = bool(roles & DECIDERS)
    if card.state is CaseState.ASKED:
        return ["approve", "refuse"] if decides else []
    if card.state is CaseState.GOODS_SENT:
        return ["goods", "refuse"] if decides else ["goods"]
    return ["goods"] if card.state is CaseState.WAITING_GOODS else []


def _page(
    request: ConsoleRequest, case_id: UUID, *, error: str = "", status: int = 200
) -> HttpResponse:
    brand_id = request.operator.brand.id
    card = _card(request, case_id)
    her_words, her_photos, is_ours = "", 0, _is_ours(request, card)
    if is_ours:
        her_words = ordered.case_words(brand_id=brand_id, case_id=case_id)
        her_photos = len(ordered.case_photos(brand_id=brand_id, case_id=case_id))
    if her_words or her_photos:
        note_read(request, card.member_id, Opened.CASE)
    order = ordered.order(brand_id=brand_id, order_id=card.order_id)
    names = names_of(request, order)
    may = _may(request, card)
    context = {
        "row": _row(request, card),
        "order": order,
        "order_url": reverse(
            "console:order", kwargs={"slug": request.brand.slug, "order_id": order.id}
        )
        if is_ours
        else "",
        "paid": format_cny(order.payable_fen, request.language),
        "her_words": her_words,
        "photos": [
            reverse(
                "console:case-photo",
                kwargs={"slug": request.brand.slug, "case_id": case_id, "place": place + 1},
            )
            for place in range(her_photos)
        ],
        "pieces": [{"name": names[key], "count": n} for key, n in card.pieces.items()],
        "steps": words.steps(ordered.case_steps(brand_id=brand_id, case_id=case_id)),
        "may_approve": "approve" in may,
        "may_refuse": "refuse" in may,
        "may_take": "goods" in may,
        "counters": [] if is_ours else stores_of(request, own_stores(request, ROUTE)),
        "answer": request.POST.get("answer", ""),
        "error": error,
    }
    return shown(request, "console/case.html", "cases", context, status=status)


def _row(request: ConsoleRequest, card: CaseCard) -> dict[str, Any]:
    left = card.deadline_at - request.now if card.deadline_at else None
    return {
        "card": card,
        "state": words.STATES[card.state],
        "badge": words.BADGES.get(card.state, ""),
        "reason": words.REASONS[card.reason],
        "turn": words.TURNS[card.turn],
        "sum": format_cny(card.amount_fen, request.language),
        "pieces": sum(card.pieces.values()),
        "hours_left": max(0, int(left.total_seconds() // 3600)) if left is not None else None,
        "carrier": words.CARRIERS[Carrier(card.carrier)] if card.carrier else "",
        "is_return": card.going_back is not GoingBack.NONE,
    }
