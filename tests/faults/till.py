"""The sandbox's provider and till by a clock of the test's: each thread says which moment it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import local
from uuid import UUID

from tests.cast import NOW
from tests.paying import sandboxed
from zhiyin.connectors.sandbox.books import Books
from zhiyin.connectors.sandbox.pay import SandboxPay
from zhiyin.connectors.sandbox.till import SandboxTill
from zhiyin.domain.brands.types import PaymentAccountFacts, PayProvider
from zhiyin.project.payments import Providers

SECRET = b"soak"


class Desk:
    """Whoever carries a brand's money in a test, with books of its own in `folder`."""

    def __init__(self, folder: Path, brand_id: UUID) -> None:
        self._moment = local()
        self._brand_id = brand_id
        self._books = Books(folder)
        self.till = SandboxTill(self._books, secret=SECRET, clock=self.now)
        self.providers = Providers({PayProvider.SANDBOX: self._make})
        sandboxed(brand_id)
        self.pay = self.providers.of(brand_id=brand_id)

    def now(self) -> datetime:
        """The moment of this thread."""
        return getattr(self._moment, "now", NOW)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[datetime]:
        """For a while, it is this moment for this thread."""
        self._moment.now = moment
        yield moment

    def received(self) -> dict[str, tuple[int, int]]:
        """Payment number -> paid and given back, in fen, of what was paid."""
        with self._books.reading() as books:
            rows = books.execute(
                "SELECT p.payment_no, p.amount_fen, coalesce(sum(r.amount_fen), 0)"
                " FROM payment p LEFT JOIN refund r USING (brand_id, payment_no)"
                " WHERE p.paid_at IS NOT NULL GROUP BY p.payment_no, p.amount_fen"
            ).fetchall()
        return {number: (paid, back) for number, paid, back in rows}

    def _make(self, brand_id: UUID, facts: PaymentAccountFacts) -> SandboxPay:
        return SandboxPay(
            self._books,
            brand_id=brand_id,
            merchant_id=facts.merchant_id,
            app_id=facts.app_id,
            secret=SECRET,
            page_of=lambda number: f"/pay/{number}",
            transfer_page_of=lambda number: number,
            clock=self.now,
        )
