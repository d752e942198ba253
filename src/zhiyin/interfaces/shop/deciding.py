"""What she needs, what was understood, and three picks."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as needs
from zhiyin.domain.audience.kept import NeedCard
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import NEED_MAX_CHARS, NeedHasNul, NeedTooLong, Reading
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.conversations.boards import ITEMS_MIN
from zhiyin.domain.matching import queries as matches
from zhiyin.domain.matching.types import FeedbackKind, NothingToPick
from zhiyin.flows import decide, ports
from zhiyin.flows.decide import Asker
from zhiyin.flows.reading import read_kept, read_need
from zhiyin.interfaces import chips
from zhiyin.interfaces.shop.access import (
    ShopRequest,
    reaching_shop_page,
    remember_guest,
    shop_page,
)
from zhiyin.interfaces.shop.parts import for_sale
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.proving import counted
from zhiyin.interfaces.shop.stating import named_need
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

VERDICTS = {"not_my_style": FeedbackKind.STYLE, "not_my_body": FeedbackKind.BODY}


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def home(request: ShopRequest) -> HttpResponse:
    """Ask what she needs; what she typed comes back with any refusal.

    `again` names a need of hers whose words she wants to change: no address holds her words.
    """
    text, error = request.POST.get("need", ""), ""
    if request.method == "POST":
        try:
            return _ask(request, text)
        except NeedTooLong:
            error = _("That is over %(most)d characters. Shorten it and send it again.") % {
                "most": NEED_MAX_CHARS
            }
        except NeedHasNul:
            error = _("There is a character in it that cannot be read. Type it anew, please.")
    hints = [_("slimming"), _("covers the arms"), _("short neck"), _("goes with beige shoes")]
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        before = named_need(request, "again") if request.method == "GET" else None
        context = {
            "tab": "decide",
            "text": before.text if before else text,
            "error": error,
            "hints": hints,
            "recent": needs.recent_needs(brand_id=brand_id, **request.visitor.asker, limit=3),
        }
        return render(request, "shop/home.html", context, status=422 if error else 200)


def _ask(request: ShopRequest, text: str) -> HttpResponse:
    brand = request.visitor.brand
    found = read_need(
        brand_id=brand.id,
        text=text,
        today=day_of(request.now, brand.time_zone),
        second=ports.wired().reader,
    )
    with brand_tx(brand.id):
        need_id = audience.save_need(
            brand_id=brand.id,
            text=text,
            slots=found.reading.slots,
            taxonomy_version=found.taxonomy.version,
            heard=found.heard,
            **request.visitor.asker,
            now=request.now,
        )
    remember_guest(request)
    return redirect("shop:need", slug=request.brand.slug, need_id=need_id)


@require_GET
@shop_page
def need(request: ShopRequest, need_id: UUID) -> HttpResponse:
    """What was understood, to be corrected; the picks follow below."""
    card, taxonomy, reading = _kept(request, need_id)
    return render(
        request,
        "shop/need.html",
        {
            "tab": "decide",
            "need": card,
            "chips": chips.rows(
                card.slots, taxonomy=taxonomy, language=request.language, reading=reading
            ),
        },
    )


@require_POST
@shop_page
def change_chip(request: ShopRequest, need_id: UUID) -> HttpResponse:
    """Take one chip away, then answer anew."""
    slot, _apart, value = request.POST.get("drop", "").partition(chips.APART)
    card, _taxonomy, _reading = _kept(request, need_id)
    held = next((v for s, v in chips.values(card.slots) if (s, str(v)) == (slot, value)), None)
    if held is not None:
        audience.take_chip(
            brand_id=request.visitor.brand.id,
            need_id=need_id,
            slot=slot,
            value=held,
            **request.visitor.asker,
        )
    return redirect("shop:need", slug=request.brand.slug, need_id=need_id)


@require_GET
@shop_page
def picks(request: ShopRequest, need_id: UUID) -> HttpResponse:
    """The part of the need's page that holds the answer; a whole page for whoever opens it."""
    template = "shop/picks.html" if request.htmx else "shop/picks_page.html"
    context: dict[str, Any]
    try:
        answered = decide.answer_need(
            brand_id=request.visitor.brand.id,
            asker=asker(request),
            folder=settings.MODEL_FOLDER,
            now=request.now,
            need_id=need_id,
        )
    except NothingToPick as refusal:
        presenter = Presenter(request, need_id)
        brand_id = request.visitor.brand.id
        card = needs.need(brand_id=brand_id, need_id=need_id, **request.visitor.asker)
        context = {"loosen": presenter.loosen(refusal, card.slots), "need_id": need_id}
    else:
        presenter = Presenter(request, need_id, answered.decision_id)
        context = presenter.answer(answered)
    context["turned_down"] = _turned_down(presenter, need_id)
    return render(request, template, context)


@require_GET
@shop_page
def pick(request: ShopRequest, need_id: UUID, decision_id: UUID, rank: int) -> HttpResponse:
    """One pick opened: the look, the sizes, every reason and the shows behind it."""
    card = decide.decision(
        brand_id=request.visitor.brand.id,
        asker=asker(request),
        need_id=need_id,
        decision_id=decision_id,
    )
    presenter = Presenter(request, need_id, decision_id)
    context = presenter.opened(card.answer, rank)
    picked = card.answer.picks[rank - 1]
    context |= for_sale(presenter, picked, context, request.GET)
    context |= {
        "counted": counted(presenter, picked.reasons),
        "compare_url": _compare_url(request, [item.product_id for item in picked.items]),
    }
    return render(request, "shop/pick.html", context)


@require_POST
@shop_page
def verdict(request: ShopRequest, need_id: UUID) -> HttpResponse:
    """She says "not my style" or "not my body" of a pick, or takes it back."""
    brand_id = request.visitor.brand.id
    feedback = VERDICTS.get(request.POST.get("verdict", ""))
    product_id = _posted_id(request, "product")
    if feedback is None:
        raise BadRequest
    if request.POST.get("undo"):
        decide.take_back(
            brand_id=brand_id,
            asker=asker(request),
            need_id=need_id,
            product_id=product_id,
            feedback=feedback,
            now=request.now,
        )
        messages.info(request, _("Taken back."))
    else:
        decide.turn_down(
            brand_id=brand_id,
            asker=asker(request),
            need_id=need_id,
            decision_id=_posted_id(request, "decision"),
            product_id=product_id,
            feedback=feedback,
            now=request.now,
        )
        messages.info(request, _("Noted. The next answer takes it into account."))
    return redirect("shop:need", slug=request.brand.slug, need_id=need_id)


def _turned_down(presenter: Presenter, need_id: UUID) -> list[dict[str, str]]:
    """What she said no to for this need, each with what she said. Two queries."""
    said = matches.disliked(brand_id=presenter.brand_id, need_id=need_id)
    products = catalog.products_by_id(
        brand_id=presenter.brand_id, product_ids=sorted({one.product_id for one in said})
    )
    words = {FeedbackKind.STYLE: _("Not my style"), FeedbackKind.BODY: _("Not my body")}
    verdicts = {feedback: verdict for verdict, feedback in VERDICTS.items()}
    return [
        {
            "name": presenter.product(products[one.product_id])["title"],
            "product_id": str(one.product_id),
            "verdict": verdicts[one.feedback],
            "words": words[one.feedback],
        }
        for one in said
        if one.product_id in products
    ]


def _compare_url(request: ShopRequest, product_ids: Sequence[UUID]) -> str:
    """Where the parts of a look are compared on a question; nowhere for a single thing."""
    if len(set(product_ids)) < ITEMS_MIN:
        return ""
    new = reverse("shop:board-new", kwargs={"slug": request.brand.slug})
    return f"{new}?{urlencode([('product', str(one)) for one in dict.fromkeys(product_ids)])}"


def _posted_id(request: ShopRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise BadRequest from None


def asker(request: ShopRequest) -> Asker:
    """The visitor as the decide journey knows her."""
    return Asker(**request.visitor.asker)


def _kept(request: ShopRequest, need_id: UUID) -> tuple[NeedCard, Taxonomy, Reading]:
    card = needs.need(brand_id=request.visitor.brand.id, need_id=need_id, **request.visitor.asker)
    taxonomy = needs.taxonomy(brand_id=request.visitor.brand.id)
    return card, taxonomy, read_kept(card, taxonomy, request.visitor.brand.time_zone)
