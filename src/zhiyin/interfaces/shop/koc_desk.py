"""Being a KOC: her inbox, answering and declining, her page and her time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as kept
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductNotFound
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import (
    ANSWER_CHARS_MAX,
    PICKS_MAX,
    REPORT_CHARS_MAX,
    AnswerEmpty,
    DeclineReason,
    InboxCard,
    QuestionMoveRefused,
    QuestionState,
    TooManyPicks,
)
from zhiyin.domain.kocs import operations as kocs_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import AwayRefused, KocCard
from zhiyin.domain.members.types import ConsentNeeded
from zhiyin.flows import answering, koc_review
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.koc_forms import AwayForm, PageForm
from zhiyin.interfaces.shop.persons import in_her_language
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.storage.tenancy import brand_tx

INBOX_SHOWN = 50
FOUND_SHOWN = 8
SEARCH_CHARS_MAX = 60


@require_GET
@shop_page
def home(request: ShopRequest) -> HttpResponse:
    """Her inbox, how her week stands, and the ways to her page. Who is no KOC may apply."""
    card = request.visitor.koc
    if card is None:
        return redirect("shop:koc-apply", slug=request.brand.slug)
    brand_id = request.visitor.brand.id
    page = talks.inbox(brand_id=brand_id, koc_id=card.id, limit=INBOX_SHOWN)
    conversations.note_questions_seen(brand_id=brand_id, koc_id=card.id, now=request.now)
    followers = kocs.followers(brand_id=brand_id, koc_ids=[card.id])[card.id]
    load = talks.load(brand_id=brand_id, now=request.now, koc_ids=[card.id]).get(card.id, 0)
    rows = [_row(request, question) for question in page.questions]
    context = {
        "koc": in_her_language(request, card),
        "card": card,
        "waiting": [row for row in rows if row["waits_until"]],
        "answered": [row for row in rows if not row["waits_until"]],
        "load": load,
        "followers": followers,
        "has_facts": bool(card.facts),
        "aways": [
            {
                "id": one.id,
                "starts_at": one.starts_at,
                "last_day": one.ends_at - timedelta(seconds=1),
            }
            for one in kocs.aways(brand_id=brand_id, koc_id=card.id, now=request.now)
        ],
        "away_form": AwayForm(),
    }
    return shown(request, "shop/koc_home.html", context, tab="messages")


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def question(request: ShopRequest, question_id: UUID) -> HttpResponse:
    """A question put to her: what she may see of it, and her answer with up to three picks."""
    brand_id, card = request.visitor.brand.id, _koc(request)
    text, error = request.POST.get("text", ""), ""
    chosen = _chosen(request)
    if request.method == "POST" and "search" not in request.POST:
        try:
            answering.answer(
                brand_id=brand_id,
                member_id=member_id(request),
                question_id=question_id,
                text=text,
                product_ids=chosen,
                now=request.now,
            )
            messages.info(request, _("Sent. Thank you."))
            return redirect("shop:koc-home", slug=request.brand.slug)
        except AnswerEmpty:
            error = _("Write a few words: why would you wear it?")
        except TooManyPicks:
            error = _("Three products are the most. Take a tick away.")
        except TextTooLong:
            error = _("Say it in at most %(most)d characters.") % {"most": ANSWER_CHARS_MAX}
        except TextHasNul:
            error = _("There is a character in it that cannot be read. Type it anew, please.")
        except ProductNotFound:
            error = _("One of these products is no longer on the shop.")
        except QuestionMoveRefused:
            messages.info(request, _("This question does not wait any more."))
            return redirect("shop:koc-home", slug=request.brand.slug)
    with brand_tx(brand_id):
        asked = talks.inbox_question(brand_id=brand_id, question_id=question_id, koc_id=card.id)
        presenter = Presenter(request)
        picked = asked.answer.product_ids if asked.answer else ()
        known = catalog.products_by_id(brand_id=brand_id, product_ids=picked)
        context = {
            "question": asked,
            "row": _row(request, asked),
            "text": text,
            "error": error,
            "earns": card.can_earn,
            "answer_chars_max": ANSWER_CHARS_MAX,
            "picks_max": PICKS_MAX,
            "report_chars_max": REPORT_CHARS_MAX,
            "reasons": _reasons(),
            "products": [presenter.product(known[one]) for one in picked if one in known],
            **_goods(request, chosen),
        }
        status = 422 if error else 200
        return shown(request, "shop/koc_question.html", context, tab="messages", status=status)


@require_GET
@shop_page
def goods(request: ShopRequest) -> HttpResponse:
    """The products an answer may pick: those ticked stay, those found come below."""
    return render(request, "shop/parts/choose_goods.html", _goods(request, _chosen(request)))


@require_POST
@reaching_shop_page
def decline(request: ShopRequest, question_id: UUID) -> HttpResponse:
    """She would rather not answer; somebody else is asked."""
    reason = next((one for one in DeclineReason if one == request.POST.get("reason")), None)
    if reason is None:
        messages.info(request, _("Choose one of the four reasons."))
        return redirect("shop:koc-question", slug=request.brand.slug, question_id=question_id)
    try:
        answering.decline(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            question_id=question_id,
            reason=reason,
            now=request.now,
        )
        messages.info(request, _("Declined. Somebody else is asked."))
    except QuestionMoveRefused:
        messages.info(request, _("This question does not wait any more."))
    return redirect("shop:koc-home", slug=request.brand.slug)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def page(request: ShopRequest) -> HttpResponse:
    """What her page says, her topics and what she is good at, and how much she takes."""
    brand_id, card = request.visitor.brand.id, _koc(request)
    with brand_tx(brand_id):
        filled = PageForm(
            request.POST if request.method == "POST" else None,
            card=card,
            taxonomy=kept.taxonomy(brand_id=brand_id),
            language=request.language,
        )
    if request.method == "POST" and filled.is_valid():
        try:
            koc_review.change_page(
                brand_id=brand_id, member_id=member_id(request), page=filled.page()
            )
            messages.info(request, _("Kept. Shoppers see it from now on."))
            return redirect("shop:koc-home", slug=request.brand.slug)
        except TextHasNul:
            filled.add_error(None, _("There is a character in it that cannot be read."))
    with brand_tx(brand_id):
        context = {"form": filled, "koc": in_her_language(request, card)}
        status = 422 if filled.is_bound else 200
        return shown(request, "shop/koc_page.html", context, tab="me", status=status)


@require_POST
@shop_page
def away(request: ShopRequest) -> HttpResponse:
    """Add days on which she is not asked."""
    filled = AwayForm(request.POST)
    try:
        if not filled.is_valid():
            raise AwayRefused()
        starts_at, ends_at = filled.span(request.visitor.brand.time_zone)
        kocs_desk.go_away(
            brand_id=request.visitor.brand.id,
            koc_id=_koc(request).id,
            starts_at=starts_at,
            ends_at=ends_at,
            now=request.now,
        )
        messages.info(request, _("Kept. Nobody is sent to you on these days."))
    except AwayRefused:
        messages.info(request, _("The last day must not be before the first, nor over already."))
    return redirect("shop:koc-home", slug=request.brand.slug)


@require_POST
@shop_page
def come_back(request: ShopRequest, away_id: UUID) -> HttpResponse:
    """Take away days back."""
    kocs_desk.come_back(brand_id=request.visitor.brand.id, away_id=away_id, koc_id=_koc(request).id)
    messages.info(request, _("Taken back. You can be asked on these days."))
    return redirect("shop:koc-home", slug=request.brand.slug)


@require_POST
@reaching_shop_page
def refresh_facts(request: ShopRequest) -> HttpResponse:
    """Let her page follow the body facts she states of herself now."""
    try:
        koc_review.refresh_facts(brand_id=request.visitor.brand.id, member_id=member_id(request))
        messages.info(request, _("Your page follows your body facts of today."))
    except ConsentNeeded:
        messages.info(request, _("First agree on your page that your body facts are kept."))
    return redirect("shop:koc-home", slug=request.brand.slug)


@require_POST
@reaching_shop_page
def leave(request: ShopRequest) -> HttpResponse:
    """Be a KOC no more. What waits for her goes on to somebody else."""
    koc_review.leave(
        brand_id=request.visitor.brand.id, member_id=member_id(request), now=request.now
    )
    messages.info(request, _("Your KOC page is closed. Thank you for every answer."))
    return redirect("shop:me", slug=request.brand.slug)


def _koc(request: ShopRequest) -> KocCard:
    card = request.visitor.koc
    assert card is not None, "the matrix names KOCs only"
    return card


def _row(request: ShopRequest, card: InboxCard) -> dict[str, Any]:
    is_english = request.language.startswith("en")
    return {
        "id": card.id,
        "chips": [{"label": chip.en if is_english else chip.zh} for chip in card.chips],
        "words": card.words,
        "asked_at": card.asked_at,
        "waits_until": card.waits_until if card.state is QuestionState.WAITING else None,
        "answer": card.answer,
    }


def _chosen(request: ShopRequest) -> list[UUID]:
    """The products ticked in the form, each once; what is no id is left out."""
    sent = request.POST if request.method == "POST" else request.GET
    ids = (named_id(text) for text in sent.getlist("product"))
    return list(dict.fromkeys(one for one in ids if one is not None))[: PICKS_MAX + FOUND_SHOWN]


def _goods(request: ShopRequest, chosen: list[UUID]) -> dict[str, Any]:
    brand_id = request.visitor.brand.id
    sent = request.POST if request.method == "POST" else request.GET
    search = sent.get("q", "").replace("\x00", "")[:SEARCH_CHARS_MAX]
    presenter = Presenter(request)
    ticked = catalog.products_by_id(brand_id=brand_id, product_ids=chosen)
    found = (
        catalog.products(brand_id=brand_id, search=search, limit=FOUND_SHOWN).products
        if search
        else ()
    )
    return {
        "search": search,
        "ticked": [presenter.product(ticked[one]) for one in chosen if one in ticked],
        "found": [presenter.product(card) for card in found if card.id not in ticked],
    }


def _reasons() -> list[tuple[str, str]]:
    return [
        (DeclineReason.NOT_LIKE_ME.value, _("I am not enough like her")),
        (DeclineReason.NOT_MY_FIELD.value, _("It is not my field")),
        (DeclineReason.NO_TIME.value, _("I have no time just now")),
        (DeclineReason.UNCOMFORTABLE.value, _("I would rather not")),
    ]
