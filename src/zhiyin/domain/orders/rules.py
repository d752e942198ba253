"""Decisions about purchases that need no database."""

from zhiyin.domain.orders.types import PurchaseFacts, PurchaseRefused


def check_purchase(purchase: PurchaseFacts) -> None:
    """Refuse a purchase without a number, or one below zero. Raises PurchaseRefused."""
    if not purchase.external_ref:
        raise PurchaseRefused(field="external_ref")
    if purchase.paid_fen is not None and purchase.paid_fen < 0:
        raise PurchaseRefused(field="paid_fen")
