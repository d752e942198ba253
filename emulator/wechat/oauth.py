"""`snsapi_base`: a visitor is sent here and comes back with a code, good once and five minutes."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from emulator.wxpay.crypto import word

CODE_GOOD_FOR = timedelta(minutes=5)
STATE_CHARS_MAX = 128
AUTHORIZE = "/connect/oauth2/authorize"
TOKEN = "/sns/oauth2/access_token"  # noqa: S105 - an address
ADDRESSES = (AUTHORIZE, TOKEN)


@dataclass
class Code:
    """A code that was given out."""

    openid: str
    good_until: datetime
    is_snapshot: bool
    is_used: bool = False


@dataclass
class App:
    """An official account. `visitor` is who opens its pages; `is_snapshot`: in WeChat's preview."""

    appid: str
    secret: str
    visitor: str = "visitor"
    is_snapshot: bool = False
    codes: dict[str, Code] = field(default_factory=dict)

    def openid(self) -> str:
        """The visitor's openid under this account: another under each."""
        seed = hashlib.sha256(f"{self.appid}:{self.visitor}".encode()).hexdigest()
        return f"o{seed[:27]}"


def answer(
    apps: dict[str, App], target: str, *, now: datetime, dice: Random
) -> tuple[int, dict[str, Any], str]:
    """HTTP status, JSON and where to go (or ""), for one of `ADDRESSES`."""
    parts = urlsplit(target)
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    app = apps.get(said.get("appid", ""))
    if parts.path == AUTHORIZE:
        return _authorize(app, said, now=now, dice=dice)
    return 200, _token(app, said, now=now), ""


def _authorize(
    app: App | None, said: dict[str, str], *, now: datetime, dice: Random
) -> tuple[int, dict[str, Any], str]:
    back = said.get("redirect_uri", "")
    is_asked_well = (
        said.get("response_type") == "code"
        and said.get("scope") == "snsapi_base"
        and urlsplit(back).scheme in ("http", "https")
        and len(said.get("state", "")) <= STATE_CHARS_MAX
    )
    if app is None or not is_asked_well:
        return 200, {"errcode": 10003, "errmsg": "redirect_uri or appid"}, ""
    code = word(dice, 32)
    app.codes[code] = Code(app.openid(), now + CODE_GOOD_FOR, app.is_snapshot)
    joint = "&" if "?" in back else "?"
    came = urlencode({"code": code, "state": said.get("state", "")})
    return 302, {}, f"{back}{joint}{came}"


def _token(app: App | None, said: dict[str, str], *, now: datetime) -> dict[str, Any]:
    if app is None:
        return {"errcode": 40013, "errmsg": "invalid appid"}
    if said.get("secret") != app.secret:
        return {"errcode": 40125, "errmsg": "invalid appsecret"}
    code = app.codes.get(said.get("code", ""))
    if code is None or now >= code.good_until or said.get("grant_type") != "authorization_code":
        return {"errcode": 40029, "errmsg": "invalid code"}
    if code.is_used:
        return {"errcode": 40163, "errmsg": "code been used"}
    code.is_used = True
    told: dict[str, Any] = {
        "access_token": "emulated",
        "expires_in": 7200,
        "refresh_token": "emulated",
        "openid": code.openid,
        "scope": "snsapi_base",
    }
    return told | ({"is_snapshotuser": 1} if code.is_snapshot else {})
