"""The jobs: reactions to events, and what the clock starts. Each may run twice or stop short."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zhiyin.domain.brands import operations as brand_writes
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import BrandCard
from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.members import operations as members
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.wallets import queries as wallets
from zhiyin.domain.webhooks import operations as webhook_writes
from zhiyin.domain.webhooks import queries as webhooks
from zhiyin.events import queries as events
from zhiyin.events.types import REACT_QUEUE, REACT_TASK
from zhiyin.flows import (
    answering,
    day_close,
    forgetting,
    hearing,
    outward,
    ports,
    privacy,
    purchase,
    reactions,
    settlement,
    transferring,
)
from zhiyin.flows.purchase import cases, parcels, sending, telling
from zhiyin.flows.purchase.carriers import accounts, carrier, carrier_now
from zhiyin.interfaces.console import uploads
from zhiyin.interfaces.hooks.addresses import notify_url
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx

BATCH, ASKED_AT_ONCE = 500, 100


@app.task(
    name=REACT_TASK,
    queue=REACT_QUEUE,
    retry=RetryStrategy(max_attempts=8, exponential_wait=4),
)
def react(brand_id: str, event_id: str) -> None:
    """Run the reactions to one event. Every one of them is safe to repeat."""
    with brand_tx(UUID(brand_id)):
        stored = events.event(event_id=UUID(event_id))
    if stored is not None:
        reactions.answer(stored)


@app.periodic(cron="*/5 * * * *")
@app.task(name="pass_on_overdue", queue="clock", queueing_lock="pass-on-overdue")
def pass_on_overdue(timestamp: int) -> None:
    """Close the questions nobody answered in time; the reaction asks another KOC."""
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)

    def close(brand: BrandCard) -> None:
        closed = BATCH
        while closed == BATCH:
            with brand_tx(brand.id):
                closed = answering.expire_overdue(brand_id=brand.id, now=as_of, limit=BATCH)

    each(brands.open_brands(), close)


@app.periodic(cron="*/10 * * * *")
@app.task(name="care_for_orders", queue="clock", queueing_lock="care-for-orders")
def care_for_orders(timestamp: int) -> None:
    """Act on after-sales cases that nobody acted on in time, and on parcels long arrived."""
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)
    _for_every_brand(as_of, cases.advance_overdue, parcels.receive_overdue)


@app.task(
    name=forgetting.FORGET_TASK,
    queue=forgetting.MODELS_QUEUE,
    retry=RetryStrategy(max_attempts=8, exponential_wait=4),
)
def forget_people(brand_id: str) -> None:
    """Take whoever left out of a brand's models, those it could go back to included."""
    matching.forget_people(
        brand_id=UUID(brand_id), folder=settings.MODEL_FOLDER, now=datetime.now(UTC)
    )


@app.task(
    name=uploads.LOAD_TASK,
    queue=uploads.IMPORTS_QUEUE,
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def load_import(brand_slug: str, upload_id: str) -> None:
    """Load an uploaded file to its end. Stopped or repeated, it goes on where it was."""
    brand = brands.brand_by_slug(slug=brand_slug)
    uploads.load(brand=brand, upload_id=UUID(upload_id), now=datetime.now(UTC))


@app.task(
    name=outward.SEND_TASK,
    queue=outward.WEBHOOKS_QUEUE,
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def send_webhooks(brand_id: str) -> None:
    """Try the webhooks of a brand that are due, a batch after another."""
    sender = ports.wired().webhooks
    while outward.send_due(brand_id=UUID(brand_id), sender=sender, now=datetime.now(UTC)):
        continue


@app.periodic(cron="* * * * *")
@app.task(name="take_webhooks_up", queue="clock", queueing_lock="take-webhooks-up")
def take_webhooks_up(timestamp: int) -> None:
    """Have the brands' webhooks sent that a killed worker, or a lost job, has left behind."""
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)

    def take_up(brand: BrandCard) -> None:
        with brand_tx(brand.id):
            if webhooks.has_due(brand_id=brand.id, now=as_of):
                outward.send_soon(brand_id=brand.id)

    each(brands.open_brands(), take_up)


@app.periodic(cron="* * * * *")
@app.task(name="close_unpaid", queue="clock", queueing_lock="close-unpaid")
def close_unpaid(timestamp: int) -> None:
    """Close groups whose time is over, orders that were not paid in time, and holds left behind;
    tell whoever can still pay that her time is nearly over.

    A brand's part is bounded; what is left is closed a minute later. Safe to repeat.
    """
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)
    _for_every_brand(
        as_of, purchase.close_groups, purchase.close_overdue, telling.remind, _release_expired
    )


def _release_expired(*, brand_id: UUID, now: datetime, limit: int) -> None:
    with brand_tx(brand_id):
        stock.release_expired(brand_id=brand_id, now=now, limit=limit)


def _for_every_brand(now: datetime, *acts: Callable[..., object]) -> None:
    """Each act for each brand; one that fails ends neither the others nor the other brands."""
    due = [(brand.id, act) for brand in brands.open_brands() for act in acts]
    each(due, lambda one: one[1](brand_id=one[0], now=now, limit=BATCH))


@app.periodic(cron="* * * * *")
@app.task(name="tend_money", queue="clock", queueing_lock="tend-money")
def tend_money(timestamp: int) -> None:
    """Have the providers of each brand asked about what is due there: one job a brand.

    A provider that answers slowly, or not at all, holds up its own brand and no other.
    """
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)

    def tend(brand: BrandCard) -> None:
        with brand_tx(brand.id):
            if orders.refunds_are_due(brand_id=brand.id, now=as_of) or orders.strays_are_due(
                brand_id=brand.id, now=as_of
            ):
                sending.send_soon(brand_id=brand.id)
            if wallets.are_due(brand_id=brand.id, now=as_of):
                sending.pay_out_soon(brand_id=brand.id)
            if orders.open_payments(brand_id=brand.id, before=as_of - purchase.UNHEARD, limit=1):
                sending.poll_soon(brand_id=brand.id)

    each(brands.open_brands(), tend)


@app.task(
    name=sending.POLL_TASK,
    queue=sending.MONEY_QUEUE,
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def poll_payments_of(brand_id: str) -> None:
    """Ask about a brand's payments that nobody told us of, the longest unasked first."""
    purchase.poll_payments(
        brand_id=UUID(brand_id), providers=carrier, now=datetime.now(UTC), limit=ASKED_AT_ONCE
    )


@app.task(
    name=sending.SEND_TASK,
    queue=sending.MONEY_QUEUE,
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def send_refunds_of(brand_id: str) -> None:
    """Ask a brand's providers for the refunds that are due, under numbers that never change."""
    brand = brands.brand_by_id(brand_id=UUID(brand_id))

    def go(send: Callable[..., int]) -> None:
        send(
            brand_id=brand.id,
            providers=carrier,
            notify_url=notify_url(brand.slug),
            now=datetime.now(UTC),
            limit=ASKED_AT_ONCE,
        )

    each((purchase.send_refunds, purchase.send_strays), go)


@app.task(
    name=sending.PAY_OUT_TASK,
    queue=sending.MONEY_QUEUE,
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def send_withdrawals_of(brand_id: str) -> None:
    """Ask a brand's providers for the withdrawals that are due, each under its one number."""
    brand = brands.brand_by_id(brand_id=UUID(brand_id))
    transferring.send_due(
        brand_id=brand.id,
        carriers=carrier,
        carrier_now=carrier_now,
        notify_url=notify_url(brand.slug),
        now=datetime.now(UTC),
        limit=ASKED_AT_ONCE,
    )


@app.periodic(cron="7 * * * *")
@app.task(name="settle_commissions", queue="clock", queueing_lock="settle-commissions")
def settle_commissions(timestamp: int) -> None:
    """Make commissions whose return window is over their promoters' own, brand by brand.

    Stopped half-way it goes on an hour later: what is settled is not due any more.
    """
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)
    each(brands.open_brands(), lambda brand: settlement.settle_due(brand_id=brand.id, now=as_of))


@app.periodic(cron="45 * * * *")
@app.task(name="close_days", queue="clock", queueing_lock="close-days")
def close_days(timestamp: int) -> None:
    """Have each brand's days closed that are over: one job a brand, for providers answer slowly."""
    each(brands.open_brands(), lambda brand: sending.close_soon(brand_id=brand.id))


@app.task(
    name=sending.CLOSE_TASK,
    queue=sending.MONEY_QUEUE,
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def close_days_of(brand_id: str) -> None:
    """Import a brand's bills that are there, note what differs, and seal the entries of the day."""
    day_close.close_days(brand_id=UUID(brand_id), accounts=accounts, now=datetime.now(UTC))


@app.periodic(cron="23 * * * *")
@app.task(name="reap_uploads", queue="clock", queueing_lock="reap-uploads")
def reap_uploads(timestamp: int) -> None:
    """Delete files that were sent and never loaded."""
    uploads.reap(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="* * * * *")
@app.task(name="tell_sandbox_payments", queue="clock", queueing_lock="tell-sandbox-payments")
def tell_sandbox_payments(timestamp: int) -> None:
    """Carry what a demo's payment sandbox has to tell: refunds that arrived, and what was missed.

    A live installation has no sandbox, and nothing to carry.
    """
    wired = ports.wired()
    if wired.till is not None:
        hearing.hear_sandbox(till=wired.till, providers=wired.payments, now=datetime.now(UTC))


@app.periodic(cron="41 19 * * *")
@app.task(name="purge", queue="clock", queueing_lock="purge")
def purge(timestamp: int) -> None:
    """Delete what nobody needs any more: sessions that ended, then brand by brand."""
    SessionStore.clear_expired()
    for brand in brands.open_brands():
        purge_brand.defer(brand_id=str(brand.id), timestamp=timestamp)


@app.task(
    name="purge_brand",
    queue="clock",
    retry=RetryStrategy(max_attempts=3, exponential_wait=4),
)
def purge_brand(brand_id: str, timestamp: int) -> None:
    """Delete a brand's old codes, answers and webhooks, and what guests asked a month ago."""
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)
    with brand_tx(UUID(brand_id)):
        members.delete_old_codes(brand_id=UUID(brand_id), now=as_of)
        brand_writes.forget_answers(brand_id=UUID(brand_id), now=as_of)
        webhook_writes.forget_old(brand_id=UUID(brand_id), now=as_of)
    privacy.forget_guests(brand_id=UUID(brand_id), now=as_of)
