"""Who stands before the API: a developer's key, or a shopper's own session."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard, BrandNotFound
from zhiyin.interfaces.matrix import Actor, may
from zhiyin.storage.tenancy import brand_tx

KEY_PARTS = 3


class ApiRequest(HttpRequest):
    """A request that a key has let in: its brand, and the moment it came."""

    brand: BrandCard
    actor: Actor


class BrandKey(APIKeyHeader):
    """`X-Api-Key: zy.<brand>.<secret>`. The key names its brand, so no other can be reached."""

    param_name = "X-Api-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not key or key.count(".") != KEY_PARTS - 1:
            return None
        try:
            brand = brands.brand_by_slug(slug=key.split(".")[1])
        except BrandNotFound:
            return None
        with brand_tx(brand.id):
            role = brands.role_of_key(brand_id=brand.id, key=key)
        if role is None or not may([Actor(role)], route_of(request)):
            return None
        request.brand, request.now = brand, timezone.now()  # type: ignore[attr-defined]
        return Actor(role)


def route_of(request: HttpRequest) -> str:
    """The matrix's name for this API call: method and path pattern."""
    match = request.resolver_match
    return f"{request.method} {match.route}" if match else ""
