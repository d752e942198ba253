"""Becoming a KOC: the application and its answer, and the shows that speak for her."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.audience import queries as kept
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.catalog.types import ProductCard
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowCard, ShowNotVerified, ShowState, ShowWritten
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import (
    AgeNeeded,
    AlreadyApplied,
    ApplicationClosed,
    ApplicationState,
    Score,
    ScoreKey,
    ScoreName,
    ShowNotHers,
    TooYoung,
)
from zhiyin.domain.members.types import Purpose
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import PurchaseCard
from zhiyin.flows import buyer_show, koc_review, taking_down
from zhiyin.interfaces import photos
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page, shop_page
from zhiyin.interfaces.shop.consents import SENTENCES, give, has_given, member_id
from zhiyin.interfaces.shop.koc_forms import APART, ApplicationForm, ShowForm
from zhiyin.interfaces.shop.presenting import Presenter
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.kit.text import TextHasNul
from zhiyin.storage.media import MediaMissing, MediaStore
from zhiyin.storage.tenancy import brand_tx

FOUND_SHOWN = 12
SEARCH_CHARS_MAX = 60


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def apply(request: ShopRequest) -> HttpResponse:
    """Apply; while an application is open or decided, how it stands and why."""
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    if request.visitor.koc is not None:
        return redirect("shop:koc-home", slug=request.brand.slug)
    with brand_tx(brand_id):
        last = kocs.last_application(brand_id=brand_id, member_id=own_id)
        has_consent = has_given(request, Purpose.BODY_FACTS)
        shows = content.shows_by_author(brand_id=brand_id, member_id=own_id)
        listed = _listed(request, shows)
        filled = ApplicationForm(
            request.POST if request.method == "POST" else None,
            taxonomy=kept.taxonomy(brand_id=brand_id),
            language=request.language,
            before=kept.trait_slots(brand_id=brand_id, member_id=own_id),
            shows=[(row["id"], row["title"]) for row in listed if row["is_published"]],
            has_consent=has_consent,
        )
    is_open = last is not None and last.state is ApplicationState.OPEN
    if request.method == "POST" and not is_open and filled.is_valid():
        try:
            if not has_consent:
                give(request, Purpose.BODY_FACTS)
            koc_review.apply(
                brand_id=brand_id,
                member_id=own_id,
                application=filled.application(),
                body=filled.stated(),
                now=request.now,
            )
            messages.info(request, _("Sent. A person of the brand reads it."))
            return redirect("shop:koc-apply", slug=request.brand.slug)
        except (AgeNeeded, TooYoung):
            filled.add_error("age", _("Nobody under 14 can be a KOC."))
        except ShowNotHers:
            filled.add_error("shows", _("Choose shows of your own that are published."))
        except AlreadyApplied:
            filled.add_error(None, _("Your application is open already."))
        except TextHasNul:
            filled.add_error(None, _("There is a character in it that cannot be read."))
    with brand_tx(brand_id):
        context = {
            "form": filled,
            "has_consent": has_consent,
            "body_sentence": SENTENCES[Purpose.BODY_FACTS],
            "application": last,
            "is_open": is_open,
            "score": score_in_words(last.score) if last and last.score else None,
            "shows": listed,
        }
        status = 422 if filled.is_bound and not is_open else 200
        return shown(request, "shop/koc_apply.html", context, tab="me", status=status)


@require_POST
@reaching_shop_page
def take_back(request: ShopRequest, application_id: UUID) -> HttpResponse:
    """Take an open application back."""
    try:
        koc_review.withdraw(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            application_id=application_id,
            now=request.now,
        )
        messages.info(request, _("Taken back. You may apply again at any time."))
    except ApplicationClosed:
        messages.info(request, _("It is decided already. See below."))
    return redirect("shop:koc-apply", slug=request.brand.slug)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def shows(request: ShopRequest) -> HttpResponse:
    """Her own shows and how each stands; find a product, then say how it was.

    From an order of hers she comes with the line that she writes of, and goes back there.
    """
    brand_id, own_id = request.visitor.brand.id, member_id(request)
    search = request.GET.get("q", "").replace("\x00", "")[:SEARCH_CHARS_MAX]
    product_id = named_id(request.GET.get("product", ""))
    line_id = named_id(request.GET.get("line", ""))
    filled, purchase = None, None
    context: dict[str, Any] = {"search": search}
    with brand_tx(brand_id):
        presenter = Presenter(request)
        own = content.shows_by_author(brand_id=brand_id, member_id=own_id)
        context["shows"] = _listed(request, own)
        if search:
            found = catalog.products(brand_id=brand_id, search=search, limit=FOUND_SHOWN)
            context["found"] = [presenter.product(card) for card in found.products]
        if product_id:
            product = catalog.product(brand_id=brand_id, product_id=product_id)
            context["product"] = presenter.product(product)
            purchase = buyer_show.bought(
                brand_id=brand_id, member_id=own_id, product=product, line_id=line_id
            )
            context["is_bought"] = purchase is not None
            filled = ShowForm(
                request.POST if request.method == "POST" else None,
                request.FILES if request.method == "POST" else None,
                product=product,
                sizes=_sizes(presenter, product),
                initial=_worn(product, purchase),
            )
    # A picture is opened only for what she bought: that costs much more than to ask.
    may_send = request.method == "POST" and context.get("is_bought", False)
    if (
        may_send
        and filled is not None
        and filled.is_valid()
        and _save_show(request, filled, line_id)
    ):
        messages.info(request, _("Kept. A person of the brand looks at it before others do."))
        return _back_from_show(request, line_id)
    with brand_tx(brand_id):
        status = 422 if filled is not None and filled.is_bound else 200
        context["form"] = filled
        return shown(request, "shop/koc_shows.html", context, tab="me", status=status)


@require_POST
@reaching_shop_page
def take_down(request: ShopRequest, show_id: UUID) -> HttpResponse:
    """Take a show of hers off the shop for good, with its picture."""
    taking_down.take_down(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        show_id=show_id,
        media=MediaStore(settings.MEDIA_FOLDER),
    )
    messages.info(request, _("Taken down. The show and its photo are deleted."))
    return redirect("shop:koc-shows", slug=request.brand.slug)


@require_GET
@shop_page
def photo(request: ShopRequest, show_id: UUID, ref: str) -> HttpResponse:
    """A picture of a show. Its name is its hash, so nobody guesses it, and it never changes.

    Before the show is published, and after it is refused, only its author sees it.
    """
    brand_id, member = request.visitor.brand.id, request.visitor.member
    reader_id = member.id if member else None
    if not content.has_picture(brand_id=brand_id, show_id=show_id, ref=ref, reader_id=reader_id):
        raise MediaMissing(ref=ref)
    store = MediaStore(settings.MEDIA_FOLDER)
    return photos.served(store, brand_id, ref, small="small" in request.GET)


def score_in_words(score: Score) -> dict[str, Any]:
    """A score opened: its parts and what each line counted, in words."""
    names = {
        ScoreName.LOYALTY: _("Loyalty"),
        ScoreName.HELPFULNESS: _("Helpfulness"),
        ScoreName.WILLINGNESS: _("Willingness"),
    }
    lines = {
        ScoreKey.PURCHASES: _("purchases in the last two years"),
        ScoreKey.MONTHS: _("months as a member"),
        ScoreKey.SHOWS: _("shows of your own"),
        ScoreKey.USEFUL_VOTES: _("times somebody found one useful"),
        ScoreKey.ANSWERS: _("questions you answered"),
        ScoreKey.CAPACITY: _("questions a week you take"),
        ScoreKey.ANSWERED_SHARE: _("answered of those put to you"),
        ScoreKey.DAYS_PRESENT: _("days not away in the next four weeks"),
    }
    return {
        "total": score.total_bps // 100,
        "parts": [
            {
                "name": names[part.name],
                "points": part.bps // 100,
                "weight": part.weight_bps // 100,
                "lines": [
                    {"words": lines[line.key], "count": line.count, "full_at": line.full_at}
                    for line in part.lines
                ],
            }
            for part in score.parts
        ],
    }


def _back_from_show(request: ShopRequest, line_id: UUID | None) -> HttpResponse:
    """To the order that she came from, or to her shows."""
    brand_id, slug = request.visitor.brand.id, request.brand.slug
    if line_id is not None:
        with brand_tx(brand_id):
            order_id = orders.order_of_line(brand_id=brand_id, line_id=line_id)
        return redirect("shop:order", slug=slug, order_id=order_id)
    return redirect("shop:koc-shows", slug=slug)


def _worn(product: ProductCard, purchase: PurchaseCard | None) -> dict[str, str]:
    """The colour and size that she bought, to begin with."""
    for sku in product.skus:
        if purchase is not None and sku.id == purchase.sku_id:
            return {"size": f"{sku.color}{APART}{sku.size_code}"}
    return {}


def _save_show(request: ShopRequest, filled: ShowForm, line_id: UUID | None) -> bool:
    """Keep the show; whatever is wrong is said at its field."""
    try:
        buyer_show.show(
            brand_id=request.visitor.brand.id,
            member_id=member_id(request),
            product_id=filled.product.id,
            wearing=filled.wearing(request.language),
            pictures=photos.cleaned(filled.cleaned_data["picture"]),
            media=MediaStore(settings.MEDIA_FOLDER),
            now=request.now,
            line_id=line_id,
        )
    except ShowNotVerified:
        filled.add_error(
            None,
            _(
                "We find no purchase of this by you, so it cannot stand beside what others bought. "
                "If you bought it under another number, ask the store to join the two."
            ),
        )
    except TextHasNul:
        filled.add_error("words", _("There is a character in it that cannot be read."))
    except ShowWritten:
        filled.add_error(None, _("You wrote of this purchase already. It stands under My shows."))
    except photos.REFUSED as refused:
        filled.add_error("picture", photos.why_not(refused))
    else:
        return True
    return False


def _sizes(presenter: Presenter, product: ProductCard) -> list[tuple[str, str]]:
    return [
        (f"{sku.color}{APART}{sku.size_code}", f"{presenter.color(sku.color)} · {sku.size_label}")
        for sku in product.skus
    ]


def _listed(request: ShopRequest, own: Iterable[ShowCard]) -> list[dict[str, Any]]:
    """Her shows, newest first, with where each stands."""
    cards = list(own)[::-1]
    presenter = Presenter(request)
    products = catalog.products_by_id(
        brand_id=request.visitor.brand.id, product_ids=sorted({card.product_id for card in cards})
    )
    presenter.know(products=list(products.values()))
    records = content.show_records(
        brand_id=request.visitor.brand.id, show_ids=[card.id for card in cards]
    )
    states = {
        ShowState.PENDING: _("waits to be looked at"),
        ShowState.PUBLISHED: _("published"),
        ShowState.REFUSED: _("not published"),
    }
    return [
        {
            "id": str(card.id),
            "title": presenter.show(card)["title"] or _("A product that is gone"),
            "text": presenter.show(card)["text"],
            "photo_url": presenter.show(card)["photo_url"],
            "state": states[card.state],
            "is_published": card.state is ShowState.PUBLISHED,
            "reason": records[card.id].state_reason if card.state is ShowState.REFUSED else "",
        }
        for card in cards
    ]
