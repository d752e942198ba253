"""The account into which the brand is paid. A key that was given is never shown again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhiyin.domain.brands import queries
from zhiyin.domain.brands.types import PaymentAccountCard, PayProvider
from zhiyin.flows import pay_account, ports
from zhiyin.flows.pay_account import Tried
from zhiyin.flows.ports import PaymentAccountRefused
from zhiyin.interfaces.console.access import ConsoleRequest, reaching_console_page
from zhiyin.interfaces.console.forms import CONTROL, choice, line
from zhiyin.interfaces.console.showing import shown
from zhiyin.storage.tenancy import brand_tx

PEM_CHARS_MAX = 8_000
PROVIDER_WORDS = {
    PayProvider.WXPAY: gettext_lazy("WeChat Pay"),
    PayProvider.SANDBOX: gettext_lazy("Sandbox: nobody's money moves"),
}
KEPT_HINT = gettext_lazy("Leave it empty to keep the one that is there.")


class Unsaid(forms.Textarea):
    """Several lines that are never sent back to the page, not even when they were refused."""

    def format_value(self, value: Any) -> str:
        return ""


def secret(label: Any, length: int, *, rows: int = 0, hint: Any = KEPT_HINT) -> forms.CharField:
    """A key: typed once, and never sent back to the page."""
    quiet = CONTROL | {"autocomplete": "off", "spellcheck": "false"}
    widget = (
        Unsaid(quiet | {"rows": rows})
        if rows
        else forms.PasswordInput(quiet | {"autocomplete": "new-password"})
    )
    return forms.CharField(
        label=label, max_length=length, required=False, help_text=hint, widget=widget
    )


class PaymentForm(forms.Form):
    """What the merchant's console hands out."""

    provider = choice(gettext_lazy("Paid through"), [])
    merchant_id = line(gettext_lazy("Merchant number"), 32)
    app_id = line(
        gettext_lazy("App id"),
        32,
        hint=gettext_lazy("Of the official account or mini program in which she pays."),
    )
    serial = line(gettext_lazy("Serial of your certificate"), 64, required=False)
    private_key_pem = secret(gettext_lazy("Your private key"), PEM_CHARS_MAX, rows=4)
    api_key = secret(gettext_lazy("APIv3 key"), 64)
    platform_serial = line(
        gettext_lazy("Id of the platform's public key"),
        64,
        required=False,
        hint=gettext_lazy("Begins with PUB_KEY_ID_. Empty for a platform certificate."),
    )
    platform_pem = secret(
        gettext_lazy("The platform's public key or certificate"), PEM_CHARS_MAX, rows=4
    )
    app_secret = secret(
        gettext_lazy("App secret"),
        128,
        hint=gettext_lazy(
            "With it WeChat says who pays. Leave it empty to keep the one that is there."
        ),
    )
    base_url = line(
        gettext_lazy("Another address"),
        200,
        required=False,
        hint=gettext_lazy("Of an emulator, outside a live installation. Otherwise empty."),
    )

    def __init__(self, *args: Any, has_till: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [  # type: ignore[attr-defined]
            (provider.value, words)
            for provider, words in PROVIDER_WORDS.items()
            if has_till or provider is not PayProvider.SANDBOX
        ]

    @property
    def said(self) -> dict[str, Any]:
        """What was filled in, as an account's file says it."""
        said = dict(self.cleaned_data)
        serial, pem = said.pop("platform_serial"), said.pop("platform_pem")
        return said | {"platform_keys": [{"serial": serial, "pem": pem}] if pem else []}


@require_http_methods(["GET", "POST"])
@reaching_console_page
def payment(request: ConsoleRequest) -> HttpResponse:
    """Who carries the brand's money, and naming another."""
    wired = ports.wired()
    brand_id = request.operator.brand.id
    with brand_tx(brand_id):
        cards = queries.payment_accounts(brand_id=brand_id)
    current = next((card for card in cards if card.retired_at is None), None)
    form = PaymentForm(
        request.POST or None, initial=_initial(current), has_till=wired.till is not None
    )
    if request.method == "POST" and form.is_valid():
        try:
            pay_account.set_account(
                brand_id=brand_id,
                facts=pay_account.facts_of(form.said),
                providers=wired.payments,
                now=request.now,
            )
        except PaymentAccountRefused as refused:
            form.add_error(None, sentence_of(Tried(refused.code, str(refused.details["why"]))))
        else:
            messages.info(request, _("The brand is paid into this account from now on. Try it."))
            return redirect("console:payment", slug=request.brand.slug)
    context = {
        "form": form,
        "current": current,
        "through": PROVIDER_WORDS[current.facts.provider] if current else "",
        "is_wxpay": current is not None and current.facts.provider is PayProvider.WXPAY,
        "former": [card for card in cards if card.retired_at is not None],
        "hook": request.build_absolute_uri(
            reverse("hooks:wxpay", kwargs={"slug": request.brand.slug})
        ),
    }
    with brand_tx(brand_id):
        status = 422 if form.errors else 200
        return shown(request, "console/payment.html", "payment", context, status=status)


@require_POST
@reaching_console_page
def check(request: ConsoleRequest) -> HttpResponse:
    """Ask the provider for a payment that nobody opened, and say in words what came of it."""
    tried = pay_account.check(brand_id=request.operator.brand.id, providers=ports.wired().payments)
    level = messages.SUCCESS if not tried.code else messages.WARNING
    messages.add_message(request, level, sentence_of(tried))
    return redirect("console:payment", slug=request.brand.slug)


def sentence_of(tried: Tried) -> str:
    """What came of trying an account, and what to do about it."""
    if not tried.code:
        return _("It works: the provider knows the account and believes its signature.")
    words = {
        "payment_account_refused": _("These settings cannot be used"),
        "payment_provider_unreached": _("The provider could not be reached. Try again later"),
        "payment_provider_busy": _("The provider is busy. Try again in a minute"),
        "payment_provider_refused": _(
            "The provider refuses the account: compare merchant number, serial and private key"
        ),
        "payment_outcome_unknown": _(
            "The answer could not be proven: compare the platform's key and its id"
        ),
    }
    sentence = words.get(tried.code, _("The provider did not do what was asked"))
    return f"{sentence} ({tried.why or tried.code})"


def _initial(current: PaymentAccountCard | None) -> dict[str, Any]:
    if current is None:
        return {}
    facts = current.facts
    return {
        "provider": facts.provider.value,
        "merchant_id": facts.merchant_id,
        "app_id": facts.app_id,
        "serial": facts.serial,
        "platform_serial": facts.platform_keys[0].serial if facts.platform_keys else "",
        "base_url": facts.base_url,
    }
