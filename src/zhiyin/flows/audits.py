"""Every invariant that somebody looks after, on one page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.commissions import queries as commissions
from zhiyin.domain.ledger import queries as ledger
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.promotions import queries as promotions
from zhiyin.domain.wallets import queries as wallets
from zhiyin.kit.audits import Audit, Violation
from zhiyin.storage.tenancy import brand_tx

AUDITS: tuple[Audit, ...] = (
    *ledger.AUDITS,
    *brands.AUDITS,
    *catalog.AUDITS,
    *orders.AUDITS,
    *promotions.AUDITS,
    *commissions.AUDITS,
    *wallets.AUDITS,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one audit found at one brand. Nothing, when all is well."""

    brand_id: UUID
    audit: Audit
    violations: tuple[Violation, ...]


def run(
    *,
    brand_ids: Sequence[UUID],
    now: datetime,
    audits: Sequence[Audit] = AUDITS,
    limit: int = 100,
) -> Iterator[Finding]:
    """Ask every audit of every brand, each in a transaction of its own: `limit` rows at most."""
    for brand_id in brand_ids:
        for audit in audits:
            with brand_tx(brand_id):
                violations = audit.find(brand_id=brand_id, now=now, limit=limit)
            yield Finding(brand_id, audit, violations)
