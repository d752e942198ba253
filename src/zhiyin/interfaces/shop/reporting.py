"""A shopper asks a person of the brand to look at one buyer show."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.content.types import REPORT_CHARS_MAX, ShowNotFound, ShowReportEmpty
from zhiyin.interfaces.shop.access import ShopRequest, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown
from zhiyin.kit.text import TextHasNul, TextTooLong


@require_http_methods(["GET", "POST"])
@shop_page
def report_show(request: ShopRequest, show_id: UUID) -> HttpResponse:
    """The show once more, and what is wrong with it, in her words."""
    brand_id = request.visitor.brand.id
    show = shows.shows_by_id(brand_id=brand_id, show_ids=[show_id]).get(show_id)
    if show is None:
        raise ShowNotFound(show_id=show_id)
    error, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            content.report_show(
                brand_id=brand_id,
                show_id=show_id,
                reporter_id=member_id(request),
                reason=reason,
                now=request.now,
            )
        except ShowReportEmpty:
            error = _("Say in a few words what is wrong, then send it again.")
        except (TextTooLong, TextHasNul):
            error = _("Say it in at most %(most)d characters.") % {"most": REPORT_CHARS_MAX}
        else:
            messages.info(request, _("Thank you. A person of the brand will look at it."))
            return redirect("shop:product", slug=request.brand.slug, product_id=show.product_id)
    products = catalog.products_by_id(brand_id=brand_id, product_ids=[show.product_id])
    presenter = Presenter(request)
    presenter.know(products=list(products.values()), koc_ids=[show.koc_id] if show.koc_id else [])
    context = {
        "show": presenter.show(show) | {"report_url": ""},
        "product_id": show.product_id,
        "reason": reason,
        "reason_chars_max": REPORT_CHARS_MAX,
        "error": error,
    }
    return shown(
        request, "shop/report_show.html", context, tab="browse", status=422 if error else 200
    )
