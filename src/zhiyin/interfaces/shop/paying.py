"""Who carries a brand's money, and how she is led to pay an order and heard of afterwards."""

import json
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from zhiyin.domain.brands.types import PaymentAccountMissing
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import OrderCard, OrderMoveRefused, PaymentState
from zhiyin.flows import payer, ports, purchase
from zhiyin.flows.paying import PaymentError, PaymentProvider
from zhiyin.flows.ports import PaymentAccountRefused
from zhiyin.flows.purchase.carriers import carrier
from zhiyin.interfaces.shop.access import ShopRequest
from zhiyin.interfaces.shop.consents import member_id
from zhiyin.interfaces.shop.showing import shown
from zhiyin.interfaces.shop.wechat import way_to_openid
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

SANDBOX = "sandbox"


class OpenInWechat(DomainError):
    """This shop is paid with WeChat Pay: open this page in WeChat."""

    code: ClassVar[str] = "open_in_wechat"
    kind: ClassVar[Kind] = Kind.CONFLICT


def provider_of(brand_id: UUID) -> PaymentProvider | None:
    """Who takes a brand's money now; None: nobody does. Not inside a transaction."""
    try:
        return ports.payment_provider(brand_id=brand_id)
    except (PaymentAccountMissing, PaymentAccountRefused):
        return None


def try_to_pay(request: ShopRequest, order: OrderCard) -> HttpResponse:
    """Lead her to where an order is paid; back to its page, with why, where that cannot be."""
    page = redirect("shop:order", slug=request.brand.slug, order_id=order.id)
    try:
        return _lead(request, order)
    except OrderMoveRefused:
        messages.info(request, _("This order does not wait to be paid any more."))
    except OpenInWechat:
        messages.info(request, _("This shop is paid with WeChat Pay: open this page in WeChat."))
    except (PaymentAccountMissing, PaymentAccountRefused, PaymentError):
        messages.info(
            request,
            _("Ordered, and not paid yet: paying could not be begun just now. Try it from here."),
        )
    return page


def _lead(request: ShopRequest, order: OrderCard) -> HttpResponse:
    """Open the payment and lead her on. Raises OrderMoveRefused, PaymentAccountMissing,
    PaymentAccountRefused, OpenInWechat, PaymentError.
    """
    brand = request.visitor.brand
    page = reverse("shop:order", kwargs={"slug": brand.slug, "order_id": order.id})
    with brand_tx(brand.id):
        payment = orders.payment_of(brand_id=brand.id, order_id=order.id)
    provider = carrier(brand.id, payment.provider, payment.merchant_id)
    if way := way_to_openid(request, back=page):
        return redirect(way)
    payer_id = _payer(request, order, provider)
    opened = purchase.open_payment(
        brand=brand,
        order_id=order.id,
        member_id=order.member_id,
        provider=provider,
        payer=payer_id,
        notify_url=request.build_absolute_uri(reverse("hooks:wxpay", kwargs={"slug": brand.slug})),
        now=request.now,
    )
    if address := opened.page.get("url"):
        return redirect(f"{address}?{urlencode({'next': page})}")
    context = {"order": order, "bridge": json.dumps(dict(opened.page)), "page": page}
    with brand_tx(brand.id):
        return shown(request, "shop/pay_wechat.html", context, tab="me")


def _payer(request: ShopRequest, order: OrderCard, provider: PaymentProvider) -> str:
    """Who she is to the provider: to WeChat an openid, to the sandbox whoever we say.

    Raises OpenInWechat.
    """
    if provider.name == SANDBOX:
        return order.member_id.hex
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        openid = payer.known_openid(brand_id=brand_id, member_id=member_id(request))
    if openid is None:
        raise OpenInWechat()
    return openid


def ask(request: ShopRequest, order_id: UUID) -> None:
    """Ask the provider where an order's payment stands, and act on what it says.

    What cannot be asked stays as it is: the poller asks again. Not inside a transaction.
    """
    brand_id = request.visitor.brand.id
    with brand_tx(brand_id):
        payment = orders.payment_of(brand_id=brand_id, order_id=order_id)
    if payment.state is not PaymentState.OPEN:
        return
    try:
        purchase.ask_provider(
            brand_id=brand_id,
            payment_id=payment.id,
            provider=carrier(brand_id, payment.provider, payment.merchant_id),
            name=payment.provider,
            now=request.now,
        )
    except (PaymentAccountMissing, PaymentAccountRefused, PaymentError):
        return
