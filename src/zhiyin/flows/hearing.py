"""A call that claims to come from a provider: proven first, then heard. Nobody is called."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from zhiyin.flows import purchase, transferring
from zhiyin.flows.paying import Notification, NotificationForeign, NotificationRefused
from zhiyin.flows.paying_out import TransferFact
from zhiyin.flows.ports import PaymentProviders, PaymentSandbox
from zhiyin.kit.errors import DomainError


def hear_call(
    *,
    brand_id: UUID,
    headers: Mapping[str, str],
    body: bytes,
    providers: PaymentProviders,
    now: datetime,
) -> str:
    """Take in a call to the notify address; returns the notification's id once it is committed.

    Safe to repeat. Raises PaymentAccountMissing, NotificationRefused (answer 401, nothing was
    touched), NotificationForeign, NotificationUnreadable, and what `purchase.hear` and
    `transferring.hear` refuse.
    """
    name, notification = _proven(brand_id, headers, body, providers, now)
    about = notification.about
    if isinstance(about, TransferFact):
        transferring.hear(brand_id=brand_id, fact=about, now=now)
    else:
        purchase.hear(
            brand_id=brand_id,
            provider=name,
            notification_id=notification.id,
            about=about,
            now=now,
        )
    return notification.id


def hear_sandbox(
    *,
    till: PaymentSandbox,
    providers: PaymentProviders,
    now: datetime,
    brand_id: UUID | None = None,
) -> int:
    """Carry what a sandbox has to tell to the entry that a hook has. Returns how many were heard.

    What is refused comes again by the sandbox's schedule.
    """
    count = 0
    for call in till.calls_due(brand_id=brand_id):
        try:
            hear_call(
                brand_id=call.brand_id,
                headers=call.headers,
                body=call.body,
                providers=providers,
                now=now,
            )
        except DomainError:
            continue  # it was put off to its next turn when it was handed out
        till.heard(call_id=call.id)
        count += 1
    return count


def _proven(
    brand_id: UUID,
    headers: Mapping[str, str],
    body: bytes,
    providers: PaymentProviders,
    now: datetime,
) -> tuple[str, Notification]:
    """Whichever account of the brand it proves itself to; the one paid now says why it does not."""
    first: DomainError | None = None
    for provider in providers.all_of(brand_id=brand_id):
        try:
            said = provider.verify_notification(headers=headers, body=body, now=now)
        except (NotificationRefused, NotificationForeign) as refused:
            first = first or refused
        else:
            return provider.name, said
    raise first or NotificationRefused(why="account_unusable")
