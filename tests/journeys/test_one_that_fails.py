"""One order that cannot be closed holds up neither those behind it nor the other brands."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.journeys.buying import NOW, open_market
from tests.journeys.test_group_buying import opened, set_up
from zhiyin.domain.orders.types import OrderState
from zhiyin.domain.promotions.types import SeatNotFound
from zhiyin.interfaces import jobs
from zhiyin.storage.tenancy import brand_tx

LATER = NOW + timedelta(minutes=30)


def test_the_rest_is_closed_and_the_job_fails_where_people_look(own_database, owner) -> None:
    cedar = open_market([9], slug="cedar")
    stuck, behind = opened(cedar, set_up(cedar)), cedar.place(cedar.shopper(), (0, 1))
    maple = open_market([9], slug="maple")
    other = maple.place(maple.shopper(), (0, 1))
    owner("ALTER TABLE promotions_seat DISABLE TRIGGER USER")
    owner("GRANT DELETE ON promotions_seat TO app_web")
    with brand_tx(cedar.brand_id), connection.cursor() as cursor:
        cursor.execute("DELETE FROM promotions_seat")

    with pytest.raises(ExceptionGroup) as failed:
        jobs.close_unpaid(timestamp=int(LATER.timestamp()))

    assert failed.group_contains(SeatNotFound)
    assert cedar.order(stuck).state is OrderState.UNPAID
    assert cedar.order(behind).state is OrderState.CLOSED
    assert maple.order(other).state is OrderState.CLOSED
    assert (cedar.left(0), maple.left(0)) == ((9, 0), (9, 0))
