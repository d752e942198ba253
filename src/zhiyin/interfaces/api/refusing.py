"""One shape for every refusal: {"code", "kind", "message", "details"}; its kind sets the status."""

from http import HTTPStatus
from typing import Any

from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from zhiyin.interfaces.refusals import DATABASE_AWAY, STATUS, note_away, sentence, words_of
from zhiyin.kit.errors import DomainError, Kind

PLACES_MAX = 20


def refuse_in_one_shape(api: NinjaAPI) -> None:
    """Let the API answer refusals in one shape."""
    api.add_exception_handler(DomainError, lambda r, e: _domain(api, r, e))
    api.add_exception_handler(ValidationError, lambda r, e: _malformed(api, r, e))
    api.add_exception_handler(AuthenticationError, lambda r, e: _no_key(api, r))
    api.add_exception_handler(HttpError, lambda r, e: _http(api, r, e))
    api.add_exception_handler(Http404, lambda r, e: _missing(api, r))
    api.add_exception_handler(IntegrityError, lambda r, e: _conflict(api, r))
    for away in DATABASE_AWAY:
        api.add_exception_handler(away, lambda r, e: _away(api, r, e))
    api.add_exception_handler(DataError, lambda r, e: _out_of_range(api, r))


def problem(refusal: DomainError) -> dict[str, Any]:
    """A refusal as JSON: in English by its own sentence, in Chinese by that of its kind."""
    english = (get_language() or "").startswith("en")
    return {
        "code": refusal.code,
        "kind": refusal.kind.value,
        "message": refusal.sentence if english else sentence(refusal),
        "details": refusal.details,
    }


def _domain(api: NinjaAPI, request: HttpRequest, refusal: Any) -> HttpResponse:
    return api.create_response(request, problem(refusal), status=STATUS[refusal.kind])


def _malformed(api: NinjaAPI, request: HttpRequest, error: Any) -> HttpResponse:
    # What was sent is not repeated: it may be personal, and it may not be text at all.
    places = [
        {"at": [str(part)[:80] for part in one["loc"]], "reason": one["msg"], "type": one["type"]}
        for one in error.errors[:PLACES_MAX]
    ]
    return _answer(
        api,
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "request_malformed",
        Kind.INVALID,
        _("Something here needs correcting. Nothing was lost."),
        {"problems": places},
    )


def _no_key(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    message = _("A valid X-Api-Key header is needed: zhiyin api-key create.")
    return _answer(api, request, HTTPStatus.UNAUTHORIZED, "api_key_needed", Kind.DENIED, message)


def _http(api: NinjaAPI, request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(
        api,
        request,
        error.status_code,
        "request_malformed",
        Kind.INVALID,
        _("The request cannot be read: its body is not the JSON that this call takes."),
    )


def _missing(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    message = _("We could not find that. It may have been removed.")
    return _answer(api, request, HTTPStatus.NOT_FOUND, "not_found", Kind.MISSING, message)


def _conflict(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    message = _("That conflicts with something the brand has already. Nothing was changed.")
    return _answer(api, request, HTTPStatus.CONFLICT, "rows_conflict", Kind.CONFLICT, message)


def _away(api: NinjaAPI, request: HttpRequest, exception: Any) -> HttpResponse:
    note_away(exception)
    kind = Kind.UNAVAILABLE
    return _answer(api, request, STATUS[kind], "database_away", kind, words_of(kind))


def _out_of_range(api: NinjaAPI, request: HttpRequest) -> HttpResponse:
    message = _("A value is out of range. Nothing was changed.")
    return _answer(
        api, request, HTTPStatus.UNPROCESSABLE_ENTITY, "request_malformed", Kind.INVALID, message
    )


def _answer(
    api: NinjaAPI,
    request: HttpRequest,
    status: int,
    code: str,
    kind: Kind,
    message: str,
    details: dict[str, Any] | None = None,
) -> HttpResponse:
    body = {"code": code, "kind": kind.value, "message": message, "details": details or {}}
    return api.create_response(request, body, status=status)
