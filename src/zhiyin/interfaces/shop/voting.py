"""A friend opens the link of a decision board, and votes."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from zhiyin.domain.conversations.boards import (
    VOTE_CHARS_MAX,
    BoardFull,
    BoardLinkOver,
    BoardVoteOwn,
    BoardVoteRemoved,
    BoardVotesFromHere,
)
from zhiyin.flows import board as boards
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, remember_guest
from zhiyin.interfaces.shop.boards import posted_product
from zhiyin.interfaces.shop.deciding import asker
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown
from zhiyin.kit.errors import DomainError
from zhiyin.kit.text import TextHasNul, TextTooLong
from zhiyin.storage.tenancy import brand_tx

REFUSED = (
    BoardVoteOwn,
    BoardVoteRemoved,
    BoardVotesFromHere,
    BoardFull,
    TextTooLong,
    TextHasNul,
)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def shared(request: ShopRequest, link: str) -> HttpResponse:
    """What a friend sees: the question, the things, and the votes; nothing else of its owner.

    Once it is closed, decided or over, nothing stands behind the link.
    """
    brand, error, words = request.visitor.brand, "", request.POST.get("words", "")
    try:
        if request.method == "POST":
            try:
                boards.vote(
                    brand_id=brand.id,
                    friend=asker(request),
                    link=link,
                    product_id=posted_product(request),
                    words=words,
                    now=request.now,
                    client=get_adapter(request).get_client_ip(request),
                )
                remember_guest(request)
                messages.info(request, _("Your vote is in. You can change it until it is over."))
                return redirect("shop:board-shared", slug=request.brand.slug, link=link)
            except REFUSED as refusal:
                error = _why_not(refusal)
        with brand_tx(brand.id):
            view = boards.shared(
                brand_id=brand.id,
                visitor=asker(request),
                link=link,
                time_zone=brand.time_zone,
                now=request.now,
            )
            context = _context(request, view) | {"error": error}
            if error:
                context["words"] = words
            return shown(
                request,
                "shop/board_shared.html",
                context,
                tab="browse",
                status=422 if error else 200,
            )
    except BoardLinkOver:
        with brand_tx(brand.id):
            return shown(request, "shop/board_over.html", {}, tab="browse", status=409)


def _context(request: ShopRequest, view: boards.FriendsView) -> dict[str, Any]:
    presenter = Presenter(request)
    return {
        "question": view.question,
        "items": [
            presenter.product(product)
            | {
                "votes": ngettext("%(count)d vote", "%(count)d votes", view.votes[product.id])
                % {"count": view.votes[product.id]},
                "is_mine": view.own is not None and view.own.product_id == product.id,
            }
            for product in view.products
        ],
        "until": view.until,
        "has_voted": view.own is not None,
        "is_hers": view.is_hers,
        "words": view.own.words if view.own else "",
        "words_chars_max": VOTE_CHARS_MAX,
    }


def _why_not(refusal: DomainError) -> str:
    if isinstance(refusal, TextTooLong):
        return _("Say it in at most %(most)d characters.") % {"most": VOTE_CHARS_MAX}
    sentences = {
        BoardVoteOwn: _("This board is yours: you decide, your friends vote."),
        BoardVoteRemoved: _("She took your vote off this board."),
        BoardVotesFromHere: _("Many have voted from where you are. Sign in, then vote."),
        BoardFull: _("This board has all the votes it takes."),
        TextHasNul: _("There is a character in it that cannot be read. Type it anew, please."),
    }
    return sentences[type(refusal)]
