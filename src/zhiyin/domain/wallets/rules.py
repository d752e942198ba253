"""Decisions about payees and withdrawals that need no database."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import takewhile

from zhiyin.domain.wallets.tax import withheld_cumulative, withheld_per_payment
from zhiyin.domain.wallets.types import (
    ADULT_YEARS,
    LEAST_TRANSFER_FEN,
    MOST_TRANSFER_FEN,
    NAME_CHARS_MAX,
    PayeeFacts,
    PayeeRefused,
    PayeeTooYoung,
    PayoutTerms,
    PayoutTermsRefused,
    WithdrawalState,
    Withheld,
    Withholding,
    YearSoFar,
)
from zhiyin.kit.text import clean_line

NAME = re.compile("[ ·•.'-]")
CARD = re.compile(r"[1-9][0-9]{16}[0-9X]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LAST_DIGITS = "10X98765432"
LEAST_NAME = 2

MOVES = frozenset(
    {
        (WithdrawalState.WAITING, WithdrawalState.GRANTED),
        (WithdrawalState.WAITING, WithdrawalState.RETURNED),
        (WithdrawalState.GRANTED, WithdrawalState.ASKED),
        (WithdrawalState.GRANTED, WithdrawalState.PAID),
        (WithdrawalState.GRANTED, WithdrawalState.RETURNED),
        (WithdrawalState.GRANTED, WithdrawalState.STUCK),
        (WithdrawalState.ASKED, WithdrawalState.PAID),
        (WithdrawalState.ASKED, WithdrawalState.RETURNED),
        (WithdrawalState.ASKED, WithdrawalState.STUCK),
        (WithdrawalState.STUCK, WithdrawalState.GRANTED),
        (WithdrawalState.STUCK, WithdrawalState.RETURNED),
    }
)
TRY_AGAIN = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)


def next_try_in(tries: int) -> timedelta:
    """How long to wait after so many tries."""
    return TRY_AGAIN[min(tries, len(TRY_AGAIN)) - 1]


def checked_payee(said: PayeeFacts, today: date) -> PayeeFacts:
    """The facts as they are kept. Source: GB 11643-1999.

    Raises PayeeRefused, PayeeTooYoung, TextTooLong, TextHasNul.
    """
    name = clean_line(said.name, NAME_CHARS_MAX)
    if len(name) < LEAST_NAME or not NAME.sub("", name).isalpha():
        raise PayeeRefused(field="name")
    number = clean_line(said.card_number, NAME_CHARS_MAX).replace(" ", "").upper()
    if not CARD.fullmatch(number) or number[-1] != last_digit(number):
        raise PayeeRefused(field="card_number")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise PayeeRefused(field="card_number") from None
    if (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) < ADULT_YEARS:
        raise PayeeTooYoung(years=ADULT_YEARS)
    return PayeeFacts(name, number)


def last_digit(number: str) -> str:
    """The check digit of an identity number, of its first 17 digits (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return LAST_DIGITS[total % len(LAST_DIGITS)]


def masked(name: str) -> str:
    """A name as far as its owner knows it again: the first letter."""
    return name[:1] + "*" * (len(name) - 1)


def checked_terms(terms: PayoutTerms) -> PayoutTerms:
    """The terms, if they can be. Raises PayoutTermsRefused."""
    if not LEAST_TRANSFER_FEN <= terms.least_fen <= MOST_TRANSFER_FEN:
        raise PayoutTermsRefused(field="least_fen")
    if not terms.least_fen <= terms.most_fen <= MOST_TRANSFER_FEN:
        raise PayoutTermsRefused(field="most_fen")
    if not 0 <= terms.approve_above_fen <= MOST_TRANSFER_FEN:
        raise PayoutTermsRefused(field="approve_above_fen")
    return terms


def withheld_of(
    amount_fen: int, *, withholding: Withholding, months: Sequence[Withheld], day: date
) -> int:
    """What is withheld from one more withdrawal, in fen.

    `months` are those of the tax year in which she withdrew anything, this one too if she did.
    Raises NoTaxTable.
    """
    if withholding is Withholding.PER_PAYMENT:
        this = [one for one in months if one.month == day.replace(day=1)]
        income, withheld = sums(this)
        return max(0, withheld_per_payment(income + amount_fen, day=day) - withheld)
    row = in_a_row(months, day)
    income, withheld = sums(row)
    count = len({one.month for one in row} | {day.replace(day=1)})
    so_far = YearSoFar(income_fen=income, withheld_fen=withheld, months=count)
    return withheld_cumulative(amount_fen, so_far=so_far, day=day)


def in_a_row(months: Iterable[Withheld], day: date) -> list[Withheld]:
    """Those of the months that lead up to this day's without a gap, the latest first."""
    known = {one.month.month: one for one in months if one.month.year == day.year}
    before = takewhile(known.__contains__, range(day.month - 1, 0, -1))
    return [known[month] for month in (day.month, *before) if month in known]


def sums(months: Iterable[Withheld]) -> tuple[int, int]:
    """Income and what was withheld of it, in fen."""
    listed = list(months)
    return sum(one.income_fen for one in listed), sum(one.withheld_fen for one in listed)
