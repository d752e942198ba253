"""The two bills of a day: of trades and of funds, with their summaries, as CSV."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from emulator.clock import BEIJING
from emulator.wxpay.merchants import Entry, Merchant
from emulator.wxpay.orders import Order, Refund

TRADE_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUMS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
FUND_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
FUND_SUMS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
NAMES = {
    "payment": "交易",
    "refund": "退款",
    "refund_back": "退款",
    "withdrawal": "提现",
    "transfer": "商家转账",
    "transfer_back": "商家转账退回",
}
Row = list[str]


def trade_rows(merchant: Merchant, *, day: date, kind: str) -> list[Row]:
    """A row per payment (kinds ALL, SUCCESS) and per refund (ALL, REFUND) of the day."""
    moments: list[tuple[datetime, Row]] = []
    for order in merchant.orders.values():
        if kind in ("ALL", "SUCCESS") and order.paid_at and _is_on(order.paid_at, day):
            moments.append((order.paid_at, _trade_row(order, None)))
        if kind in ("ALL", "REFUND"):
            moments += [
                (each.created_at, _trade_row(order, each))
                for each in order.refunds
                if _is_on(each.created_at, day)
            ]
    return [row for _, row in sorted(moments, key=lambda one: one[0])]


def fund_rows(merchant: Merchant, *, day: date) -> list[Row]:
    """A row per line of the books on the day."""
    return [_fund_row(entry) for entry in merchant.entries if _is_on(entry.at, day)]


def trade_file(rows: list[Row]) -> bytes:
    """The bill of trades; its summary is of these rows."""
    columns = TRADE_HEAD.split(",")
    sums = [str(len(rows))]
    for name in (
        "应结订单金额",
        "退款金额",
        "充值券退款金额",
        "手续费",
        "订单金额",
        "申请退款金额",
    ):
        place = columns.index(name)
        sums.append(f"{sum(Decimal(row[place]) for row in rows):.2f}")
    return _file(TRADE_HEAD, rows, TRADE_SUMS, sums)


def fund_file(rows: list[Row]) -> bytes:
    """The bill of funds; its summary is of these rows."""
    gains = [Decimal(row[6]) for row in rows if row[5] == "收入"]
    costs = [Decimal(row[6]) for row in rows if row[5] == "支出"]
    sums = [
        f"{len(rows)}.0",
        f"{len(gains)}.0",
        f"{sum(gains):.2f}",
        f"{len(costs)}.0",
        f"{sum(costs):.2f}",
    ]
    return _file(FUND_HEAD, rows, FUND_SUMS, sums)


def spoil(rows: list[Row], *, do: str, column: int) -> list[Row]:
    """The rows with one missing, one too many, or one that says a yuan more in `column`."""
    if not rows:
        return rows
    first, rest = rows[0], rows[1:]
    if do == "missing_row":
        return rest
    if do == "extra_row":
        stranger = [*first]
        stranger[5], stranger[6] = "4200009999999999999999999999", "nobody-paid-this"
        return [*rows, stranger]
    return [[*first[:column], f"{Decimal(first[column]) + 1:.2f}", *first[column + 1 :]], *rest]


def _trade_row(order: Order, refund: Refund | None) -> Row:
    moment = refund.created_at if refund else order.paid_at
    assert moment is not None
    back = _yuan(refund.amount_fen) if refund else "0.00"
    return [
        f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        order.appid,
        order.mchid,
        "0",
        "",
        order.transaction_id,
        order.number,
        order.openid,
        "JSAPI",
        "REFUND" if refund else "SUCCESS",
        "OTHERS",
        order.currency,
        "0.00" if refund else _yuan(order.total_fen),
        "0.00",
        refund.refund_id if refund else "0",
        refund.number if refund else "0",
        back,
        "0.00",
        "ORIGINAL" if refund else "",
        refund.status if refund else "",
        order.description,
        order.attach,
        "0.00000",
        "0.00%",
        "0.00" if refund else _yuan(order.total_fen),
        back,
        "",
    ]


def _fund_row(entry: Entry) -> Row:
    return [
        f"{entry.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        entry.number,
        entry.serial,
        NAMES[entry.what],
        NAMES[entry.what],
        "收入" if entry.amount_fen > 0 else "支出",
        _yuan(abs(entry.amount_fen)),
        _yuan(entry.balance_fen),
        "system",
        "",
        entry.number,
    ]


def _file(head: str, rows: Iterable[Row], sum_head: str, sums: Row) -> bytes:
    lines = [head]
    lines += [",".join("`" + cell for cell in row) for row in rows]
    lines += [sum_head, ",".join("`" + cell for cell in sums)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _is_on(moment: datetime, day: date) -> bool:
    return moment.astimezone(BEIJING).date() == day


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
