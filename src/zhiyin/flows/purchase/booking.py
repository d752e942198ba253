"""What each event of an order is in the ledger. One event, one entry."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger import queries as books
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.orders.types import (
    OrderCard,
    OrderState,
    PaymentCard,
    RefundCard,
    Stray,
    StraySettlement,
)

CLEARING = {
    "wxpay": AccountKind.WXPAY_CLEARING,
    "sandbox": AccountKind.SANDBOX_CLEARING,
}
"""Provider -> where the money that it holds for a brand is booked."""


def received(*, brand_id: UUID, payment: PaymentCard, owed: AccountKind, at: datetime) -> None:
    """A payment came in: the brand owes goods for it (prepayments), or the money (refunds)."""
    ledger.post(
        brand_id=brand_id,
        cause=f"payment:{payment.id}:received",
        legs=[_leg(CLEARING[payment.provider], owed, payment.amount_fen)],
        at=at,
    )


def stray(
    *, brand_id: UUID, provider: str, transaction_id: str, amount_fen: int, at: datetime
) -> None:
    """Money came in that fits nothing."""
    ledger.post(
        brand_id=brand_id,
        cause=f"stray:{provider}:{transaction_id}",
        legs=[_leg(CLEARING[provider], AccountKind.UNMATCHED_RECEIPTS, amount_fen)],
        at=at,
    )


def stray_settled(*, brand_id: UUID, stray: Stray, at: datetime) -> None:
    """A person decided: it is owed back, or the brand keeps it."""
    gives_back = stray.settlement is StraySettlement.GIVE_BACK
    goes = AccountKind.REFUNDS_PAYABLE if gives_back else AccountKind.OTHER_RECEIPTS
    ledger.post(
        brand_id=brand_id,
        cause=f"stray:{stray.id}:settled",
        legs=[_leg(AccountKind.UNMATCHED_RECEIPTS, goes, stray.amount_fen)],
        at=at,
    )


def stray_sent(*, brand_id: UUID, stray: Stray, at: datetime) -> None:
    """The provider has given stray money back."""
    ledger.post(
        brand_id=brand_id,
        cause=f"stray:{stray.id}:sent",
        legs=[_leg(AccountKind.REFUNDS_PAYABLE, CLEARING[stray.provider], stray.amount_fen)],
        at=at,
    )


def granted(*, brand_id: UUID, order: OrderCard, refund: RefundCard, at: datetime) -> None:
    """Money is promised back: out of prepayments, or against sales once the goods were hers.

    `order` as it stands after the refund. If all goods went back before they were sent, freight
    that the brand keeps is earned.
    """
    earned = order.done_at is not None
    goods = AccountKind.SALES_REFUNDED if earned else AccountKind.PREPAYMENTS
    freight = AccountKind.FREIGHT_REFUNDED if earned else AccountKind.PREPAYMENTS
    legs = [
        _leg(goods, AccountKind.REFUNDS_PAYABLE, refund.goods_fen),
        _leg(freight, AccountKind.REFUNDS_PAYABLE, refund.freight_fen),
    ]
    if order.state is OrderState.REFUNDED and not earned:
        kept_fen = order.payable_fen - order.refunded_fen
        legs.append(_leg(AccountKind.PREPAYMENTS, AccountKind.FREIGHT, kept_fen))
    _post(brand_id, f"refund:{refund.id}:granted", legs, at)


def sent(*, brand_id: UUID, refund: RefundCard, at: datetime) -> None:
    """The provider has given a refund back."""
    ledger.post(
        brand_id=brand_id,
        cause=f"refund:{refund.id}:sent",
        legs=[_leg(AccountKind.REFUNDS_PAYABLE, CLEARING[refund.provider], refund.amount_fen)],
        at=at,
    )


def earned(
    *,
    brand_id: UUID,
    order: OrderCard,
    refunds: tuple[RefundCard, ...],
    step_id: UUID,
    at: datetime,
) -> None:
    """The goods are hers: what was not given back before is earned."""
    goods_fen = order.goods_fen - sum(refund.goods_fen for refund in refunds)
    freight_fen = order.freight_fen - sum(refund.freight_fen for refund in refunds)
    legs = [
        _leg(AccountKind.PREPAYMENTS, AccountKind.SALES, goods_fen),
        _leg(AccountKind.PREPAYMENTS, AccountKind.FREIGHT, freight_fen),
    ]
    _post(brand_id, f"step:{step_id}:earned", legs, at)


def unearned(*, brand_id: UUID, step_id: UUID, at: datetime) -> None:
    """It was marked as handed over by mistake: the entry is turned round, leg by leg."""
    entry = books.entry(brand_id=brand_id, cause=f"step:{step_id}:earned")
    legs = [Leg(leg.credit, leg.debit, leg.amount_fen) for leg in entry.legs]
    ledger.post(brand_id=brand_id, cause=f"step:{step_id}:unearned", legs=legs, at=at)


def _leg(debit: AccountKind, credit: AccountKind, amount_fen: int) -> Leg:
    return Leg(Account(debit), Account(credit), amount_fen)


def _post(brand_id: UUID, cause: str, legs: list[Leg], at: datetime) -> None:
    """Post the legs that move something; `granted` and `earned` have parts of nothing."""
    ledger.post(brand_id=brand_id, cause=cause, legs=[leg for leg in legs if leg.amount_fen], at=at)
