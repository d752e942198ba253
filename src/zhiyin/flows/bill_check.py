"""Compare a day's bill with our own rows: every difference, and nothing else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from zhiyin.domain.bills.types import Difference as Difference
from zhiyin.flows.paying import BillKind, BillRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference. `billed` or `ours` is None where there is no such row."""

    difference: Difference
    kind: BillKind
    number: str
    billed: BillRow | None
    ours: BillRow | None


def compare(*, billed: Iterable[BillRow], ours: Iterable[BillRow]) -> tuple[Finding, ...]:
    """Every difference between a bill and our rows of the same day, by kind and number.

    A row is known by its kind and our number; sums and the provider's transaction must agree.
    Moments are not compared: the two clocks need not.
    Raises ValueError if two of our own rows bear one number: then it is we who are wrong.
    """
    theirs = list(billed)
    mine = list(ours)
    my_rows = {_key(row): row for row in mine}
    if len(my_rows) != len(mine):
        raise ValueError("two of our rows bear the same number")
    their_rows = {_key(row): row for row in theirs}
    times = Counter(map(_key, theirs))
    found = []
    for key in sorted(my_rows.keys() | their_rows.keys()):
        difference = _difference(their_rows.get(key), my_rows.get(key), times[key])
        if difference is not None:
            found.append(
                Finding(
                    difference=difference,
                    kind=key[0],
                    number=key[1],
                    billed=their_rows.get(key),
                    ours=my_rows.get(key),
                )
            )
    return tuple(found)


def _difference(billed: BillRow | None, ours: BillRow | None, times: int) -> Difference | None:
    if ours is None:
        return Difference.NOT_OURS
    if billed is None:
        return Difference.NOT_BILLED
    if times > 1:
        return Difference.BILLED_TWICE
    if (billed.amount_fen, billed.transaction_id, billed.payment_no) != (
        ours.amount_fen,
        ours.transaction_id,
        ours.payment_no,
    ):
        return Difference.CHANGED
    return None


def _key(row: BillRow) -> tuple[BillKind, str]:
    return row.kind, row.number
