"""What is withheld from a payment to a person. Pure: the tables are dated, the day is an argument.

Source: 个人所得税法 and 国家税务总局公告 2018-61 (per payment); 2025-16, in force from October 2025
(cumulative, for what a platform pays those who work on it). A brand's accountant says which holds.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from zhiyin.domain.wallets.types import (
    Bracket,
    CumulativeTable,
    NoTaxTable,
    PerPaymentTable,
    Withholding,
    YearSoFar,
)
from zhiyin.kit.money import FEN_PER_CNY, WHOLE_BPS

Table = TypeVar("Table", PerPaymentTable, CumulativeTable)


def _brackets(*rows: tuple[int | None, int, int]) -> tuple[Bracket, ...]:
    """Brackets from rows of (up to, in yuan; percent; quick deduction, in yuan)."""
    return tuple(
        Bracket(upto and upto * FEN_PER_CNY, percent * 100, quick * FEN_PER_CNY)
        for upto, percent, quick in rows
    )


PER_PAYMENT = (
    PerPaymentTable(
        since=date(2019, 1, 1),
        free_upto_fen=800 * FEN_PER_CNY,
        flat_upto_fen=4_000 * FEN_PER_CNY,
        flat_fen=800 * FEN_PER_CNY,
        share_bps=2_000,
        brackets=_brackets((20_000, 20, 0), (50_000, 30, 2_000), (None, 40, 7_000)),
    ),
)
CUMULATIVE = (
    CumulativeTable(
        since=date(2025, 10, 1),
        share_bps=2_000,
        monthly_fen=5_000 * FEN_PER_CNY,
        brackets=_brackets(
            (36_000, 3, 0),
            (144_000, 10, 2_520),
            (300_000, 20, 16_920),
            (420_000, 25, 31_920),
            (660_000, 30, 52_920),
            (960_000, 35, 85_920),
            (None, 45, 181_920),
        ),
    ),
)


def withheld_per_payment(income_fen: int, *, day: date) -> int:
    """The tax on one payment by itself, in fen, half a fen up.

    `income_fen`: what she is paid in a month for one project counts as one payment.
    Raises ValueError for a sum below zero, NoTaxTable.
    """
    _check(income_fen)
    table = _in_force(PER_PAYMENT, day, Withholding.PER_PAYMENT)
    if income_fen <= table.free_upto_fen:
        return 0
    if income_fen <= table.flat_upto_fen:
        taxable_fen = income_fen - table.flat_fen
    else:
        taxable_fen = _share(income_fen, WHOLE_BPS - table.share_bps)
    return _tax(taxable_fen, table.brackets)


def withheld_cumulative(income_fen: int, *, so_far: YearSoFar, day: date) -> int:
    """What is withheld from one more payment of the year, in fen. Never below zero.

    What was withheld too much in a quiet month is not paid back here: it counts in the next, or in
    her own return.
    Raises ValueError for a sum below zero or a year without a month, NoTaxTable.
    """
    _check(income_fen, so_far.income_fen, so_far.withheld_fen, so_far.months - 1)
    table = _in_force(CUMULATIVE, day, Withholding.CUMULATIVE)
    earned_fen = _share(so_far.income_fen + income_fen, WHOLE_BPS - table.share_bps)
    taxable_fen = max(0, earned_fen - table.monthly_fen * so_far.months)
    return max(0, _tax(taxable_fen, table.brackets) - so_far.withheld_fen)


def _tax(taxable_fen: int, brackets: Sequence[Bracket]) -> int:
    for bracket in brackets:
        if bracket.upto_fen is None or taxable_fen <= bracket.upto_fen:
            return _share(taxable_fen, bracket.rate_bps) - bracket.quick_fen
    raise AssertionError("the last bracket has no end")


def _share(fen: int, bps: int) -> int:
    """So many parts of ten thousand, half a fen up."""
    return (fen * bps + WHOLE_BPS // 2) // WHOLE_BPS


def _in_force(tables: Sequence[Table], day: date, withholding: Withholding) -> Table:
    known = [table for table in tables if table.since <= day]
    if not known:
        raise NoTaxTable(day=day.isoformat(), withholding=withholding.value)
    return max(known, key=lambda table: table.since)


def _check(*sums: int) -> None:
    if min(sums) < 0:
        raise ValueError(f"a sum is below zero: {sums}")
