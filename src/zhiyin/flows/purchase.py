"""Buying: what a provider's notification means for a purchase."""

from datetime import datetime
from uuid import UUID

from zhiyin.flows.paying import Notification, PaymentNotFound


def hear(*, brand_id: UUID, notification: Notification, now: datetime) -> None:
    """Take in what a provider says of a payment or a refund. Safe to repeat.

    Raises PaymentNotFound for a number that no purchase of the brand bears.
    """
    raise PaymentNotFound(payment_no=notification.about.payment_no)
