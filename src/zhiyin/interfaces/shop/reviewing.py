"""What she may write of what she has: for each line of an order that is done, once."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowState
from zhiyin.domain.orders.types import OrderCard, OrderState
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest


def reviews(request: ShopRequest, order: OrderCard) -> dict[str, Any]:
    """The lines she has of an order that is done, with where their shows stand. One query, or none.

    What was given back is not asked about; a show that was refused may be written anew.
    """
    kept = [line for line in order.lines if line.quantity > line.refunded]
    if order.state is not OrderState.DONE or not kept:
        return {"reviews": []}
    written = content.shows_of_purchases(
        brand_id=request.visitor.brand.id, purchase_ids=[line.id for line in kept]
    )
    said = {
        ShowState.PENDING: _("written, waits to be looked at"),
        ShowState.PUBLISHED: _("written, published"),
    }
    page = reverse("shop:koc-shows", kwargs={"slug": request.brand.slug})
    return {
        "reviews": [
            {
                "name": f"{name_in(request.language, line)} · {line.size_label}",
                "state": said.get(written.get(line.id, ShowState.REFUSED), ""),
                "href": f"{page}?{urlencode({'product': line.product_id, 'line': line.id})}",
            }
            for line in kept
        ]
    }
