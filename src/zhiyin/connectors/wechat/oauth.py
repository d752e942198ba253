"""H5 sign-in of WeChat (snsapi_base): who she is to one official account, and nothing more.

She is sent to WeChat and comes back with a code, which is good once and for five minutes. Only
`openid` calls anybody, so it belongs in no transaction. Source: wechat-protocol.md, section 2.
"""

import json
import re
from urllib.parse import urlencode

import httpx

from zhiyin.connectors.wxpay.account import checked_base
from zhiyin.flows.ports import WechatRefused, WechatUnreached

AUTHORIZE_BASE = "https://open.weixin.qq.com"
API_BASE = "https://api.weixin.qq.com"
CONNECT_S, WAIT_S = 3.0, 8.0
ANSWER_BYTES = 1 << 16
CODE = re.compile(r"[0-9A-Za-z_\-]{8,128}")
OPENID = re.compile(r"[0-9A-Za-z_\-]{1,64}")
CODE_REFUSED = {40029: "code_unknown", 40163: "code_used", 42003: "code_expired"}
SETTINGS_REFUSED = {40013: "app_id", 40125: "app_secret", 41004: "app_secret"}


class WechatDoor:
    """One official account. `base_url` stands for both of WeChat's hosts (an emulator's)."""

    def __init__(self, *, app_id: str, app_secret: str, base_url: str = "") -> None:
        """Raises WxPayMisconfigured for an address that is none."""
        self._app_id = app_id
        self._app_secret = app_secret
        self._authorize = checked_base(base_url) if base_url else AUTHORIZE_BASE
        self._api = checked_base(base_url) if base_url else API_BASE

    def address(self, *, back: str, state: str) -> str:
        """Where her browser is sent. `back` is a full address; `state` comes back with her."""
        said = {
            "appid": self._app_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._authorize}/connect/oauth2/authorize?{urlencode(said)}#wechat_redirect"

    def openid(self, *, code: str) -> str:
        """Whose code it is. One try, no redirect. Raises WechatRefused, WechatUnreached."""
        if not CODE.fullmatch(code):
            raise WechatRefused(why="code_unknown")
        said = {
            "appid": self._app_id,
            "secret": self._app_secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        wait = httpx.Timeout(WAIT_S, connect=CONNECT_S)
        try:
            with httpx.Client(timeout=wait, trust_env=False, follow_redirects=False) as http:
                answer = http.get(f"{self._api}/sns/oauth2/access_token", params=said)
        except httpx.HTTPError as error:
            # nothing of the request is told on: the secret stands in its address
            raise WechatUnreached(why=type(error).__name__) from None
        return _openid(answer)


def _openid(answer: httpx.Response) -> str:
    if answer.status_code != httpx.codes.OK or len(answer.content) > ANSWER_BYTES:
        raise WechatUnreached(why=f"status_{answer.status_code}")
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise WechatUnreached(why="not_json") from None
    if not isinstance(found, dict):
        raise WechatUnreached(why="not_the_shape")
    if code := found.get("errcode"):
        if code in CODE_REFUSED:
            raise WechatRefused(why=CODE_REFUSED[code])
        if code in SETTINGS_REFUSED:
            raise WechatUnreached(why=SETTINGS_REFUSED[code])
        raise WechatUnreached(why=f"errcode_{code}")
    if found.get("is_snapshotuser") == 1:
        raise WechatRefused(why="snapshot_user")
    openid = found.get("openid")
    if not isinstance(openid, str) or not OPENID.fullmatch(openid):
        raise WechatUnreached(why="not_the_shape")
    return openid
