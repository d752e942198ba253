"""From a pick or a product into the cart, or straight to the checkout."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.matching.types import DecisionNotFound, Pick
from zhiyin.domain.orders.types import MOST_LINES, MOST_PIECES, CartFull
from zhiyin.domain.promotions import queries as promotions
from zhiyin.flows import decide, purchase
from zhiyin.flows.purchase import Wanted
from zhiyin.interfaces.shop.access import (
    ShopRequest,
    reaching_shop_page,
    remember_guest,
    shop_page,
)
from zhiyin.interfaces.shop.deciding import asker
from zhiyin.interfaces.shop.lines import checkout_url
from zhiyin.interfaces.shop.parts import Parts, for_sale
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.kit.numbers import whole
from zhiyin.storage.tenancy import brand_tx

OPEN_GROUP = "group"
"""What the button says that opens a group: "group:" and the id of its group-buy."""


@require_GET
@shop_page
def pick_parts(request: ShopRequest, need_id: UUID, decision_id: UUID, rank: int) -> HttpResponse:
    """The part of a pick's page that sells it, drawn anew as she changes a size."""
    card = decide.decision(
        brand_id=request.visitor.brand.id,
        asker=asker(request),
        need_id=need_id,
        decision_id=decision_id,
    )
    presenter = Presenter(request, need_id, decision_id)
    opened = presenter.opened(card.answer, rank)
    context = for_sale(presenter, card.answer.picks[rank - 1], opened, request.GET)
    return render(request, "shop/parts/pick_parts.html", context)


@require_POST
@reaching_shop_page
def buy_pick(request: ShopRequest, need_id: UUID, decision_id: UUID, rank: int) -> HttpResponse:
    """The look, or parts of it, into the cart or on to the checkout."""
    with brand_tx(request.visitor.brand.id):
        pick = _pick(request, need_id, decision_id, rank)
        products = catalog.products_by_id(
            brand_id=request.visitor.brand.id,
            product_ids=sorted({item.product_id for item in pick.items}),
        )
        wanted = Parts(pick, products, request.POST).wanted()
    page = redirect(
        "shop:pick",
        slug=request.brand.slug,
        need_id=need_id,
        decision_id=decision_id,
        rank=rank,
    )
    if not wanted:
        messages.info(request, _("Nothing is ticked that is there. Tick a part, or change a size."))
        return page
    if len(wanted) < len(request.POST.getlist("part")):
        messages.info(request, _("A part that you ticked has sold out meanwhile. It is left out."))
    return _on(request, wanted, page)


@require_POST
@reaching_shop_page
def buy_product(request: ShopRequest, product_id: UUID) -> HttpResponse:
    """A product in a colour and a size, into the cart or on to the checkout."""
    with brand_tx(request.visitor.brand.id):
        card = catalog.product(brand_id=request.visitor.brand.id, product_id=product_id)
    page = redirect("shop:product", slug=request.brand.slug, product_id=product_id)
    sku = next((one for one in card.skus if str(one.id) == request.POST.get("sku", "")), None)
    quantity = whole(request.POST.get("quantity", "1"), most=MOST_PIECES)
    if sku is None:
        messages.info(request, _("Choose a colour and a size first."))
        return page
    if not quantity:
        messages.info(request, _("Between 1 and %(most)d pieces, please.") % {"most": MOST_PIECES})
        return page
    lines = [Wanted(sku_id=sku.id, quantity=quantity)]
    act, _colon, named = request.POST.get("act", "").partition(":")
    if act == OPEN_GROUP:
        return _open_group(request, lines, named_id(named), page)
    return _on(request, lines, page)


def _open_group(
    request: ShopRequest, lines: Sequence[Wanted], group_buy_id: UUID | None, page: HttpResponse
) -> HttpResponse:
    """On to the checkout, where her order opens a group; unless this size is in none."""
    with brand_tx(request.visitor.brand.id):
        runs = promotions.running(
            brand_id=request.visitor.brand.id, sku_ids=[lines[0].sku_id], now=request.now
        )
    if not any(one.terms.id == group_buy_id and one.terms.seats for one in runs):
        messages.info(
            request, _("This size is not in that group-buy, or it is over. Look at its sizes.")
        )
        return page
    return redirect(checkout_url(request, lines, group_buy_id=group_buy_id))


def _on(request: ShopRequest, wanted: Sequence[Wanted], page: HttpResponse) -> HttpResponse:
    """To the checkout if she buys at once; else into the cart, and she stays where she is."""
    if request.POST.get("act") == "buy":
        return redirect(checkout_url(request, wanted))
    visitor = request.visitor
    try:
        purchase.fill_cart(
            brand_id=visitor.brand.id, buyer=visitor.buyer, wanted=wanted, now=request.now
        )
    except CartFull:
        messages.info(request, full_cart())
        return page
    remember_guest(request)
    pieces = sum(one.quantity for one in wanted)
    messages.info(
        request,
        ngettext("%(pieces)d piece is in the cart.", "%(pieces)d pieces are in the cart.", pieces)
        % {"pieces": pieces},
    )
    return page


def full_cart() -> str:
    """Why nothing more goes into a cart, and what to do."""
    return _(
        "The cart holds %(lines)d lines, and %(pieces)d of each. Take something out first."
    ) % {"lines": MOST_LINES, "pieces": MOST_PIECES}


def _pick(request: ShopRequest, need_id: UUID, decision_id: UUID, rank: int) -> Pick:
    """A pick of an answer to a need of hers. Raises NeedNotFound, DecisionNotFound."""
    card = decide.decision(
        brand_id=request.visitor.brand.id,
        asker=asker(request),
        need_id=need_id,
        decision_id=decision_id,
    )
    if not 1 <= rank <= len(card.answer.picks):
        raise DecisionNotFound(decision_id=decision_id, rank=rank)
    return card.answer.picks[rank - 1]
