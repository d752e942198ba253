"""Behind the sandbox's pay page: what she presses, and what the house is then told."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from zhiyin.connectors.sandbox import notices, rows
from zhiyin.connectors.sandbox.books import Books
from zhiyin.connectors.sandbox.pay import wall
from zhiyin.flows.paying import PaymentAlreadyPaid, PaymentClosed, PaymentState
from zhiyin.flows.paying_out import TransferFact, TransferState
from zhiyin.flows.ports import SandboxBill, SandboxCall

AGAIN_S = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
"""Waits between one telling and the next: a day in sum, as WeChat Pay's."""
BATCH = 100

DUE = """
    SELECT * FROM notice WHERE due_at <= ? AND (? = '' OR brand_id = ?)
    ORDER BY due_at, id LIMIT ?
"""
LATER = "UPDATE notice SET attempts = attempts + 1, due_at = ? WHERE id = ?"


class SandboxTill:
    """A `PaymentSandbox`: whoever opens the page may pay, for everybody in a demo is a stranger.

    `secret` signs what the house is told; the provider of the same deployment holds it too.
    """

    def __init__(
        self, books: Books, *, secret: bytes, clock: Callable[[], datetime] = wall
    ) -> None:
        self._books = books
        self._secret = secret
        self._clock = clock

    def bill(self, *, brand_id: UUID, payment_no: str) -> SandboxBill:
        """What the page shows. Raises PaymentNotFound."""
        with self._books.reading() as books:
            row = rows.found_payment(books, brand_id, payment_no)
        return SandboxBill(
            payment_no=payment_no,
            amount_fen=row["amount_fen"],
            subject=row["subject"],
            state=rows.state_of(row, self._clock()),
            expires_at=rows.moment(row["expires_at"]),
        )

    def pay(self, *, brand_id: UUID, payment_no: str) -> None:
        """Have it paid, and the house told from now on.

        Raises PaymentNotFound, PaymentAlreadyPaid, PaymentClosed.
        """
        now = self._clock()
        with self._books.writing() as books:
            row = rows.found_payment(books, brand_id, payment_no)
            if row["paid_at"] is not None:
                raise PaymentAlreadyPaid(payment_no=payment_no)
            if rows.state_of(row, now) is PaymentState.CLOSED:
                raise PaymentClosed(payment_no=payment_no)
            books.execute(
                "UPDATE payment SET paid_at = ?, transaction_id = ?"
                " WHERE brand_id = ? AND payment_no = ? AND paid_at IS NULL",
                (now.timestamp(), rows.number("T"), str(brand_id), payment_no),
            )
            rows.announce(books, str(brand_id), payment_no, is_refund=False, at=now.timestamp())

    def transfer(self, *, brand_id: UUID, bill_no: str) -> TransferFact:
        """What the page of a transfer shows. Raises PaymentNotFound."""
        with self._books.reading() as books:
            row = rows.found_transfer(books, brand_id, bill_no)
        return rows.transfer_fact(row, self._clock(), page="")

    def receive(self, *, brand_id: UUID, bill_no: str) -> TransferFact:
        """Have a transfer confirmed and received; too late, it has failed. Safe to repeat.

        Raises PaymentNotFound.
        """
        now = self._clock()
        with self._books.writing() as books:
            row = rows.found_transfer(books, brand_id, bill_no)
            if rows.transfer_fact(row, now, page="").state is TransferState.UNCONFIRMED:
                books.execute(
                    "UPDATE transfer SET received_at = ? WHERE brand_id = ? AND bill_no = ?",
                    (now.timestamp(), str(brand_id), bill_no),
                )
                row = rows.found_transfer(books, brand_id, bill_no)
            return rows.transfer_fact(row, now, page="")

    def calls_due(self, *, brand_id: UUID | None = None) -> tuple[SandboxCall, ...]:
        """What the house is to be told now, of one brand or of all, signed; at most `BATCH`.

        Each is put off at once to its next turn, so that two workers do not tell the same, and
        one that dies meanwhile has lost nothing. `heard` ends it.
        """
        now = self._clock()
        brand = str(brand_id or "")
        with self._books.writing() as books:
            due = books.execute(DUE, (now.timestamp(), brand, brand, BATCH)).fetchall()
            for row in due:
                tried = row["attempts"]
                later = now.timestamp() + AGAIN_S[tried] if tried < len(AGAIN_S) else None
                books.execute(LATER, (later, row["id"]))
            return tuple(self._call(books, row, now) for row in due)

    def heard(self, *, call_id: str) -> None:
        """The house took a call in: tell it no more. Safe to repeat."""
        with self._books.writing() as books:
            books.execute("UPDATE notice SET due_at = NULL WHERE id = ?", (call_id,))

    def _call(self, books: sqlite3.Connection, notice: sqlite3.Row, now: datetime) -> SandboxCall:
        brand_id = UUID(notice["brand_id"])
        body = notices.sealed(
            rows.told_by(books, notice, now),
            notice_id=notice["id"],
            brand_id=brand_id,
            at=rows.moment(notice["created_at"]),
        )
        headers = notices.signed(body, secret=self._secret, now=now)
        return SandboxCall(id=notice["id"], brand_id=brand_id, headers=headers, body=body)
