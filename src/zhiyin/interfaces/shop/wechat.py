"""To WeChat and back, so that it says by which openid she pays (snsapi_base: she sees nothing)."""

import re
import secrets
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.http import require_GET

from zhiyin.flows import payer, ports
from zhiyin.interfaces.shop.access import ShopRequest, reaching_shop_page
from zhiyin.interfaces.shop.showing import way_back
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

STATE_S = 600
NONCE = "wechat-nonce:{slug}"
SALT = "zhiyin.shop.wechat"
NONCE_CHARS, MOMENT_CHARS = 32, 8
STATE = re.compile(r"[0-9a-f]{104}")


class WechatStateForeign(DomainError):
    """This way back from WeChat was not begun here just now. Open the page again."""

    code: ClassVar[str] = "wechat_state_foreign"
    kind: ClassVar[Kind] = Kind.DENIED


def is_in_wechat(request: HttpRequest) -> bool:
    """Whether WeChat's own browser asks, where a payment needs her openid."""
    return "MicroMessenger" in request.headers.get("User-Agent", "")


def way_to_openid(request: ShopRequest, *, back: str) -> str | None:
    """Where to send a member whose openid is not known yet and can be had; None: go on.

    For a page that is about to open a payment, outside a transaction; `back` is that page.
    """
    if not is_in_wechat(request):
        return None
    brand_id, member = request.visitor.brand.id, request.visitor.member
    if member is None or ports.wired().payments.sign_in_of(brand_id=brand_id) is None:
        return None
    with brand_tx(brand_id):
        if payer.known_openid(brand_id=brand_id, member_id=member.id) is not None:
            return None
    way = reverse("shop:wechat", kwargs={"slug": request.brand.slug})
    return f"{way}?{urlencode({'next': back})}"


@require_GET
@reaching_shop_page
def leave(request: ShopRequest) -> HttpResponse:
    """Send her to WeChat with a state that only her session can bring back."""
    brand = request.visitor.brand
    back = way_back(request.GET.get("next", "")) or reverse("shop:me", kwargs={"slug": brand.slug})
    sign_in = ports.wired().payments.sign_in_of(brand_id=brand.id)
    if sign_in is None:
        return redirect(back)
    nonce = secrets.token_hex(NONCE_CHARS // 2)
    request.session[NONCE.format(slug=brand.slug)] = nonce
    request.session[f"{NONCE.format(slug=brand.slug)}:next"] = back
    state = _state(brand.slug, nonce, int(request.now.timestamp()))
    here = request.build_absolute_uri(reverse("shop:wechat-back", kwargs={"slug": brand.slug}))
    return redirect(sign_in.address(back=here, state=state))


@require_GET
@reaching_shop_page
def come_back(request: ShopRequest) -> HttpResponse:
    """Take the code in, if she left from this very session, and lead her on.

    Raises WechatStateForeign, WechatRefused, WechatUnreached, IdentityTaken; nothing is kept then.
    """
    brand, member = request.visitor.brand, request.visitor.member
    back = _checked(request, brand.slug)
    sign_in = ports.wired().payments.sign_in_of(brand_id=brand.id)
    if sign_in is None or member is None:
        raise WechatStateForeign()
    payer.keep_openid(
        brand_id=brand.id,
        member_id=member.id,
        code=request.GET.get("code", ""),
        sign_in=sign_in,
        now=request.now,
    )
    return redirect(back)


def _checked(request: ShopRequest, slug: str) -> str:
    """Where she was going. The nonce is spent, whatever comes of it."""
    key = NONCE.format(slug=slug)
    expected = request.session.pop(key, "")
    back = request.session.pop(f"{key}:next", "")
    state = request.GET.get("state", "")
    if not expected or not STATE.fullmatch(state):
        raise WechatStateForeign()
    begun_at = int(state[NONCE_CHARS : NONCE_CHARS + MOMENT_CHARS], 16)
    if not 0 <= request.now.timestamp() - begun_at <= STATE_S:
        raise WechatStateForeign()
    if not constant_time_compare(state, _state(slug, expected, begun_at)):
        raise WechatStateForeign()
    return back


def _state(slug: str, nonce: str, begun_at: int) -> str:
    """Nonce, moment and signature: of letters and digits, as WeChat wants it, 104 in all."""
    said = f"{nonce}{begun_at:08x}"
    return said + salted_hmac(f"{SALT}:{slug}", said, algorithm="sha256").hexdigest()
