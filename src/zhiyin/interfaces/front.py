"""The front door of the house, and what is said where nothing stands."""

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
NOT_FOUND = "page_not_found"


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
    """No address of ours: a page that leads back, or the API's one shape of a refusal."""
    sentence = words_of(Kind.MISSING)
    if request.path.startswith(API):
        said = {"code": NOT_FOUND, "kind": Kind.MISSING.value, "message": sentence, "details": {}}
        return JsonResponse(said, status=HTTPStatus.NOT_FOUND)
    context = {"code": NOT_FOUND, "sentence": sentence}
    return render(request, "refusal.html", context, status=HTTPStatus.NOT_FOUND)
