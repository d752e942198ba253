"""Who stands before a shop page: the brand from the address, the shopper from her session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import MemberCard, MemberNotFound
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import Buyer
from zhiyin.interfaces.matrix import Actor, may
from zhiyin.interfaces.naming import name_in
from zhiyin.storage.tenancy import brand_tx

MEMBER, GUEST = "member", "guest"
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A shopper at one brand: a member (who may be a KOC), or a guest known by a random key.

    `is_known`: she is a member, or her browser bears the key; else the key is of this moment.
    """

    brand: BrandCard
    member: MemberCard | None
    koc: KocCard | None
    guest_key: UUID | None
    is_known: bool = False

    @property
    def asker(self) -> Mapping[str, UUID | None]:
        """Whose needs are hers, as the audience's functions want it."""
        return {
            "member_id": self.member.id if self.member else None,
            "guest_key": self.guest_key if self.member is None else None,
        }

    @property
    def buyer(self) -> Buyer:
        """Whose cart is hers."""
        return Buyer(**self.asker)

    @property
    def actors(self) -> frozenset[Actor]:
        """What the matrix knows her as."""
        if self.member is None:
            return frozenset({Actor.GUEST})
        return frozenset({Actor.MEMBER, Actor.KOC} if self.koc else {Actor.MEMBER})


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand in the reader's language."""

    slug: str
    name: str
    is_demo: bool


class ShopRequest(HttpRequest):
    """A request that a door has let in."""

    brand: BrandView  # type: ignore[assignment]
    visitor: Visitor
    now: datetime
    language: str
    htmx: bool
    unread: int
    in_cart: int


def shop_page(view: View) -> View:
    """Let a visitor in, inside the brand's transaction, if the matrix names her for the route.

    A guest at a member's page is sent to sign in and brought back: to the page, or to the one she
    acted from.
    """
    return _door(view, in_transaction=True)


def reaching_shop_page(view: View) -> View:
    """The same for a page that reaches out to the network: it opens its own transactions."""
    return _door(view, in_transaction=False)


def _door(view: View, *, in_transaction: bool) -> View:
    @wraps(view)
    def page(request: Any, slug: str, **kwargs: Any) -> HttpResponse:
        brand = brands.brand_by_slug(slug=slug)
        language = get_language() or "zh-hans"
        name = name_in(language, brand)
        request.brand, request.now = BrandView(slug, name, brand.is_demo), timezone.now()
        request.language = language
        with brand_tx(brand.id):
            request.visitor = visitor = _visitor(request, brand)
            route = request.resolver_match.view_name
            if not may(visitor.actors, route):
                if visitor.member is None and may([Actor.MEMBER, Actor.KOC], route):
                    return _to_sign_in(request, slug)
                raise PermissionDenied
            if in_transaction:
                # Counted when the tab bar is drawn: after a view has noted what she now sees.
                request.unread = SimpleLazyObject(lambda: _unread(visitor))
                request.in_cart = SimpleLazyObject(lambda: _in_cart(visitor))
                return view(request, **kwargs)
            request.unread, request.in_cart = _unread(visitor), _in_cart(visitor)
        return view(request, **kwargs)

    return page


def _to_sign_in(request: ShopRequest, slug: str) -> HttpResponse:
    """Send a guest to sign in, and afterwards to the page she wanted or acted from.

    What she sent is not done for her later: a day may pass, and it may not be she who signs in.
    """
    back = request.get_full_path()
    if request.method not in ("GET", "HEAD"):
        back = _acted_from(request, slug)
        messages.info(request, _("Sign in first. Then you are back here, and can do it again."))
    query = urlencode({"next": back})
    return redirect(f"{reverse('shop:sign-in', kwargs={'slug': slug})}?{query}")


def _acted_from(request: ShopRequest, slug: str) -> str:
    """The shop's page that her browser says she was on; her own page where it does not say."""
    said = request.headers.get("referer", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(said, hosts, require_https=request.is_secure()):
        page = urlsplit(said)
        if page.path.startswith(reverse("shop:decide", kwargs={"slug": slug})):
            return page.path + (f"?{page.query}" if page.query else "")
    return reverse("shop:me", kwargs={"slug": slug})


def let_in(request: HttpRequest, brand: BrandCard, member_id: UUID) -> None:
    """Remember in her session that this visitor is a member, under a new session key."""
    request.session.cycle_key()
    request.session[_key(brand, MEMBER)] = str(member_id)
    request.session.pop(_key(brand, GUEST), None)


def remember_guest(request: ShopRequest) -> None:
    """Know this guest again, by her key: she has stated something that only she may open.

    Not before, so that whoever only looks leaves no session behind.
    """
    visitor = request.visitor
    if visitor.member is None:
        request.session[_key(visitor.brand, GUEST)] = str(visitor.guest_key)


def let_out(request: HttpRequest, brand: BrandCard) -> None:
    """Forget who this visitor is."""
    request.session.pop(_key(brand, MEMBER), None)
    request.session.pop(_key(brand, GUEST), None)
    request.session.cycle_key()


def _unread(visitor: Visitor) -> int:
    """What waits to be seen by her, for the tab bar: answers, and what she was told of her
    orders. Three queries, none for a guest.
    """
    if visitor.member is None:
        return 0
    brand_id, own_id = visitor.brand.id, visitor.member.id
    answers = talks.unseen(
        brand_id=brand_id, member_id=own_id, koc_id=visitor.koc.id if visitor.koc else None
    )
    herself = members.person_ids(brand_id=brand_id, member_id=own_id)
    return answers + orders.unseen_notices(brand_id=brand_id, member_ids=herself)


def _in_cart(visitor: Visitor) -> int:
    """How many pieces lie in her cart, for the tab bar. One query, none for who only looks."""
    if not visitor.is_known:
        return 0
    return orders.cart_size(brand_id=visitor.brand.id, buyer=visitor.buyer)


def _visitor(request: HttpRequest, brand: BrandCard) -> Visitor:
    if member_id := request.session.get(_key(brand, MEMBER)):
        try:
            card = members.member(brand_id=brand.id, member_id=UUID(member_id))
            while card.merged_into_id is not None:  # her browser was signed in as she was before
                card = members.member(brand_id=brand.id, member_id=card.merged_into_id)
            koc = kocs.koc_of_member(brand_id=brand.id, member_id=card.id)
            return Visitor(brand, card, koc, None, is_known=True)
        except MemberNotFound:
            let_out(request, brand)
    known = request.session.get(_key(brand, GUEST))
    return Visitor(brand, None, None, UUID(known) if known else uuid4(), is_known=bool(known))


def _key(brand: BrandCard, name: str) -> str:
    return f"{name}:{brand.slug}"
