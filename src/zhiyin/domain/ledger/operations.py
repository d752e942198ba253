"""The only writers of the ledger: `post`, `post_many` for thousands, and `seal` (sealing.py)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.ledger.rules import check_entry, digest, one_each
from zhiyin.domain.ledger.sealing import seal as seal
from zhiyin.domain.ledger.types import (
    BalanceTooLow,
    CauseReused,
    EmptyEntry,
    EntryDraft,
    Leg,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many, one, packed

NOT_NEGATIVE = "ledger_balance_not_negative"

POST = """
    WITH entry AS (
        INSERT INTO ledger_entry (brand_id, id, cause, legs, digest, at)
        SELECT %(brand_id)s, id, cause, legs, decode(digest, 'hex'), at
        FROM unnest(
            string_to_array(%(entry_ids)s, ',')::uuid[], string_to_array(%(causes)s, ','),
            string_to_array(%(sizes)s, ',')::smallint[], string_to_array(%(digests)s, ','),
            string_to_array(%(times)s, ',')::timestamptz[]
        ) AS given (id, cause, legs, digest, at)
        ORDER BY cause
        ON CONFLICT DO NOTHING
        RETURNING id, at
    ), transfer AS (
        INSERT INTO ledger_transfer (brand_id, id, entry_id, leg, debit_kind, debit_owner_id,
                                     credit_kind, credit_owner_id, amount_fen, at)
        SELECT %(brand_id)s, given.id, entry.id, given.leg, debit_kind, debit_owner_id,
               credit_kind, credit_owner_id, amount_fen, entry.at
        FROM unnest(
            string_to_array(%(ids)s, ',')::uuid[], string_to_array(%(entries)s, ',')::uuid[],
            string_to_array(%(legs)s, ',')::smallint[],
            string_to_array(%(debit_kinds)s, ','), string_to_array(%(debit_owners)s, ',')::uuid[],
            string_to_array(%(credit_kinds)s, ','), string_to_array(%(credit_owners)s, ',')::uuid[],
            string_to_array(%(amounts)s, ',')::bigint[]
        ) AS given (id, entry_id, leg, debit_kind, debit_owner_id, credit_kind, credit_owner_id,
                    amount_fen)
        JOIN entry ON entry.id = given.entry_id
    )
    SELECT count(*) FROM entry
"""
"""Write entries with all their transfers, in one statement whatever their number.

A cause that is there already is left alone, whoever wrote it and however lately: the unique key
makes the second of two at once wait for the first. Causes are inserted in their order, and the
trigger on transfers moves guarded balances in the order of accounts, so that two postings never
wait for one another in a ring.
"""

ALREADY = """
    SELECT cause, digest FROM ledger_entry
    WHERE brand_id = %(brand_id)s AND cause = ANY(string_to_array(%(causes)s, ','))
    ORDER BY cause
"""


def post(*, brand_id: UUID, cause: str, legs: Sequence[Leg], at: datetime) -> bool:
    """Post one entry, once. Returns whether it is new.

    A retry with the same cause and legs changes nothing, whatever its `at`. Runs inside the
    caller's `brand_tx`; post last in it, for the rows of guarded accounts stay locked to its end.
    One statement; a second one when the cause was posted before.
    Raises CauseRefused, EmptyEntry, LegRefused, CauseReused, BalanceTooLow.
    """
    draft = EntryDraft(cause=cause, legs=tuple(legs), at=at)
    check_entry(draft)
    return _post(brand_id, [draft]) == 1


def post_many(*, brand_id: UUID, entries: Sequence[EntryDraft]) -> int:
    """Post entries, each once and all or none. Returns how many are new.

    Balances move by the sum of the batch: an account may be filled by one entry and emptied by
    another of it, in any order. Five statements at most, whatever the number of entries.
    Raises CauseRefused, EmptyEntry, LegRefused, CauseReused, BalanceTooLow.
    """
    if not entries:
        raise EmptyEntry(entries=0)
    for draft in entries:
        check_entry(draft)
    drafts = one_each(entries)
    with transaction.atomic():
        return _post(brand_id, drafts)


def _post(brand_id: UUID, drafts: Sequence[EntryDraft]) -> int:
    digests = [digest(draft.legs) for draft in drafts]
    try:
        row = one(POST, brand_id=brand_id, **_columns(drafts, digests))
    except IntegrityError as refused:
        if _constraint(refused) == NOT_NEGATIVE:
            raise BalanceTooLow(cause=drafts[0].cause, entries=len(drafts)) from None
        raise
    new = int(row[0]) if row else 0
    if new < len(drafts):
        _check_same(brand_id, drafts, digests)
    return new


def _columns(drafts: Sequence[EntryDraft], digests: Sequence[bytes]) -> dict[str, str]:
    """The entries and their legs, a text a column: kinds and causes hold no comma."""
    ids = [uuid7() for _ in drafts]
    legs = list(chain.from_iterable(draft.legs for draft in drafts))
    return {
        "entry_ids": packed(ids),
        "causes": ",".join(draft.cause for draft in drafts),
        "sizes": ",".join(str(len(draft.legs)) for draft in drafts),
        "digests": packed(digests),
        "times": ",".join(draft.at.isoformat() for draft in drafts),
        "ids": packed(sorted(uuid7() for _ in legs)),  # a statement shows legs in their order
        "entries": packed(
            entry for entry, draft in zip(ids, drafts, strict=True) for _ in draft.legs
        ),
        "legs": ",".join(str(n) for draft in drafts for n in range(len(draft.legs))),
        "debit_kinds": ",".join(leg.debit.kind.value for leg in legs),
        "debit_owners": packed(leg.debit.owner_id for leg in legs),
        "credit_kinds": ",".join(leg.credit.kind.value for leg in legs),
        "credit_owners": packed(leg.credit.owner_id for leg in legs),
        "amounts": ",".join(str(leg.amount_fen) for leg in legs),
    }


def _check_same(brand_id: UUID, drafts: Sequence[EntryDraft], digests: Sequence[bytes]) -> None:
    """Raises CauseReused for the first cause under which other legs stand."""
    causes = [draft.cause for draft in drafts]
    posted = {
        cause: bytes(kept)
        for cause, kept in many(ALREADY, brand_id=brand_id, causes=",".join(causes))
    }
    for cause, own in zip(causes, digests, strict=True):
        if posted[cause] != own:
            raise CauseReused(cause=cause)


def _constraint(refused: IntegrityError) -> str | None:
    """The name of the constraint that a statement broke, as PostgreSQL says it."""
    said = getattr(refused.__cause__, "diag", None)
    name: str | None = getattr(said, "constraint_name", None)
    return name
