"""A payment provider that needs nobody outside: the demo's `PaymentProvider`, and its till.

The provider is what the journeys call; the till is what the page behind it presses, and what
carries notifications to the house. Both keep the same books (`books.py`).
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from zhiyin.connectors.sandbox import notices, rows
from zhiyin.connectors.sandbox.books import Books
from zhiyin.flows.paying import (
    BillAbsent,
    BillNotReady,
    BillRow,
    Notification,
    PaymentAlreadyPaid,
    PaymentAsked,
    PaymentClosed,
    PaymentFact,
    PaymentInputRefused,
    PaymentNotFound,
    PaymentNumberUsed,
    PaymentOpened,
    PaymentState,
    RefundAsked,
    RefundFact,
    RefundRefused,
)
from zhiyin.flows.paying_out import TransferAsked, TransferFact

NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{6,32}")
BILL_NUMBER = re.compile(r"[0-9A-Za-z]{1,32}")
REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
SUBJECT_CHARS, MEMO_CHARS, REASON_CHARS = 127, 128, 80
REFUNDS_MAX, REFUND_DAYS = 50, 365
REFUND_ARRIVES = timedelta(seconds=3)
ZONE = ZoneInfo("Asia/Shanghai")


def wall() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)


class SandboxPay:
    """A `PaymentProvider` for one brand's account. `page_of` says where a payment is pressed,
    `transfer_page_of` where a transfer is confirmed.

    What the live ones refuse, it refuses by the same names; it is never busy and never short of
    money, and two refunds of one payment may follow at once.
    """

    def __init__(
        self,
        books: Books,
        *,
        brand_id: UUID,
        merchant_id: str,
        app_id: str,
        secret: bytes,
        page_of: Callable[[str], str],
        transfer_page_of: Callable[[str], str],
        clock: Callable[[], datetime] = wall,
    ) -> None:
        self._books = books
        self._brand_id = brand_id
        self._app_id = app_id
        self._secret = secret
        self._page_of = page_of
        self._transfer_page_of = transfer_page_of
        self._clock = clock
        self._merchant_id = merchant_id

    @property
    def name(self) -> str:
        """In a word."""
        return "sandbox"

    @property
    def merchant_id(self) -> str:
        """The sandbox's merchant number."""
        return self._merchant_id

    def open_payment(self, *, asked: PaymentAsked) -> PaymentOpened:
        """Have a payment ready at its page. The same number with the same sum and person is the
        same payment.
        """
        now = self._clock()
        _check_asked(asked, now)
        with self._books.writing() as books:
            row = rows.find_payment(books, self._brand_id, asked.payment_no)
            if row is None:
                self._insert(books, asked, now)
            elif row["paid_at"] is not None:
                raise PaymentAlreadyPaid(payment_no=asked.payment_no)
            elif rows.state_of(row, now) is PaymentState.CLOSED:
                raise PaymentClosed(payment_no=asked.payment_no)
            elif (row["amount_fen"], row["payer"]) != (asked.amount_fen, asked.payer):
                raise PaymentNumberUsed(payment_no=asked.payment_no)
        page = {"url": self._page_of(asked.payment_no)}
        return PaymentOpened(payment_no=asked.payment_no, page=page)

    def query_payment(self, *, payment_no: str) -> PaymentFact:
        """Where a payment stands, by our number."""
        _check(NUMBER.fullmatch(payment_no), "payment_no")
        with self._books.reading() as books:
            return rows.payment_fact(
                rows.found_payment(books, self._brand_id, payment_no), self._clock()
            )

    def query_transaction(self, *, transaction_id: str) -> PaymentFact:
        """Where a payment stands, by the sandbox's number."""
        with self._books.reading() as books:
            row = books.execute(
                "SELECT * FROM payment WHERE brand_id = ? AND transaction_id = ?",
                (str(self._brand_id), transaction_id),
            ).fetchone()
        if row is None:
            raise PaymentNotFound(transaction_id=transaction_id)
        return rows.payment_fact(row, self._clock())

    def close_payment(self, *, payment_no: str) -> None:
        """Close a payment. One that is closed already is closed."""
        now = self._clock()
        _check(NUMBER.fullmatch(payment_no), "payment_no")
        with self._books.writing() as books:
            row = rows.found_payment(books, self._brand_id, payment_no)
            if row["paid_at"] is not None:
                raise PaymentAlreadyPaid(payment_no=payment_no)
            books.execute(
                "UPDATE payment SET closed_at = ?"
                " WHERE brand_id = ? AND payment_no = ? AND closed_at IS NULL",
                (now.timestamp(), str(self._brand_id), payment_no),
            )

    def refund(self, *, asked: RefundAsked) -> RefundFact:
        """Give money back; it arrives `REFUND_ARRIVES` later. The same number is one refund."""
        now = self._clock()
        _check_refund(asked)
        with self._books.writing() as books:
            payment = rows.found_payment(books, self._brand_id, asked.payment_no)
            known = rows.find_refund(books, self._brand_id, asked.refund_no)
            if known is not None:
                said = (asked.payment_no, asked.amount_fen)
                if (known["payment_no"], known["amount_fen"]) != said:
                    raise RefundRefused(why="refund_number_used")
                return rows.refund_fact(known, payment, now)
            _check_refundable(books, payment, asked, now)
            self._give_back(books, asked, now)
            row = rows.find_refund(books, self._brand_id, asked.refund_no)
            assert row is not None
            return rows.refund_fact(row, payment, now)

    def query_refund(self, *, refund_no: str) -> RefundFact:
        """Where a refund stands."""
        _check(REFUND_NUMBER.fullmatch(refund_no), "refund_no")
        with self._books.reading() as books:
            row = rows.find_refund(books, self._brand_id, refund_no)
            if row is None:
                raise PaymentNotFound(refund_no=refund_no)
            payment = rows.found_payment(books, self._brand_id, row["payment_no"])
            return rows.refund_fact(row, payment, self._clock())

    def transfer(self, *, asked: TransferAsked) -> TransferFact:
        """Have a transfer wait at its page for her. The same number with the same sum and person
        is the same transfer.
        """
        now = self._clock()
        _check(BILL_NUMBER.fullmatch(asked.bill_no), "bill_no")
        _check(_is_fen(asked.amount_fen), "amount_fen")
        _check(asked.payee, "payee")
        _check(asked.name, "name")
        with self._books.writing() as books:
            books.execute(
                "INSERT INTO transfer (brand_id, bill_no, merchant_id, amount_fen, payee, remark,"
                " transfer_id, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    str(self._brand_id),
                    asked.bill_no,
                    self._merchant_id,
                    asked.amount_fen,
                    asked.payee,
                    asked.remark,
                    rows.number("M"),
                    now.timestamp(),
                ),
            )
            row = rows.found_transfer(books, self._brand_id, asked.bill_no)
        if (row["amount_fen"], row["payee"]) != (asked.amount_fen, asked.payee):
            raise PaymentNumberUsed(bill_no=asked.bill_no)
        return self._transferred(row, now)

    def query_transfer(self, *, bill_no: str) -> TransferFact:
        """Where a transfer stands."""
        _check(BILL_NUMBER.fullmatch(bill_no), "bill_no")
        with self._books.reading() as books:
            row = rows.found_transfer(books, self._brand_id, bill_no)
        return self._transferred(row, self._clock())

    def verify_notification(
        self, *, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Notification:
        """What a call says, once it is proven to be the sandbox's (notices.py)."""
        return notices.opened(
            headers,
            body,
            now=now,
            secret=self._secret,
            brand_id=self._brand_id,
            merchant_id=self._merchant_id,
        )

    def trade_rows(self, *, day: date) -> tuple[BillRow, ...]:
        """The payments and refunds of a day in China, in the order in which they happened."""
        start = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        span = (start.timestamp(), (start + timedelta(days=1)).timestamp())
        if self._clock().timestamp() < span[1]:
            raise BillNotReady(day=day.isoformat())
        with self._books.reading() as books:
            said = {"brand": str(self._brand_id), "from": span[0], "to": span[1]}
            found = tuple(rows.bill_row(row) for row in books.execute(rows.BILL, said))
        if not found:
            raise BillAbsent(day=day.isoformat())
        return found

    def _transferred(self, row: sqlite3.Row, now: datetime) -> TransferFact:
        return rows.transfer_fact(row, now, page=self._transfer_page_of(row["bill_no"]))

    def _insert(self, books: sqlite3.Connection, asked: PaymentAsked, now: datetime) -> None:
        books.execute(
            "INSERT INTO payment (brand_id, payment_no, merchant_id, app_id, amount_fen, subject,"
            " payer, memo, opened_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                str(self._brand_id),
                asked.payment_no,
                self._merchant_id,
                self._app_id,
                asked.amount_fen,
                asked.subject,
                asked.payer,
                asked.memo,
                now.timestamp(),
                asked.expires_at.timestamp(),
            ),
        )

    def _give_back(self, books: sqlite3.Connection, asked: RefundAsked, now: datetime) -> None:
        brand, settles_at = str(self._brand_id), (now + REFUND_ARRIVES).timestamp()
        books.execute(
            "INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                brand,
                asked.refund_no,
                asked.payment_no,
                asked.amount_fen,
                rows.number("R"),
                now.timestamp(),
                settles_at,
            ),
        )
        books.execute(
            "UPDATE payment SET refunded_fen = refunded_fen + ?"
            " WHERE brand_id = ? AND payment_no = ?",
            (asked.amount_fen, brand, asked.payment_no),
        )
        rows.announce(books, brand, asked.refund_no, is_refund=True, at=settles_at)


def _check_asked(asked: PaymentAsked, now: datetime) -> None:
    _check(NUMBER.fullmatch(asked.payment_no), "payment_no")
    _check(_is_fen(asked.amount_fen), "amount_fen")
    _check(1 <= len(asked.subject) <= SUBJECT_CHARS and asked.subject.isprintable(), "subject")
    _check(asked.payer, "payer")
    _check(len(asked.memo) <= MEMO_CHARS, "memo")
    _check(asked.expires_at.tzinfo is not None and asked.expires_at > now, "expires_at")


def _check_refund(asked: RefundAsked) -> None:
    _check(NUMBER.fullmatch(asked.payment_no), "payment_no")
    _check(REFUND_NUMBER.fullmatch(asked.refund_no), "refund_no")
    _check(_is_fen(asked.paid_fen), "paid_fen")
    _check(_is_fen(asked.amount_fen) and asked.amount_fen <= asked.paid_fen, "amount_fen")
    _check(1 <= len(asked.reason) <= REASON_CHARS, "reason")


def _check_refundable(
    books: sqlite3.Connection, payment: sqlite3.Row, asked: RefundAsked, now: datetime
) -> None:
    if payment["paid_at"] is None:
        raise RefundRefused(why="not_paid")
    if asked.transaction_id not in ("", payment["transaction_id"]):
        raise RefundRefused(why="transaction_differs")
    if payment["amount_fen"] != asked.paid_fen:
        raise RefundRefused(why="paid_fen_differs")
    if payment["refunded_fen"] + asked.amount_fen > payment["amount_fen"]:
        raise RefundRefused(why="more_than_paid")
    if now - rows.moment(payment["paid_at"]) > timedelta(days=REFUND_DAYS):
        raise RefundRefused(why="too_late")
    (count,) = books.execute(
        "SELECT count(*) FROM refund WHERE brand_id = ? AND payment_no = ?",
        (payment["brand_id"], payment["payment_no"]),
    ).fetchone()
    if count >= REFUNDS_MAX:
        raise RefundRefused(why="too_many")


def _is_fen(fen: object) -> bool:
    return isinstance(fen, int) and not isinstance(fen, bool) and fen >= 1


def _check(is_right: object, field: str) -> None:
    if not is_right:
        raise PaymentInputRefused(field=field)
