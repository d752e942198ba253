"""Asking a KOC, and what became of it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as kept
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import (
    REPORT_CHARS_MAX,
    WORDS_CHARS_MAX,
    AlreadyAsked,
    AskedBefore,
    Blocked,
    ChipShown,
    DeclineReason,
    NotHerself,
    Passing,
    QuestionCard,
    QuestionMoveRefused,
    QuestionState,
    ReportEmpty,
    Sight,
    TooManyQuestions,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard, KocUnavailable
from zhiyin.domain.members.types import Purpose
from zhiyin.flows import answering
from zhiyin.flows import board as boards
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import SENTENCES, give, has_given, member_id
from zhiyin.interfaces.shop.persons import in_her_language
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.told import told
from zhiyin.kit.errors import DomainError
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.storage.tenancy import brand_tx

PER_PAGE = 20
BADGES = {
    QuestionState.WAITING: "thin",
    QuestionState.ANSWERED: "good",
}


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def ask(request: ShopRequest, need_id: UUID, koc_id: UUID) -> HttpResponse:
    """Show what the KOC will see, take a few words, and put the need to her."""
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    words, error = request.POST.get("words", ""), ""
    if request.method == "POST":
        try:
            if request.POST.get("share"):
                give(request, Purpose.SHARE_WITH_KOC)
            question_id = answering.ask(
                brand_id=brand_id,
                member_id=own_id,
                need_id=need_id,
                koc_id=koc_id,
                words=words,
                now=request.now,
            )
            messages.info(request, _("Asked. You find the answer under Messages."))
            return redirect("shop:question", slug=request.brand.slug, question_id=question_id)
        except (
            KocUnavailable,
            NotHerself,
            Blocked,
            TooManyQuestions,
            AlreadyAsked,
            AskedBefore,
            TextTooLong,
            TextHasNul,
        ) as refusal:
            error = _why_not(refusal)
    with brand_tx(brand_id):
        card = kept.need(brand_id=brand_id, need_id=need_id, member_id=own_id)
        if request.method == "GET" and "board" in request.GET:
            words = boards.words_for_koc(  # to be sent or changed
                brand_id=brand_id,
                member_id=own_id,
                need=card,
                time_zone=request.visitor.brand.time_zone,
            )
        sight = Sight(
            said=card.slots.said(), wording=kept.taxonomy(brand_id=brand_id), shares_body=True
        )
        visible = talks.what_koc_sees(sight=sight)
        context = {
            "need": card,
            "koc": in_her_language(request, kocs.koc(brand_id=brand_id, koc_id=koc_id)),
            "plain_chips": _chips(request, [chip for chip in visible if not chip.is_body]),
            "body_chips": _chips(request, [chip for chip in visible if chip.is_body]),
            "shares": has_given(request, Purpose.SHARE_WITH_KOC),
            "share_sentence": SENTENCES[Purpose.SHARE_WITH_KOC],
            "words": words,
            "words_chars_max": WORDS_CHARS_MAX,
            "error": error,
        }
        return shown(
            request, "shop/ask.html", context, tab="messages", status=422 if error else 200
        )


@require_GET
@shop_page
def inbox(request: ShopRequest) -> HttpResponse:
    """What she was told of her orders, what she asked and how it stands; a KOC finds her own
    questions from here, too.
    """
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    asked = talks.questions_of_asker(brand_id=brand_id, asker_id=own_id, limit=PER_PAGE)
    known = kocs.kocs_by_id(brand_id=brand_id, koc_ids=sorted({card.koc_id for card in asked}))
    visitor = request.visitor
    context = {
        **told(request),
        "questions": [_row(request, card, known) for card in asked],
        "koc": visitor.koc,
        "waiting": talks.inbox(brand_id=brand_id, koc_id=visitor.koc.id, limit=1).waiting
        if visitor.koc
        else 0,
    }
    return shown(request, "shop/messages.html", context, tab="messages")


@require_GET
@shop_page
def question(request: ShopRequest, question_id: UUID) -> HttpResponse:
    """One question with its answer, the products picked, and what else can be done."""
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    card = talks.question(brand_id=brand_id, question_id=question_id, asker_id=own_id)
    conversations.note_answer_seen(
        brand_id=brand_id, question_id=question_id, asker_id=own_id, now=request.now
    )
    chain = talks.questions_of_need(brand_id=brand_id, need_id=card.need_id)
    known = kocs.kocs_by_id(brand_id=brand_id, koc_ids=sorted({one.koc_id for one in chain}))
    picked = catalog.products_by_id(
        brand_id=brand_id, product_ids=card.answer.product_ids if card.answer else ()
    )
    presenter = Presenter(request)
    context = {
        "question": card,
        "row": _row(request, card, known),
        "chips": _chips(request, card.chips),
        "products": [
            presenter.product(picked[product_id])
            for product_id in (card.answer.product_ids if card.answer else ())
            if product_id in picked
        ],
        "next": next(
            (_row(request, one, known) for one in chain if one.instead_of_id == card.id), None
        ),
        "report_chars_max": REPORT_CHARS_MAX,
    }
    return shown(request, "shop/question.html", context, tab="messages")


@require_POST
@reaching_shop_page
def withdraw(request: ShopRequest, question_id: UUID) -> HttpResponse:
    """Take a waiting question back."""
    try:
        answering.withdraw(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            question_id=question_id,
            now=request.now,
        )
        messages.info(request, _("Taken back. Nobody else is asked."))
    except QuestionMoveRefused:
        messages.info(request, _("It does not wait any more. See how it stands."))
    return redirect("shop:question", slug=request.brand.slug, question_id=question_id)


@require_POST
@reaching_shop_page
def block(request: ShopRequest, question_id: UUID) -> HttpResponse:
    """Either of the two hears no more from the other."""
    answering.block(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        question_id=question_id,
        now=request.now,
    )
    messages.info(request, _("Blocked. You can lift it on your page."))
    return redirect("shop:messages", slug=request.brand.slug)


@require_POST
@shop_page
def report(request: ShopRequest, question_id: UUID) -> HttpResponse:
    """Ask a person of the brand to look at a conversation."""
    try:
        conversations.report(
            brand_id=request.visitor.brand.id,
            question_id=question_id,
            reporter_id=member_id(request),
            reason=request.POST.get("reason", ""),
            now=request.now,
        )
        messages.info(request, _("Thank you. A person of the brand will read it."))
    except ReportEmpty:
        messages.info(request, _("Say in a few words what is wrong, then send it again."))
    except (TextTooLong, TextHasNul):
        messages.info(
            request, _("Say it in at most %(most)d characters.") % {"most": REPORT_CHARS_MAX}
        )
    return redirect("shop:messages", slug=request.brand.slug)


def _chips(request: ShopRequest, chips: Iterable[ChipShown]) -> list[dict[str, str]]:
    """Chips a KOC sees, as `parts/chips.html` wants them."""
    is_english = request.language.startswith("en")
    return [{"label": chip.en if is_english else chip.zh} for chip in chips]


def _row(request: ShopRequest, card: QuestionCard, known: Mapping[UUID, KocCard]) -> dict[str, Any]:
    """A question in a list: whom, how it stands, until when."""
    koc = known.get(card.koc_id)
    return {
        "id": card.id,
        "koc": in_her_language(request, koc)
        if koc
        else {"name": _("Somebody who has left"), "hue_key": str(card.koc_id), "href": ""},
        "state": card.state.value,
        "badge": "act" if card.is_new else BADGES.get(card.state, ""),
        "badge_words": {
            QuestionState.WAITING: _("not answered yet"),
            QuestionState.ANSWERED: _("new answer") if card.is_new else _("answered"),
            QuestionState.WITHDRAWN: _("taken back"),
        }.get(card.state)
        or (_("passed on") if card.passing is Passing.PASSED_ON else _("no answer")),
        "line": _line(card),
        "waits_until": card.waits_until if card.state is QuestionState.WAITING else None,
        "asked_at": card.asked_at,
        "words": card.words,
        "chips": _chips(request, card.chips)[:4],
    }


def _line(card: QuestionCard) -> str:
    """How a question stands, in a sentence."""
    if card.state is QuestionState.ANSWERED:
        return card.answer.text if card.answer else _("She answered, and has left since.")
    if card.state is QuestionState.WITHDRAWN:
        return _("You took it back.")
    if card.passing is None:
        return ""
    ended = {
        DeclineReason.NOT_LIKE_ME: _("She says she is not enough like you."),
        DeclineReason.NOT_MY_FIELD: _("She says it is not her field."),
        DeclineReason.NO_TIME: _("She has no time just now."),
        DeclineReason.UNCOMFORTABLE: _("She would rather not answer this one."),
        None: _("No answer came in 24 hours."),
    }[card.decline_reason]
    then = {
        Passing.PASSED_ON: _("Another KOC was asked."),
        Passing.NOBODY_LEFT: _("Nobody else can be asked right now."),
        Passing.OPEN: _("We are asking somebody else."),
    }[card.passing]
    return f"{ended} {then}"


def _why_not(refusal: DomainError) -> str:
    """What to do about a question that was refused."""
    if isinstance(refusal, TextTooLong):
        return _("Say it in at most %(most)d characters.") % {"most": refusal.details["max_chars"]}
    if isinstance(refusal, KocUnavailable):
        if refusal.details["reason"] == "away":
            return _("She is away just now. Ask somebody else, or come back later.")
        return _("She has all the questions she takes this week. Ask somebody else.")
    sentences = {
        NotHerself: _("That is you. Ask somebody else."),
        Blocked: _("One of you has blocked the other. Ask somebody else."),
        TooManyQuestions: _("You asked ten questions today. Ask again tomorrow."),
        AlreadyAsked: _("This need waits for an answer already. Take that back first, or wait."),
        AskedBefore: _("She was asked about this need before. Ask somebody else."),
        TextHasNul: _("There is a character in it that cannot be read. Type it anew, please."),
    }
    return sentences[type(refusal)]
