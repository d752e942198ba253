"""Which promotions she means at the checkout: the group of her lines, coupons left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zhiyin.domain.pricing.types import Quote
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import CouponCard, Delivery, GroupNotFound, PromotionKind, Terms
from zhiyin.flows.purchase import Asking, Wanted
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.priced import why
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.coupon_words import coupon_row
from zhiyin.interfaces.shop.lines import Chosen, checkout_url
from zhiyin.interfaces.shop.refused_words import in_group_words
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.interfaces.shop.together import group_url, limits
from zhiyin.kit.money import format_cny

COUPONS_LISTED = 20
GROUP_RULE = f"{PromotionKind.GROUP_BUY.value}:"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Her coupons that could be used now, those she leaves out, and the group she buys in.

    `terms` are those of that group-buy; None: she buys alone, or the group is not there.
    """

    chosen: Chosen
    coupons: tuple[CouponCard, ...]
    left_out: frozenset[UUID]
    terms: Terms | None

    @property
    def in_group(self) -> bool:
        """Does she buy with others?"""
        return self.chosen.group_buy_id is not None or self.chosen.group_id is not None

    @property
    def asking(self) -> Asking:
        """The same for a quote. With none left out, whatever coupons she has."""
        ids = None
        if self.left_out:
            ids = tuple(one.terms.id for one in self.coupons if one.terms.id not in self.left_out)
        return Asking(
            coupon_ids=ids,
            group_buy_id=self.chosen.group_buy_id,
            group_id=self.chosen.group_id,
        )

    def may_go(self, delivery: str) -> bool:
        """Whether the group-buy holds for this way of getting it."""
        ways = self.terms.deliveries if self.terms else ()
        if self.terms and self.terms.store_ids and delivery == Delivery.PARCEL.value:
            return False
        return not ways or Delivery(delivery) in ways


def wishes(request: ShopRequest, chosen: Chosen) -> Wishes:
    """What the checkout's form says of coupons, and what its lines say of a group.

    A coupon that the form did not offer is not left out: she got it meanwhile. Two queries, four
    in a group. Runs inside the brand's transaction.
    """
    brand_id = request.visitor.brand.id
    said = request.POST if request.method == "POST" else request.GET
    offered, used = (_ids(said.getlist(name)) for name in ("offered", "use"))
    hers = promotions.my_coupons(brand_id=brand_id, member_id=member_id(request), now=request.now)
    coupons = tuple(one for one in hers if one.why_not is None)[:COUPONS_LISTED]
    return Wishes(chosen, coupons, offered - used, _terms(request, chosen))


def coupon_rows(request: ShopRequest, wished: Wishes, quote: Quote) -> list[dict[str, Any]]:
    """Each coupon in her hand: what it took off here, or why nothing, or that she left it out."""
    took = {one.rule: one.off_fen for one in quote.applied}
    refused = {one.rule: one for one in quote.refused}
    rows = []
    for one in wished.coupons:
        rule = f"{PromotionKind.COUPON.value}:{one.terms.id}"
        is_left_out = one.terms.id in wished.left_out
        if is_left_out:
            said = _("left out")
        elif rule in took:
            said = format_cny(-took[rule], request.language)
        elif rule in refused:
            reason = refused[rule]
            said = why(str(reason.reason), reason.details, request.language)
        else:
            said = _("it takes nothing off here")
        rows.append(
            coupon_row(request, one)
            | {"said": said, "is_wanted": not is_left_out, "is_used": rule in took}
        )
    return rows


def standing(
    request: ShopRequest, wished: Wishes, quote: Quote, wanted: Sequence[Wanted]
) -> dict[str, Any] | None:
    """The group she is about to buy in: whether its price is given, else why not and what to do."""
    if not wished.in_group:
        return None
    group_id = wished.chosen.group_id
    rule = f"{GROUP_RULE}{wished.terms.id}" if wished.terms else ""
    reason = next((str(one.reason) for one in quote.refused if one.rule == rule), "")
    is_in = any(one.rule == rule for one in quote.applied)
    return {
        "is_in": is_in,
        "is_new": group_id is None,
        "name": name_in(request.language, wished.terms) if wished.terms else "",
        "seats": wished.terms.seats if wished.terms else 0,
        "limits": limits(wished.terms) if wished.terms else [],
        "why": "" if is_in else in_group_words(reason),
        "href": group_url(request, group_id) if group_id and wished.terms else "",
        "alone_url": checkout_url(request, wanted),
    }


def _terms(request: ShopRequest, chosen: Chosen) -> Terms | None:
    brand_id, group_buy_id = request.visitor.brand.id, chosen.group_buy_id
    if chosen.group_id is not None:
        try:
            page = promotions.group_page(
                brand_id=brand_id, group_id=chosen.group_id, now=request.now
            )
        except GroupNotFound:
            return None
        group_buy_id = page.card.group_buy_id
    if group_buy_id is None:
        return None
    found = promotions.terms_of_all(brand_id=brand_id, promotion_ids=[group_buy_id])
    return found.get(group_buy_id)


def _ids(texts: Sequence[str]) -> frozenset[UUID]:
    return frozenset(found for text in texts[:COUPONS_LISTED] if (found := named_id(text)))
