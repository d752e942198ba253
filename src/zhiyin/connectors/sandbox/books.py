"""The sandbox's own books: a file of SQLite in the state folder, which no table of ours knows.

It plays somebody outside, so it keeps nothing in the house's database. Every change is one
transaction that is on the disk before it is answered (`synchronous=FULL`): a server that starts
again, several workers and `kill -9` lose nothing. Moments are seconds since 1970, UTC.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhiyin.flows.paying import PaymentProviderUnreached

FILE = "sandbox-pay.sqlite3"
WAIT_S = 5.0

SCHEMA = """
    CREATE TABLE IF NOT EXISTS payment (
        brand_id TEXT NOT NULL,
        payment_no TEXT NOT NULL,
        merchant_id TEXT NOT NULL,
        app_id TEXT NOT NULL,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
        subject TEXT NOT NULL,
        payer TEXT NOT NULL,
        memo TEXT NOT NULL,
        opened_at REAL NOT NULL,
        expires_at REAL NOT NULL,
        closed_at REAL,
        paid_at REAL,
        transaction_id TEXT UNIQUE,
        refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND amount_fen),
        CHECK (paid_at IS NULL OR closed_at IS NULL),
        PRIMARY KEY (brand_id, payment_no)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS refund (
        brand_id TEXT NOT NULL,
        refund_no TEXT NOT NULL,
        payment_no TEXT NOT NULL,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
        refund_id TEXT NOT NULL UNIQUE,
        asked_at REAL NOT NULL,
        settles_at REAL NOT NULL,
        PRIMARY KEY (brand_id, refund_no),
        FOREIGN KEY (brand_id, payment_no) REFERENCES payment
    ) STRICT;
    CREATE INDEX IF NOT EXISTS refund_of ON refund (brand_id, payment_no);
    CREATE TABLE IF NOT EXISTS transfer (
        brand_id TEXT NOT NULL,
        bill_no TEXT NOT NULL,
        merchant_id TEXT NOT NULL,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
        payee TEXT NOT NULL,
        remark TEXT NOT NULL,
        transfer_id TEXT NOT NULL UNIQUE,
        asked_at REAL NOT NULL,
        received_at REAL,
        PRIMARY KEY (brand_id, bill_no)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS notice (
        id TEXT PRIMARY KEY,
        brand_id TEXT NOT NULL,
        number TEXT NOT NULL,
        is_refund INTEGER NOT NULL,
        created_at REAL NOT NULL,
        due_at REAL,
        attempts INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX IF NOT EXISTS notice_due ON notice (due_at) WHERE due_at IS NOT NULL;
"""


class Books:
    """Opens the file for one transaction at a time; makes it (0600) when there is none."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone; kept if the block ends, undone if it raises.

        Raises PaymentProviderUnreached where others kept the file for `WAIT_S`: nothing was done.
        """
        with self._open() as books:
            try:
                books.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                raise PaymentProviderUnreached(why="books_busy") from None
            try:
                yield books
            except BaseException:
                books.execute("ROLLBACK")
                raise
            books.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """What the last finished transactions left."""
        with self._open() as books:
            yield books

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        is_new = not self._file.exists()
        if is_new:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
        books = sqlite3.connect(self._file, timeout=WAIT_S, isolation_level=None)
        try:
            books.row_factory = sqlite3.Row
            books.execute("PRAGMA foreign_keys = ON")
            books.execute("PRAGMA synchronous = FULL")
            if not books.execute("SELECT 1 FROM sqlite_master WHERE name = 'transfer'").fetchone():
                books.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
            yield books
        finally:
            books.close()
