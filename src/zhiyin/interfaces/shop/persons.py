"""A KOC's page: who she is, what she is good at, what she wore, and how to ask her."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import queries as kept
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import NotHerself
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import FollowFor, FollowHerself, KocCard, Unavailable
from zhiyin.flows import answering
from zhiyin.interfaces import chips
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown

SHOWS_SHOWN = 12
QUESTIONS_LOOKED_AT = 50


@require_GET
@shop_page
def koc(request: ShopRequest, koc_id: UUID) -> HttpResponse:
    """A KOC as shoppers see her."""
    brand_id, member = request.visitor.brand.id, request.visitor.member
    card = kocs.koc(brand_id=brand_id, koc_id=koc_id)
    shows = content.shows_by_koc(brand_id=brand_id, koc_id=koc_id, limit=SHOWS_SHOWN)
    looks = content.looks_by_koc(brand_id=brand_id, koc_id=koc_id)
    product_ids = {show.product_id for show in shows}
    product_ids |= {item.product_id for look in looks for item in look.items}
    products = catalog.products_by_id(brand_id=brand_id, product_ids=sorted(product_ids))
    presenter = Presenter(request)
    presenter.know(products=list(products.values()), koc_ids=[koc_id])
    followers = kocs.followers(brand_id=brand_id, koc_ids=[koc_id])[koc_id]
    own = kocs.follows_of(brand_id=brand_id, member_id=member.id) if member else ()
    followed = {follow.follow_for for follow in own if follow.koc_id == koc_id}
    context = {
        "koc": in_her_language(request, card),
        "good_at": good_at(request, card),
        "is_herself": member is not None and card.member_id == member.id,
        "rest": _rest(request, card),
        "follows": [
            {
                "follow_for": follow_for,
                "is_on": follow_for in followed,
                "words": words,
                "count": followers[follow_for],
            }
            for follow_for, words in (
                (FollowFor.BODY, _("Body like mine")),
                (FollowFor.STYLE, _("Her style")),
            )
        ],
        "shows": [presenter.show(show) for show in shows],
        "looks": [presenter.look(look) for look in looks],
        "ask_url": _ask_url(request, koc_id),
        "question_id": _question_with(request, koc_id),
    }
    return shown(request, "shop/koc.html", context, tab="browse")


@require_POST
@shop_page
def follow(request: ShopRequest, koc_id: UUID) -> HttpResponse:
    """Follow her for her body or for her style, or stop."""
    follow_for = next((one for one in FollowFor if one == request.POST.get("for")), None)
    if follow_for is not None:
        own: dict[str, Any] = {
            "brand_id": request.visitor.brand.id,
            "member_id": member_id(request),
            "koc_id": koc_id,
            "follow_for": follow_for,
            "now": request.now,
        }
        if request.POST.get("stop"):
            koc_desk.unfollow(**own)
            messages.info(request, _("No longer followed."))
        else:
            try:
                koc_desk.follow(**own)
                messages.info(request, _("Followed. You find her on your page."))
            except FollowHerself:
                messages.info(request, _("That is you."))
    if request.POST.get("from") == "me":
        return redirect("shop:me", slug=request.brand.slug)
    return redirect("shop:koc", slug=request.brand.slug, koc_id=koc_id)


@require_POST
@reaching_shop_page
def block(request: ShopRequest, koc_id: UUID) -> HttpResponse:
    """Hear no more from a KOC, nor she from her."""
    try:
        answering.block_koc(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            koc_id=koc_id,
            now=request.now,
        )
        messages.info(request, _("Blocked. You can lift it on your page."))
    except NotHerself:
        messages.info(request, _("That is you."))
    return redirect("shop:me", slug=request.brand.slug)


def in_her_language(request: ShopRequest, card: KocCard) -> dict[str, Any]:
    """A KOC as `parts/person.html` and her own page want her, in the reader's language."""
    is_english = request.language.startswith("en")
    return {
        "id": str(card.id),
        "name": (name_in(request.language, card)) or _("Somebody who has left"),
        "hue_key": str(card.id),
        "persona": (card.persona_en or card.persona_zh)
        if is_english
        else (card.persona_zh or card.persona_en),
        "city": card.city,
        "topics": card.topics,
        "is_demo": card.is_demo,
        "can_earn": card.can_earn,
        "href": reverse("shop:koc", kwargs={"slug": request.brand.slug, "koc_id": card.id}),
    }


def good_at(request: ShopRequest, card: KocCard) -> list[str]:
    """What she is good at, as chips read."""
    taxonomy = kept.taxonomy(brand_id=request.visitor.brand.id)
    return [
        chips.label(slot, value, taxonomy=taxonomy, language=request.language)
        for slot, values in card.good_at.items()
        for value in values
    ]


def _rest(request: ShopRequest, card: KocCard) -> str:
    """Why she cannot be asked now; empty when she can."""
    brand_id = request.visitor.brand.id
    load = talks.load(brand_id=brand_id, now=request.now, koc_ids=[card.id]).get(card.id, 0)
    reason = kocs.unavailable(brand_id=brand_id, koc=card, load=load, now=request.now)
    if reason is None:
        return ""
    if reason is Unavailable.AWAY:
        return _("She is away just now.")
    return ngettext(
        "She takes %(count)d question a week, and has it.",
        "She takes %(count)d questions a week, and has them.",
        card.weekly_capacity,
    ) % {"count": card.weekly_capacity}


def _ask_url(request: ShopRequest, koc_id: UUID) -> str:
    """Where her latest need can be put to the KOC; empty when she has not said one."""
    latest = kept.recent_needs(brand_id=request.visitor.brand.id, **request.visitor.asker, limit=1)
    if not latest:
        return ""
    return reverse(
        "shop:ask",
        kwargs={"slug": request.brand.slug, "need_id": latest[0].id, "koc_id": koc_id},
    )


def _question_with(request: ShopRequest, koc_id: UUID) -> UUID | None:
    """The last conversation of the two, from which the KOC can be reported."""
    if request.visitor.member is None:
        return None
    asked = talks.questions_of_asker(
        brand_id=request.visitor.brand.id,
        asker_id=request.visitor.member.id,
        limit=QUESTIONS_LOOKED_AT,
    )
    return next((card.id for card in asked if card.koc_id == koc_id), None)
