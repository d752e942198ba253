"""Her own page: what she asked, what is kept about her and why, and her way out."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import TraitCard, TraitSource
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import FollowFor
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import NICKNAME_CHARS_MAX, Purpose
from zhiyin.flows import privacy
from zhiyin.interfaces import chips
from zhiyin.interfaces.shop.access import ShopRequest, let_out, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import (
    REFUSED,
    SENTENCES,
    TAKEN_BACK,
    give,
    has_given,
    member_id,
)
from zhiyin.interfaces.shop.forms import LABELS
from zhiyin.interfaces.shop.persons import in_her_language
from zhiyin.interfaces.shop.showing import offer_undo, shown
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.storage.media import MediaStore

NEEDS_SHOWN = 12


@require_GET
@shop_page
def me(request: ShopRequest) -> HttpResponse:
    """A guest reads what signing in gives; a member has everything that is hers on one page."""
    if request.visitor.member is None:
        needs = kept.recent_needs(
            brand_id=request.visitor.brand.id, guest_key=request.visitor.guest_key
        )
        return shown(request, "shop/me_guest.html", {"needs": needs}, tab="me")
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    saved = kept.saved_needs(brand_id=brand_id, member_id=own_id)
    recent = kept.recent_needs(brand_id=brand_id, member_id=own_id, limit=NEEDS_SHOWN)
    context = {
        "member": request.visitor.member,
        "saved": saved,
        "recent": [need for need in recent if need.saved_at is None],
        "facts": _facts(request, kept.traits_of(brand_id=brand_id, member_id=own_id)),
        "consents": [
            {
                "purpose": purpose,
                "text": SENTENCES[purpose],
                "without": REFUSED[purpose],
                "is_given": has_given(request, purpose),
            }
            for purpose in Purpose
        ],
        "has_body_consent": has_given(request, Purpose.BODY_FACTS),
        "body_sentence": SENTENCES[Purpose.BODY_FACTS],
        "followed": _followed(request),
        "blocked": _blocked(request),
        "koc": request.visitor.koc,
        "application": kocs.last_application(brand_id=brand_id, member_id=own_id),
        "nickname_chars_max": NICKNAME_CHARS_MAX,
        "delete_word": _("delete me"),
    }
    return shown(request, "shop/me.html", context, tab="me")


@require_POST
@shop_page
def shelve(request: ShopRequest, need_id: UUID) -> HttpResponse:
    """Save a need, take it off again, hide it from her history, or bring it back."""
    own: dict[str, UUID] = {
        "brand_id": request.visitor.brand.id,
        "need_id": need_id,
        "member_id": member_id(request),
    }
    act = request.POST.get("act", "")
    if act in ("save", "unsave"):
        audience.set_saved(**own, saved=act == "save", now=request.now)
        messages.info(
            request, pgettext("a need", "Saved.") if act == "save" else _("No longer saved.")
        )
    elif act == "hide":
        audience.hide_need(**own, now=request.now)
        offer_undo(
            request,
            words=_("Hidden from your page."),
            action=reverse("shop:shelve", kwargs={"slug": request.brand.slug, "need_id": need_id}),
            fields=[("act", "unhide")],
        )
    elif act == "unhide":
        audience.unhide_need(**own)
    return _back(request)


@require_POST
@reaching_shop_page
def consent(request: ShopRequest) -> HttpResponse:
    """Give a consent, or take it back: as easy in either direction."""
    purpose = next((one for one in Purpose if one == request.POST.get("purpose")), None)
    if purpose is None:
        return _back(request)
    if request.POST.get("given"):
        give(request, purpose)
        messages.info(request, _("Thank you. You can take it back here at any time."))
    else:
        privacy.withdraw_consent(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            purpose=purpose,
            now=request.now,
        )
        messages.info(request, str(TAKEN_BACK[purpose]))
    return _back(request)


@require_POST
@shop_page
def personal(request: ShopRequest) -> HttpResponse:
    """Let what she sees depend on who she is, or not."""
    is_on = bool(request.POST.get("on"))
    members.set_personalisation(
        brand_id=request.visitor.brand.id, member_id=member_id(request), on=is_on, now=request.now
    )
    messages.info(
        request,
        _("On: the order follows your facts and history.")
        if is_on
        else _("Off: what you see no longer depends on who you are."),
    )
    return _back(request)


@require_POST
@shop_page
def nickname(request: ShopRequest) -> HttpResponse:
    """Correct how she is called."""
    try:
        members.rename(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            nickname=request.POST.get("nickname", ""),
        )
        messages.info(request, _("Kept."))
    except TextTooLong as refusal:
        messages.info(
            request,
            _("A name has at most %(most)d characters.") % {"most": refusal.details["max_chars"]},
        )
    except TextHasNul:
        messages.info(request, _("There is a character in it that cannot be read."))
    return _back(request)


@require_POST
@shop_page
def lift_block(request: ShopRequest, block_id: UUID) -> HttpResponse:
    """Hear from somebody again."""
    conversations.lift_block(
        brand_id=request.visitor.brand.id,
        block_id=block_id,
        blocker_id=member_id(request),
        now=request.now,
    )
    messages.info(request, _("Lifted."))
    return _back(request)


@require_GET
@reaching_shop_page
def download(request: ShopRequest) -> HttpResponse:
    """Everything we hold about her, as one readable file."""
    data = privacy.export(
        brand_id=request.visitor.brand.id, member_id=member_id(request), now=request.now
    )
    answer = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="zhiyin-{request.brand.slug}.json"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@reaching_shop_page
def delete(request: ShopRequest) -> HttpResponse:
    """Delete her for good, once she has typed the word. She is nobody's session afterwards."""
    if request.POST.get("typed_name", "").strip() != _("delete me"):
        messages.info(request, _("Nothing was deleted: the words were not typed as they stand."))
        return _back(request)
    privacy.erase(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        media=MediaStore(settings.MEDIA_FOLDER),
        now=request.now,
    )
    let_out(request, request.visitor.brand)
    messages.info(request, _("You are deleted. Nothing here knows you any more."))
    return redirect("shop:decide", slug=request.brand.slug)


def _facts(request: ShopRequest, traits: Iterable[TraitCard]) -> list[dict[str, Any]]:
    taxonomy = kept.taxonomy(brand_id=request.visitor.brand.id)
    sources = {
        TraitSource.FORM: _("you filled it in"),
        TraitSource.NEED: _("from a need of yours"),
        TraitSource.IMPORT: _("from your orders and reviews elsewhere"),
    }
    tongue = "en" if request.language.startswith("en") else "zh-Hans"
    joint = ", " if tongue == "en" else "、"
    return [
        {
            "slot": trait.slot,
            "name": LABELS.get(trait.slot) or taxonomy.slot_label(trait.slot, tongue),
            "value": joint.join(
                chips.label(trait.slot, value, taxonomy=taxonomy, language=request.language)
                for value in (trait.value if isinstance(trait.value, list) else [trait.value])
            ),
            "source": sources[trait.source],
            "stated_at": trait.stated_at,
        }
        for trait in traits
    ]


def _followed(request: ShopRequest) -> list[dict[str, Any]]:
    brand_id = request.visitor.brand.id
    follows = kocs.follows_of(brand_id=brand_id, member_id=member_id(request))
    known = kocs.kocs_by_id(brand_id=brand_id, koc_ids=[follow.koc_id for follow in follows])
    words = {FollowFor.BODY: _("for her body"), FollowFor.STYLE: _("for her style")}
    return [
        {
            "koc": in_her_language(request, known[follow.koc_id]),
            "follow_for": follow.follow_for,
            "words": words[follow.follow_for],
        }
        for follow in follows
        if follow.koc_id in known
    ]


def _blocked(request: ShopRequest) -> list[dict[str, Any]]:
    brand_id = request.visitor.brand.id
    blocks = talks.blocks_by(brand_id=brand_id, member_id=member_id(request))
    known = kocs.kocs_by_id(
        brand_id=brand_id, koc_ids=[block.koc_id for block in blocks if block.koc_id]
    )
    return [
        {
            "id": block.id,
            "name": in_her_language(request, known[block.koc_id])["name"]
            if block.koc_id in known
            else _("Somebody who asked you"),
            "blocked_at": block.blocked_at,
        }
        for block in blocks
    ]


def _back(request: ShopRequest) -> HttpResponse:
    return redirect("shop:me", slug=request.brand.slug)
