"""Signing in with a code to her phone, signing out, and the sandbox's messages."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhiyin.domain.members.types import (
    CodeExpired,
    CodeWrong,
    PhoneInvalid,
    TooManyCodes,
    TooManyCodesAtOnce,
    TooManyCodesFromHere,
)
from zhiyin.flows import join, ports
from zhiyin.interfaces.shop.access import (
    ShopRequest,
    let_in,
    let_out,
    reaching_shop_page,
    shop_page,
)
from zhiyin.interfaces.shop.showing import way_back


@require_http_methods(["GET", "POST"])
@reaching_shop_page
def sign_in(request: ShopRequest) -> HttpResponse:
    """First the phone, then the code. What she typed as a guest becomes hers."""
    phone, code = request.POST.get("phone", ""), request.POST.get("code", "")
    error = ""
    if request.method == "POST":
        try:
            if not code:
                _send(request, phone)
            else:
                return _enter(request, phone, code)
        except PhoneInvalid:
            phone = ""
            error = _("That is not a mainland mobile number: 11 digits, beginning with 1.")
        except TooManyCodes:
            error = _("This phone was sent enough codes for an hour. Try again later.")
        except TooManyCodesFromHere:
            error = _("Enough codes for an hour were asked for from here. Try again later.")
        except TooManyCodesAtOnce:
            error = _("We have sent as many codes as we may in an hour. Try again later.")
        except CodeWrong as wrong:
            error = _("That code is not right. %(left)d tries are left.") % {
                "left": wrong.details["tries_left"]
            }
        except CodeExpired:
            error = _("That code is over. Ask for a new one.")
    context = {
        "tab": "me",
        "phone": phone,
        "asked": bool(phone),
        "error": error,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "has_sandbox": ports.wired().sandbox is not None,
    }
    return render(request, "shop/sign_in.html", context, status=422 if error else 200)


@require_POST
@shop_page
def sign_out(request: ShopRequest) -> HttpResponse:
    """Forget who this browser belongs to."""
    let_out(request, request.visitor.brand)
    messages.info(request, _("You are signed out."))
    return redirect("shop:decide", slug=request.brand.slug)


@require_GET
@shop_page
def sandbox(request: ShopRequest) -> HttpResponse:
    """The text messages of a demo, which nobody sent. There is no such page on a live one."""
    held = ports.wired().sandbox
    if held is None:
        raise Http404
    sent = held.messages(brand_id=request.visitor.brand.id)
    return render(request, "shop/sandbox.html", {"tab": "me", "sent": sent})


def _send(request: ShopRequest, phone: str) -> None:
    join.request_code(
        brand_id=request.visitor.brand.id,
        phone=phone,
        language=request.language,
        sender=ports.wired().sms,
        now=request.now,
        client=get_adapter(request).get_client_ip(request),
    )


def _enter(request: ShopRequest, phone: str, code: str) -> HttpResponse:
    brand = request.visitor.brand
    signed_in = join.sign_in(
        brand_id=brand.id,
        phone=phone,
        code=code,
        guest_key=request.visitor.guest_key,
        language=request.language,
        now=request.now,
    )
    let_in(request, brand, signed_in.member_id)
    back = way_back(request.POST.get("next", ""))
    return redirect(back or reverse("shop:me", kwargs={"slug": brand.slug}))
