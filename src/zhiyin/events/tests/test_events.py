"""An event and its job are one: both are committed, or neither; and neither can be changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, transaction

from tests.cast import NOW, make_brand
from zhiyin.events import operations, queries
from zhiyin.events.models import Event
from zhiyin.events.types import StoredEvent, plain, revive
from zhiyin.kit.events import DomainEvent
from zhiyin.storage.sql import many, one
from zhiyin.storage.tenancy import brand_tx

WAITING = "SELECT task_name, args->>'event_id' FROM procrastinate_jobs ORDER BY id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted(DomainEvent):
    """Something was planted."""

    name: ClassVar[str] = "garden.planted"
    plant_id: UUID
    due_at: datetime | None = None
    words: tuple[str, ...] = ()


def test_an_event_brings_its_job(own_database: str) -> None:
    brand = make_brand("cedar")
    with brand_tx(brand.id):
        event_id = operations.record(Planted(brand_id=brand.id, at=NOW, plant_id=uuid4()))
    assert many(WAITING) == [("react", str(event_id))]


def test_a_rollback_takes_the_job_along(own_database: str) -> None:
    brand = make_brand("cedar")
    with brand_tx(brand.id):
        operations.record(Planted(brand_id=brand.id, at=NOW, plant_id=uuid4()))
        transaction.set_rollback(True)
    assert many(WAITING) == []
    with brand_tx(brand.id):
        assert Event.objects.count() == 0


def test_an_event_comes_back_as_it_was(own_database: str) -> None:
    brand = make_brand("cedar")
    planted = Planted(brand_id=brand.id, at=NOW, plant_id=uuid4(), due_at=NOW, words=("a", "b"))
    with brand_tx(brand.id):
        event_id = operations.record(planted)
        stored = queries.event(event_id=event_id)
    assert stored is not None
    revived = revive(stored, [Planted])
    assert isinstance(revived, Planted)
    assert (revived.plant_id, revived.due_at, revived.at) == (planted.plant_id, NOW, NOW)
    assert list(revived.words) == ["a", "b"]


def test_an_event_nobody_lists_is_nobodys(own_database: str) -> None:
    stored = StoredEvent(uuid4(), uuid4(), "garden.weeded", NOW, {})
    assert revive(stored, [Planted]) is None
    assert plain(NOW) == NOW.isoformat()


@pytest.mark.parametrize(
    "statement", ["UPDATE events_event SET name = 'x'", "DELETE FROM events_event"]
)
def test_an_event_cannot_be_changed(own_database: str, statement: str) -> None:
    brand = make_brand("cedar")
    with brand_tx(brand.id):
        operations.record(Planted(brand_id=brand.id, at=NOW, plant_id=uuid4()))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        one(statement)


def test_another_brand_does_not_read_it(own_database: str) -> None:
    cedar, maple = make_brand("cedar"), make_brand("maple")
    with brand_tx(cedar.id):
        event_id = operations.record(Planted(brand_id=cedar.id, at=NOW, plant_id=uuid4()))
    with brand_tx(maple.id):
        assert queries.event(event_id=event_id) is None
