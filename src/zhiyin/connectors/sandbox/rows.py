"""The rows of the sandbox's books, and what they say in the words of the port."""

import secrets
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from zhiyin.flows.paying import (
    CURRENCY,
    BillKind,
    BillRow,
    PaymentFact,
    PaymentNotFound,
    PaymentState,
    RefundFact,
    RefundState,
)
from zhiyin.flows.paying_out import TransferFact, TransferState

CONFIRMED_WITHIN = timedelta(hours=24)
BILL = """
    SELECT 'payment' AS kind, payment_no, payment_no AS number, transaction_id, amount_fen,
           paid_at AS at
    FROM payment WHERE brand_id = :brand AND paid_at >= :from AND paid_at < :to
    UNION ALL
    SELECT 'refund', r.payment_no, r.refund_no, p.transaction_id, r.amount_fen, r.settles_at
    FROM refund r JOIN payment p ON p.brand_id = r.brand_id AND p.payment_no = r.payment_no
    WHERE r.brand_id = :brand AND r.settles_at >= :from AND r.settles_at < :to
    ORDER BY at, number
"""


def find_payment(books: sqlite3.Connection, brand_id: UUID, payment_no: str) -> sqlite3.Row | None:
    """A payment of a brand, or None."""
    found: sqlite3.Row | None = books.execute(
        "SELECT * FROM payment WHERE brand_id = ? AND payment_no = ?", (str(brand_id), payment_no)
    ).fetchone()
    return found


def state_of(row: sqlite3.Row, now: datetime) -> PaymentState:
    """Where a payment stands: what nobody paid in its time is closed."""
    if row["paid_at"] is not None:
        return PaymentState.REFUNDED if row["refunded_fen"] else PaymentState.PAID
    if row["closed_at"] is not None or row["expires_at"] <= now.timestamp():
        return PaymentState.CLOSED
    return PaymentState.UNPAID


def payment_fact(row: sqlite3.Row, now: datetime) -> PaymentFact:
    """A payment in the words of the port."""
    is_paid = row["paid_at"] is not None
    return PaymentFact(
        payment_no=row["payment_no"],
        state=state_of(row, now),
        merchant_id=row["merchant_id"],
        app_id=row["app_id"],
        amount_fen=row["amount_fen"],
        currency=CURRENCY,
        transaction_id=row["transaction_id"] or "",
        payer=row["payer"] if is_paid else "",
        paid_at=moment(row["paid_at"]) if is_paid else None,
        memo=row["memo"],
    )


def refund_fact(row: sqlite3.Row, payment: sqlite3.Row, now: datetime) -> RefundFact:
    """A refund in the words of the port."""
    has_arrived = row["settles_at"] <= now.timestamp()
    return RefundFact(
        payment_no=row["payment_no"],
        refund_no=row["refund_no"],
        provider_refund_id=row["refund_id"],
        transaction_id=payment["transaction_id"],
        state=RefundState.SUCCEEDED if has_arrived else RefundState.PROCESSING,
        merchant_id=payment["merchant_id"],
        amount_fen=row["amount_fen"],
        paid_fen=payment["amount_fen"],
        settled_at=moment(row["settles_at"]) if has_arrived else None,
    )


def announce(books: sqlite3.Connection, brand: str, of: str, *, is_refund: bool, at: float) -> None:
    """Write down that the house is to be told, from a moment on."""
    books.execute(
        "INSERT INTO notice (id, brand_id, number, is_refund, created_at, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (number("N"), brand, of, int(is_refund), at, at),
    )


def number(kind: str) -> str:
    """A number of the sandbox's own, which nobody can guess."""
    return f"SBX{kind}{secrets.token_hex(12)}"


def moment(seconds: float) -> datetime:
    """Seconds since 1970 as a moment, UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def found_payment(books: sqlite3.Connection, brand_id: UUID, payment_no: str) -> sqlite3.Row:
    """A payment of a brand. Raises PaymentNotFound."""
    row = find_payment(books, brand_id, payment_no)
    if row is None:
        raise PaymentNotFound(payment_no=payment_no)
    return row


def find_refund(books: sqlite3.Connection, brand_id: UUID, refund_no: str) -> sqlite3.Row | None:
    """A refund of a brand, or None."""
    found: sqlite3.Row | None = books.execute(
        "SELECT * FROM refund WHERE brand_id = ? AND refund_no = ?", (str(brand_id), refund_no)
    ).fetchone()
    return found


def found_transfer(books: sqlite3.Connection, brand_id: UUID, bill_no: str) -> sqlite3.Row:
    """A transfer of a brand. Raises PaymentNotFound."""
    row: sqlite3.Row | None = books.execute(
        "SELECT * FROM transfer WHERE brand_id = ? AND bill_no = ?", (str(brand_id), bill_no)
    ).fetchone()
    if row is None:
        raise PaymentNotFound(bill_no=bill_no)
    return row


def transfer_fact(row: sqlite3.Row, now: datetime, *, page: str) -> TransferFact:
    """A transfer in the words of the port: what she does not confirm within a day has failed."""
    if row["received_at"] is not None:
        state = TransferState.SUCCEEDED
    elif now - moment(row["asked_at"]) >= CONFIRMED_WITHIN:
        state = TransferState.FAILED
    else:
        state = TransferState.UNCONFIRMED
    return TransferFact(
        bill_no=row["bill_no"],
        state=state,
        merchant_id=row["merchant_id"],
        amount_fen=row["amount_fen"],
        provider_bill_id=row["transfer_id"],
        page={"url": page} if state is TransferState.UNCONFIRMED else {},
        why="OVERDUE_CLOSE" if state is TransferState.FAILED else "",
        settled_at=moment(row["received_at"]) if state is TransferState.SUCCEEDED else None,
    )


def told_by(
    books: sqlite3.Connection, notice: sqlite3.Row, now: datetime
) -> PaymentFact | RefundFact:
    """What a notice tells of: a payment as it was paid, whatever came later; or a refund."""
    brand_id = UUID(notice["brand_id"])
    if not notice["is_refund"]:
        fact = payment_fact(found_payment(books, brand_id, notice["number"]), now)
        return replace(fact, state=PaymentState.PAID)
    row = find_refund(books, brand_id, notice["number"])
    if row is None:
        raise PaymentNotFound(refund_no=notice["number"])
    return refund_fact(row, found_payment(books, brand_id, row["payment_no"]), now)


def bill_row(row: sqlite3.Row) -> BillRow:
    """A line of a day's bill."""
    return BillRow(
        kind=BillKind(row["kind"]),
        payment_no=row["payment_no"],
        number=row["number"],
        transaction_id=row["transaction_id"],
        amount_fen=row["amount_fen"],
        at=moment(row["at"]),
    )
