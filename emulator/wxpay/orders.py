"""Orders, refunds and transfers as the platform keeps them, and how they are told."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.clock import beijing

STATE_WORDS = {
    "NOTPAY": "订单未支付",
    "USERPAYING": "用户支付中",
    "SUCCESS": "支付成功",
    "REFUND": "订单发生过退款",
    "CLOSED": "订单已关闭",
    "PAYERROR": "支付失败",
}
PAYABLE = ("NOTPAY", "USERPAYING", "PAYERROR")


class Refused(Exception):
    """An answer of the platform that is no success: HTTP status, code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass
class Refund:
    """Money on its way back. `status` is PROCESSING, SUCCESS, CLOSED or ABNORMAL."""

    number: str
    order_number: str
    refund_id: str
    amount_fen: int
    reason: str
    notify_url: str | None
    created_at: datetime
    status: str = "PROCESSING"
    settled_at: datetime | None = None


@dataclass
class Transfer:
    """Money on its way to a person. `state` is the platform's word."""

    number: str
    bill_id: str
    openid: str
    name: str
    amount_fen: int
    remark: str
    notify_url: str
    created_at: datetime
    updated_at: datetime
    package: str
    state: str = "WAIT_USER_CONFIRM"
    fail_reason: str = ""

    def asked(self) -> tuple[object, ...]:
        """What two calls with one number must agree on."""
        return (self.openid, self.name, self.amount_fen, self.remark)


@dataclass
class Order:
    """An order. `expires_at` and `paid_at` are UTC; money is in fen."""

    number: str
    appid: str
    mchid: str
    description: str
    total_fen: int
    currency: str
    openid: str
    notify_url: str
    attach: str
    expires_at: datetime | None
    prepay_id: str
    prepaid_until: datetime
    created_at: datetime
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)

    def at(self, now: datetime) -> "Order":
        """The order as it is now: one that nobody paid in time is closed."""
        if self.state in PAYABLE and self.expires_at is not None and now >= self.expires_at:
            self.state = "CLOSED"
        return self

    def asked(self) -> tuple[object, ...]:
        """What two calls with one number must agree on."""
        return (self.appid, self.description, self.total_fen, self.currency, self.openid)

    def refunding_fen(self) -> int:
        """What was given back or is on its way."""
        return sum(each.amount_fen for each in self.refunds if each.status != "CLOSED")

    def told(self) -> dict[str, Any]:
        """The order as a query or a notice tells it."""
        found: dict[str, Any] = {
            "appid": self.appid,
            "mchid": self.mchid,
            "out_trade_no": self.number,
            "trade_state": self.state,
            "trade_state_desc": STATE_WORDS[self.state],
            "amount": {
                "total": self.total_fen,
                "payer_total": self.total_fen,
                "currency": self.currency,
                "payer_currency": self.currency,
            },
        }
        if self.attach:
            found["attach"] = self.attach
        if self.paid_at is not None:
            found |= {
                "transaction_id": self.transaction_id,
                "trade_type": "JSAPI",
                "bank_type": "OTHERS",
                "success_time": beijing(self.paid_at),
                "payer": {"openid": self.openid},
            }
        return found


def told_refund(order: Order, refund: Refund) -> dict[str, Any]:
    """A refund as the call and its query tell it."""
    found: dict[str, Any] = {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.number,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.number,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": beijing(refund.created_at),
        "status": refund.status,
        "funds_account": "AVAILABLE",
        "amount": {
            "total": order.total_fen,
            "refund": refund.amount_fen,
            "payer_total": order.total_fen,
            "payer_refund": refund.amount_fen,
            "settlement_total": order.total_fen,
            "settlement_refund": refund.amount_fen,
            "discount_refund": 0,
            "currency": order.currency,
        },
    }
    if refund.status == "SUCCESS" and refund.settled_at is not None:
        found["success_time"] = beijing(refund.settled_at)
    return found


def told_refund_notice(order: Order, refund: Refund) -> dict[str, Any]:
    """A refund as its notice tells it: `refund_status`, and no currency."""
    found: dict[str, Any] = {
        "mchid": order.mchid,
        "out_trade_no": order.number,
        "transaction_id": order.transaction_id,
        "out_refund_no": refund.number,
        "refund_id": refund.refund_id,
        "refund_status": refund.status,
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": order.total_fen,
            "refund": refund.amount_fen,
            "payer_total": order.total_fen,
            "payer_refund": refund.amount_fen,
        },
    }
    if refund.status == "SUCCESS" and refund.settled_at is not None:
        found["success_time"] = beijing(refund.settled_at)
    return found
