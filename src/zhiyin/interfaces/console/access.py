"""Who stands before a console page: an account with a second factor, and her roles at the brand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard, BrandNotFound, Role
from zhiyin.interfaces.matrix import CONSOLE, Actor, may
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.refusals import STATUS, sentence
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

View = Callable[..., HttpResponse]


class NotYours(DomainError):
    """Nobody gave her a role at this brand that opens this page."""

    code: ClassVar[str] = "console_not_yours"
    kind: ClassVar[Kind] = Kind.DENIED


@dataclass(frozen=True, slots=True)
class Operator:
    """A member of staff at one brand."""

    brand: BrandCard
    user_id: int
    name: str
    roles: frozenset[Role]

    @property
    def can(self) -> Mapping[str, bool]:
        """Route of the console (`store_add`) -> whether the matrix lets her there."""
        actors = [Actor(role) for role in self.roles]
        return {
            route.removeprefix("console:").replace("-", "_"): may(actors, route)
            for route in CONSOLE
        }


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand in the reader's language."""

    slug: str
    name: str
    is_demo: bool


class ConsoleRequest(HttpRequest):
    """A request that the console's door has let in."""

    brand: BrandView
    operator: Operator
    now: datetime
    language: str
    htmx: bool


def console_page(view: View) -> View:
    """Let staff in, inside the brand's transaction, if the matrix names a role of hers.

    Nobody signed in is sent to sign in and brought back; no second factor: to set one up. To
    whoever holds no role at the brand, the brand does not exist.
    """
    return _door(view, in_transaction=True)


def reaching_console_page(view: View) -> View:
    """The same for a page whose journey opens its own transactions."""
    return _door(view, in_transaction=False)


def _door(view: View, *, in_transaction: bool) -> View:
    @wraps(view)
    def page(request: Any, slug: str, **kwargs: Any) -> HttpResponse:
        if (first := _first_to_do(request)) is not None:
            return first
        request.now, request.language = timezone.now(), get_language() or "zh-hans"
        try:
            brand = brands.brand_by_slug(slug=slug)
            with brand_tx(brand.id):
                _let_in(request, brand)
                if in_transaction:
                    return view(request, **kwargs)
            return view(request, **kwargs)
        except DomainError as refusal:
            return _refused(request, refusal)

    return page


def _let_in(request: Any, brand: BrandCard) -> None:
    roles = brands.roles_of(brand_id=brand.id, user_id=request.user.pk)
    if not roles:
        raise BrandNotFound(slug=brand.slug)
    request.brand = brand_view(brand, request.language)
    request.operator = Operator(brand, request.user.pk, request.user.username, roles)
    if not may((Actor(role) for role in roles), request.resolver_match.view_name):
        raise NotYours(route=request.resolver_match.url_name)


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    context = {"code": refusal.code, "sentence": sentence(refusal)}
    return render(request, "console/refusal.html", context, status=STATUS[refusal.kind])


def home(request: HttpRequest) -> HttpResponse:
    """The brands somebody works for; with one brand, that brand's overview."""
    if (first := _first_to_do(request)) is not None:
        return first
    language = get_language() or "zh-hans"
    hers = []
    for brand in brands.open_brands():
        with brand_tx(brand.id):
            if brands.roles_of(brand_id=brand.id, user_id=request.user.pk or 0):
                hers.append(brand_view(brand, language))
    if len(hers) == 1:
        return redirect("console:overview", slug=hers[0].slug)
    return render(request, "console/home.html", {"brands": hers})


def brand_view(brand: BrandCard, language: str) -> BrandView:
    """The brand as its pages name it."""
    name = name_in(language, brand)
    return BrandView(brand.slug, name, brand.is_demo)


def _first_to_do(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
        return redirect("mfa_activate_totp")
    return None
