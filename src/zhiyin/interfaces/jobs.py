"""The jobs: reactions to events, and what the clock starts. Each may run twice or stop short."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.members import operations as members
from zhiyin.events import queries as events
from zhiyin.events.types import REACT_QUEUE, REACT_TASK
from zhiyin.flows import answering, forgetting, hearing, ports, privacy, reactions
from zhiyin.interfaces.console import uploads
from zhiyin.storage.tenancy import brand_tx

BATCH = 500


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
    for brand in brands.open_brands():
        closed = BATCH
        while closed == BATCH:
            with brand_tx(brand.id):
                closed = answering.expire_overdue(brand_id=brand.id, now=as_of, limit=BATCH)


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
    """Delete a brand's sign-in codes of more than a day ago, and what guests asked a month ago."""
    as_of = datetime.fromtimestamp(timestamp, tz=UTC)
    with brand_tx(UUID(brand_id)):
        members.delete_old_codes(brand_id=UUID(brand_id), now=as_of)
    privacy.forget_guests(brand_id=UUID(brand_id), now=as_of)
