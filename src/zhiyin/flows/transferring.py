"""Withdrawals go out: each asked for under its one number until it has arrived or come back."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.types import (
    WithdrawalCard,
    WithdrawalMoveRefused,
    WithdrawalNotFound,
    WithdrawalState,
)
from zhiyin.flows.payer import known_openid
from zhiyin.flows.paying import PaymentError, PaymentNotFound, PaymentProvider
from zhiyin.flows.paying_out import TransferAsked, TransferFact, TransferState
from zhiyin.flows.purchase.booking import CLEARING
from zhiyin.flows.purchase.carriers import NO_CARRIER, NobodyTakesMoney
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx

STANDS = {
    TransferState.PROCESSING: WithdrawalState.ASKED,
    TransferState.UNCONFIRMED: WithdrawalState.ASKED,
    TransferState.SUCCEEDED: WithdrawalState.PAID,
    TransferState.FAILED: WithdrawalState.RETURNED,
    TransferState.CANCELLED: WithdrawalState.RETURNED,
}
"""What the provider says of a transfer -> where it stands with us."""
OTHER_SUM, PAYEE_UNKNOWN = "other_sum", "payee_unknown"
REMARK_CHARS = 32

Carriers = Callable[[UUID, str, str], PaymentProvider]
"""(brand, provider's name, merchant number) -> who carries the money of that account."""
CarrierNow = Callable[[UUID], PaymentProvider]
"""Brand -> who carries its money now."""


def send_due(
    *,
    brand_id: UUID,
    carriers: Carriers,
    carrier_now: CarrierNow,
    now: datetime,
    notify_url: str = "",
    limit: int = 100,
) -> int:
    """Ask for withdrawals that are due, or about them. Returns how many.

    `carriers` says who was asked for one; `carrier_now` who is asked for one that nobody was.
    Each is claimed and committed first, asked for outside of any transaction, and its answer
    noted. Several may run at once; a killed one loses nothing.
    """
    with brand_tx(brand_id):
        due = wallets.claim_due(brand_id=brand_id, now=now, limit=limit)

    def send(withdrawal_id: UUID) -> None:
        with brand_tx(brand_id):
            card = kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id)
        try:
            carrier = (
                carriers(brand_id, card.provider, card.merchant_id)
                if card.provider
                else carrier_now(brand_id)
            )
        except (*NO_CARRIER, NobodyTakesMoney) as missing:
            _note(brand_id, card, card.state, now, why=missing.code)
        else:
            _send(brand_id, card, carrier, notify_url, now)

    each(due, send)
    return len(due)


def ask_about(
    *, brand_id: UUID, withdrawal_id: UUID, carriers: Carriers, now: datetime
) -> WithdrawalState:
    """Ask where one stands: she has just confirmed it. Returns where it stands with us then.

    Raises WithdrawalNotFound, and what the provider raises.
    """
    with brand_tx(brand_id):
        card = kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id)
    if card.state is WithdrawalState.ASKED:
        carrier = carriers(brand_id, card.provider, card.merchant_id)
        hear(
            brand_id=brand_id,
            fact=carrier.query_transfer(bill_no=card.bill_no),
            now=now,
        )
    with brand_tx(brand_id):
        return kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id).state


def give_up(
    *, brand_id: UUID, withdrawal_id: UUID, carriers: Carriers, now: datetime
) -> WithdrawalState:
    """Make one that is stuck hers again, if the provider says that it never happened.

    Raises WithdrawalNotFound, WithdrawalMoveRefused, and what the provider raises.
    """
    with brand_tx(brand_id):
        card = kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id)
    if card.state is not WithdrawalState.STUCK:
        raise WithdrawalMoveRefused(state=card.state.value)
    if card.provider:
        try:
            carrier = carriers(brand_id, card.provider, card.merchant_id)
            state = STANDS[carrier.query_transfer(bill_no=card.bill_no).state]
        except PaymentNotFound:
            state = WithdrawalState.RETURNED
        if state is not WithdrawalState.RETURNED:
            raise WithdrawalMoveRefused(state=state.value)
    _note(brand_id, card, WithdrawalState.RETURNED, now, why=card.why)
    return WithdrawalState.RETURNED


def hear(*, brand_id: UUID, fact: TransferFact, now: datetime) -> None:
    """Act on what the provider says of a transfer. Safe to repeat. Raises WithdrawalNotFound."""
    _settle(brand_id, withdrawal_of(bill_no=fact.bill_no), fact, now)


def _send(
    brand_id: UUID, card: WithdrawalCard, carrier: PaymentProvider, notify_url: str, now: datetime
) -> None:
    """Ask for one, or about it, and note the answer. What failed is tried again later."""
    with brand_tx(brand_id):
        payee = kept.payee_facts(brand_id=brand_id, member_id=card.member_id)
        openid = known_openid(brand_id=brand_id, member_id=card.member_id)
        brand = brands.brand_by_id(brand_id=brand_id)
        wallets.answered(
            brand_id=brand_id,
            withdrawal_id=card.id,
            state=card.state,
            now=now,
            provider=carrier.name,
            merchant_id=carrier.merchant_id,
            page=card.page,
        )
    if carrier.name == "wxpay" and not openid:
        _note(brand_id, card, WithdrawalState.STUCK, now, why=PAYEE_UNKNOWN)
        return
    asked = TransferAsked(
        bill_no=card.bill_no,
        amount_fen=card.net_fen,
        payee=openid or str(card.member_id),
        name=payee.name,
        remark=f"{brand.name_zh} 佣金"[:REMARK_CHARS],
        notify_url=notify_url,
    )
    try:
        fact = _asked_or_known(card, carrier, asked)
    except PaymentError as failed:
        is_stuck = failed.is_permanent and card.state is WithdrawalState.GRANTED
        state = WithdrawalState.STUCK if is_stuck else card.state
        _note(brand_id, card, state, now, why=failed.code)
        return
    _settle(brand_id, card.id, fact, now)


def _asked_or_known(
    card: WithdrawalCard, carrier: PaymentProvider, asked: TransferAsked
) -> TransferFact:
    """Where it stands; asked for if the provider knows of none by this number.

    A first try asks at once. Any later one asks about it first: an answer may have been lost.
    """
    if card.state is WithdrawalState.GRANTED and card.tries <= 1:
        return carrier.transfer(asked=asked)
    try:
        fact = carrier.query_transfer(bill_no=card.bill_no)
    except PaymentNotFound:
        return carrier.transfer(asked=asked)
    if fact.state is TransferState.UNCONFIRMED and not (fact.page or card.page):
        return carrier.transfer(asked=asked)  # the same again, for the sake of its page
    return fact


def _settle(brand_id: UUID, withdrawal_id: UUID, fact: TransferFact, now: datetime) -> None:
    with brand_tx(brand_id):
        card = kept.withdrawal(brand_id=brand_id, withdrawal_id=withdrawal_id)
        state, why = STANDS[fact.state], fact.why
        if fact.amount_fen != card.net_fen:
            state, why = WithdrawalState.STUCK, OTHER_SUM
        waits = fact.state is TransferState.UNCONFIRMED
        wallets.answered(
            brand_id=brand_id,
            withdrawal_id=withdrawal_id,
            state=state,
            now=now,
            clearing=CLEARING.get(card.provider),
            page=fact.page or (card.page if waits else {}),
            why=why,
        )


def _note(
    brand_id: UUID, card: WithdrawalCard, state: WithdrawalState, now: datetime, *, why: str
) -> None:
    with brand_tx(brand_id):
        wallets.answered(
            brand_id=brand_id,
            withdrawal_id=card.id,
            state=state,
            now=now,
            page=card.page,
            why=why,
        )


def withdrawal_of(*, bill_no: str) -> UUID:
    """The withdrawal that a number is of. Raises WithdrawalNotFound where it can be of none."""
    try:
        return UUID(hex=bill_no)
    except ValueError:
        raise WithdrawalNotFound(bill_no=bill_no) from None
