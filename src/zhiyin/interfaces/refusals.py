"""Turning a refusal into an answer: one place for pages and for the API."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from procrastinate.exceptions import ConnectorException

from zhiyin.kit.errors import DomainError, Kind

log = logging.getLogger("zhiyin.refusals")
STATUS = {
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.DENIED: HTTPStatus.FORBIDDEN,
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


DATABASE_AWAY = (OperationalError, InterfaceError, ConnectorException)
"""What is raised while PostgreSQL starts, stops, has lost the connection, or has ended a statement
that waited too long or stood in a deadlock; the last is what the job queue makes of it, where an
event is recorded. Nothing was written, unless it died as it committed: an Idempotency-Key, or a
page's own key, makes asking again safe."""


def note_away(exception: BaseException) -> None:
    """Leave a trace for whoever keeps the house: the reader is only told to come back."""
    log.warning("PostgreSQL did not answer", exc_info=exception)


class RefusalMiddleware:
    """Shows a page for a refusal that no view caught. The API has a handler of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DATABASE_AWAY):
            note_away(exception)
            return _page(request, "database_away", Kind.UNAVAILABLE)
        if isinstance(exception, DomainError):
            return _page(request, exception.code, exception.kind)
        return None


def _page(request: HttpRequest, code: str, kind: Kind) -> HttpResponse:
    context = {"code": code, "sentence": words_of(kind)}
    return render(request, "refusal.html", context, status=STATUS[kind])


def sentence(refusal: DomainError) -> str:
    """What to do about a refusal, in the reader's language."""
    return words_of(refusal.kind)


def words_of(kind: Kind) -> str:
    """What to do about a refusal of this kind, in the reader's language."""
    words = {
        Kind.INVALID: _("Something here needs correcting. Nothing was lost."),
        Kind.DENIED: _("This is not open to you."),
        Kind.MISSING: _("We could not find that. It may have been removed."),
        Kind.CONFLICT: _("That has changed in the meantime. Look at it again, then retry."),
        Kind.TOO_MANY: _("That was tried too often. Wait a little, then retry."),
        Kind.UNAVAILABLE: _("Something we depend on is not answering. Try again in a minute."),
    }
    return words[kind]
