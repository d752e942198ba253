"""The addresses of API v3: who calls, what is done, what is answered and how it is signed."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from emulator.clock import beijing
from emulator.faults import Rule
from emulator.world import World
from emulator.wxpay import bills, crypto, platform, transfers
from emulator.wxpay.crypto import PlatformKey
from emulator.wxpay.merchants import Merchant
from emulator.wxpay.orders import Refused

WINDOW = timedelta(minutes=5)
LINK_GOOD_FOR = timedelta(minutes=5)


@dataclass
class Call:
    """A request as it came. `target` is the path with its query, as it was signed."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    origin: str
    merchant: Merchant | None = None
    words: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    struck: list[Rule] = field(default_factory=list)

    @property
    def caller(self) -> Merchant:
        """The merchant whose signature was found true."""
        assert self.merchant is not None
        return self.merchant


@dataclass
class Answer:
    """An answer before it is written. `body` of None is none (204)."""

    status: int
    body: bytes | None
    operation: str
    code: str = ""
    is_signed: bool = True
    content_type: str = "application/json"


Operation = Callable[[World, Call], Any]


def answer(world: World, call: Call) -> Answer:
    """Do what a merchant asks for, and say what came of it."""
    parts = urlsplit(call.target)
    call.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    operation, do = "unknown", None
    for method, pattern, name, found in ROUTES:
        if method == call.method and (match := pattern.fullmatch(parts.path)):
            operation, do = name, found
            call.words = {word: unquote(text) for word, text in match.groupdict().items()}
            break
    try:
        if do is None:
            raise Refused(404, "NOT_FOUND", "没有这个接口")
        call.merchant = _caller(world, call)
        call.said = _json(call.body) if call.method == "POST" else {}
        facts = {
            "mchid": call.merchant.mchid,
            "number": call.words.get("number")
            or call.said.get("out_trade_no")
            or call.said.get("out_bill_no"),
        }
        with world.lock:
            call.struck = world.plan.take(operation, facts)
            before = next((rule for rule in call.struck if rule.do in ("error", "reset")), None)
            if before is not None and before.do == "error":
                raise _planned(before)
            done = None if before is not None else do(world, call)
            told = world.fresh()
        if told:
            world.catch_up_with(told)
        return _done(operation, done)
    except Refused as refused:
        body = json.dumps(
            {"code": refused.code, "message": refused.message}, ensure_ascii=False
        ).encode()
        return Answer(refused.status, body, operation, refused.code)


def _done(operation: str, done: Any) -> Answer:
    if operation == "download":
        return Answer(200, done, operation, is_signed=False, content_type="text/plain")
    if done is None:
        return Answer(204, None, operation)
    return Answer(200, json.dumps(done, ensure_ascii=False).encode(), operation)


def signature(
    world: World, *, key: PlatformKey, body: bytes, is_stale: bool = False, is_bad: bool = False
) -> dict[str, str]:
    """The headers that sign an answer."""
    with world.lock:
        moment = world.clock.now() - timedelta(hours=1 if is_stale else 0)
        nonce = world.nonce()
    timestamp = str(int(moment.timestamp()))
    message = crypto.lines(timestamp, nonce, "other" if is_bad else body.decode())
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": key.serial,
        "Wechatpay-Signature": crypto.sign(key.private, message),
        "Wechatpay-Signature-Type": crypto.SCHEME,
    }


def _planned(rule: Rule) -> Refused:
    return Refused(
        rule.more.get("status", 500),
        rule.more.get("code", "SYSTEM_ERROR"),
        rule.more.get("message", "系统异常，请稍后重试"),
    )


def error_after(call: Call) -> Refused | None:
    """The error that the plan puts in the place of an answer."""
    return next((_planned(rule) for rule in call.struck if rule.do == "error_after"), None)


def _caller(world: World, call: Call) -> Merchant:
    """The merchant who signed this. 401 if nobody we know did, or not just now."""
    found = crypto.authorization(call.headers.get("Authorization", ""))
    merchant = world.merchants.get(found["mchid"]) if found else None
    if found is None or merchant is None:
        raise Refused(401, "SIGN_ERROR", "Http头Authorization值格式错误或商户号不存在")
    if found["serial_no"] != merchant.serial or not found["timestamp"].isdecimal():
        raise Refused(401, "SIGN_ERROR", "商户证书序列号有误")
    with world.lock:
        off_s = abs(world.clock.now().timestamp() - int(found["timestamp"]))
    if off_s > WINDOW.total_seconds():
        raise Refused(401, "SIGN_ERROR", "请求时间戳已过期")
    try:
        body = call.body.decode()
    except UnicodeDecodeError:
        raise Refused(400, "PARAM_ERROR", "请求体不是 UTF-8") from None
    message = crypto.lines(call.method, call.target, found["timestamp"], found["nonce_str"], body)
    if not crypto.is_signed(merchant.public, message, found["signature"]):
        raise Refused(401, "SIGN_ERROR", "签名错误")
    return merchant


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        raise Refused(400, "PARAM_ERROR", "请求体不是 JSON") from None
    if not isinstance(said, dict):
        raise Refused(400, "PARAM_ERROR", "请求体不是 JSON 对象")
    return said


def _own(call: Call, mchid: object) -> None:
    if mchid != call.caller.mchid:
        raise Refused(400, "PARAM_ERROR", "mchid")


def _place(world: World, call: Call) -> dict[str, str]:
    return platform.place_order(world, call.caller, call.said)


def _query(world: World, call: Call) -> dict[str, Any]:
    _own(call, call.query.get("mchid"))
    return platform.query_order(world, call.caller, number=call.words["number"])


def _query_by_id(world: World, call: Call) -> dict[str, Any]:
    _own(call, call.query.get("mchid"))
    return platform.query_order(world, call.caller, transaction_id=call.words["transaction"])


def _close(world: World, call: Call) -> None:
    _own(call, call.said.get("mchid"))
    platform.close_order(world, call.caller, call.words["number"], struck=call.struck)


def _refund(world: World, call: Call) -> dict[str, Any]:
    return platform.refund(world, call.caller, call.said, struck=call.struck)


def _query_refund(_world: World, call: Call) -> dict[str, Any]:
    return platform.query_refund(call.caller, call.words["number"])


def _transfer(world: World, call: Call) -> dict[str, Any]:
    serial = call.headers.get("Wechatpay-Serial", "")
    return transfers.transfer(world, call.caller, call.said, sealed_by=serial)


def _query_transfer(_world: World, call: Call) -> dict[str, Any]:
    return transfers.query(call.caller, call.words["number"])


def _cancel_transfer(world: World, call: Call) -> dict[str, Any]:
    return transfers.cancel(world, call.caller, call.words["number"])


def _certificates(world: World, call: Call) -> dict[str, Any]:
    merchant, found = call.caller, []
    for key in merchant.keys:
        if key.certificate is None:
            continue
        sealed = crypto.seal(
            key=merchant.api_v3_key.encode(),
            nonce=crypto.word(world.dice, 12),
            associated="certificate",
            plain=(key.certificate_pem() or "").encode(),
        )
        found.append(
            {
                "serial_no": key.serial,
                "effective_time": beijing(key.certificate.not_valid_before_utc),
                "expire_time": beijing(key.certificate.not_valid_after_utc),
                "encrypt_certificate": sealed,
            }
        )
    if not found:
        raise Refused(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请使用微信支付公钥")
    return {"data": found}


def _trade_bill(world: World, call: Call) -> dict[str, str]:
    day = platform.bill_day(call.query.get("bill_date", ""), now=world.clock.now())
    kind = call.query.get("bill_type", "ALL")
    rows = bills.trade_rows(call.caller, day=day.date(), kind=kind)
    for rule in call.struck:
        if rule.do.endswith("_row"):
            rows = bills.spoil(rows, do=rule.do, column=25 if rows[0][9] == "REFUND" else 24)
    return _linked(world, call, rows, bills.trade_file)


def _fund_bill(world: World, call: Call) -> dict[str, str]:
    day = platform.bill_day(call.query.get("bill_date", ""), now=world.clock.now())
    rows = bills.fund_rows(call.caller, day=day.date())
    for rule in call.struck:
        rows = bills.spoil(rows, do=rule.do, column=6) if rule.do.endswith("_row") else rows
    return _linked(world, call, rows, bills.fund_file)


def _linked(
    world: World, call: Call, rows: list[bills.Row], file: Callable[[list[bills.Row]], bytes]
) -> dict[str, str]:
    if not rows:
        raise Refused(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    plain = file(rows)
    hashed = plain + b"?" if any(rule.do == "wrong_hash" for rule in call.struck) else plain
    data = gzip.compress(plain) if call.query.get("tar_type") == "GZIP" else plain
    token = crypto.word(world.dice, 32)
    is_foreign = any(rule.do == "foreign_link" for rule in call.struck)
    origin = "https://elsewhere.example" if is_foreign else call.origin
    world.links[token] = (call.caller.mchid, data, world.clock.now() + LINK_GOOD_FOR)
    return {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(hashed, usedforsecurity=False).hexdigest(),
        "download_url": f"{origin}/v3/billdownload/file?token={token}",
    }


def _download(world: World, call: Call) -> bytes:
    mchid, data, until = world.links.get(call.query.get("token", ""), ("", b"", None))
    if mchid != call.caller.mchid or until is None or world.clock.now() > until:
        raise Refused(400, "PARAM_ERROR", "下载地址已失效")
    return data


def _route(
    method: str, path: str, name: str, do: Operation
) -> tuple[str, re.Pattern[str], str, Operation]:
    return method, re.compile(path), name, do


TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"
ROUTES = (
    _route("POST", TRANSFERS, "transfer", _transfer),
    _route("GET", f"{TRANSFERS}/out-bill-no/(?P<number>[^/]+)", "query_transfer", _query_transfer),
    _route(
        "POST",
        f"{TRANSFERS}/out-bill-no/(?P<number>[^/]+)/cancel",
        "cancel_transfer",
        _cancel_transfer,
    ),
    _route("POST", "/v3/pay/transactions/jsapi", "order", _place),
    _route("GET", "/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)", "query", _query),
    _route("GET", "/v3/pay/transactions/id/(?P<transaction>[^/]+)", "query", _query_by_id),
    _route("POST", "/v3/pay/transactions/out-trade-no/(?P<number>[^/]+)/close", "close", _close),
    _route("POST", "/v3/refund/domestic/refunds", "refund", _refund),
    _route("GET", "/v3/refund/domestic/refunds/(?P<number>[^/]+)", "query_refund", _query_refund),
    _route("GET", "/v3/certificates", "certificates", _certificates),
    _route("GET", "/v3/bill/tradebill", "trade_bill", _trade_bill),
    _route("GET", "/v3/bill/fundflowbill", "fund_bill", _fund_bill),
    _route("GET", "/v3/billdownload/file", "download", _download),
)
