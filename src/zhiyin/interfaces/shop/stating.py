"""The short form, and the facts that are kept about her."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import NeedCard, NeedNotFound, TraitSource
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.members.types import ConsentNeeded, Purpose
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, remember_guest
from zhiyin.interfaces.shop.consents import SENTENCES, give, has_given, member_id
from zhiyin.interfaces.shop.forms import FactsForm, NeedForm
from zhiyin.interfaces.shop.showing import shown
from zhiyin.storage.tenancy import brand_tx


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def form(request: ShopRequest) -> HttpResponse:
    """The short form: a new need, or what was understood of one, to be corrected."""
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        card = named_need(request, "need")
        taxonomy = kept.taxonomy(brand_id=brand_id)
        known = _known(request)
        has_consent = has_given(request, Purpose.BODY_FACTS)
    filled = NeedForm(
        request.POST if request.method == "POST" else None,
        taxonomy=taxonomy,
        language=request.language,
        before=card.slots if card else known,
    )
    if request.method == "POST" and filled.is_valid():
        slots = filled.stated()
        with brand_tx(brand_id):
            need_id = _save(request, card, slots, taxonomy.version)
        remember_guest(request)
        if filled.cleaned_data["keep_body"] and request.visitor.member:
            _keep(request, slots, TraitSource.FORM)
        return redirect("shop:need", slug=request.brand.slug, need_id=need_id)
    with brand_tx(brand_id):
        context = {
            "form": filled,
            "need": card,
            "has_consent": has_consent,
            "body_sentence": SENTENCES[Purpose.BODY_FACTS],
        }
        return shown(request, "shop/form.html", context, tab="decide", status=_status(filled))


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def facts(request: ShopRequest) -> HttpResponse:
    """What is kept about her, to be added to, corrected or emptied."""
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    with brand_tx(brand_id):
        taxonomy = kept.taxonomy(brand_id=brand_id)
        before = kept.trait_slots(brand_id=brand_id, member_id=own_id)
        has_consent = has_given(request, Purpose.BODY_FACTS)
    filled = FactsForm(
        request.POST if request.method == "POST" else None,
        taxonomy=taxonomy,
        language=request.language,
        before=before,
    )
    if request.method == "POST" and filled.is_valid():
        try:
            if filled.cleaned_data["keep_body"] and not has_consent:
                give(request, Purpose.BODY_FACTS)
            with brand_tx(brand_id):
                for slot in filled.emptied():
                    audience.remove_trait(brand_id=brand_id, member_id=own_id, slot=slot)
                audience.state_traits(
                    brand_id=brand_id,
                    member_id=own_id,
                    slots=filled.stated(),
                    source=TraitSource.FORM,
                    now=request.now,
                )
            messages.info(request, _("Kept."))
            return redirect("shop:me", slug=request.brand.slug)
        except ConsentNeeded:
            filled.add_error("keep_body", _("Body facts are kept only if you tick this."))
    with brand_tx(brand_id):
        context = {
            "form": filled,
            "has_consent": has_consent,
            "body_sentence": SENTENCES[Purpose.BODY_FACTS],
        }
        return shown(request, "shop/facts.html", context, tab="me", status=_status(filled))


@require_POST
@reaching_shop_page
def keep_facts(request: ShopRequest, need_id: UUID) -> HttpResponse:
    """Keep what a need says about her, once she has agreed to that."""
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        card = kept.need(brand_id=brand_id, need_id=need_id, member_id=member_id(request))
        has_consent = has_given(request, Purpose.BODY_FACTS)
    if has_consent or request.POST.get("keep_body"):
        changed = _keep(request, card.slots, TraitSource.NEED)
        messages.info(
            request, _("Kept.") if changed else _("This need says nothing new about you.")
        )
    else:
        messages.info(request, _("Body facts are kept only if you tick this."))
    return redirect("shop:me", slug=request.brand.slug)


@require_POST
@reaching_shop_page
def remove_fact(request: ShopRequest, slot: str) -> HttpResponse:
    """Forget one fact and what it was before."""
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        audience.remove_trait(brand_id=brand_id, member_id=member_id(request), slot=slot)
    messages.info(request, _("Removed."))
    return redirect("shop:me", slug=request.brand.slug)


def named_id(text: str) -> UUID | None:
    """An id that an address or a field names, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def named_need(request: ShopRequest, name: str) -> NeedCard | None:
    """The visitor's own need that an address names, or None. Raises NeedNotFound."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    need_id = named_id(asked)
    if need_id is None:
        raise NeedNotFound(need_id=asked[:40])
    return kept.need(brand_id=request.visitor.brand.id, need_id=need_id, **request.visitor.asker)


def _known(request: ShopRequest) -> NeedSlots:
    """What is kept of her and may be used; nothing of a guest."""
    member = request.visitor.member
    if member is None or not member.personalised:
        return NeedSlots()
    return kept.trait_slots(brand_id=request.visitor.brand.id, member_id=member.id)


def _save(
    request: ShopRequest, card: NeedCard | None, slots: NeedSlots, taxonomy_version: int
) -> UUID:
    brand_id = request.visitor.brand.id
    if card is not None:
        audience.change_slots(
            brand_id=brand_id, need_id=card.id, slots=slots, **request.visitor.asker
        )
        return card.id
    return audience.save_need(
        brand_id=brand_id,
        text="",
        slots=slots,
        taxonomy_version=taxonomy_version,
        **request.visitor.asker,
        now=request.now,
    )


def _keep(request: ShopRequest, slots: NeedSlots, source: TraitSource) -> int:
    """Keep what slots say about her, under the consent she gives with it."""
    give(request, Purpose.BODY_FACTS)
    with brand_tx(request.visitor.brand.id):
        return audience.state_traits(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            slots=slots,
            source=source,
            now=request.now,
        )


def _status(filled: NeedForm | FactsForm) -> int:
    return 422 if filled.is_bound else 200
