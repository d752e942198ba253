"""Who stands before the API: a developer's key, which names its brand and can reach no other."""

import inspect
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar, get_args
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja.errors import ValidationError
from ninja.security import APIKeyHeader

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard, BrandNotFound
from zhiyin.interfaces.matrix import Actor, may
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

KEY_PARTS = 3
_CONVERTED = re.compile(r"<(?:[^:>]+:)?([^>]+)>")


class KeyRoleRefused(DomainError):
    """The role of this key may not call this. Make a key with another role."""

    code: ClassVar[str] = "api_key_role_refused"
    kind: ClassVar[Kind] = Kind.DENIED


class ApiRequest(HttpRequest):
    """A request that a key has let in: its brand, the key and its role, its moment and language."""

    brand: BrandCard
    key_id: UUID
    auth: Actor
    now: datetime
    language: str


class BrandKey(APIKeyHeader):
    """`X-Api-Key: zy.<brand>.<secret>`."""

    param_name = "X-Api-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The key's role, or None: then the answer is 401. Raises KeyRoleRefused."""
        if not key or key.count(".") != KEY_PARTS - 1 or not key.isprintable():
            return None
        try:
            brand = brands.brand_by_slug(slug=key.split(".")[1])
        except BrandNotFound:
            return None
        with brand_tx(brand.id):
            card = brands.live_key(brand_id=brand.id, key=key)
        if card is None:
            return None
        if not may([Actor(card.role)], route_of(request)):
            raise KeyRoleRefused(role=card.role.value)
        request.brand, request.key_id = brand, card.id  # type: ignore[attr-defined]
        request.now = timezone.now()  # type: ignore[attr-defined]
        request.language = get_language() or "zh-hans"  # type: ignore[attr-defined]
        return Actor(card.role)


def in_brand(call: Callable[..., Any]) -> Callable[..., Any]:
    """Run a handler in one transaction that sees its key's brand and no other."""
    known = _query_names(call)

    @wraps(call)
    def handler(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        _check_query(request, known)
        with brand_tx(request.brand.id):
            return call(request, *args, **kwargs)

    handler.is_in_brand = True  # type: ignore[attr-defined]
    return handler


def opening_its_own(call: Callable[..., Any]) -> Callable[..., Any]:
    """Run a handler whose flow opens the brand's transactions itself, one or several."""
    known = _query_names(call)

    @wraps(call)
    def handler(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        _check_query(request, known)
        return call(request, *args, **kwargs)

    handler.is_in_brand = True  # type: ignore[attr-defined]
    return handler


def _query_names(call: Callable[..., Any]) -> frozenset[str]:
    """The names that a handler reads from the query string: the fields of its `query`."""
    query = inspect.signature(call).parameters.get("query")
    return frozenset(get_args(query.annotation)[0].model_fields) if query else frozenset()


def _check_query(request: HttpRequest, known: frozenset[str]) -> None:
    """The framework reads the names it knows and is silent about the rest; we are not."""
    unknown = sorted(set(request.GET) - known)
    if unknown:
        raise ValidationError(
            [
                {"loc": ("query", name), "msg": "Extra inputs are not permitted", "type": "extra"}
                for name in unknown
            ]
        )


def route_of(request: HttpRequest) -> str:
    """The matrix's name for this API call: method and path pattern."""
    match = request.resolver_match
    return f"{request.method} {named(match.route)}" if match else ""


def named(route: str) -> str:
    """A URL pattern as the matrix writes it: `api/v1/stores/{code}`."""
    return _CONVERTED.sub(r"{\1}", route)
