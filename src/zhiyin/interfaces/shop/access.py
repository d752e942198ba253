"""Who stands before a shop page: the brand from the address, the shopper from her session."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import MemberCard, MemberNotFound
from zhiyin.storage.tenancy import brand_tx

MEMBER, GUEST = "member_id", "guest_key"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A shopper at one brand: a member, or a guest who is known by a random key."""

    brand: BrandCard
    member: MemberCard | None
    guest_key: UUID | None

    @property
    def member_id(self) -> UUID | None:
        return self.member.id if self.member else None


class ShopRequest(HttpRequest):
    """A request that `shop_page` has let in."""

    visitor: Visitor


type_of_view = Callable[Concatenate[Any, ...], HttpResponse]


def shop_page(
    *, members_only: bool = False, in_transaction: bool = True
) -> Callable[[type_of_view], type_of_view]:
    """Let a visitor in, inside the brand's transaction.

    `members_only` sends a guest to sign in and brings her back. A page that reaches out to the
    network says `in_transaction=False` and opens its own.
    """

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def page(request: Any, slug: str, **kwargs: Any) -> HttpResponse:
            brand = brands.brand_by_slug(slug=slug)
            with brand_tx(brand.id):
                request.visitor = visitor = _visitor(request, brand)
                request.brand, request.now = brand, timezone.now()
                if members_only and visitor.member is None:
                    sign_in = reverse("shop:sign-in", kwargs={"slug": slug})
                    return redirect(f"{sign_in}?next={request.path}")
                if in_transaction:
                    return view(request, **kwargs)
            return view(request, **kwargs)

        return page

    return decorate


def let_in(request: HttpRequest, brand: BrandCard, member_id: UUID) -> None:
    """Remember in her session that this visitor is a member, under a new session key."""
    request.session.cycle_key()
    request.session[_key(brand, MEMBER)] = str(member_id)


def let_out(request: HttpRequest, brand: BrandCard) -> None:
    """Forget who this visitor is."""
    request.session.pop(_key(brand, MEMBER), None)
    request.session.pop(_key(brand, GUEST), None)
    request.session.cycle_key()


def _visitor(request: HttpRequest, brand: BrandCard) -> Visitor:
    if member_id := request.session.get(_key(brand, MEMBER)):
        try:
            card = members.member(brand_id=brand.id, member_id=UUID(member_id))
            return Visitor(brand, card, None)
        except MemberNotFound:
            let_out(request, brand)
    guest_key = request.session.setdefault(_key(brand, GUEST), str(uuid4()))
    return Visitor(brand, None, UUID(guest_key))


def _key(brand: BrandCard, name: str) -> str:
    return f"{name}:{brand.slug}"
