"""Her coupons: those in her hand, those to claim, those that are used or over; and typed codes."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from zhiyin.domain.promotions import operations, queries
from zhiyin.domain.promotions.types import CouponNotClaimable, TooManyCodes
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.coupon_words import coupon_row
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.storage.tenancy import brand_tx

CODE_CHARS_MAX = 40


@dataclass(frozen=True, slots=True)
class CodeSaid:
    """What came of a typed code: what to say, and with which status. `code` stays in the field."""

    words: str
    is_in_hand: bool
    status: int
    code: str = ""


def typed_code(request: ShopRequest) -> str:
    """The code that her form says, "" for none."""
    return request.POST.get("code", "").replace("\x00", "").strip()[:CODE_CHARS_MAX]


def take_by_code(request: ShopRequest, code: str) -> CodeSaid:
    """Put the coupon of a code into her hand. A code that does not exist costs a try.

    Opens its own transaction, which a wrong code commits: its try counts.
    """
    own = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    try:
        with brand_tx(own["brand_id"]):
            found = operations.claim_by_code(code=code, now=request.now, **own)
            left = 0 if found else queries.code_tries_left(now=request.now, **own)
    except TooManyCodes as many:
        return CodeSaid(
            _("%(most)s codes that do not exist were tried. Try again in the next hour.")
            % {"most": many.details["most"]},
            is_in_hand=False,
            status=429,
            code=code,
        )
    if found:
        return CodeSaid(_("The coupon is in your hand."), is_in_hand=True, status=200)
    words = ngettext(
        "No coupon runs by this code now. Look at it again: %(left)d try is left in this hour.",
        "No coupon runs by this code now. Look at it again: %(left)d tries are left in this hour.",
        left,
    )
    return CodeSaid(words % {"left": left}, is_in_hand=False, status=422, code=code)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def mine(request: ShopRequest) -> HttpResponse:
    """Every coupon of hers and what there is to claim; a typed code puts one more in."""
    said = None
    if request.method == "POST":
        code = typed_code(request)
        said = (
            take_by_code(request, code)
            if code
            else CodeSaid(_("Type the code first."), is_in_hand=False, status=422)
        )
        if said.is_in_hand:
            messages.info(request, said.words)
            return redirect("shop:coupons", slug=request.brand.slug)
    own = {"brand_id": request.visitor.brand.id, "member_id": member_id(request)}
    with brand_tx(own["brand_id"]):
        hers = queries.my_coupons(now=request.now, **own)
        to_claim = queries.coupons_to_claim(now=request.now, **own)
        context = {
            "in_hand": [coupon_row(request, one) for one in hers if one.why_not is None],
            "to_claim": [coupon_row(request, one) for one in to_claim],
            "over": [coupon_row(request, one) for one in hers if one.why_not is not None],
            "said": said,
        }
        status = said.status if said else 200
        return shown(request, "shop/coupons.html", context, tab="me", status=status)


@require_POST
@shop_page
def claim(request: ShopRequest, coupon_id: UUID) -> HttpResponse:
    """Take a coupon that is for claiming, and go back to where she saw it."""
    try:
        is_new = operations.claim(
            brand_id=request.visitor.brand.id,
            coupon_id=coupon_id,
            member_id=member_id(request),
            now=request.now,
        )
        messages.info(
            request,
            _("The coupon is in your hand. It is taken off at the checkout by itself.")
            if is_new
            else _("You have this coupon already."),
        )
    except CouponNotClaimable:
        messages.info(request, _("This coupon is not given out any more."))
    if product_id := named_id(request.POST.get("product", "")):
        return redirect("shop:product", slug=request.brand.slug, product_id=product_id)
    return redirect("shop:coupons", slug=request.brand.slug)
