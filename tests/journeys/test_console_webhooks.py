"""An admin's webhooks in the console: an endpoint, its secret shown once, its log, its switch."""

import re

import pytest
from standardwebhooks import Webhook

from tests.cast import NOW
from tests.journeys.console_staff import open_desk, seat
from tests.journeys.receiver import listening
from zhiyin.domain.brands.types import Role
from zhiyin.domain.webhooks import operations, queries
from zhiyin.domain.webhooks.types import Attempt, Failure
from zhiyin.interfaces import jobs
from zhiyin.storage.tenancy import brand_tx

JOINED = "members.member_joined"


@pytest.fixture
def desk(own_database):
    return open_desk("cedar")


def add(desk, url, **more):
    return desk.browser.post(
        desk.url("webhooks/add/"), {"url": url, "note": "erp", "event_types": [JOINED]} | more
    )


def text_of(answer):
    return answer.content.decode()


def endpoint_of(desk):
    with brand_tx(desk.brand.id):
        (card,) = queries.endpoints(brand_id=desk.brand.id)
    return card


def test_an_endpoint_is_added_tested_and_its_try_is_read(desk):
    with listening() as receiver:
        receiver.plan, receiver.answer = [200], b"<b>took it</b>"
        told = text_of(add(desk, receiver.url))
        secret = re.search(r"whsec_[A-Za-z0-9+/=]+", told)[0]
        card = endpoint_of(desk)
        page = text_of(desk.browser.get(desk.url(f"webhooks/{card.id}/")))
        assert secret not in page
        sent = desk.browser.post(desk.url(f"webhooks/{card.id}/test/"))
        assert "Not tried yet" in text_of(desk.browser.get(sent["Location"]))
        jobs.send_webhooks(brand_id=str(desk.brand.id))
        tried = text_of(desk.browser.get(sent["Location"]))
    ((headers, body),) = receiver.came
    assert Webhook(secret).verify(body, headers)["type"] == "webhooks.test"
    assert headers["webhook-id"] in tried
    assert "&lt;b&gt;took it&lt;/b&gt;" in tried
    assert "came through" in tried
    assert "erp" in text_of(desk.browser.get(desk.url("webhooks/")))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://x.example/", "It must begin with https://."),
        ("https://u:p@x.example/", "Leave user and password out"),
        ("https://x.example/#a", "Leave out what follows #"),
        ("https://", "no address of a web server"),
    ],
)
def test_a_wrong_address_is_said_beside_the_field_and_adds_nothing(desk, url, words):
    answer = add(desk, url)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "whsec_" not in text_of(answer)
    assert "No program listens yet" in text_of(desk.browser.get(desk.url("webhooks/")))


def test_an_unknown_event_is_refused(desk):
    assert add(desk, "https://x.example/", event_types=["members.phone"]).status_code == 422
    assert "No program listens yet" in text_of(desk.browser.get(desk.url("webhooks/")))


def test_what_it_is_told_of_is_changed_and_it_is_switched_off_and_on(desk):
    add(desk, "https://x.example/")
    card = endpoint_of(desk)
    at = desk.url(f"webhooks/{card.id}/")
    desk.browser.post(f"{at}save/", {"note": "warehouse", "event_types": []})
    assert (endpoint_of(desk).note, endpoint_of(desk).event_types) == ("warehouse", ())
    wrong = desk.browser.post(f"{at}save/", {"note": "x" * 81, "event_types": []})
    assert (wrong.status_code, endpoint_of(desk).note) == (422, "warehouse")
    desk.browser.post(f"{at}switch/", {"to": "off"})
    assert "switched off" in text_of(desk.browser.get(at))
    refused = desk.browser.post(f"{at}test/", follow=True)
    assert "Switch it on first" in text_of(refused)
    desk.browser.post(f"{at}switch/", {"to": "on"})
    assert endpoint_of(desk).disabled_at is None


def test_a_new_secret_is_shown_once_and_the_former_one_is_named_until_when(desk):
    first = re.search(r"whsec_\S+?(?=<)", text_of(add(desk, "https://x.example/")))[0]
    at = desk.url(f"webhooks/{endpoint_of(desk).id}/")
    shown = text_of(desk.browser.post(f"{at}secret/"))
    second = re.search(r"whsec_\S+?(?=<)", shown)[0]
    assert first != second
    assert "signs as well until" in shown
    page = text_of(desk.browser.get(at))
    assert "whsec_" not in page
    assert "Two secrets sign until" in page


def test_the_log_is_filtered_and_a_delivery_is_sent_again(desk):
    add(desk, "https://x.example/")
    endpoint_id = endpoint_of(desk).id
    with brand_tx(desk.brand.id):
        for n, failure in enumerate((None, Failure.TIMEOUT)):
            delivery_id = operations.queue_test(
                brand_id=desk.brand.id, endpoint_id=endpoint_id, event_type="webhooks.test", now=NOW
            )
            operations.record(
                brand_id=desk.brand.id,
                delivery_id=delivery_id,
                attempt=Attempt(at=NOW, took_ms=n, failure=failure),
            )
    link = f"webhooks/deliveries/{delivery_id}/"
    everything = text_of(desk.browser.get(desk.url("webhooks/")))
    waiting = text_of(desk.browser.get(desk.url("webhooks/?state=waiting")))
    nonsense = text_of(desk.browser.get(desk.url("webhooks/?state=nonsense&type=x&page=x")))
    assert everything.count("webhooks/deliveries/") == nonsense.count("webhooks/deliveries/") == 2
    assert waiting.count("webhooks/deliveries/") == 1
    assert link in waiting
    assert "did not answer within 10 seconds" in text_of(desk.browser.get(desk.url(link)))
    desk.browser.post(desk.url(f"{link}replay/"))
    with brand_tx(desk.brand.id):
        card, _body, attempts = queries.delivery(brand_id=desk.brand.id, delivery_id=delivery_id)
    assert card.due_at > NOW
    assert len(attempts) == 1


def test_one_that_was_given_up_waits_on_the_overview_for_a_person(desk):
    add(desk, "https://x.example/")
    with brand_tx(desk.brand.id):
        delivery_id = operations.queue_test(
            brand_id=desk.brand.id,
            endpoint_id=queries.endpoints(brand_id=desk.brand.id)[0].id,
            event_type="webhooks.test",
            now=NOW,
        )
        operations.record(
            brand_id=desk.brand.id,
            delivery_id=delivery_id,
            attempt=Attempt(at=NOW, took_ms=1, status=410, failure=Failure.STATUS),
        )
    assert "webhook endpoint was switched off" in text_of(desk.browser.get(desk.url()))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_admin_sees_them(desk, role):
    other = seat(desk.brand, role, f"somebody-{role}")
    for answer in (other.browser.get(other.url("webhooks/")), add(other, "https://x.example/")):
        assert answer.status_code == 403
    with brand_tx(desk.brand.id):
        assert queries.endpoints(brand_id=desk.brand.id) == ()
