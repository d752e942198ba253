"""Who earns in a town: a plan that is on, its second level acknowledged, a KOC who joined, and
what she withdrew.
"""

from typing import Any
from uuid import UUID
from zlib import crc32

from tests.cast import NOW
from zhiyin.domain.bills import operations as bills
from zhiyin.domain.bills import queries as kept_bills
from zhiyin.domain.bills.types import BillKind, BillLine, Difference, DifferenceFacts
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.commissions import operations
from zhiyin.domain.commissions.types import Earner, PlanFacts
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets.rules import last_digit
from zhiyin.domain.wallets.types import PayeeFacts, PayoutTerms
from zhiyin.flows.paying import PaymentProvider
from zhiyin.flows.paying_out import TransferAsked


def help_paid_for(
    brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]
) -> None:
    """Set the plan up, switch it on, and let the KOC and her asker earn."""
    by = {"brand_id": brand.id, "user_id": ids["user_id"], "now": NOW}
    facts = PlanFacts(name=f"{mark}计划", earner=Earner.KOC, rate_bps=1_000, second_bps=100)
    operations.acknowledge_second_level(statement=f"{mark} 的法务看过", **by)
    ids["plan_id"] = operations.create_plan(facts=facts, **by)
    operations.switch_on(plan_id=ids["plan_id"], **by)
    at = {"brand_id": brand.id, "now": NOW}
    asker = operations.enrol(member_id=people["asker"], earner=Earner.PARTNER, **at)
    ids["promoter_id"] = operations.enrol(
        member_id=people["koc"],
        earner=Earner.KOC,
        koc_id=ids["koc_id"],
        introduced_by=asker,
        **at,
    )


def help_paid_out(
    brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]
) -> None:
    """Two withdrawals of the KOC: one that was refused, one that waits for two to approve it."""
    at = {"brand_id": brand.id, "now": NOW}
    own = {**at, "member_id": people["koc"]}
    wallets.set_terms(brand_id=brand.id, terms=PayoutTerms(approve_above_fen=0))
    number = f"1101011990030{crc32(mark.encode()) % 9 + 1}{crc32(mark.encode()) % 1_000:03d}"
    facts = PayeeFacts(name=f"{mark}姐的本名", card_number=number + last_digit(number))
    wallets.state_payee(facts=facts, zone=brand.time_zone, **own)
    ledger.post(
        brand_id=brand.id,
        cause=f"bonus:{mark}",
        legs=[
            Leg(
                Account(AccountKind.COMMISSION_EXPENSE),
                Account(AccountKind.COMMISSION_PAYABLE, people["koc"]),
                50_000,
            )
        ],
        at=NOW,
    )
    for n in range(2):
        card = wallets.withdraw(
            amount_fen=10_000, tax_fen=0, key=f"{mark}-{n}", zone=brand.time_zone, **own
        )
        ids["withdrawal_id"] = card.id
        if n == 0:
            said = f"{mark} 请补签"
            by = {"withdrawal_id": card.id, "user_id": ids["user_id"], "reason": said}
            wallets.refuse(**by, **at)


def closed_day(brand: BrandCard, mark: str, ids: dict[str, Any]) -> None:
    """A bill with a line and a difference of it that a person decided."""
    named = {"kind": BillKind.PAYMENT, "number": f"{mark}-billed", "transaction_id": f"{mark}-t"}
    facts = DifferenceFacts(difference=Difference.CHANGED, billed_fen=1_000, ours_fen=900, **named)
    bills.keep_bill(
        brand_id=brand.id,
        provider="wxpay",
        merchant_id=mark[:32],
        day=NOW.date(),
        lines=[BillLine(amount_fen=1_000, at=NOW, **named)],
        differences=[facts],
        now=NOW,
    )
    (day,) = kept_bills.days(brand_id=brand.id).days
    ids["bill_id"] = day.id
    (found,) = kept_bills.differences(brand_id=brand.id, bill_id=day.id)
    ids["difference_id"] = found.id
    bills.settle_difference(
        brand_id=brand.id,
        bill_id=day.id,
        difference_id=found.id,
        reason=f"{mark} 已更正",
        user_id=ids["user_id"],
        now=NOW,
    )
    ledger.seal(brand_id=brand.id, now=NOW)


def a_transfer(mark: str, ids: dict[str, Any], provider: PaymentProvider) -> None:
    """A transfer that waits in the sandbox for her to confirm it."""
    ids["bill_no"] = f"{mark}bill"
    provider.transfer(
        asked=TransferAsked(
            bill_no=ids["bill_no"],
            amount_fen=1_000,
            payee=mark,
            name=mark,
            remark=mark,
            notify_url="",
        )
    )
