"""A coupon in words: what it gives, from when on, until when, and why it cannot be used."""

from typing import Any

from django.utils.translation import gettext as _

from zhiyin.domain.promotions.types import CouponCard, Terms, Why
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.priced import why
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.kit.money import format_cny

PER_CENT = 100


def coupon_row(request: ShopRequest, card: CouponCard) -> dict[str, Any]:
    """A coupon as pages list it."""
    terms = card.terms
    return {
        "id": str(terms.id),
        "name": name_in(request.language, terms),
        "gives": gives(terms, request.language),
        "from": _from(terms, request.language),
        "ends_at": terms.ends_at,
        "is_for_new": terms.is_for_new_customers,
        "stacks": terms.is_stackable,
        "why_not": _why_not(card, request.language),
    }


def _why_not(card: CouponCard, language: str) -> str:
    if card.why_not is None:
        return ""
    if card.used and card.why_not in (Why.ONCE_PER_PERSON, Why.PER_PERSON):
        return _("used")
    return why(card.why_not.value, {}, language)


def gives(terms: Terms, language: str) -> str:
    """How much a coupon takes off."""
    if terms.off_fen is not None:
        return _("%(sum)s off") % {"sum": format_cny(terms.off_fen, language)}
    percent = (terms.off_bps or 0) / PER_CENT
    if terms.most_off_fen:
        return _("%(percent)g %% off, at most %(sum)s") % {
            "percent": percent,
            "sum": format_cny(terms.most_off_fen, language),
        }
    return _("%(percent)g %% off") % {"percent": percent}


def _from(terms: Terms, language: str) -> str:
    if not terms.from_fen:
        return _("on any order it is for")
    return _("from %(sum)s on") % {"sum": format_cny(terms.from_fen, language)}
