"""The pay pages of a demo, where nobody's money moves. There is no such page on a live one."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhiyin.flows import hearing, ports, transferring
from zhiyin.flows.paying import PaymentAlreadyPaid, PaymentClosed, PaymentState
from zhiyin.flows.paying_out import TransferState
from zhiyin.flows.purchase.carriers import carrier
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page
from zhiyin.interfaces.shop.showing import way_back
from zhiyin.kit.money import format_cny

PAID = (PaymentState.PAID, PaymentState.REFUNDED)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def pay(request: ShopRequest, payment_no: str) -> HttpResponse:
    """A payment and two buttons. Pressing "pay" tells the house as WeChat Pay would, then leads
    back (`next`); not paying leaves it as it is, to be tried again.
    """
    wired = ports.wired()
    if wired.till is None:
        raise Http404
    brand_id = request.visitor.brand.id
    back = _back(request)
    if request.method == "POST":
        try:
            wired.till.pay(brand_id=brand_id, payment_no=payment_no)
        except PaymentAlreadyPaid:
            messages.info(request, _("This was paid already. It is not paid twice."))
        except PaymentClosed:
            messages.info(request, _("This payment is closed. Nothing was paid."))
        hearing.hear_sandbox(
            till=wired.till, providers=wired.payments, now=request.now, brand_id=brand_id
        )
        return redirect(back or request.get_full_path())
    zone = ZoneInfo(request.visitor.brand.time_zone)
    bill = wired.till.bill(brand_id=brand_id, payment_no=payment_no)
    context = {
        "tab": "me",
        "bill": bill,
        "amount": format_cny(bill.amount_fen, request.language),
        "until": f"{bill.expires_at.astimezone(zone):%H:%M}",
        "is_open": bill.state is PaymentState.UNPAID,
        "is_paid": bill.state in PAID,
        "back": back,
    }
    return render(request, "shop/sandbox_pay.html", context)


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def transfer(request: ShopRequest, bill_no: str) -> HttpResponse:
    """A transfer to her, and the button by which she receives it, as WeChat would ask her to."""
    wired = ports.wired()
    if wired.till is None:
        raise Http404
    brand_id, back = request.visitor.brand.id, _back(request)
    if request.method == "POST":
        fact = wired.till.receive(brand_id=brand_id, bill_no=bill_no)
        withdrawal_id = transferring.withdrawal_of(bill_no=fact.bill_no)
        transferring.ask_about(
            brand_id=brand_id, withdrawal_id=withdrawal_id, carriers=carrier, now=request.now
        )
        return redirect(back or request.get_full_path())
    fact = wired.till.transfer(brand_id=brand_id, bill_no=bill_no)
    context = {
        "tab": "me",
        "bill_no": fact.bill_no,
        "amount": format_cny(fact.amount_fen, request.language),
        "is_open": fact.state is TransferState.UNCONFIRMED,
        "is_paid": fact.state is TransferState.SUCCEEDED,
        "back": back,
    }
    return render(request, "shop/sandbox_transfer.html", context)


def _back(request: ShopRequest) -> str:
    """The page of the shop to go back to, if one was named."""
    return way_back(request.POST.get("next", request.GET.get("next", "")))
