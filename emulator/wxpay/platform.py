"""What the platform does with an order: the calls of a merchant and the acts of a payer."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.clock import BEIJING
from emulator.faults import Rule
from emulator.world import World
from emulator.wxpay import crypto
from emulator.wxpay.merchants import Merchant
from emulator.wxpay.notices import Notice
from emulator.wxpay.orders import PAYABLE, Order, Refund, Refused, told_refund, told_refund_notice

PREPAID_FOR = timedelta(hours=2)
REFUNDS_MAX = 50
REFUND_APART = timedelta(minutes=1)
REFUND_WITHIN = timedelta(days=365)
REFUND_TAKES = timedelta(seconds=30)
NUMBER_ALPHABET = set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-|*@")
Said = Mapping[str, Any]


def place_order(world: World, merchant: Merchant, said: Said) -> dict[str, str]:
    """POST /v3/pay/transactions/jsapi: the `prepay_id`, good for two hours."""
    order = _read_order(world, merchant, said)
    known = merchant.orders.get(order.number)
    if known is not None:
        known.at(world.clock.now())
        if known.state in ("SUCCESS", "REFUND"):
            raise Refused(400, "ORDERPAID", "该订单已支付")
        if known.state == "CLOSED":
            raise Refused(400, "ORDER_CLOSED", "订单已关闭")
        if known.asked() != order.asked():
            raise Refused(403, "OUT_TRADE_NO_USED", "商户订单号重复")
        known.prepaid_until = world.clock.now() + PREPAID_FOR
        return {"prepay_id": known.prepay_id}
    merchant.orders[order.number] = order
    merchant.by_prepay[order.prepay_id] = order
    return {"prepay_id": order.prepay_id}


def query_order(
    world: World, merchant: Merchant, *, number: str = "", transaction_id: str = ""
) -> dict[str, Any]:
    """The order by the merchant's number, or by the platform's."""
    order = (
        merchant.by_transaction.get(transaction_id)
        if transaction_id
        else merchant.orders.get(number)
    )
    if order is None:
        raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
    return order.at(world.clock.now()).told()


def close_order(world: World, merchant: Merchant, number: str, *, struck: list[Rule]) -> None:
    """Nobody can pay it any more. An order that is closed stays so."""
    order = merchant.orders.get(number)
    if order is None:
        raise Refused(404, "ORDER_NOT_EXIST", "订单不存在")
    if order.at(world.clock.now()).state in ("SUCCESS", "REFUND"):
        raise Refused(400, "ORDERPAID", "该订单已支付")
    if not any(rule.do == "ignored" for rule in struck):
        order.state = "CLOSED"


def refund(world: World, merchant: Merchant, said: Said, *, struck: list[Rule]) -> dict[str, Any]:
    """Give money back. 200 says that it was taken in hand; one number is one refund."""
    order = _refunded_order(merchant, said)
    amount = said.get("amount")
    if not isinstance(amount, dict) or not isinstance(said.get("out_refund_no"), str):
        raise Refused(400, "PARAM_ERROR", "参数错误")
    fen: Any = amount.get("refund")
    now = world.clock.now()
    known = merchant.refunds.get(said["out_refund_no"])
    if known is not None:
        if known.order_number != order.number or known.amount_fen != fen:
            raise Refused(400, "INVALID_REQUEST", "退款单号重复")
        return told_refund(order, known)
    _check_refund(merchant, order, amount, now)
    made = Refund(
        number=said["out_refund_no"],
        order_number=order.number,
        refund_id=world.number("50000"),
        amount_fen=fen,
        reason=said.get("reason", ""),
        notify_url=said.get("notify_url"),
        created_at=now,
    )
    order.refunds.append(made)
    order.state = "REFUND"
    merchant.refunds[made.number] = made
    merchant.post(at=now, what="refund", number=made.refund_id, amount_fen=-made.amount_fen)
    ends = next((rule.do for rule in struck if rule.do in ("abnormal", "closed")), "success")
    if any(rule.do == "settle_first" for rule in struck):
        _settle(world, merchant, order, made, ends.upper())
    else:
        world.later(now + REFUND_TAKES, lambda: _settle(world, merchant, order, made, ends.upper()))
    return told_refund(order, made)


def query_refund(merchant: Merchant, number: str) -> dict[str, Any]:
    """The refund by the merchant's number."""
    found = merchant.refunds.get(number)
    if found is None:
        raise Refused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return told_refund(merchant.orders[found.order_number], found)


def pay(world: World, merchant: Merchant, order: Order) -> None:
    """The payer pays: the money is in the books, and the merchant is told."""
    now = world.clock.now()
    if order.at(now).state not in PAYABLE:
        raise Refused(400, "ORDER_CLOSED" if order.state == "CLOSED" else "ORDERPAID", order.state)
    if now >= order.prepaid_until:
        raise Refused(400, "PREPAY_EXPIRED", "prepay_id 已过期")
    order.state, order.paid_at = "SUCCESS", now
    order.transaction_id = world.number("42000")
    merchant.by_transaction[order.transaction_id] = order
    merchant.post(at=now, what="payment", number=order.transaction_id, amount_fen=order.total_fen)
    tell_paid(world, merchant, order)


def tell_paid(world: World, merchant: Merchant, order: Order) -> None:
    """Send the notice of a payment, under an id of its own."""
    world.tell(
        _notice(world, merchant, order.notify_url, "TRANSACTION.SUCCESS", order.told(), order)
    )


def at_the_till(merchant: Merchant, said: Said) -> Order:
    """The order that a page hands to the payer's phone, if the page's signature is true."""
    package = str(said.get("package", ""))
    message = crypto.lines(
        str(said.get("appId")), str(said.get("timeStamp")), str(said.get("nonceStr")), package
    )
    order = merchant.by_prepay.get(package.removeprefix("prepay_id="))
    if order is None or said.get("appId") != order.appid or said.get("signType") != "RSA":
        raise Refused(400, "PARAM_ERROR", "调起支付的参数错误")
    if not crypto.is_signed(merchant.public, message, str(said.get("paySign"))):
        raise Refused(401, "SIGN_ERROR", "paySign 错误")
    return order


def _read_order(world: World, merchant: Merchant, said: Said) -> Order:
    number, amount, payer = said.get("out_trade_no"), said.get("amount"), said.get("payer")
    if not isinstance(number, str) or not 6 <= len(number) <= 32 or set(number) - NUMBER_ALPHABET:
        raise Refused(400, "PARAM_ERROR", "out_trade_no")
    if said.get("mchid") != merchant.mchid or said.get("appid") != merchant.appid:
        raise Refused(400, "APPID_MCHID_NOT_MATCH", "appid 和 mchid 不匹配")
    if not isinstance(amount, dict) or not isinstance(payer, dict) or not payer.get("openid"):
        raise Refused(400, "PARAM_ERROR", "amount, payer")
    total = amount.get("total")
    if isinstance(total, bool) or not isinstance(total, int) or total < 1:
        raise Refused(400, "PARAM_ERROR", "amount.total")
    description, url = said.get("description"), str(said.get("notify_url", ""))
    if not isinstance(description, str) or not 1 <= len(description) <= 127:
        raise Refused(400, "PARAM_ERROR", "description")
    is_local = url.startswith(("http://127.0.0.1:", "http://127.0.0.1/"))
    if "?" in url or not (url.startswith("https://") or is_local):
        raise Refused(400, "PARAM_ERROR", "notify_url")
    now = world.clock.now()
    expires_at = None
    if expire := said.get("time_expire"):
        try:
            expires_at = datetime.fromisoformat(expire).astimezone(UTC)
        except ValueError:
            raise Refused(400, "PARAM_ERROR", "time_expire") from None
        if expires_at <= now:
            raise Refused(400, "PARAM_ERROR", "time_expire")
    return Order(
        number=number,
        appid=merchant.appid,
        mchid=merchant.mchid,
        description=description,
        total_fen=total,
        currency=amount.get("currency", "CNY"),
        openid=payer["openid"],
        notify_url=url,
        attach=said.get("attach", ""),
        expires_at=expires_at,
        prepay_id=world.number("wx") + crypto.word(world.dice, 10),
        prepaid_until=now + PREPAID_FOR,
        created_at=now,
    )


def _refunded_order(merchant: Merchant, said: Said) -> Order:
    if transaction_id := said.get("transaction_id"):
        order = merchant.by_transaction.get(transaction_id)
    else:
        order = merchant.orders.get(str(said.get("out_trade_no")))
    if order is None:
        raise Refused(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    return order


def _check_refund(merchant: Merchant, order: Order, amount: dict[str, Any], now: datetime) -> None:
    fen = amount.get("refund")
    if isinstance(fen, bool) or not isinstance(fen, int) or fen < 1:
        raise Refused(400, "PARAM_ERROR", "amount.refund")
    if amount.get("total") != order.total_fen or amount.get("currency") != order.currency:
        raise Refused(400, "PARAM_ERROR", "订单金额或币种与原订单不一致")
    if order.paid_at is None or now - order.paid_at > REFUND_WITHIN:
        raise Refused(400, "INVALID_REQUEST", "订单未支付，或支付已超过一年")
    if len(order.refunds) >= REFUNDS_MAX:
        raise Refused(400, "INVALID_REQUEST", "部分退款次数超限")
    if order.refunding_fen() + fen > order.total_fen:
        raise Refused(400, "INVALID_REQUEST", "退款金额大于可退金额")
    if order.refunds and now - order.refunds[-1].created_at < REFUND_APART:
        raise Refused(429, "FREQUENCY_LIMITED", "一分钟内只能申请一次退款")
    if merchant.balance_fen < fen:
        raise Refused(403, "NOT_ENOUGH", "基本账户余额不足")


def _settle(world: World, merchant: Merchant, order: Order, refund: Refund, status: str) -> None:
    now = world.clock.now()
    refund.status, refund.settled_at = status, now
    if status == "CLOSED":
        merchant.post(
            at=now, what="refund_back", number=refund.refund_id, amount_fen=refund.amount_fen
        )
    if refund.notify_url:
        resource = told_refund_notice(order, refund)
        world.tell(_notice(world, merchant, refund.notify_url, f"REFUND.{status}", resource, order))


def _notice(
    world: World,
    merchant: Merchant,
    url: str,
    event_type: str,
    resource: dict[str, Any],
    order: Order,
) -> Notice:
    return Notice(
        id=world.number("EV-"),
        merchant=merchant,
        url=url,
        event_type=event_type,
        resource=resource,
        created_at=world.clock.now(),
        facts={"mchid": merchant.mchid, "number": order.number, "event_type": event_type},
    )


def bill_day(said: str, *, now: datetime) -> datetime:
    """The midnight of a bill's day in Beijing, if the bill can be had by now.

    A day's bill is there at ten the next morning, and for three months.
    """
    try:
        day = datetime.fromisoformat(said).replace(tzinfo=BEIJING)
    except ValueError:
        raise Refused(400, "PARAM_ERROR", "bill_date") from None
    if now < day + timedelta(days=1, hours=10):
        raise Refused(400, "STATEMENT_CREATING", "账单生成中")
    if now > day + timedelta(days=92):
        raise Refused(400, "PARAM_ERROR", "bill_date 超过三个月")
    return day
