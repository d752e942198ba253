"""The law of a comparison: it finds what was changed, whatever that was, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.flows.bill_check import Difference, compare
from zhiyin.flows.paying import BillKind, BillRow

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def row(n: int, kind: BillKind) -> BillRow:
    """The n-th payment or refund of a day."""
    return BillRow(
        kind=kind,
        payment_no=f"order-{n}",
        number=f"order-{n}" if kind is BillKind.PAYMENT else f"refund-{n}",
        transaction_id=f"42{n}",
        amount_fen=100 + n,
        at=AT,
    )


DAYS = st.sets(st.tuples(st.integers(0, 30), st.sampled_from(BillKind)), max_size=20).map(
    lambda keys: [row(*key) for key in sorted(keys)]
)


@given(day=DAYS, data=st.data())
def test_exactly_what_was_changed_is_found(day, data):
    billed, expected = [], set()
    for each in day:
        fate = data.draw(st.sampled_from(["same", "missing", "sum", "transaction", "twice"]))
        if fate == "missing":
            expected.add((Difference.NOT_BILLED, each.number))
            continue
        if fate == "sum":
            billed.append(replace(each, amount_fen=each.amount_fen + 1))
            expected.add((Difference.CHANGED, each.number))
        elif fate == "transaction":
            billed.append(replace(each, transaction_id="other"))
            expected.add((Difference.CHANGED, each.number))
        else:
            billed += [each] * (2 if fate == "twice" else 1)
            if fate == "twice":
                expected.add((Difference.BILLED_TWICE, each.number))
    for n in data.draw(st.sets(st.integers(100, 110), max_size=3)):
        billed.append(row(n, BillKind.PAYMENT))
        expected.add((Difference.NOT_OURS, f"order-{n}"))
    order = data.draw(st.permutations(billed))
    found = compare(billed=order, ours=day)
    assert {(one.difference, one.number) for one in found} == expected
    assert len(found) == len(expected)


def test_a_payment_and_a_refund_of_one_number_are_two():
    payment = row(1, BillKind.PAYMENT)
    refund = replace(payment, kind=BillKind.REFUND)
    assert compare(billed=[payment, refund], ours=[refund, payment]) == ()
    (found,) = compare(billed=[payment], ours=[payment, refund])
    assert (found.difference, found.kind) == (Difference.NOT_BILLED, BillKind.REFUND)


def test_two_rows_of_ours_with_one_number_are_our_own_fault():
    with pytest.raises(ValueError, match="same number"):
        compare(billed=[], ours=[row(1, BillKind.PAYMENT)] * 2)
