"""A call that moves stock or money, sent twice with one Idempotency-Key, is done once (M6)."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from ninja.responses import Status

from tests.cast import NOW
from tests.journeys import api_town
from tests.journeys.api_town import Caller
from zhiyin.domain.brands import answers
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands.models import KeptAnswer
from zhiyin.domain.brands.types import IdempotencyInFlight, IdempotencyKeyReused
from zhiyin.flows import audits
from zhiyin.interfaces import jobs
from zhiyin.interfaces.api.once import Once
from zhiyin.storage.tenancy import brand_tx

TWINS = 6
ADJUSTMENTS = "/api/v1/stock/adjustments"
UNGUARDED = """
    INSERT INTO brands_keptanswer (brand_id, id, actor, route, key, body_hash, at)
    SELECT %(brand_id)s, %(id)s, %(actor)s, %(route)s, %(key)s, %(body_hash)s, %(now)s
    WHERE length(%(place)s) > 0 RETURNING id
"""


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


class Shelf:
    """A developer's program that adjusts a SKU of a town, and looks how many pieces lie there."""

    def __init__(self, town):
        self.call = Caller(api_town.key(town))
        self.slug = town.brand.slug

    def adjust(self, key, change=2, reason="found"):
        line = {"sku_code": f"{self.slug}-p0-2", "store_code": f"{self.slug}-s1"}
        headers = self.call.headers | ({} if key is None else {"Idempotency-Key": key})
        return self.call.client.post(
            ADJUSTMENTS,
            json.dumps(line | {"change": change, "reason": reason}),
            content_type="application/json",
            headers=headers,
        )

    @property
    def on_hand(self):
        return self.call("GET", f"products/{self.slug}-p0")["skus"][0]["on_hand"]


def kept(town):
    with brand_tx(town.brand.id):
        return KeptAnswer.objects.filter(brand_id=town.brand.id).count()


def test_a_key_moves_stock_once_and_is_answered_the_same(town):
    shelf = Shelf(town)
    first, again = shelf.adjust("k-1"), shelf.adjust("k-1")
    assert first.status_code == again.status_code == 200
    assert first.json() == {"sku_code": "cedar-p0-2", "store_code": "cedar-s1", "on_hand": 5}
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again["Idempotency-Replayed"] == "true"
    assert shelf.on_hand == 5
    assert shelf.adjust("k-2").json()["on_hand"] == 7


def test_the_same_key_with_another_request_is_refused_and_changes_nothing(town):
    shelf = Shelf(town)
    shelf.adjust("k-1")
    other = shelf.adjust("k-1", change=3)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert shelf.on_hand == 5


@pytest.mark.parametrize("key", ["", "a key", "x" * 256, "clé", "钥匙", "\x7f"])
def test_a_key_that_is_none_is_refused_and_changes_nothing(town, key):
    shelf = Shelf(town)
    refused = shelf.adjust(key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_malformed")
    assert (shelf.on_hand, kept(town)) == (3, 0)


def test_without_a_key_nothing_is_moved(town):
    shelf = Shelf(town)
    refused = shelf.adjust(None)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_needed")
    assert shelf.on_hand == 3


def test_a_refusal_is_not_kept_so_that_the_key_may_be_tried_again(town):
    shelf = Shelf(town)
    assert shelf.adjust("k-1", change=-4).json()["code"] == "quantity_refused"
    assert kept(town) == 0
    shelf.adjust("k-2", change=1)
    assert shelf.adjust("k-1", change=-4).json()["on_hand"] == 0


def test_stock_that_is_stated_takes_a_key_and_needs_none(town):
    call = Caller(api_town.key(town))
    line = {"sku_code": "cedar-p0-2", "store_code": "cedar-s1", "on_hand": 9}
    call.headers["Idempotency-Key"] = "s-1"
    assert call("PUT", "stock", {"lines": [line]}) == {"lines": 1}
    del call.headers["Idempotency-Key"]
    call("PUT", "stock", {"lines": [line | {"on_hand": 4}]})
    call.headers["Idempotency-Key"] = "s-1"
    call("PUT", "stock", {"lines": [line]})
    assert call("GET", "products/cedar-p0")["skus"][0]["on_hand"] == 4, "a late retry undid a count"


def test_a_key_is_one_keys_at_one_brand(town):
    other = api_town.found("maple")
    shelves = [Shelf(town), Shelf(town), Shelf(other)]
    assert [shelf.adjust("k-1").json()["on_hand"] for shelf in shelves] == [5, 7, 5]


def rush(shelf):
    """The same request from several programs at once: (status, body) of each."""
    together = threading.Barrier(TWINS)

    def send(_n):
        try:
            together.wait()
            answer = shelf.adjust("k-1")
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(TWINS) as pool:
        return list(pool.map(send, range(TWINS)))


def test_twins_that_come_at_once_have_one_effect(town):
    shelf = Shelf(town)
    answered = rush(shelf)
    assert shelf.on_hand == 5
    told = {body for status, body in answered if status == 200}
    assert len(told) == 1
    others = [json.loads(body)["code"] for status, body in answered if status != 200]
    assert set(others) <= {"idempotency_in_flight"}
    assert shelf.adjust("k-1").content in told


def test_without_the_guard_the_twins_have_several_effects(town, owner, monkeypatch):
    owner("ALTER TABLE brands_keptanswer DROP CONSTRAINT kept_answer_once")
    monkeypatch.setattr(answers, "CLAIM", UNGUARDED)
    shelf = Shelf(town)
    rush(shelf)
    assert shelf.on_hand > 5
    (finding,) = audits.run(
        brand_ids=[town.brand.id],
        now=NOW,
        audits=[one for one in audits.AUDITS if one.code == "M6"],
    )
    assert finding.violations


def test_a_key_costs_two_statements_and_a_replay_no_more(town):
    shelf = Shelf(town)
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            shelf.adjust("k-1")
        own = [one for one in asked.captured_queries if "brands_keptanswer" in one["sql"]]
        assert len(own) == 2


def a_once(town, **changed):
    facts = {
        "brand_id": town.brand.id,
        "actor": "somebody",
        "route": "POST api/v1/orders",
        "key": "k-1",
        "body_hash": b"\1" * 32,
        "now": NOW,
    }
    return Once(**facts | changed)


def test_while_the_first_is_worked_on_its_twin_is_told_so(town):
    working, done = threading.Event(), threading.Event()

    def effect():
        working.set()
        assert done.wait(10)
        return Status(201, {"order": "o-1"})

    def first():
        try:
            with brand_tx(town.brand.id):
                return a_once(town).run(effect)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        assert working.wait(10)
        with pytest.raises(IdempotencyInFlight), brand_tx(town.brand.id):
            a_once(town).run(lambda: pytest.fail("done twice"))
        done.set()
        answer = running.result()
    assert (answer.status_code, json.loads(answer.content)) == (201, {"order": "o-1"})
    with brand_tx(town.brand.id):
        replayed = a_once(town).run(lambda: pytest.fail("done twice"))
    assert (replayed.status_code, replayed.content) == (201, answer.content)
    with pytest.raises(IdempotencyKeyReused), brand_tx(town.brand.id):
        a_once(town, body_hash=b"\2" * 32).run(lambda: pytest.fail("done twice"))


def test_what_failed_is_not_kept(town):
    def breaks():
        raise RuntimeError

    with pytest.raises(RuntimeError), brand_tx(town.brand.id):
        a_once(town).run(breaks)
    with brand_tx(town.brand.id):
        failed = a_once(town).run(lambda: Status(503, {"code": "down"}))
    assert failed.status_code == 503
    assert kept(town) == 0


def test_a_kept_answer_is_sealed_and_forgotten_after_two_days(town):
    with brand_tx(town.brand.id):
        a_once(town).run(lambda: {"address": "1 Wutong Road"})
    with brand_tx(town.brand.id):
        assert b"Wutong" not in bytes(KeptAnswer.objects.get().answer_sealed)
        assert brands.forget_answers(brand_id=town.brand.id, now=NOW + timedelta(hours=47)) == 0
    later = NOW + timedelta(hours=49)
    jobs.purge_brand(brand_id=str(town.brand.id), timestamp=int(later.timestamp()))
    assert kept(town) == 0


def test_the_audit_finds_a_key_without_an_answer(town):
    (m6,) = (one for one in audits.AUDITS if one.code == "M6")
    with brand_tx(town.brand.id):
        a_once(town).run(dict)
        assert m6.find(brand_id=town.brand.id, now=NOW, limit=10) == ()
        left = brands.claim_answer(
            brand_id=town.brand.id,
            actor=str(uuid4()),
            route="POST x",
            key="k",
            body_hash=b"\1" * 32,
            now=NOW,
        )
        (found,) = m6.find(brand_id=town.brand.id, now=NOW, limit=10)
    assert found.subject == str(left)
    close_old_connections()
