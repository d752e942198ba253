"""Where WeChat Pay tells of payments and refunds: `/hooks/wxpay/<brand>`.

The status decides whether it tells again: 204 once it is committed, anything else and it comes
back. What is not proven is 401, a probe (SIGNTEST) like any forgery, and calls nobody.
"""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import PaymentAccountMissing
from zhiyin.flows import hearing, ports
from zhiyin.flows.paying import NotificationRefused
from zhiyin.interfaces.refusals import STATUS
from zhiyin.kit.errors import DomainError

BODY_BYTES_MAX = 1 << 16
UNPROVEN = (NotificationRefused, PaymentAccountMissing)
log = logging.getLogger("zhiyin.hooks")


@csrf_exempt
@require_POST
def wxpay(request: HttpRequest, slug: str) -> HttpResponse:
    """Take in one call."""
    body = _bounded(request)
    if body is None:
        return _failed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_long")
    try:
        brand = brands.brand_by_slug(slug=slug)
        heard = hearing.hear_call(
            brand_id=brand.id,
            headers=request.headers,
            body=body,
            providers=ports.wired().payments,
            now=timezone.now(),
        )
    except UNPROVEN as refused:
        log.info("wxpay %s: refused, %s", slug, refused.details.get("why", refused.code))
        return _failed(HTTPStatus.UNAUTHORIZED, "not_proven")
    except DomainError as refused:
        log.warning("wxpay %s: %s", slug, refused.code)
        return _failed(STATUS[refused.kind], refused.code)
    log.info("wxpay %s: heard %s", slug, heard)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _bounded(request: HttpRequest) -> bytes | None:
    """The body, or None if it is longer than a notification can be: then it is not read on."""
    said = request.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > BODY_BYTES_MAX:
        return None
    body = request.read(BODY_BYTES_MAX + 1)
    return None if len(body) > BODY_BYTES_MAX else body


def _failed(status: HTTPStatus, message: str) -> HttpResponse:
    """What WeChat Pay is told where it should look again."""
    return JsonResponse({"code": "FAIL", "message": message}, status=status)
