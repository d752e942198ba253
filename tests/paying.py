"""Brands that can be paid, and what is paid to them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.emulator.desk import SERIAL, Merchant, pem_of, private_key
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import BrandCard, PaymentAccountFacts, PayProvider, PlatformKeyFacts
from zhiyin.domain.orders import queries as orders
from zhiyin.flows import ports
from zhiyin.flows.paying import PaymentAsked, PaymentProvider, RefundAsked
from zhiyin.storage.tenancy import brand_tx

NOTIFY = "http://127.0.0.1/hooks/wxpay/cedar"


def sandboxed(brand_id: UUID, merchant_id: str = "sandbox-1") -> PaymentProvider:
    """Have a brand paid through the sandbox; who carries its money from now on."""
    with brand_tx(brand_id):
        brands.set_payment_account(
            brand_id=brand_id,
            facts=PaymentAccountFacts(
                provider=PayProvider.SANDBOX, merchant_id=merchant_id, app_id="sandbox"
            ),
            now=datetime.now(UTC),
        )
    return ports.payment_provider(brand_id=brand_id, merchant_id=merchant_id)


def account_of(merchant: Merchant, **other: object) -> PaymentAccountFacts:
    """An account as the emulator's merchant would fill it in."""
    return PaymentAccountFacts(
        **{
            "provider": PayProvider.WXPAY,
            "merchant_id": merchant.mchid,
            "app_id": merchant.told["appid"],
            "serial": SERIAL,
            "private_key_pem": pem_of(private_key()),
            "api_key": merchant.told["api_v3_key"],
            "platform_keys": tuple(
                PlatformKeyFacts(serial=key["serial"], pem=key["public_key_pem"])
                for key in merchant.told["platform_keys"]
            ),
            "base_url": merchant.emulator.address,
            **other,
        }
    )


def asked(payment_no: str, fen: int = 36_800, **other: object) -> PaymentAsked:
    """A payment to be opened, good for half an hour."""
    return PaymentAsked(
        **{
            "payment_no": payment_no,
            "amount_fen": fen,
            "subject": "知音, 米色针织衫",
            "payer": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "notify_url": NOTIFY,
            "expires_at": datetime.now(UTC) + timedelta(minutes=30),
            **other,
        }
    )


def back(payment_no: str, refund_no: str, fen: int, paid: int = 36_800) -> RefundAsked:
    """Money to be given back."""
    return RefundAsked(
        payment_no=payment_no,
        refund_no=refund_no,
        amount_fen=fen,
        paid_fen=paid,
        reason="尺码不合",
        notify_url=NOTIFY,
    )


def strays(brand: BrandCard) -> list[tuple[str, int]]:
    """Money that fitted no order, as it was kept apart: provider, fen."""
    with brand_tx(brand.id):
        found = orders.stray_receipts(brand_id=brand.id)
    return [(one.provider, one.amount_fen) for one in found]
