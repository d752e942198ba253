"""The group of an order, on its page: who is missing, what happens at its end, and the way out."""

from typing import Any

from django.utils.translation import gettext as _

from zhiyin.domain.orders.types import OrderCard, OrderState
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import GroupState, SeatCard, SeatState
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.interfaces.shop.together import group_url, time_left, waits_for, who_joined


def group_of(request: ShopRequest, card: OrderCard) -> dict[str, Any] | None:
    """What the page of an order says of its group; None for one bought alone. Five queries.

    Runs inside the brand's transaction.
    """
    if card.group_id is None:
        return None
    brand_id = request.visitor.brand.id
    page = promotions.group_page(brand_id=brand_id, group_id=card.group_id, now=request.now)
    seat = promotions.seats_of_orders(brand_id=brand_id, order_ids=[card.id]).get(card.id)
    is_open = page.state is GroupState.OPEN and page.seconds_left > 0
    href = group_url(request, card.group_id)
    return {
        "href": href,
        "link": request.build_absolute_uri(href),
        "is_open": is_open,
        "is_waiting": card.state is OrderState.GROUPING,
        "waits_for": waits_for(page) if is_open else "",
        "joined": who_joined(request, page),
        "paid": page.card.seats_paid,
        "seats": page.card.seats,
        "end": _end(card, seat, page.state, is_open=is_open),
        "may_leave": card.state is OrderState.GROUPING and is_open,
        **time_left(page.card.closes_at, request.now),
    }


def _end(card: OrderCard, seat: SeatCard | None, state: GroupState, *, is_open: bool) -> str:
    """What becomes, or became, of her order by the group's end."""
    if seat is not None and seat.state is SeatState.LEFT and state is not GroupState.LOST:
        if seat.paid_at is None:
            return _("Your seat is free again, because it was not paid.")
        return _("You have no seat in it any more. What you paid goes back in full.")
    if state is GroupState.WON:
        return _("The group is complete. Everybody in it gets the goods.")
    if state is GroupState.LOST:
        if card.paid_at is None:
            return _("The group did not come together. Nothing was paid for this order.")
        return _("The group did not come together. What you paid goes back in full, by itself.")
    if not is_open:
        return _("Its time is over. It is being closed; what was paid goes back by itself.")
    if card.state is OrderState.UNPAID:
        return _("Your seat is kept while the order waits to be paid, and counts once it is.")
    return _(
        "If it is not complete by then, the group ends and everybody gets all of the money back, by"
        " itself."
    )
