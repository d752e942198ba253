"""A brand's own program is told of events: signed, again until it listens, and nothing is lost."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import Enum
from typing import get_type_hints
from uuid import UUID

import pytest
import time_machine
from django.db import connection, transaction
from standardwebhooks import Webhook

from tests.cast import NOW, make_brand
from tests.journeys.api_town import Caller
from tests.journeys.receiver import listening
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.webhooks import operations, rules
from zhiyin.domain.webhooks.operations import deliveries
from zhiyin.domain.webhooks.types import WebhookUrlRefused
from zhiyin.events import queries as events
from zhiyin.events.models import Event
from zhiyin.flows import outward, ports
from zhiyin.interfaces import jobs
from zhiyin.storage.tenancy import brand_tx

JOINED = "members.member_joined"
KILLED_WHILE_SENDING = """
import sys
from uuid import UUID
import django
django.setup()
from django.utils import timezone
from zhiyin.flows import outward, ports
outward.send_due(brand_id=UUID(sys.argv[1]), sender=ports.wired().webhooks, now=timezone.now())
"""


class Shop:
    """A brand with a key for its developer, and a clock that stands still until it is set."""

    def __init__(self, slug="cedar"):
        self.brand = make_brand(slug)
        with brand_tx(self.brand.id):
            key = brands.issue_api_key(
                brand_id=self.brand.id, slug=slug, label="erp", role=Role.ADMIN, now=NOW
            )
        self.call = Caller(key)

    def subscribe(self, url, *types):
        return self.call("POST", "webhooks", {"url": url, "event_types": types or [JOINED]})

    def join(self):
        """A member joins; the reactions run as the worker would run them. Her id."""
        with brand_tx(self.brand.id):
            member_id = members.create_member(brand_id=self.brand.id, nickname="小禾", now=NOW)
            event = Event.objects.get(payload__member_id=str(member_id))
        for _ in range(2):
            jobs.react(brand_id=str(self.brand.id), event_id=str(event.id))
        return str(member_id)

    def send(self, at=NOW):
        """What is due then is tried; as many as were."""
        return outward.send_due(brand_id=self.brand.id, sender=ports.wired().webhooks, now=at)

    def log(self, **query):
        return self.call("GET", "webhook-deliveries", **query)["items"]

    def delivery(self, delivery_id):
        return self.call("GET", f"webhook-deliveries/{delivery_id}")


def waiting_jobs(shop):
    """How many jobs wait to send webhooks of this brand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_webhooks'"
            " AND args->>'brand_id' = %s AND status = 'todo'",
            [str(shop.brand.id)],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def shop(own_database):
    with time_machine.travel(NOW, tick=False):
        yield Shop()


def test_a_subscribed_event_comes_once_signed_with_ids_only(shop):
    with listening() as receiver, listening() as other:
        secret = shop.subscribe(receiver.url)["secret"]
        shop.subscribe(other.url, "members.member_erased")
        member_id = shop.join()
        assert (shop.send(), shop.send()) == (1, 0)
    ((headers, body),) = receiver.came
    assert other.came == []
    assert Webhook(secret).verify(body, headers) == {
        "type": JOINED,
        "timestamp": NOW.isoformat(),
        "data": {"member_id": member_id},
    }
    (sent,) = shop.log()
    assert (sent["state"], sent["attempts"], sent["event_type"]) == ("delivered", 1, JOINED)
    assert headers["webhook-id"] == shop.delivery(sent["id"])["webhook_id"]


def test_a_secret_is_told_once_and_after_a_rotation_both_sign_for_a_day(shop):
    with listening() as receiver:
        added = shop.subscribe(receiver.url)
        path = f"webhooks/{added['id']}"
        rotated = shop.call("POST", f"{path}/secret")
        shop.join()
        shop.send()
        with time_machine.travel(NOW + timedelta(hours=25), tick=False):
            shop.call("POST", f"{path}/test")
            shop.send(NOW + timedelta(hours=25))
            ((first, _), (second, body)) = receiver.came
            Webhook(rotated["secret"]).verify(body, second)
            assert len(second["webhook-signature"].split()) == 1
    assert len(first["webhook-signature"].split()) == 2
    for secret in (added["secret"], rotated["secret"]):
        Webhook(secret).verify(receiver.came[0][1], first)
    listed = shop.call("GET", "webhooks")["items"]
    assert added["secret"] not in str(listed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.brand', %s, false)", [str(shop.brand.id)])
        cursor.execute("SELECT secret_sealed, former_sealed FROM webhooks_webhookendpoint")
        stored = b"".join(bytes(value) for value in cursor.fetchone())
    assert added["secret"].encode() not in stored


def test_what_fails_is_tried_eight_times_over_a_day_and_then_given_up_by_name(shop):
    with listening() as receiver:
        receiver.plan, receiver.answer = [500] * 8, "不在家".encode()
        shop.subscribe(receiver.url)
        shop.join()
        at, gaps = NOW, []
        while shop.send(at):
            (one,) = shop.log()
            assert shop.send(at) == 0, "tried again too soon"
            if one["due_at"] is None:
                break
            due = datetime.fromisoformat(one["due_at"])
            gaps.append(due - at)
            assert shop.send(due - timedelta(seconds=1)) == 0
            at = due
    assert gaps == list(rules.WAITS)
    assert timedelta(hours=27) < at - NOW < timedelta(hours=28)
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 8
    found = shop.delivery(one["id"])
    assert (found["state"], found["why"]) == ("given_up", "tries_used_up")
    assert [(each["status"], each["failure"], each["answer"]) for each in found["tried"]] == [
        (500, "status", "不在家")
    ] * 8


def test_an_endpoint_that_fails_for_five_days_is_switched_off_and_it_is_said(shop):
    with listening() as receiver, listening() as watcher:
        receiver.plan = [500] * 99
        endpoint_id = shop.subscribe(receiver.url)["id"]
        shop.subscribe(watcher.url, "webhooks.endpoint_disabled")
        for day in range(6):
            shop.join()
            shop.send(NOW + timedelta(days=day))
        failing = next(one for one in shop.call("GET", "webhooks")["items"] if one["failing_since"])
        assert (failing["id"], failing["disabled_why"]) == (endpoint_id, "failing")
        assert {one["state"] for one in shop.log(endpoint=endpoint_id)} == {"given_up"}
        assert {one["why"] for one in shop.log(endpoint=endpoint_id)} == {"endpoint_disabled"}
        with brand_tx(shop.brand.id):
            said = Event.objects.get(name="webhooks.endpoint_disabled")
        jobs.react(brand_id=str(shop.brand.id), event_id=str(said.id))
        shop.send(NOW + timedelta(days=6))
        assert b'"why":"failing"' in watcher.came[0][1]
        before = len(receiver.came)
        shop.join()
        assert shop.send(NOW + timedelta(days=7)) == 0
        refused = shop.call("POST", f"webhooks/{endpoint_id}/test", status=409)
        assert refused["code"] == "webhook_off"
        shop.call("POST", f"webhooks/{endpoint_id}/on")
        shop.join()
        shop.send(NOW + timedelta(days=7))
    assert len(receiver.came) == before + 1


def test_one_success_ends_the_count_of_failing_days(shop):
    with listening() as receiver:
        receiver.plan = [500, 204, 500]
        shop.subscribe(receiver.url)
        for day in (0, 3, 6):
            shop.join()
            shop.send(NOW + timedelta(days=day))
    (endpoint,) = shop.call("GET", "webhooks")["items"]
    assert endpoint["disabled_at"] is None


def test_an_endpoint_that_says_it_is_gone_is_switched_off_at_once(shop):
    with listening() as receiver:
        receiver.plan = [410]
        shop.subscribe(receiver.url)
        shop.join()
        shop.send()
    (endpoint,) = shop.call("GET", "webhooks")["items"]
    assert endpoint["disabled_why"] == "gone"


def test_a_delivery_is_replayed_under_the_same_id(shop):
    with listening() as receiver:
        shop.subscribe(receiver.url)
        shop.join()
        shop.send()
        (sent,) = shop.log(state="delivered", event_type=JOINED)
        shop.call("POST", f"webhook-deliveries/{sent['id']}/replay")
        assert shop.log(state="waiting")[0]["id"] == sent["id"]
        shop.send()
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert receiver.came[0][1] == receiver.came[1][1]
    assert len(shop.delivery(sent["id"])["tried"]) == 2
    assert shop.log(state="waiting") == []


def test_switched_off_it_gets_nothing_and_what_waited_is_given_up(shop):
    with listening() as receiver:
        endpoint_id = shop.subscribe(receiver.url)["id"]
        shop.join()
        shop.call("POST", f"webhooks/{endpoint_id}/off")
        shop.join()
        assert shop.send(NOW + timedelta(days=1)) == 0
        (kept,) = shop.log()
        assert (kept["state"], kept["why"]) == ("given_up", "endpoint_disabled")
        refused = shop.call("POST", f"webhook-deliveries/{kept['id']}/replay", status=409)
        assert refused["code"] == "webhook_off"
        shop.call("POST", f"webhooks/{endpoint_id}/on")
        shop.call("POST", f"webhook-deliveries/{kept['id']}/replay")
        assert shop.send() == 1
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hook.example/", "not_https"),
        ("ftp://hook.example/", "not_https"),
        ("file:///etc/passwd", "not_https"),
        ("gopher://127.0.0.1:25/", "not_https"),
        ("https://user:word@hook.example/", "user_in_address"),
        ("https://hook.example/#x", "fragment"),
        ("https://127.0.0.1/", "private_address"),
        ("https://[::ffff:10.0.0.1]/", "private_address"),
        ("https://169.254.169.254/latest/meta-data", "private_address"),
        ("https://localhost/", "private_address"),
        ("https:///hook", "not_an_address"),
        ("https://hook.example:99999/", "not_an_address"),
        ("https://hook.example/\n", "not_an_address"),
        ("https://hook.example\\@10.0.0.1/", "not_an_address"),
        ("https://例子.example/", "not_an_address"),
        ("https://hook.example/" + "x" * 500, "not_an_address"),
        ("", "not_an_address"),
    ],
)
def test_an_address_that_may_not_be_one_is_refused(url, why):
    with pytest.raises(WebhookUrlRefused) as refused:
        rules.checked_url(url, may_http=False, may_private=False)
    assert refused.value.details["why"] == why


def test_a_bad_address_or_type_adds_no_endpoint(shop):
    for body, code in (
        ({"url": "ftp://x.example/", "event_types": []}, "webhook_url_refused"),
        ({"url": "https://x.example/", "event_types": ["members.phone"]}, "webhook_type_unknown"),
    ):
        assert shop.call("POST", "webhooks", body, 422)["code"] == code
    assert shop.call("GET", "webhooks")["items"] == []


def test_no_more_than_twenty_are_switched_on(shop):
    for n in range(20):
        shop.subscribe(f"https://hook.example/{n}")
    refused = shop.call("POST", "webhooks", {"url": "https://a.example", "event_types": []}, 409)
    assert refused["code"] == "too_many_webhooks"
    assert shop.call("GET", "webhooks")["total"] == 20


def test_two_workers_at_once_send_each_delivery_once(shop):
    with listening() as receiver:
        shop.subscribe(receiver.url)
        for _ in range(4):
            shop.join()
        together = threading.Barrier(2)

        def work(_n):
            try:
                together.wait()
                return shop.send()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(work, range(2))) == 4
    assert len(set(receiver.ids)) == len(receiver.ids) == 4


def test_without_the_lease_two_workers_send_twice(shop, monkeypatch):
    """The sabotage twin: due rows are read and not taken."""
    unguarded = """
        SELECT id, endpoint_id, body FROM webhooks_webhookdelivery
        WHERE brand_id = %(brand_id)s AND state = 'waiting' AND due_at <= %(now)s
          AND %(until)s::timestamptz IS NOT NULL AND %(of_each)s > 0 LIMIT %(limit)s
    """
    monkeypatch.setattr(deliveries, "TAKE_DUE", unguarded)
    with listening(waits=True) as receiver:
        shop.subscribe(receiver.url)
        shop.join()

        def work(_n):
            try:
                return shop.send()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(work, 0)
            assert receiver.began.wait(10)
            receiver.began.clear()
            second = pool.submit(work, 1)
            assert receiver.began.wait(10)
            receiver.go_on.set()
            assert first.result() + second.result() == 2
    assert len(receiver.ids) == 2


def test_a_worker_killed_while_it_sends_loses_nothing(own_database):
    shop = Shop()
    with listening(waits=True) as receiver:
        shop.subscribe(receiver.url)
        shop.join()
        worker = subprocess.Popen(
            [sys.executable, "-c", KILLED_WHILE_SENDING, str(shop.brand.id)],
            env=os.environ | {"ZHIYIN_DB_NAME": own_database},
        )
        assert receiver.began.wait(60)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        receiver.go_on.set()
        (waiting,) = shop.log()
        assert (waiting["state"], waiting["attempts"]) == ("waiting", 0)
        due = datetime.fromisoformat(waiting["due_at"])
        assert shop.send(due - timedelta(seconds=1)) == 0
        before = waiting_jobs(shop)
        jobs.take_webhooks_up(timestamp=int((due + timedelta(seconds=1)).timestamp()))
        assert waiting_jobs(shop) == before + 1
        assert shop.send(due + timedelta(seconds=1)) == 1
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert shop.log()[0]["state"] == "delivered"


def test_a_rolled_back_reaction_leaves_no_delivery_and_no_job(shop):
    shop.subscribe("https://hook.example/")
    with brand_tx(shop.brand.id):
        members.create_member(brand_id=shop.brand.id, nickname="小禾", now=NOW)
        event = Event.objects.get(name=JOINED)
        stored = events.event(event_id=event.id)
    before = waiting_jobs(shop)
    with brand_tx(shop.brand.id):
        queued = operations.queue(
            brand_id=shop.brand.id,
            event_id=stored.id,
            event_type=stored.name,
            at=NOW,
            data={"member_id": "x"},
        )
        outward.send_soon(brand_id=shop.brand.id)
        assert (queued, waiting_jobs(shop)) == (1, before + 1)
        transaction.set_rollback(True)
    assert (shop.log(), waiting_jobs(shop)) == ([], before)


def test_old_deliveries_are_forgotten_with_their_attempts(shop):
    with listening() as receiver:
        shop.subscribe(receiver.url)
        shop.join()
        shop.send()
    later = NOW + timedelta(days=31)
    jobs.purge_brand(brand_id=str(shop.brand.id), timestamp=int(later.timestamp()))
    assert shop.log() == []


def test_another_brands_endpoints_hear_nothing(shop):
    other = Shop("maple")
    with listening() as receiver:
        other.subscribe(receiver.url)
        shop.join()
        assert (shop.send(), other.send()) == (0, 0)
    assert receiver.came == []


def test_only_ids_states_counts_and_moments_leave():
    """A field of text, a name or a phone say, cannot be listed: its type tells."""
    harmless = (UUID, int, bool, datetime)
    for kind, fields in outward.LEAVING.items():
        hints = get_type_hints(kind)
        for field in fields:
            hint = hints[field]
            kinds = set(getattr(hint, "__args__", (hint,))) - {Ellipsis}
            for one in kinds:
                assert one in (*harmless, type(None)) or issubclass(one, Enum), (kind.name, field)
