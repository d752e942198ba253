"""The front door of the house, and what is said where nothing stands or nothing can be read."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from zhiyin.domain.brands import queries as brands
from zhiyin.interfaces.naming import name_in
from zhiyin.interfaces.refusals import words_of
from zhiyin.kit.errors import Kind

API = "/api/"
NOT_FOUND, MALFORMED = "page_not_found", "request_malformed"


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The shop, where one brand lives here; a list of all in the demo; else there is no such page.

    Brands that share a house are not named to one another's shoppers.
    """
    living = brands.open_brands()
    if len(living) == 1:
        return redirect("shop:decide", slug=living[0].slug)
    if not living or not all(brand.is_demo for brand in living):
        return nothing_here(request)
    shops = [{"slug": brand.slug, "name": name_in(get_language() or "", brand)} for brand in living]
    return render(request, "front.html", {"shops": shops})


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No address of ours."""
    return _told(request, NOT_FOUND, Kind.MISSING, HTTPStatus.NOT_FOUND)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """More fields or bytes than anybody means, or what is no request at all."""
    return _told(request, MALFORMED, Kind.INVALID, HTTPStatus.BAD_REQUEST)


def _told(request: HttpRequest, code: str, kind: Kind, status: HTTPStatus) -> HttpResponse:
    """A page that leads back, or the API's one shape of a refusal."""
    sentence = words_of(kind)
    if request.path.startswith(API):
        said = {"code": code, "kind": kind.value, "message": sentence, "details": {}}
        return JsonResponse(said, status=status)
    return render(request, "refusal.html", {"code": code, "sentence": sentence}, status=status)
