"""Transfers to people (商家转账): taken in hand, confirmed in WeChat within a day, or closed."""

import base64
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from emulator.clock import beijing
from emulator.world import World
from emulator.wxpay.crypto import word
from emulator.wxpay.merchants import Merchant
from emulator.wxpay.notices import Notice
from emulator.wxpay.orders import Refused, Transfer

NUMBER = re.compile(r"[0-9A-Za-z]{1,32}")
LEAST_FEN, NAMED_FROM_FEN, NAME_NEEDED_FROM_FEN = 10, 30, 200_000
CONFIRMED_WITHIN = timedelta(hours=24)
SCENES_REPORT = {"1005": ("岗位类型", "报酬说明")}
"""Scene -> what its reports have to hold."""
Said = Mapping[str, Any]


def transfer(world: World, merchant: Merchant, said: Said, *, sealed_by: str) -> dict[str, Any]:
    """POST …/transfer-bills: one number is one transfer; the money leaves the balance at once."""
    made = _read(world, merchant, said, sealed_by)
    known = merchant.transfers.get(made.number)
    if known is not None:
        if known.asked() != made.asked():
            raise Refused(400, "INVALID_REQUEST", "商户单号已存在，且参数不一致")
        return _answered(known)
    if merchant.balance_fen < made.amount_fen:
        raise Refused(403, "NOT_ENOUGH", "资金不足")
    merchant.transfers[made.number] = made
    merchant.post(
        at=made.created_at, what="transfer", number=made.bill_id, amount_fen=-made.amount_fen
    )
    world.later(made.created_at + CONFIRMED_WITHIN, lambda: _close(world, merchant, made))
    return _answered(made)


def query(merchant: Merchant, number: str) -> dict[str, Any]:
    """GET …/out-bill-no/{number}: everything of it but what its page needs."""
    return {**told(merchant, _found(merchant, number)), "appid": merchant.appid}


def cancel(world: World, merchant: Merchant, number: str) -> dict[str, Any]:
    """POST …/out-bill-no/{number}/cancel: while she has not confirmed it."""
    found = _found(merchant, number)
    if found.state != "WAIT_USER_CONFIRM":
        raise Refused(400, "INVALID_REQUEST", "当前状态不允许撤销")
    _end(world, merchant, found, "CANCELLED")
    return {
        "out_bill_no": found.number,
        "transfer_bill_no": found.bill_id,
        "state": found.state,
        "update_time": beijing(found.updated_at),
    }


def confirm(world: World, merchant: Merchant, number: str, package: str | None) -> None:
    """She confirms it in WeChat, with what the page was handed."""
    found = _found(merchant, number)
    if found.state != "WAIT_USER_CONFIRM" or package not in (None, found.package):
        raise Refused(400, "INVALID_REQUEST", found.state)
    _end(world, merchant, found, "SUCCESS")


def told(merchant: Merchant, found: Transfer) -> dict[str, Any]:
    """A transfer as its notice tells it."""
    said: dict[str, Any] = {
        "mch_id": merchant.mchid,
        "out_bill_no": found.number,
        "transfer_bill_no": found.bill_id,
        "state": found.state,
        "transfer_amount": found.amount_fen,
        "transfer_remark": found.remark,
        "openid": found.openid,
        "create_time": beijing(found.created_at),
        "update_time": beijing(found.updated_at),
    }
    return said | ({"fail_reason": found.fail_reason} if found.fail_reason else {})


def _answered(found: Transfer) -> dict[str, Any]:
    said = {
        "out_bill_no": found.number,
        "transfer_bill_no": found.bill_id,
        "create_time": beijing(found.created_at),
        "state": found.state,
    }
    waits = found.state == "WAIT_USER_CONFIRM"
    return said | ({"package_info": found.package} if waits else {})


def _close(world: World, merchant: Merchant, found: Transfer) -> None:
    if found.state == "WAIT_USER_CONFIRM":
        found.fail_reason = "OVERDUE_CLOSE"
        _end(world, merchant, found, "FAIL")


def _end(world: World, merchant: Merchant, found: Transfer, state: str) -> None:
    now = world.clock.now()
    found.state, found.updated_at = state, now
    if state != "SUCCESS":
        merchant.post(
            at=now, what="transfer_back", number=found.bill_id, amount_fen=found.amount_fen
        )
    if found.notify_url:
        event_type = "MCHTRANSFER.BILL.FINISHED"
        world.tell(
            Notice(
                id=world.number("EV-"),
                merchant=merchant,
                url=found.notify_url,
                event_type=event_type,
                resource=told(merchant, found),
                created_at=now,
                facts={"mchid": merchant.mchid, "number": found.number, "event_type": event_type},
            )
        )


def _found(merchant: Merchant, number: str) -> Transfer:
    found = merchant.transfers.get(number)
    if found is None:
        raise Refused(404, "NOT_FOUND", "记录不存在")
    return found


def _read(world: World, merchant: Merchant, said: Said, sealed_by: str) -> Transfer:
    number, fen = said.get("out_bill_no"), said.get("transfer_amount")
    if not isinstance(number, str) or not NUMBER.fullmatch(number):
        raise Refused(400, "PARAM_ERROR", "out_bill_no")
    if said.get("appid") != merchant.appid or not said.get("openid"):
        raise Refused(400, "PARAM_ERROR", "appid, openid")
    if isinstance(fen, bool) or not isinstance(fen, int) or fen < LEAST_FEN:
        raise Refused(400, "PARAM_ERROR", "transfer_amount")
    remark = said.get("transfer_remark")
    if not isinstance(remark, str) or not 1 <= len(remark) <= 32:
        raise Refused(400, "PARAM_ERROR", "transfer_remark")
    _check_scene(said)
    name = _opened(merchant, said["user_name"], sealed_by) if "user_name" in said else ""
    if (name and fen < NAMED_FROM_FEN) or (not name and fen >= NAME_NEEDED_FROM_FEN):
        raise Refused(400, "PARAM_ERROR", "user_name")
    now = world.clock.now()
    return Transfer(
        number=number,
        bill_id=world.number("13300"),
        openid=said["openid"],
        name=name,
        amount_fen=fen,
        remark=remark,
        notify_url=said.get("notify_url", ""),
        created_at=now,
        updated_at=now,
        package=word(world.dice, 64),
    )


def _check_scene(said: Said) -> None:
    scene, infos = said.get("transfer_scene_id"), said.get("transfer_scene_report_infos")
    wanted = SCENES_REPORT.get(str(scene))
    if wanted is None:
        raise Refused(403, "NO_AUTH", "商户未开通此转账场景")
    if not isinstance(infos, list) or {one.get("info_type") for one in infos} != set(wanted):
        raise Refused(400, "PARAM_ERROR", "transfer_scene_report_infos")


def _opened(merchant: Merchant, sealed: object, sealed_by: str) -> str:
    """A name that was sealed with the key which the call names."""
    key = next((key for key in merchant.keys if key.serial == sealed_by), None)
    if key is None or not isinstance(sealed, str):
        raise Refused(400, "PARAM_ERROR", "Wechatpay-Serial")
    oaep = padding.OAEP(
        mgf=padding.MGF1(hashes.SHA1()),  # noqa: S303 (the platform's own choice)
        algorithm=hashes.SHA1(),  # noqa: S303
        label=None,
    )
    try:
        return key.private.decrypt(base64.b64decode(sealed), oaep).decode()
    except ValueError:
        raise Refused(400, "PARAM_ERROR", "user_name 解密失败") from None
