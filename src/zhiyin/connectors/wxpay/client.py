"""WeChat Pay, API v3, for one merchant account: the port `PaymentProvider` over HTTPS.

Nothing here may be called inside a transaction of the database: an answer can take `wait_s`
seconds, and what was asked of the platform does not roll back.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from zhiyin.connectors.wxpay import asking, bills, hooks, reading, signing
from zhiyin.connectors.wxpay.account import (
    BASE_URL,
    Account,
    Limits,
    PlatformKey,
    WxPayMisconfigured,
    certificate,
)
from zhiyin.connectors.wxpay.bills import BillLink, FundRow
from zhiyin.connectors.wxpay.line import Line, checked
from zhiyin.connectors.wxpay.refusals import REFUND, TRANSFER
from zhiyin.flows.paying import (
    BillDamaged,
    BillRow,
    Notification,
    PaymentAsked,
    PaymentFact,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProviderRefused,
    RefundAsked,
    RefundFact,
)
from zhiyin.flows.paying_out import TransferAsked, TransferFact, TransferState

ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"
DEFAULTS = Limits()


class WxPay:
    """A `PaymentProvider` for one account.

    It follows no redirect, reads no proxy from the environment and tries once: whoever calls it
    knows when to try again, and every refusal says whether that helps (`is_permanent`). Threads
    may share one; a forked process opens connections of its own.
    """

    def __init__(
        self,
        account: Account,
        *,
        base_url: str = BASE_URL,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits = DEFAULTS,
    ) -> None:
        """Raises WxPayMisconfigured."""
        self._account = account
        self._clock = clock
        self._limits = limits
        self._line = Line(account, base_url=base_url, clock=clock, limits=limits)

    @property
    def name(self) -> str:
        """In a word."""
        return "wxpay"

    @property
    def merchant_id(self) -> str:
        """The merchant number of the account."""
        return self._account.merchant_id

    def open_payment(self, *, asked: PaymentAsked) -> PaymentOpened:
        """Open an order (JSAPI: H5 in WeChat and mini programs) and sign it for the page."""
        body = asking.order(self._account, asked, now=self._clock(), limits=self._limits)
        said = self._line.call("POST", f"{ORDERS}/jsapi", body)
        prepay_id = checked(lambda: reading.text(said, "prepay_id"))
        page = signing.page(self._account, prepay_id=prepay_id, now=self._clock())
        return PaymentOpened(payment_no=asked.payment_no, page=page)

    def query_payment(self, *, payment_no: str) -> PaymentFact:
        """Where an order stands, by our number."""
        asking.check_payment_no(payment_no, limits=self._limits)
        said = self._line.call("GET", self._of(f"out-trade-no/{quote(payment_no, safe='')}"))
        return self._payment(said, payment_no=payment_no)

    def query_transaction(self, *, transaction_id: str) -> PaymentFact:
        """Where an order stands, by the platform's number."""
        asking.check_transaction_id(transaction_id)
        said = self._line.call("GET", self._of(f"id/{transaction_id}"))
        return self._payment(said, transaction_id=transaction_id)

    def close_payment(self, *, payment_no: str) -> None:
        """Close an order. One that is closed already is closed."""
        asking.check_payment_no(payment_no, limits=self._limits)
        target = f"{ORDERS}/out-trade-no/{quote(payment_no, safe='')}/close"
        self._line.call("POST", target, {"mchid": self._account.merchant_id}, may_be_empty=True)

    def refund(self, *, asked: RefundAsked) -> RefundFact:
        """Ask for a refund. The same number twice is one refund."""
        body = asking.refund(asked, limits=self._limits)
        fact = self._refund(self._line.call("POST", REFUNDS, body, about=REFUND))
        if (fact.refund_no, fact.payment_no, fact.amount_fen) != (
            asked.refund_no,
            asked.payment_no,
            asked.amount_fen,
        ):
            raise PaymentOutcomeUnknown(why="answer_of_another")
        return fact

    def query_refund(self, *, refund_no: str) -> RefundFact:
        """Where a refund stands."""
        asking.check_refund_no(refund_no, limits=self._limits)
        fact = self._refund(self._line.call("GET", f"{REFUNDS}/{quote(refund_no, safe='')}"))
        if fact.refund_no != refund_no:
            raise PaymentOutcomeUnknown(why="answer_of_another")
        return fact

    def transfer(self, *, asked: TransferAsked) -> TransferFact:
        """Ask for a transfer (商家转账, 佣金报酬); she confirms it in WeChat within a day.

        Her name goes out sealed with the platform's key, whose serial the call names. Raises
        PaymentProviderRefused where none of the platform's keys is among the account's.
        """
        key = self._account.ring.sealing(self._clock())
        if key is None:
            raise PaymentProviderRefused(why="platform_key_missing")
        body = asking.transfer(
            self._account,
            asked,
            sealed_name=signing.sealed(asked.name, by=key.public),
            limits=self._limits,
        )
        said = self._line.call("POST", TRANSFERS, body, about=TRANSFER, sealed_by=key.serial)
        # the answer names no sum: it is the one that was asked for under this number
        fact = checked(
            lambda: reading.transfer(
                {**said, "transfer_amount": asked.amount_fen},
                merchant_id=self._account.merchant_id,
            )
        )
        if fact.bill_no != asked.bill_no:
            raise PaymentOutcomeUnknown(why="answer_of_another")
        if fact.state is not TransferState.UNCONFIRMED:
            return fact
        package = checked(lambda: reading.text(said, "package_info"))
        page = {
            "mchId": self._account.merchant_id,
            "appId": self._account.app_id,
            "package": package,
        }
        return replace(fact, page=page)

    def query_transfer(self, *, bill_no: str) -> TransferFact:
        """Where a transfer stands."""
        asking.check_bill_no(bill_no)
        said = self._line.call("GET", f"{TRANSFERS}/out-bill-no/{bill_no}", about=TRANSFER)
        fact = checked(lambda: reading.transfer(said, merchant_id=self._account.merchant_id))
        if (fact.bill_no, fact.merchant_id) != (bill_no, self._account.merchant_id):
            raise PaymentOutcomeUnknown(why="answer_of_another")
        return fact

    def verify_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notification:
        """What a call to the notify address says. No network (hooks.py)."""
        return hooks.notification(
            self._account, headers=headers, body=body, now=now, limits=self._limits
        )

    def trade_rows(self, *, day: date) -> tuple[BillRow, ...]:
        """The payments and refunds of a day in the platform's zone."""
        file = self.download(self.trade_bill(day=day))
        return bills.trade_rows(file, limits=self._limits)

    def fund_rows(self, *, day: date) -> tuple[FundRow, ...]:
        """The lines of the merchant's basic account on a day."""
        file = self.download(self.fund_bill(day=day))
        return bills.fund_rows(file, limits=self._limits)

    def trade_bill(self, *, day: date) -> BillLink:
        """Where to fetch the bill of trades: good for some minutes."""
        return self._bill_link(day, "tradebill", {"bill_type": "ALL"})

    def fund_bill(self, *, day: date) -> BillLink:
        """Where to fetch the bill of funds: good for some minutes."""
        return self._bill_link(day, "fundflowbill", {"account_type": "BASIC"})

    def download(self, link: BillLink) -> bytes:
        """The unzipped file, which has the announced hash. Raises BillDamaged (`link`: expired)."""
        return self._line.download(link)

    def renew_certificates(self) -> tuple[PlatformKey, ...]:
        """Fetch the platform's certificates, put them into the ring, and answer them.

        For a job, some times a day: a hook never calls this. The answer is proven by the API key
        that seals each certificate, then by a signature of a key in the ring or among them.
        In public-key mode there is none: PaymentNotFound.
        """
        status, headers, body = self._line.exchange(
            self._line.request("GET", "/v3/certificates", None)
        )
        if status != httpx.codes.OK:
            raise self._line.refused(status, headers, body)
        found = checked(lambda: self._certificates(reading.document(body)))
        ring = type(self._account.ring)(found)
        why = self._line.doubt(headers, body)
        if why:
            why = signing.doubt(
                ring, headers, body, now=self._clock(), window_s=self._limits.window_s
            )
        if why:
            raise PaymentOutcomeUnknown(why=f"answer_{why}")
        self._account.ring.add(found)
        return found

    def close(self) -> None:
        """Close the connections that were kept."""
        self._line.close()

    def _of(self, what: str) -> str:
        return f"{ORDERS}/{what}?{urlencode({'mchid': self._account.merchant_id})}"

    def _payment(
        self, said: Mapping[str, Any], *, payment_no: str = "", transaction_id: str = ""
    ) -> PaymentFact:
        """The order of an answer, if it is the one asked for and the money of this account."""
        fact = checked(lambda: reading.payment(said))
        is_it = fact.payment_no == payment_no or (
            not payment_no and fact.transaction_id == transaction_id
        )
        is_ours = (fact.merchant_id, fact.app_id) == (
            self._account.merchant_id,
            self._account.app_id,
        )
        if not is_it or not is_ours:
            raise PaymentOutcomeUnknown(why="answer_of_another")
        return fact

    def _refund(self, said: Mapping[str, Any]) -> RefundFact:
        return checked(lambda: reading.refund(said, merchant_id=self._account.merchant_id))

    def _bill_link(self, day: date, what: str, words: Mapping[str, str]) -> BillLink:
        bills.check_day(day, now=self._clock(), limits=self._limits)
        query = urlencode({"bill_date": day.isoformat(), **words, "tar_type": "GZIP"})
        said = self._line.call("GET", f"/v3/bill/{what}?{query}")
        if said.get("hash_type") != "SHA1":
            raise BillDamaged(why="hash_type")
        address = urlsplit(checked(lambda: reading.text(said, "download_url")))
        target = f"{address.path}?{address.query}" if address.query else address.path
        return BillLink(target=target, sha1=checked(lambda: reading.text(said, "hash_value")))

    def _certificates(self, said: Mapping[str, Any]) -> tuple[PlatformKey, ...]:
        data = said.get("data")
        if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
            raise ValueError("not_the_shape")
        try:
            return tuple(
                certificate(
                    pem=signing.opened(
                        one.get("encrypt_certificate"), api_key=self._account.api_key
                    ).decode()
                )
                for one in data
            )
        except WxPayMisconfigured:
            raise ValueError("certificate_unreadable") from None
