"""Decisions about postings that need no database."""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from zhiyin.domain.ledger.types import (
    MOST_LEGS,
    Account,
    CauseRefused,
    CauseReused,
    EmptyEntry,
    EntryDraft,
    Leg,
    LegRefused,
)

CAUSE = re.compile(r"[a-z][a-z0-9_]*(:[A-Za-z0-9._-]+)+")
LONGEST_CAUSE = 160
MOST_FEN = 10**14
"""A million million yuan: beyond any sum of a brand, and far below what a column holds."""


def check_entry(draft: EntryDraft) -> None:
    """Refuse what may not be written down.

    Raises CauseRefused, EmptyEntry, LegRefused; ValueError for a moment without a zone.
    """
    if draft.at.tzinfo is None:
        raise ValueError(f"{draft.cause}: {draft.at} has no time zone")
    if len(draft.cause) > LONGEST_CAUSE or not CAUSE.fullmatch(draft.cause):
        raise CauseRefused(cause=draft.cause[:LONGEST_CAUSE])
    if not 0 < len(draft.legs) <= MOST_LEGS:
        raise EmptyEntry(cause=draft.cause, legs=len(draft.legs), most=MOST_LEGS)
    for leg in draft.legs:
        if type(leg.amount_fen) is not int or not 0 < leg.amount_fen <= MOST_FEN:
            raise LegRefused(cause=draft.cause, amount_fen=leg.amount_fen)
        if leg.debit == leg.credit:
            raise LegRefused(cause=draft.cause, account=str(leg.debit))


def one_each(drafts: Iterable[EntryDraft]) -> list[EntryDraft]:
    """The drafts without repetitions, by cause: the order in which everybody posts.

    Raises CauseReused when two drafts of one cause have other legs.
    """
    first: dict[str, EntryDraft] = {}
    for draft in drafts:
        known = first.setdefault(draft.cause, draft)
        if known.legs != draft.legs:
            raise CauseReused(cause=draft.cause)
    return [first[cause] for cause in sorted(first)]


def digest(legs: Sequence[Leg]) -> bytes:
    """What tells two lists of legs apart: SHA-256 over a line a leg, in their order.

    `queries` computes the same in SQL, so that an audit sees a transfer that was changed.
    """
    lines = (f"{_name(leg.debit)}>{_name(leg.credit)}={leg.amount_fen}" for leg in legs)
    return sha256("\n".join(lines).encode()).digest()


def _name(account: Account) -> str:
    return f"{account.kind.value}:{account.owner_id}"
