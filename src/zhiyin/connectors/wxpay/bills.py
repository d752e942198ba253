"""A day's bills as files: unzip, check against what was announced, read the rows.

A bill is CSV with a leading back-quote in each field, amounts in yuan, and a summary of two
lines at the end, which must agree with the rows.
"""

import hashlib
import hmac
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from zhiyin.connectors.wxpay.account import Limits
from zhiyin.flows.paying import BillAbsent, BillDamaged, BillKind, BillNotReady, BillRow

YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2})0*)?")
COUNT_OF = re.compile(r"([0-9]{1,12})(?:\.0+)?")  # bills of funds count "20.0" lines
GZIP_WINDOW = 16 + zlib.MAX_WBITS
AT, TRANSACTION, PAYMENT_NO, REFUND_NO = "交易时间", "微信订单号", "商户订单号", "商户退款单号"
STATE, PAID, GIVEN_BACK = "交易状态", "订单金额", "申请退款金额"
COUNT, PAID_SUM, GIVEN_BACK_SUM = "总交易单数", "订单总金额", "申请退款总金额"
KINDS = {"SUCCESS": BillKind.PAYMENT, "REFUND": BillKind.REFUND, "REVOKED": BillKind.REFUND}
FUND_COUNT, FUND_IN_SUM, FUND_OUT_SUM = "资金流水总笔数", "收入金额", "支出金额"
FUND_AT, FUND_SERIAL, FUND_NUMBER = "记账时间", "资金流水单号", "微信支付业务单号"
FUND_BUSINESS, FUND_DIRECTION = "业务类型", "收支类型"
FUND_AMOUNT, FUND_BALANCE = ("收支金额(元)", "收支金额（元）"), ("账户结余(元)", "账户结余（元）")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLink:
    """Where a bill can be fetched for a few minutes, and the SHA-1 of the unzipped file."""

    target: str
    sha1: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """A line of the account. `amount_fen` is negative for money out."""

    serial: str
    number: str
    business: str
    amount_fen: int
    balance_fen: int
    at: datetime


def check_day(day: date, *, now: datetime, limits: Limits) -> None:
    """Refuse a day whose bill is not made yet, or no longer kept. Raises both by name."""
    zone = ZoneInfo(limits.zone)
    ready = datetime.combine(day + timedelta(days=1), time(limits.bill_ready_hour), zone)
    if now < ready:
        raise BillNotReady(ready_at=ready.astimezone(UTC).isoformat())
    if now - ready > timedelta(days=limits.bill_days):
        raise BillAbsent(why="too_old")


def unzipped(chunks: Iterable[bytes], *, link: BillLink, limits: Limits) -> bytes:
    """The file of a gzip stream, once it is the one that was announced. Raises BillDamaged."""
    stream, plain = zlib.decompressobj(GZIP_WINDOW), bytearray()
    try:
        for chunk in chunks:
            plain += stream.decompress(chunk, limits.bill_bytes + 1 - len(plain))
            if len(plain) > limits.bill_bytes:
                raise BillDamaged(why="too_long")
    except zlib.error:
        raise BillDamaged(why="not_gzip") from None
    if not stream.eof:
        raise BillDamaged(why="cut_short")
    # SHA-1 is what the platform announces; the announcement itself was signed
    found = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(found, link.sha1.lower()):
        raise BillDamaged(why="hash")
    return bytes(plain)


def trade_rows(file: bytes, *, limits: Limits) -> tuple[BillRow, ...]:
    """The payments and refunds of a bill of trades (kind ALL). Raises BillDamaged."""
    rows, sums = _tables(file)
    try:
        found = tuple(_trade_row(row, limits.zone) for row in rows)
        paid = sum(row.amount_fen for row in found if row.kind is BillKind.PAYMENT)
        back = sum(row.amount_fen for row in found if row.kind is BillKind.REFUND)
        told = (_count(sums[COUNT]), _fen(sums[PAID_SUM]), _fen(sums[GIVEN_BACK_SUM]))
    except (KeyError, ValueError):
        raise BillDamaged(why="not_the_shape") from None
    if told != (len(found), paid, back):
        raise BillDamaged(why="summary")
    return found


def fund_rows(file: bytes, *, limits: Limits) -> tuple[FundRow, ...]:
    """The lines of a bill of funds. Raises BillDamaged."""
    rows, sums = _tables(file)
    try:
        found = tuple(_fund_row(row, limits.zone) for row in rows)
        gains = sum(row.amount_fen for row in found if row.amount_fen > 0)
        costs = -sum(row.amount_fen for row in found if row.amount_fen < 0)
        told = (_count(sums[FUND_COUNT]), _fen(sums[FUND_IN_SUM]), _fen(sums[FUND_OUT_SUM]))
    except (KeyError, ValueError):
        raise BillDamaged(why="not_the_shape") from None
    if told != (len(found), gains, costs):
        raise BillDamaged(why="summary")
    return found


def _tables(file: bytes) -> tuple[Iterator[Mapping[str, str]], Mapping[str, str]]:
    """The rows by the names of their columns, and the summary by the names of its own."""
    try:
        text = file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BillDamaged(why="not_text") from None
    lines = [_cells(line) for line in re.split(r"\r?\n", text) if line.strip()]
    if len(lines) < 3:
        raise BillDamaged(why="not_the_shape")
    head, *rows, sum_head, sums = lines
    if len(sum_head) != len(sums) or any(len(row) != len(head) for row in rows):
        raise BillDamaged(why="not_the_shape")
    named = (dict(zip(head, row, strict=True)) for row in rows)
    return named, dict(zip(sum_head, sums, strict=True))


def _cells(line: str) -> list[str]:
    """The fields of a line. A back-quote begins each field of a row, so a comma inside is safe."""
    if line.startswith("`"):
        return [cell.strip() for cell in line[1:].split(",`")]
    return [cell.strip() for cell in line.split(",")]


def _trade_row(row: Mapping[str, str], zone: str) -> BillRow:
    kind = KINDS[row[STATE]]
    is_payment = kind is BillKind.PAYMENT
    return BillRow(
        kind=kind,
        payment_no=row[PAYMENT_NO],
        number=row[PAYMENT_NO] if is_payment else row[REFUND_NO],
        transaction_id=row[TRANSACTION],
        amount_fen=_fen(row[PAID] if is_payment else row[GIVEN_BACK]),
        at=_moment(row[AT], zone),
    )


def _fund_row(row: Mapping[str, str], zone: str) -> FundRow:
    sign = {"收入": 1, "支出": -1}[row[FUND_DIRECTION]]
    return FundRow(
        serial=row[FUND_SERIAL],
        number=row[FUND_NUMBER],
        business=row[FUND_BUSINESS],
        amount_fen=sign * _fen(_either(row, FUND_AMOUNT)),
        balance_fen=_fen(_either(row, FUND_BALANCE)),
        at=_moment(row[FUND_AT], zone),
    )


def _either(row: Mapping[str, str], names: tuple[str, str]) -> str:
    return row[names[0]] if names[0] in row else row[names[1]]


def _fen(yuan: str) -> int:
    found = YUAN.fullmatch(yuan)
    if found is None:
        raise ValueError("no yuan")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _count(said: str) -> int:
    found = COUNT_OF.fullmatch(said)
    if found is None:
        raise ValueError("no count")
    return int(found[1])


def _moment(said: str, zone: str) -> datetime:
    local = datetime.strptime(said, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)
