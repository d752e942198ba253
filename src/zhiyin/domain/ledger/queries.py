"""The only readers of the ledger. `AUDITS` (audits.py) are read from here too."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiyin.domain.ledger.audits import AUDITS as AUDITS
from zhiyin.domain.ledger.models import Balance, Seal
from zhiyin.domain.ledger.types import (
    Account,
    AccountKind,
    EntryCard,
    EntryNotFound,
    Leg,
    Place,
    SealCard,
    Statement,
    StatementLine,
    TrialBalance,
)
from zhiyin.storage.sql import many, one

# Debits less credits of one account, before a place in it or all of them. Two ranges of an index.
DEBIT_LESS_CREDIT = """
    SELECT coalesce(sum(fen), 0)::bigint FROM (
        SELECT sum(amount_fen) AS fen FROM ledger_transfer
        WHERE brand_id = %(brand_id)s AND debit_kind = %(kind)s AND debit_owner_id = %(owner_id)s
          AND (%(at)s::timestamptz IS NULL OR (at, id) <= (%(at)s::timestamptz, %(id)s::uuid))
        UNION ALL
        SELECT -sum(amount_fen) FROM ledger_transfer
        WHERE brand_id = %(brand_id)s AND credit_kind = %(kind)s AND credit_owner_id = %(owner_id)s
          AND (%(at)s::timestamptz IS NULL OR (at, id) <= (%(at)s::timestamptz, %(id)s::uuid))
    ) sides
"""
LINES = """
    SELECT line.at, line.id, entry.cause, kind, owner_id, fen
    FROM (
        (SELECT at, id, entry_id, credit_kind AS kind, credit_owner_id AS owner_id,
                amount_fen AS fen
         FROM ledger_transfer
         WHERE brand_id = %(brand_id)s AND debit_kind = %(kind)s AND debit_owner_id = %(owner_id)s
           AND (at, id) > (%(at)s::timestamptz, %(id)s::uuid) AND at < %(before)s
         ORDER BY at, id LIMIT %(limit)s)
        UNION ALL
        (SELECT at, id, entry_id, debit_kind, debit_owner_id, -amount_fen
         FROM ledger_transfer
         WHERE brand_id = %(brand_id)s AND credit_kind = %(kind)s AND credit_owner_id = %(owner_id)s
           AND (at, id) > (%(at)s::timestamptz, %(id)s::uuid) AND at < %(before)s
         ORDER BY at, id LIMIT %(limit)s)
    ) line
    JOIN ledger_entry entry ON entry.brand_id = %(brand_id)s AND entry.id = line.entry_id
    ORDER BY line.at, line.id LIMIT %(limit)s
"""
OWNERS = """
    SELECT owner_id, sum(fen)::bigint FROM (
        SELECT debit_owner_id AS owner_id, amount_fen AS fen FROM ledger_transfer
        WHERE brand_id = %(brand_id)s AND debit_kind = %(kind)s
        UNION ALL
        SELECT credit_owner_id, -amount_fen FROM ledger_transfer
        WHERE brand_id = %(brand_id)s AND credit_kind = %(kind)s
    ) side
    GROUP BY owner_id HAVING sum(fen) <> 0
    ORDER BY owner_id LIMIT %(limit)s
"""
TRIAL = """
    SELECT kind, sum(fen)::bigint FROM (
        SELECT debit_kind AS kind, sum(amount_fen) AS fen FROM ledger_transfer
        WHERE brand_id = %(brand_id)s AND (%(at)s::timestamptz IS NULL OR at <= %(at)s::timestamptz)
        GROUP BY debit_kind
        UNION ALL
        SELECT credit_kind, -sum(amount_fen) FROM ledger_transfer
        WHERE brand_id = %(brand_id)s AND (%(at)s::timestamptz IS NULL OR at <= %(at)s::timestamptz)
        GROUP BY credit_kind
    ) sides
    GROUP BY kind ORDER BY kind
"""
ENTRIES = """
    SELECT entry.id, entry.cause, entry.at, debit_kind, debit_owner_id, credit_kind,
           credit_owner_id, amount_fen
    FROM (
        SELECT id, cause, at FROM ledger_entry
        WHERE brand_id = %(brand_id)s AND cause >= %(first)s AND cause <= %(last)s
        ORDER BY cause LIMIT %(limit)s
    ) entry
    JOIN ledger_transfer transfer
      ON transfer.brand_id = %(brand_id)s AND transfer.entry_id = entry.id
    ORDER BY entry.cause, transfer.leg
"""
FIRST_ID, LAST_ID = UUID(int=0), UUID(int=(1 << 128) - 1)
AFTER_EVERY_CAUSE = "~"  # sorts behind every character that a cause may hold


def balance_fen(*, brand_id: UUID, account: Account, at: datetime | None = None) -> int:
    """What an account holds, in fen, above zero on the side where its kind grows. One query.

    A guarded account is read from its row, a house account is summed; with `at`, either is summed
    over what was posted for that moment and before.
    """
    if account.kind.is_guarded and at is None:
        owners = [account.owner_id]
        held = held_fen(brand_id=brand_id, kind=account.kind, owner_ids=owners)
        return held[account.owner_id]
    return _balance_fen(brand_id, account, Place(at, LAST_ID) if at else None)


def held_fen(*, brand_id: UUID, kind: AccountKind, owner_ids: Collection[UUID]) -> dict[UUID, int]:
    """Owner -> what the guarded account of this kind holds now, in fen. One query."""
    rows = Balance.objects.filter(brand_id=brand_id, kind=kind.value, owner_id__in=list(owner_ids))
    held = dict(rows.values_list("owner_id", "balance_fen"))
    return {owner: held.get(owner, 0) for owner in owner_ids}


def owners(*, brand_id: UUID, kind: AccountKind, limit: int = 10_000) -> dict[UUID, int]:
    """Owner -> what her summed account of this kind holds, in fen, of those that hold any.

    By owner. One query; it reads every transfer of the kind.
    """
    rows = many(OWNERS, brand_id=brand_id, kind=kind.value, limit=limit)
    return {owner_id: int(fen) * kind.side.value for owner_id, fen in rows}


def trial_balance(*, brand_id: UUID, at: datetime | None = None) -> TrialBalance:
    """The balance of every kind of account together, now or at a moment. One query.

    It reads every transfer of the brand: for a day's closing, not for a page.
    """
    found = dict(many(TRIAL, brand_id=brand_id, at=at))
    return TrialBalance({kind: found.get(kind.value, 0) * kind.side.value for kind in AccountKind})


def statement(
    *,
    brand_id: UUID,
    account: Account,
    start: datetime,
    end: datetime,
    after: Place | None = None,
    limit: int = 100,
) -> Statement:
    """One page of an account from `start` until before `end`, oldest first. Two queries.

    `after` is the `next` of the page before.
    """
    begin = after or Place(start, FIRST_ID)
    opening = _balance_fen(brand_id, account, begin)
    rows = many(
        LINES,
        brand_id=brand_id,
        kind=account.kind.value,
        owner_id=account.owner_id,
        at=begin.at,
        id=begin.transfer_id,
        before=end,
        limit=limit + 1,
    )
    lines = tuple(_lines(account, opening, rows[:limit]))
    return Statement(
        account=account,
        opening_fen=opening,
        lines=lines,
        next=lines[-1].place if len(rows) > limit else None,
    )


def entry(*, brand_id: UUID, cause: str) -> EntryCard:
    """What was posted for a cause. One query. Raises EntryNotFound."""
    found = _entries(brand_id, cause, cause, 1)
    if not found:
        raise EntryNotFound(cause=cause)
    return found[0]


def last_seal(*, brand_id: UUID, until: datetime | None = None) -> SealCard | None:
    """The last seal, or the last one made before a moment. One query."""
    rows = Seal.objects.filter(brand_id=brand_id)
    row = (rows if until is None else rows.filter(at__lt=until)).order_by("-number").first()
    return SealCard(row.number, row.entries, bytes(row.digest).hex(), row.at) if row else None


def entries_about(*, brand_id: UUID, subject: str, limit: int = 100) -> tuple[EntryCard, ...]:
    """What was posted for causes that begin with `subject:`, by cause. One query.

    `entries_about(subject="order:7")` is everything that happened to the money of order 7.
    """
    begin = f"{subject}:"
    return _entries(brand_id, begin, begin + AFTER_EVERY_CAUSE, limit)


def _balance_fen(brand_id: UUID, account: Account, until: Place | None) -> int:
    row = one(
        DEBIT_LESS_CREDIT,
        brand_id=brand_id,
        kind=account.kind.value,
        owner_id=account.owner_id,
        at=until.at if until else None,
        id=until.transfer_id if until else None,
    )
    return int(row[0]) * account.kind.side.value if row else 0


def _lines(
    account: Account, opening_fen: int, rows: Sequence[tuple[Any, ...]]
) -> Iterator[StatementLine]:
    balance = opening_fen
    for at, transfer_id, cause, kind, owner_id, debit_fen in rows:
        amount = debit_fen * account.kind.side.value
        balance += amount
        other = Account(AccountKind(kind), owner_id)
        yield StatementLine(Place(at, transfer_id), cause, other, amount, balance)


def _entries(brand_id: UUID, first: str, last: str, limit: int) -> tuple[EntryCard, ...]:
    found: dict[UUID, EntryCard] = {}
    rows = many(ENTRIES, brand_id=brand_id, first=first, last=last, limit=limit)
    for entry_id, cause, at, *sides, amount_fen in rows:
        debit_kind, debit_owner, credit_kind, credit_owner = sides
        leg = Leg(
            Account(AccountKind(debit_kind), debit_owner),
            Account(AccountKind(credit_kind), credit_owner),
            amount_fen,
        )
        legs = found[entry_id].legs if entry_id in found else ()
        found[entry_id] = EntryCard(entry_id, cause, at, (*legs, leg))
    return tuple(found.values())
