"""Who carries a brand's money, as the journeys ask for them. Not inside a transaction."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from zhiyin.domain.brands.types import PaymentAccountMissing
from zhiyin.flows import ports
from zhiyin.flows.paying import PaymentProvider
from zhiyin.flows.ports import PaymentAccountRefused
from zhiyin.kit.errors import DomainError, Kind

NO_CARRIER = (PaymentAccountMissing, PaymentAccountRefused)
"""Nobody carries it now: an account is missing, or its settings are of no use until mended."""


class NobodyTakesMoney(DomainError):
    """The brand has no payment account that works, so nothing can be ordered yet. Name one."""

    code: ClassVar[str] = "order_nobody_takes_money"
    kind: ClassVar[Kind] = Kind.CONFLICT


def carrier(brand_id: UUID, name: str, merchant_id: str = "") -> PaymentProvider:
    """Who carries what is paid into an account of a brand's, retired or not.

    Of payments from before merchant numbers were kept, the account paid now is asked first.
    Raises PaymentAccountMissing, PaymentAccountRefused.
    """
    for provider in ports.wired().payments.all_of(brand_id=brand_id):
        if provider.name == name and merchant_id in ("", provider.merchant_id):
            return provider
    raise PaymentAccountRefused(why=f"no account of {name}")


def carrier_now(brand_id: UUID) -> PaymentProvider:
    """Who takes the brand's payments now. Raises NobodyTakesMoney."""
    try:
        return ports.payment_provider(brand_id=brand_id)
    except NO_CARRIER as missing:
        raise NobodyTakesMoney(why=missing.code) from None


def accounts(brand_id: UUID) -> Sequence[PaymentProvider]:
    """Everybody who carries the brand's money, retired accounts too; nobody if there is none."""
    try:
        return ports.wired().payments.all_of(brand_id=brand_id)
    except PaymentAccountMissing:
        return ()
