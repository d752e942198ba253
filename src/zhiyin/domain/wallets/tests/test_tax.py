"""The vectors of the law, to the fen; and what holds for any sum."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.domain.wallets.tax import withheld_cumulative, withheld_per_payment
from zhiyin.domain.wallets.types import NoTaxTable, YearSoFar

DAY = date(2026, 11, 23)
YUAN = 100


@pytest.mark.parametrize(
    ("income", "withheld"),
    [
        (0, 0),
        (800, 0),
        (3_000, 440),
        (4_000, 640),
        (5_000, 800),
        (25_000, 4_000),
        (30_000, 5_200),
        (62_500, 13_000),
        (80_000, 18_600),
    ],
)
def test_one_payment_by_itself(income: int, withheld: int) -> None:
    assert withheld_per_payment(income * YUAN, day=DAY) == withheld * YUAN


def test_a_part_of_a_fen_is_rounded() -> None:
    assert withheld_per_payment(80_002, day=DAY) == 0  # 0.4 fen
    assert withheld_per_payment(80_003, day=DAY) == 1  # 0.6 fen


@pytest.mark.parametrize(
    ("incomes", "withheld"),
    [
        ([10_000, 10_000, 3_000, 60_000], [90, 90, 0, 1_940]),
        ([5_000] * 12, [0] * 12),
    ],
)
def test_month_by_month(incomes: list[int], withheld: list[int]) -> None:
    so_far, found = YearSoFar(income_fen=0, withheld_fen=0, months=1), []
    for income in incomes:
        fen = withheld_cumulative(income * YUAN, so_far=so_far, day=DAY)
        found.append(fen // YUAN)
        assert fen % YUAN == 0
        so_far = YearSoFar(
            income_fen=so_far.income_fen + income * YUAN,
            withheld_fen=so_far.withheld_fen + fen,
            months=so_far.months + 1,
        )
    assert found == withheld


def test_before_its_table_nothing_is_guessed() -> None:
    so_far = YearSoFar(income_fen=0, withheld_fen=0, months=1)
    with pytest.raises(NoTaxTable) as refused:
        withheld_cumulative(1, so_far=so_far, day=date(2025, 9, 30))
    assert refused.value.details == {"day": "2025-09-30", "withholding": "cumulative"}
    with pytest.raises(NoTaxTable):
        withheld_per_payment(1, day=date(2018, 12, 31))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        withheld_per_payment(-1, day=DAY)
    with pytest.raises(ValueError, match="below zero"):
        withheld_cumulative(1, so_far=YearSoFar(income_fen=0, withheld_fen=0, months=0), day=DAY)


@given(st.integers(0, 10**10), st.integers(1, 10**7))
def test_who_is_paid_more_keeps_no_less(income: int, more: int) -> None:
    """But where 4,000 yuan end, the law itself changes its deduction, to the same sum."""
    before = income - withheld_per_payment(income, day=DAY)
    after = income + more - withheld_per_payment(income + more, day=DAY)
    assert after >= before - 1
    assert 0 <= withheld_per_payment(income, day=DAY) <= income * 4 // 10 + 1


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=12))
def test_a_year_in_parts_withholds_no_less_than_the_year_at_once(incomes: list[int]) -> None:
    withheld, total = 0, 0
    for month, income in enumerate(incomes, start=1):
        so_far = YearSoFar(income_fen=total, withheld_fen=withheld, months=month)
        fen = withheld_cumulative(income, so_far=so_far, day=DAY)
        withheld, total = withheld + fen, total + income
    whole = YearSoFar(income_fen=0, withheld_fen=0, months=len(incomes))
    assert withheld >= withheld_cumulative(total, so_far=whole, day=DAY)
