"""`Idempotency-Key`: a call that moves money or stock is done once, however often it is sent.

    @router.post("/stock/adjustments", response=answers(dict))
    @in_brand
    @once
    def adjust_stock(request, adjustment): ...

The key's row is written in the transaction of the effect: both are there, or neither. The same
key with the same request is answered what it was answered first; a refusal is not kept, so it may
be tried again with the same key. Two statements, whatever the outcome.

A call whose journey reaches out between its transactions uses `Once` itself, in the transaction
that has the effect:

    once = Once.of(request)
    with brand_tx(request.brand.id):
        answered = once.run(lambda: purchase.place(...))

Source: IETF draft-ietf-httpapi-idempotency-key-header; Stripe's API for what is kept.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID, uuid5

from django.db import transaction
from django.http import HttpResponse
from ninja.responses import NinjaJSONEncoder, Status
from ninja.utils import contribute_operation_callback

from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import AnswerCard
from zhiyin.interfaces.api.access import ApiRequest, route_of
from zhiyin.kit.errors import DomainError, Kind

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
IN_THE_DOCUMENT = {
    "in": "header",
    "name": HEADER,
    "description": "A new one for each new request, the same one for its retries. 1 to 255 "
    "visible ASCII characters, a UUID for example; kept for two days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


class IdempotencyKeyNeeded(DomainError):
    """This call moves money or stock: send it with an Idempotency-Key header."""

    code: ClassVar[str] = "idempotency_key_needed"
    kind: ClassVar[Kind] = Kind.INVALID


class IdempotencyKeyMalformed(DomainError):
    """An Idempotency-Key is 1 to 255 visible ASCII characters, a UUID for example."""

    code: ClassVar[str] = "idempotency_key_malformed"
    kind: ClassVar[Kind] = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """One keyed request: whose it is, which call, which key, and what it asks."""

    brand_id: UUID
    actor: str
    route: str
    key: str
    body_hash: bytes
    now: datetime

    @classmethod
    def of(cls, request: ApiRequest) -> "Once | None":
        """The request's key, or None if it bears none. Raises IdempotencyKeyMalformed."""
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not KEY.fullmatch(key):
            raise IdempotencyKeyMalformed()
        asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
        return cls(
            brand_id=request.brand.id,
            actor=str(request.key_id),
            route=route_of(request),
            key=key,
            body_hash=hashlib.sha256(asked).digest(),
            now=request.now,
        )

    @classmethod
    def needed(cls, request: ApiRequest) -> "Once":
        """The request's key. Raises IdempotencyKeyNeeded, IdempotencyKeyMalformed."""
        keyed = cls.of(request)
        if keyed is None:
            raise IdempotencyKeyNeeded()
        return keyed

    @property
    def cause(self) -> UUID:
        """The same for every retry of the request, also after its answer was forgotten."""
        return uuid5(UUID(self.actor), self.key)

    def run(self, effect: Callable[[], Any]) -> HttpResponse:
        """Do `effect` and keep what it returns, or answer what was kept. Inside `brand_tx`.

        `effect` returns what is answered: JSON values, or ninja's Status of them. What it raises
        rolls back, key included; so does an answer of 500 or more.
        Raises IdempotencyKeyReused, IdempotencyInFlight, and what `effect` raises.
        """
        claimed = brands.claim_answer(
            brand_id=self.brand_id,
            actor=self.actor,
            route=self.route,
            key=self.key,
            body_hash=self.body_hash,
            now=self.now,
        )
        if isinstance(claimed, AnswerCard):
            answer = _answer(claimed.status, claimed.body)
            answer[REPLAYED] = "true"
            return answer
        status, value = _parted(effect())
        body = json.dumps(value, cls=NinjaJSONEncoder)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            transaction.set_rollback(True)
        else:
            brands.keep_answer(brand_id=self.brand_id, answer_id=claimed, status=status, body=body)
        return _answer(status, body)


def once(call: Callable[..., Any]) -> Callable[..., Any]:
    """Do a handler once for each key, and refuse a request without one. Stands below `in_brand`."""
    return _keyed(call, is_needed=True)


def needs_key(call: Callable[..., Any]) -> Callable[..., Any]:
    """For a handler that runs `Once` itself: a request without a key is refused before it."""

    @wraps(call)
    def handler(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        Once.needed(request)
        return call(request, *args, **kwargs)

    _document(handler, is_needed=True)
    return handler


def takes_key(call: Callable[..., Any]) -> Callable[..., Any]:
    """For a handler that runs `Once` itself where a request bears a key, which it need not."""
    _document(call, is_needed=False)
    return call


def once_if_keyed(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a call that repeats by itself: without a key it is done each time."""
    return _keyed(call, is_needed=False)


def _keyed(call: Callable[..., Any], *, is_needed: bool) -> Callable[..., Any]:
    @wraps(call)
    def handler(request: ApiRequest, *args: Any, **kwargs: Any) -> Any:
        keyed = Once.of(request)
        if keyed is not None:
            return keyed.run(lambda: call(request, *args, **kwargs))
        if is_needed:
            raise IdempotencyKeyNeeded()
        return call(request, *args, **kwargs)

    _document(handler, is_needed=is_needed)
    return handler


def _document(handler: Callable[..., Any], *, is_needed: bool) -> None:
    def document(operation: Any) -> None:
        parameter = IN_THE_DOCUMENT | {"required": is_needed}
        operation.openapi_extra = {"parameters": [parameter]}

    contribute_operation_callback(handler, document)


def _parted(result: Any) -> tuple[int, Any]:
    if isinstance(result, Status):
        return result.status_code, result.value
    return HTTPStatus.OK, result


def _answer(status: int, body: str) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")
