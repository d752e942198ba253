"""What she is told of her orders, in words made when she reads it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.members import queries as people
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import Delivery, NoticeCard, NoticeKind, OrderState
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.ordered_words import badge, closed_words, state_words
from zhiyin.interfaces.shop.showing import in_her_zone, page_number, pager
from zhiyin.kit.money import format_cny

PER_PAGE = 20


def told(request: ShopRequest) -> dict[str, Any]:
    """A page of what she was told, newest first, as `shop/parts/told.html` wants it.

    Runs inside the brand's transaction. Seven queries.
    """
    brand_id = request.visitor.brand.id
    page = page_number(request)
    found = ordered.notices(
        brand_id=brand_id,
        member_ids=herself(request),
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    store_ids = {one.order.store_id for one in found.notices}
    stores = {
        one.id: name_in(request.language, one)
        for one in brands.stores_by_id(brand_id=brand_id, store_ids=sorted(store_ids))
    }
    return {
        "notices": [_row(request, one, stores) for one in found.notices],
        "has_unseen": any(one.seen_at is None for one in found.notices),
        **pager(page, found.total, PER_PAGE),
    }


@require_POST
@shop_page
def all_seen(request: ShopRequest) -> HttpResponse:
    """She has read them all."""
    orders.note_seen(
        brand_id=request.visitor.brand.id, member_ids=herself(request), now=request.now
    )
    return redirect("shop:messages", slug=request.brand.slug)


def note_order_seen(request: ShopRequest, order_id: UUID) -> None:
    """She looks at an order: what she was told of it is seen, and the tab bar counts less.

    Runs inside the brand's transaction, before the page is drawn.
    """
    seen = orders.note_seen(
        brand_id=request.visitor.brand.id,
        member_ids=herself(request),
        order_id=order_id,
        now=request.now,
    )
    if seen and type(request.unread) is int:
        # Counted before a page that reaches out; for others, as the tab bar is drawn: after this.
        request.unread = max(0, request.unread - seen)


def herself(request: ShopRequest) -> tuple[UUID, ...]:
    """Every member that is this person. One query."""
    own_id = member_id(request)
    return people.person_ids(brand_id=request.visitor.brand.id, member_id=own_id) or (own_id,)


def _row(request: ShopRequest, one: NoticeCard, stores: Mapping[UUID, str]) -> dict[str, Any]:
    order = one.order
    is_english = request.language.startswith("en")
    names = [name_in(request.language, line) for line in order.lines]
    return {
        "words": _words(request, one, stores.get(order.store_id, "")),
        "href": _href(request, one),
        "is_new": one.seen_at is None,
        "at": one.at,
        "names": (", " if is_english else "、").join(dict.fromkeys(names)),
        "state": state_words(order.state, order.delivery),
        "badge": badge(order.state),
    }


def _href(request: ShopRequest, one: NoticeCard) -> str:
    """Where it goes on: her case, the order's parcels, or the order."""
    slug = request.brand.slug
    if one.case_id is not None:
        return reverse("shop:case", kwargs={"slug": slug, "case_id": one.case_id})
    page = "shop:parcels" if one.kind is NoticeKind.SENT else "shop:order"
    return reverse(page, kwargs={"slug": slug, "order_id": one.order.id})


def _words(request: ShopRequest, one: NoticeCard, store: str) -> str:
    """One sentence: what happened, and what she has to do, if anything."""
    order = one.order
    if one.kind is NoticeKind.PAY_SOON:
        if order.state is not OrderState.UNPAID:
            return _("It was waiting to be paid.")
        when = in_her_zone(request, order.pay_by)
        return _("Still to be paid: the pieces are held until %(when)s.") % {"when": when}
    if one.kind is NoticeKind.CLOSED:
        return closed_words(order)
    if one.kind is NoticeKind.GROUP_WON:
        if order.delivery is Delivery.PICKUP:
            return _("The group is complete. Collect it at %(store)s.") % {"store": store}
        return _("The group is complete. It is sent to you next.")
    if one.kind is NoticeKind.REFUNDED:
        return _("%(sum)s has arrived where you paid from.") % {
            "sum": format_cny(one.amount_fen or 0, request.language)
        }
    if one.kind is NoticeKind.CASE_GOODS:
        if one.until is None:
            return _("The shop agreed to take it back.")
        when = in_her_zone(request, one.until)
        return _("The shop agreed to take it back. Send the goods by %(when)s.") % {"when": when}
    return {
        NoticeKind.READY: _("Ready to collect at %(store)s.") % {"store": store},
        NoticeKind.GROUP_LOST: _("The group did not come together. What you paid goes back."),
        NoticeKind.SENT: _("A parcel is on its way to you."),
        NoticeKind.CASE_GRANTED: _("The shop agreed. The money is on its way."),
        NoticeKind.CASE_REFUSED: _("The shop refused. Read why, and what you can do."),
        NoticeKind.CASE_ENDED: _("Head office refused as well. Read why."),
    }[one.kind]
