"""Decision boards: what she compares on her one question, and what her friends say."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as needs
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard, ProductNotFound
from zhiyin.domain.content import queries as content
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.boards import (
    ITEMS_MAX,
    ITEMS_MIN,
    QUESTION_CHARS_MAX,
    BoardCard,
    BoardItemsWrong,
    BoardItemTwice,
    BoardMoveRefused,
    BoardState,
    BoardVoteNotFound,
    KeyQuestionEmpty,
    TooManyBoards,
)
from zhiyin.flows import board as boards
from zhiyin.flows import ports
from zhiyin.interfaces import board_wording, chips
from zhiyin.interfaces.shop.access import (
    ShopRequest,
    reaching_shop_page,
    remember_guest,
    shop_page,
)
from zhiyin.interfaces.shop.deciding import asker
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.kit.errors import DomainError
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.kit.times import day_of
from zhiyin.storage.tenancy import brand_tx

FOUND_SHOWN = 12
BOARDS_SHOWN = 50
SEARCH_CHARS_MAX = 60
REFUSED = (
    BoardItemsWrong,
    BoardItemTwice,
    KeyQuestionEmpty,
    ProductNotFound,
    TextHasNul,
    TextTooLong,
    TooManyBoards,
)


@require_GET
@shop_page
def listed(request: ShopRequest) -> HttpResponse:
    """Her boards, last first, each with its question and where it stands."""
    brand_id, owner = request.visitor.brand.id, boards.who(asker(request))
    cards = talks.boards_of(brand_id=brand_id, who=owner, limit=BOARDS_SHOWN)
    questions = needs.needs_by_id(
        brand_id=brand_id, need_ids=[card.need_id for card in cards], **request.visitor.asker
    )
    products = catalog.products_ever(
        brand_id=brand_id, product_ids=sorted({one for card in cards for one in card.product_ids})
    )
    presenter = Presenter(request)
    rows = [
        {
            "id": card.id,
            "question": questions[card.need_id].text if card.need_id in questions else "",
            "state": _state(request, card),
            "is_open": card.takes_votes(request.now),
            "made_at": card.made_at,
            "votes": _votes(sum(card.votes.values())),
            "goods": [
                presenter.product(products[one]) for one in card.product_ids if one in products
            ],
        }
        for card in cards
    ]
    return shown(request, "shop/boards.html", {"boards": rows}, tab="decide")


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def make(request: ShopRequest) -> HttpResponse:
    """Choose two or three products, ask one question, and the board is made.

    `product` (several) and `look` name what stands on it already; what is not on the shop is left
    out, and the page says how many are needed.
    """
    sent = request.POST if request.method == "POST" else request.GET
    question, error = request.POST.get("question", ""), ""
    chosen = _ids(sent.getlist("product"))
    if request.method == "POST":
        try:
            return _make(request, question, chosen)
        except REFUSED as refusal:
            error = _why_not(refusal)
    brand_id = request.visitor.brand.id
    search = request.GET.get("q", "").replace("\x00", "")[:SEARCH_CHARS_MAX]
    with brand_tx(brand_id):
        chosen = list(dict.fromkeys([*chosen, *_of_look(brand_id, request.GET.get("look", ""))]))
        presenter = Presenter(request)
        known = catalog.products_by_id(brand_id=brand_id, product_ids=chosen)
        kept = [one for one in chosen if one in known]
        found: Sequence[ProductCard] = ()
        if len(kept) < ITEMS_MAX:
            page = catalog.products(brand_id=brand_id, search=search, limit=FOUND_SHOWN)
            found = [card for card in page.products if card.id not in known]
        context = {
            "chosen": [
                presenter.product(known[one])
                | {"without": _link(request, [other for other in kept if other != one])}
                for one in kept
            ],
            "found": [
                presenter.product(card) | {"with": _link(request, [*kept, card.id])}
                for card in found
            ],
            "search": search,
            "question": question,
            "question_chars_max": QUESTION_CHARS_MAX,
            "is_enough": ITEMS_MIN <= len(kept) <= ITEMS_MAX,
            "is_too_many": len(kept) > ITEMS_MAX,
            "missing": max(0, ITEMS_MIN - len(kept)),
            "hints": [
                _("Does it make my neck look short?"),
                _("Does it look slimming?"),
                _("Does it fit?"),
            ],
            "key": named_id(request.POST.get("key", "")) or uuid4(),
            "error": error,
        }
        return shown(
            request, "shop/board_new.html", context, tab="decide", status=422 if error else 200
        )


@require_GET
@shop_page
def board(request: ShopRequest, board_id: UUID) -> HttpResponse:
    """The board: each product's answer from buyers like her, and what her friends say."""
    brand = request.visitor.brand
    view = boards.view(
        brand_id=brand.id,
        asker=asker(request),
        board_id=board_id,
        time_zone=brand.time_zone,
        now=request.now,
    )
    presenter = Presenter(request)
    presenter.know(
        products=[one.product for one in view.answers],
        koc_ids=[w.show.koc_id for one in view.answers for w in one.behind if w.show.koc_id],
    )
    context = {
        "board": view.card,
        "question": view.need.text,
        "shown": view.shown,
        "chips": chips.rows(
            view.need.slots, taxonomy=presenter.taxonomy, language=request.language
        ),
        "items": [_item(presenter, view, one) for one in view.answers],
        "is_open": view.card.takes_votes(request.now),
        "may_decide": view.card.state is not BoardState.DECIDED,
        "may_close": view.card.state is BoardState.OPEN,
        "state": _state(request, view.card),
        "link": request.build_absolute_uri(_friends_link(request, view.card.link)),
        "votes": [
            {
                "id": vote.id,
                "title": presenter.product(presenter.products[vote.product_id])["title"],
                "words": vote.words,
                "voted_at": vote.voted_at,
            }
            for vote in view.votes
        ],
        "ask_url": _ask_url(request, view),
    }
    return shown(request, "shop/board.html", context, tab="decide")


@require_POST
@shop_page
def decide(request: ShopRequest, board_id: UUID) -> HttpResponse:
    """She decides for one of them."""
    try:
        conversations.decide_board(
            **_hers(request, board_id), product_id=posted_product(request), now=request.now
        )
        messages.info(request, _("Decided. Friends see nothing behind the link any more."))
    except BoardMoveRefused:
        messages.info(request, _("It was decided already. See below."))
    return redirect("shop:board", slug=request.brand.slug, board_id=board_id)


@require_POST
@shop_page
def close(request: ShopRequest, board_id: UUID) -> HttpResponse:
    """Friends vote no more."""
    try:
        conversations.close_board(**_hers(request, board_id), now=request.now)
        messages.info(request, _("Closed. Friends see nothing behind the link any more."))
    except BoardMoveRefused:
        messages.info(request, _("It was closed already."))
    return redirect("shop:board", slug=request.brand.slug, board_id=board_id)


@require_POST
@shop_page
def delete(request: ShopRequest, board_id: UUID) -> HttpResponse:
    """Delete a board with its votes."""
    boards.delete(brand_id=request.visitor.brand.id, asker=asker(request), board_id=board_id)
    messages.info(request, _("Deleted, with the votes on it."))
    return redirect("shop:boards", slug=request.brand.slug)


@require_POST
@shop_page
def remove_vote(request: ShopRequest, board_id: UUID, vote_id: UUID) -> HttpResponse:
    """Take a friend's vote off, with its word."""
    try:
        conversations.remove_vote(**_hers(request, board_id), vote_id=vote_id, now=request.now)
        messages.info(request, _("Taken off."))
    except BoardVoteNotFound:
        messages.info(request, _("It is gone already."))
    return redirect("shop:board", slug=request.brand.slug, board_id=board_id)


def _make(request: ShopRequest, question: str, chosen: Sequence[UUID]) -> HttpResponse:
    brand = request.visitor.brand
    kept, found = boards.read_question(
        brand_id=brand.id,
        text=question,
        today=day_of(request.now, brand.time_zone),
        second=ports.wired().reader,
    )
    with brand_tx(brand.id):
        board_id = boards.make(
            brand_id=brand.id,
            asker=asker(request),
            question=kept,
            found=found,
            product_ids=chosen,
            request_key=named_id(request.POST.get("key", "")) or uuid4(),
            now=request.now,
        )
    remember_guest(request)
    return redirect("shop:board", slug=request.brand.slug, board_id=board_id)


def _item(presenter: Presenter, view: boards.BoardView, found: boards.ItemAnswer) -> dict[str, Any]:
    """One product of a board: what it is, what buyers answer, the shows behind it."""
    language, shown_as = presenter.request.language, presenter.product(found.product)
    behind = []
    for wearer in found.behind:
        row = presenter.show(wearer.show)
        like = board_wording.likeness(wearer.likeness_bps, language=language)
        behind.append(row | {"body": " · ".join(filter(None, (like, row["body"])))})
    return shown_as | {
        "is_on_shop": found.is_on_shop,
        "stock": _stock(found),
        "answer": board_wording.answer(found, taxonomy=presenter.taxonomy, language=language),
        "short": board_wording.short(found, language=language),
        "thin": board_wording.thin(found.tally, language=language),
        "says_nothing": not found.speaks,
        "shows": behind,
        "votes": _votes(view.card.votes.get(found.product.id, 0)),
        "vote_count": view.card.votes.get(found.product.id, 0),
        "is_chosen": view.card.chosen_id == found.product.id,
    }


def _stock(found: boards.ItemAnswer) -> str:
    if not found.is_on_shop:
        return _("Not on the shop any more")
    left = sum(sku.on_hand for sku in found.product.skus)
    if not left:
        return _("Sold out for now")
    return ngettext("%(left)d in stock", "%(left)d in stock", left) % {"left": left}


def _state(request: ShopRequest, card: BoardCard) -> str:
    if card.state is BoardState.DECIDED:
        return _("decided")
    if card.state is BoardState.CLOSED:
        return _("closed")
    return _("friends may vote") if card.takes_votes(request.now) else _("the link has ended")


def _votes(count: int) -> str:
    return ngettext("%(count)d vote", "%(count)d votes", count) % {"count": count}


def _ask_url(request: ShopRequest, view: boards.BoardView) -> str:
    if view.ask_koc_id is None:
        return ""
    where = {
        "slug": request.brand.slug,
        "need_id": view.need.id,
        "koc_id": view.ask_koc_id,
    }
    return f"{reverse('shop:ask', kwargs=where)}?board=1"


def _friends_link(request: ShopRequest, link: str) -> str:
    return reverse("shop:board-shared", kwargs={"slug": request.brand.slug, "link": link})


def _hers(request: ShopRequest, board_id: UUID) -> dict[str, Any]:
    return {
        "brand_id": request.visitor.brand.id,
        "board_id": board_id,
        "who": boards.who(asker(request)),
    }


def posted_product(request: ShopRequest) -> UUID:
    """The product that a form names. Raises BadRequest."""
    found = _ids([request.POST.get("product", "")])
    if not found:
        raise BadRequest
    return found[0]


def _ids(texts: Iterable[str]) -> list[UUID]:
    """The ids among some texts, in order; what is none is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _of_look(brand_id: UUID, text: str) -> list[UUID]:
    """The products of a look that is on the shop."""
    looks = content.looks_by_id(brand_id=brand_id, look_ids=_ids([text]))
    return [item.product_id for look in looks.values() for item in look.items]


def _link(request: ShopRequest, product_ids: Sequence[UUID]) -> str:
    """The same page with these products on it."""
    query = [("product", str(one)) for one in product_ids]
    return f"{reverse('shop:board-new', kwargs={'slug': request.brand.slug})}?{urlencode(query)}"


def _why_not(refusal: DomainError) -> str:
    """What to do about a board that was refused."""
    if isinstance(refusal, TextTooLong):
        return _("Say it in at most %(most)d characters.") % {"most": refusal.details["max_chars"]}
    sentences = {
        BoardItemsWrong: _("A board compares two or three. Add one, or take one off."),
        BoardItemTwice: _("The same thing stands there twice. Take one off."),
        KeyQuestionEmpty: _("Ask one question: it is what everything here answers."),
        ProductNotFound: _("One of them is not on the shop any more. Take another."),
        TextHasNul: _("There is a character in it that cannot be read. Type it anew, please."),
        TooManyBoards: _("You made as many boards today as there may be. Come back tomorrow."),
    }
    return sentences[type(refusal)]
