"""Webhooks: where the brand's own programs are told of events, and the log of what was sent."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.webhooks import operations, queries
from zhiyin.domain.webhooks.types import (
    NOTE_CHARS_MAX,
    URL_CHARS_MAX,
    DeliveryState,
    DisabledWhy,
    EndpointCard,
    Failure,
    GaveUp,
    TooManyWebhooks,
    WebhookOff,
    WebhookUrlRefused,
    message_id,
)
from zhiyin.flows import outward
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.interfaces.console.forms import line
from zhiyin.interfaces.console.showing import page_number, pager, shown

PER_PAGE = 50
PLACE = "webhooks"


class TypesForm(forms.Form):
    """What an endpoint is told of, and who it is."""

    note = line(
        gettext_lazy("Name"), NOTE_CHARS_MAX, hint=gettext_lazy("Which program it is, for you.")
    )
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("Told of"),
        choices=[(name, name) for name in sorted(outward.FIELDS)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class EndpointForm(TypesForm):
    """A new endpoint."""

    url = line(
        gettext_lazy("Address"),
        URL_CHARS_MAX,
        hint=gettext_lazy("Begins with https:// and can be reached from the internet."),
    )
    field_order = ("url", "note", "event_types")


@require_GET
@console_page
def webhooks(request: ConsoleRequest) -> HttpResponse:
    """The endpoints, and the log of all of them or of one state."""
    cards = queries.endpoints(brand_id=request.operator.brand.id)
    context = {"endpoints": [_row(card) for card in cards], **_log(request, endpoint_id=None)}
    return shown(request, "console/webhooks.html", PLACE, context)


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
@console_page
def add(request: ConsoleRequest) -> HttpResponse:
    """Add an endpoint; its secret is shown once."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            endpoint_id, secret = operations.add_endpoint(
                brand_id=request.operator.brand.id,
                url=said["url"],
                note=said["note"],
                event_types=said["event_types"],
                may_http=settings.WEBHOOKS_HTTP,
                may_private=settings.WEBHOOKS_PRIVATE,
                now=request.now,
            )
        except WebhookUrlRefused as refused:
            form.add_error("url", _url_words()[str(refused.details["why"])])
        except TooManyWebhooks as refused:
            form.add_error(None, _too_many(refused))
        else:
            return _told(request, endpoint_id, secret)
    status = 422 if form.errors else 200
    return shown(request, "console/webhook_add.html", PLACE, {"form": form}, status=status)


@require_GET
@console_page
def webhook(request: ConsoleRequest, endpoint_id: UUID) -> HttpResponse:
    """One endpoint: what it is told of, its secret, its switch and its log."""
    return _page(request, endpoint_id)


@require_POST
@console_page
def save(request: ConsoleRequest, endpoint_id: UUID) -> HttpResponse:
    """What it is told of from now on."""
    form = TypesForm(request.POST)
    if not form.is_valid():
        return _page(request, endpoint_id, form)
    operations.change_endpoint(
        brand_id=request.operator.brand.id, endpoint_id=endpoint_id, **form.cleaned_data
    )
    messages.info(request, _("It is told of these events from now on."))
    return _back(request, endpoint_id)


@never_cache
@sensitive_variables("secret")
@require_POST
@console_page
def rotate(request: ConsoleRequest, endpoint_id: UUID) -> HttpResponse:
    """A new secret, shown once; for a day the one before signs as well."""
    secret = operations.rotate_secret(
        brand_id=request.operator.brand.id, endpoint_id=endpoint_id, now=request.now
    )
    return _told(request, endpoint_id, secret)


@require_POST
@console_page
def switch(request: ConsoleRequest, endpoint_id: UUID) -> HttpResponse:
    """Switch it off, or on again."""
    place = {"brand_id": request.operator.brand.id, "endpoint_id": endpoint_id}
    if request.POST.get("to") == "on":
        try:
            operations.switch_on(**place)
        except TooManyWebhooks as refused:
            messages.error(request, _too_many(refused))
        else:
            messages.info(request, _("It is told of events again, from now on."))
    else:
        operations.switch_off(now=request.now, **place)
        messages.info(request, _("It is told nothing any more. What waited is given up."))
    return _back(request, endpoint_id)


@require_POST
@console_page
def test(request: ConsoleRequest, endpoint_id: UUID) -> HttpResponse:
    """Send it something that happened nowhere."""
    brand_id = request.operator.brand.id

    def send() -> UUID:
        return outward.queue_test(brand_id=brand_id, endpoint_id=endpoint_id, now=request.now)

    return _queued(request, send, endpoint_id)


@require_GET
@console_page
def delivery(request: ConsoleRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery: the body, and every attempt with what was answered."""
    card, body, attempts = queries.delivery(
        brand_id=request.operator.brand.id, delivery_id=delivery_id
    )
    failures = failure_words()
    context = {
        "card": card,
        "webhook_id": message_id(card.id),
        "state": _state(card.state, card.why),
        "body": body,
        "attempts": [
            {"card": one, "failure": failures[one.failure] if one.failure else ""}
            for one in attempts
        ],
    }
    return shown(request, "console/webhook_delivery.html", PLACE, context)


@require_POST
@console_page
def replay(request: ConsoleRequest, delivery_id: UUID) -> HttpResponse:
    """Send it again under the same id."""
    brand_id = request.operator.brand.id
    card, _body, _attempts = queries.delivery(brand_id=brand_id, delivery_id=delivery_id)

    def send() -> UUID:
        outward.replay(brand_id=brand_id, delivery_id=delivery_id, now=request.now)
        return delivery_id

    return _queued(request, send, card.endpoint_id)


def failure_words() -> dict[Failure, str]:
    """What went wrong with a try."""
    return {
        Failure.STATUS: _("answered with an error"),
        Failure.REDIRECTED: _("answered with a redirect, which is not followed"),
        Failure.TIMEOUT: _("did not answer within 10 seconds"),
        Failure.CONNECTION: _("nobody listened, or the line broke"),
        Failure.TLS: _("its certificate is not trusted for this name"),
        Failure.NO_ADDRESS: _("the name has no address"),
        Failure.ADDRESS_REFUSED: _("the name leads into a private network"),
    }


def _page(
    request: ConsoleRequest, endpoint_id: UUID, form: TypesForm | None = None
) -> HttpResponse:
    card = queries.endpoint(brand_id=request.operator.brand.id, endpoint_id=endpoint_id)
    said = {"note": card.note, "event_types": list(card.event_types)}
    former = card.former_secret_until
    context = {
        **_row(card),
        "form": form or TypesForm(initial=said),
        "former_until": former if former and former > request.now else None,
        **_log(request, endpoint_id=endpoint_id),
    }
    status = 422 if form else 200
    return shown(request, "console/webhook.html", PLACE, context, status=status)


def _log(request: ConsoleRequest, *, endpoint_id: UUID | None) -> dict[str, Any]:
    asked, event_type = request.GET.get("state", ""), request.GET.get("type", "")
    state = DeliveryState(asked) if asked in set(DeliveryState) else None
    page = queries.deliveries(
        brand_id=request.operator.brand.id,
        endpoint_id=endpoint_id,
        state=state,
        event_type=event_type if event_type in {*outward.FIELDS, outward.TEST_TYPE} else "",
        offset=(page_number(request) - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    return {
        "deliveries": [
            {"card": card, "state": _state(card.state, card.why)} for card in page.deliveries
        ],
        "states": [(one.value, _state(one, None)) for one in DeliveryState],
        "types": sorted([*outward.FIELDS, outward.TEST_TYPE]),
        "asked_state": asked,
        "asked_type": event_type,
        "is_filtered": bool(asked or event_type),
        "pager": pager(request, total=page.total, per_page=PER_PAGE),
    }


def _row(card: EndpointCard) -> dict[str, Any]:
    off = {
        DisabledWhy.BY_HAND: _("switched off"),
        DisabledWhy.FAILING: _("switched off: nothing came through for five days"),
        DisabledWhy.GONE: _("switched off: it answered that it is gone"),
    }
    return {"card": card, "off": off[card.disabled_why] if card.disabled_why else ""}


def _state(state: DeliveryState, why: GaveUp | None) -> str:
    if why is not None:
        return {
            GaveUp.TRIES: _("given up after eight tries"),
            GaveUp.DISABLED: _("given up: switched off"),
        }[why]
    return {
        DeliveryState.WAITING: _("waits for its next try"),
        DeliveryState.DELIVERED: _("came through"),
        DeliveryState.GIVEN_UP: _("given up"),
    }[state]


def _url_words() -> dict[str, str]:
    return {
        "not_https": _("It must begin with https://."),
        "not_an_address": _("This is no address of a web server."),
        "user_in_address": _("Leave user and password out: signatures say who sends."),
        "fragment": _("Leave out what follows #: it is never sent."),
        "private_address": _("This leads into a private network. It must be open to the internet."),
    }


def _too_many(refused: TooManyWebhooks) -> str:
    return _("%(most)d are switched on, which is the most. Switch one off first.") % refused.details


def _told(request: ConsoleRequest, endpoint_id: UUID, secret: str) -> HttpResponse:
    card = queries.endpoint(brand_id=request.operator.brand.id, endpoint_id=endpoint_id)
    context = {"card": card, "secret": secret}
    return shown(request, "console/webhook_told.html", PLACE, context)


def _queued(request: ConsoleRequest, send: Callable[[], UUID], endpoint_id: UUID) -> HttpResponse:
    try:
        delivery_id = send()
    except WebhookOff:
        messages.error(request, _("It is switched off. Switch it on first."))
        return _back(request, endpoint_id)
    messages.info(request, _("It is on its way. Reload to see what came of it."))
    where = {"slug": request.brand.slug, "delivery_id": delivery_id}
    return redirect(reverse("console:webhook-delivery", kwargs=where))


def _back(request: ConsoleRequest, endpoint_id: UUID) -> HttpResponse:
    return redirect("console:webhook", slug=request.brand.slug, endpoint_id=endpoint_id)
