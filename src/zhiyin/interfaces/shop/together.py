"""What runs for some goods, in words: group-buys with their open groups, flash sales, trials."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.promotions.types import (
    Delivery,
    GroupCard,
    GroupPage,
    PromotionKind,
    Running,
    Terms,
)
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.interfaces.shop.coupon_words import coupon_row
from zhiyin.kit.money import format_cny

GROUPS_SHOWN = 5
OFFERS_SHOWN = 3
COUPONS_SHOWN = 3
LINES_READ = 100
MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S


def on_product(request: ShopRequest, card: ProductCard) -> dict[str, Any]:
    """What a product's page says of promotions. Two queries, three where a group-buy runs."""
    brand_id = request.visitor.brand.id
    skus = [sku.id for sku in card.skus]
    found = promotions.running(brand_id=brand_id, sku_ids=skus, now=request.now) if skus else ()
    by_kind = {
        kind: [one for one in found if one.terms.kind is kind][:OFFERS_SHOWN]
        for kind in (PromotionKind.GROUP_BUY, PromotionKind.FLASH_SALE, PromotionKind.TRIAL)
    }
    group_buys = [_group_buy(request, card, one) for one in by_kind[PromotionKind.GROUP_BUY]]
    groups: Sequence[GroupCard] = ()
    if group_buys:
        groups = promotions.open_groups(
            brand_id=brand_id, sku_ids=skus, now=request.now, limit=GROUPS_SHOWN
        )
    member = request.visitor.member
    coupons = promotions.coupons_to_claim(
        brand_id=brand_id, member_id=member.id if member else None, now=request.now
    )
    return {
        "group_buys": group_buys,
        "open_groups": [open_group(request, one) for one in groups],
        "sales": [
            _sale(request, card, one)
            for kind in (PromotionKind.FLASH_SALE, PromotionKind.TRIAL)
            for one in by_kind[kind]
        ],
        "coupons": [
            coupon_row(request, one)
            for one in coupons
            if not one.terms.categories or card.category in one.terms.categories
        ][:COUPONS_SHOWN],
    }


def lines_of(request: ShopRequest, cards: Sequence[ProductCard]) -> dict[UUID, str]:
    """Product -> what of it is there for less now, in three words; for lists. One query."""
    owners = {sku.id: card.id for card in cards for sku in card.skus if sku.on_hand}
    found = promotions.running(
        brand_id=request.visitor.brand.id, sku_ids=sorted(owners), now=request.now, limit=LINES_READ
    )
    names = {
        PromotionKind.GROUP_BUY: _("Group-buy %(price)s"),
        PromotionKind.FLASH_SALE: _("Flash sale %(price)s"),
        PromotionKind.TRIAL: _("Trial %(price)s"),
    }
    lines: dict[UUID, str] = {}
    for one in found:
        words = names[one.terms.kind] % {
            "price": format_cny(one.terms.price_fen or 0, request.language)
        }
        for sku_id in one.sku_ids:
            lines.setdefault(owners[sku_id], words)
    return lines


def open_group(request: ShopRequest, card: GroupCard) -> dict[str, Any]:
    """A group that may be joined, as a product's page lists it."""
    return {
        "href": group_url(request, card.id),
        "price": format_cny(card.price_fen, request.language),
        "joined": ngettext(
            "%(paid)d of %(seats)d has paid", "%(paid)d of %(seats)d have paid", card.seats_paid
        )
        % {"paid": card.seats_paid, "seats": card.seats},
        **time_left(card.closes_at, request.now),
    }


def group_url(request: ShopRequest, group_id: UUID) -> str:
    """The page of a group."""
    return reverse("shop:group", kwargs={"slug": request.brand.slug, "group_id": group_id})


def time_left(until: datetime, now: datetime) -> dict[str, Any]:
    """How long is left, in words that need no script; `until` is for the one that counts on."""
    return {"until": until, "left": how_long((until - now).total_seconds())}


def how_long(seconds: float) -> str:
    """So many seconds in the two units that matter."""
    left = max(0, int(seconds))
    days, hours, minutes = left // DAY_S, left % DAY_S // HOUR_S, left % HOUR_S // MINUTE_S
    if days:
        return _("%(days)d d %(hours)d h left") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min left") % {"hours": hours, "minutes": minutes}
    if left:
        return _("%(minutes)d min left") % {"minutes": max(1, minutes)}
    return _("the time is over")


def who_joined(request: ShopRequest, page: GroupPage) -> list[dict[str, Any]]:
    """Those who paid, in that order: a KOC by her page's name, nobody else by any. Two queries.

    A nickname is a member's own, and a link of a group may go anywhere.
    """
    brand_id = request.visitor.brand.id
    members = [one.member_id for one in page.joined]
    ids = kocs.koc_ids_of_members(brand_id=brand_id, member_ids=members)
    cards = kocs.kocs_by_id(brand_id=brand_id, koc_ids=sorted(ids))
    known = {card.member_id: card for card in cards.values()}
    own_id = request.visitor.member.id if request.visitor.member else None
    rows = []
    for n, one in enumerate(page.joined, start=1):
        koc = known.get(one.member_id)
        name = name_in(request.language, koc) if koc else _("A shopper")
        where = {"slug": request.brand.slug, "koc_id": koc.id} if koc else {}
        rows.append(
            {
                "name": _("You") if one.member_id == own_id else name,
                "hue_key": str(koc.id) if koc else f"{page.card.id}:{n}",
                "href": reverse("shop:koc", kwargs=where) if koc else "",
                "at": one.joined_at,
                "is_first": one.member_id == page.card.opened_by,
            }
        )
    return rows


def waits_for(page: GroupPage) -> str:
    """How many are missing, of an open group."""
    missing = page.card.seats - page.card.seats_paid
    return ngettext(
        "%(count)d person more, and it is complete",
        "%(count)d people more, and it is complete",
        missing,
    ) % {"count": missing}


def limits(terms: Terms) -> list[str]:
    """Where and how a promotion holds, and for whom, where that is limited."""
    said = []
    if terms.deliveries == (Delivery.PICKUP,):
        said.append(_("Only for pickup in a store."))
    if terms.deliveries == (Delivery.PARCEL,):
        said.append(_("Only for parcels."))
    if terms.store_ids:
        count = len(terms.store_ids)
        said.append(
            ngettext("In %(count)d store only.", "In %(count)d stores only.", count)
            % {"count": count}
        )
    if terms.is_for_new_customers:
        said.append(_("For a first order."))
    if terms.most_pieces:
        said.append(
            ngettext(
                "At this price %(count)d piece an order.",
                "At this price %(count)d pieces an order.",
                terms.most_pieces,
            )
            % {"count": terms.most_pieces}
        )
    if terms.kind is PromotionKind.GROUP_BUY and terms.per_person:
        said.append(
            ngettext("%(count)d seat a person.", "%(count)d seats a person.", terms.per_person)
            % {"count": terms.per_person}
        )
    if not terms.takes_coupons:
        said.append(_("Coupons do not go with it."))
    return said


def alone_from(card: ProductCard, sku_ids: Collection[UUID], language: str) -> str:
    """What the cheapest of some sizes costs whoever buys alone; "" if none is on the shop."""
    prices = [sku.price_fen for sku in card.skus if sku.id in sku_ids]
    return format_cny(min(prices), language) if prices else ""


def _group_buy(request: ShopRequest, card: ProductCard, one: Running) -> dict[str, Any]:
    terms = one.terms
    return {
        "id": str(terms.id),
        "name": name_in(request.language, terms),
        "price": format_cny(terms.price_fen or 0, request.language),
        "alone": alone_from(card, one.sku_ids, request.language),
        "seats": terms.seats,
        "hours": terms.open_hours,
        "limits": limits(terms),
        "sizes": _sizes(card, one),
    }


def _sale(request: ShopRequest, card: ProductCard, one: Running) -> dict[str, Any]:
    """A flash sale or a trial: its price, until when, and how many pieces are left of it."""
    terms, left = one.terms, one.left
    pieces = ""
    if left is not None:
        pieces = (
            ngettext("%(left)d piece left", "%(left)d pieces left", left) % {"left": left}
            if left
            else _("all of it is given out")
        )
    if terms.kind is PromotionKind.TRIAL:
        pieces = " · ".join(words for words in (_("one piece a person, once"), pieces) if words)
    is_flash = terms.kind is PromotionKind.FLASH_SALE
    return {
        "kind": _("Flash sale") if is_flash else _("Trial"),
        "name": name_in(request.language, terms),
        "price": format_cny(terms.price_fen or 0, request.language),
        "alone": alone_from(card, one.sku_ids, request.language),
        "pieces": pieces,
        "limits": limits(terms),
        "sizes": _sizes(card, one),
        **time_left(terms.ends_at, request.now),
    }


def _sizes(card: ProductCard, one: Running) -> str:
    """Which sizes it is for; "" where it is for all of them."""
    chosen = [sku for sku in card.skus if sku.id in one.sku_ids]
    if len(chosen) == len(card.skus):
        return ""
    return " · ".join(dict.fromkeys(sku.size_label for sku in chosen if sku.size_label))
