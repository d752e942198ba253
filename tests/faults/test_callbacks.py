"""T9: 100,000 calls to /hooks/wxpay/<brand> over HTTP, each event told one to five times, shuffled.

One of twenty is forged: a signature that is another by one character, a true one of six minutes
ago, another sum under a forger's key, or the platform's own word about another merchant's money.
One event of fifty is the platform's, and of a sum that nobody asked for. Each call is signed when
it is about to be sent, as a platform does; the server is granian with a process for each core.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from tests.faults.crowd import Call, press, served
from tests.faults.many import copies
from tests.faults.platform import STRANGER, Event, Platform, paid
from tests.journeys.buying import Market, open_market
from zhiyin.connectors.wxpay import signing
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import OrderPaid, OrderState
from zhiyin.events import queries as diary
from zhiyin.flows import purchase
from zhiyin.storage.tenancy import brand_tx

CALLS, FORGED, OTHER_SUMS = 100_000, 20, 50
AT_ONCE, BATCH = 32, 5_000
PRICE_FEN, OTHER_FEN = 10_000, 9_999
KINDS = ("signature", "stale", "amount", "merchant")
REFUSED = {401, 403}

Telling = tuple[str, Event]
"""How it is told ("true", or the kind of forgery), and what."""


@pytest.fixture
def platform(own_database) -> Platform:
    return Platform()


@pytest.fixture
def market(platform) -> Market:
    made = open_market([CALLS], [PRICE_FEN])
    platform.pays(made.brand_id, datetime.now(UTC))
    return made


def test_one_effect_for_each_event(own_database, platform, market, figure, seed, tell) -> None:
    draw = random.Random(seed)
    tellings, true = drawn(market, figure(CALLS), draw)
    answers = Counter()
    with served(own_database) as port:
        for batch in batches(tellings):
            now = datetime.now(UTC)
            calls = [made(platform, kind, event, now) for kind, event in batch]
            told = press(port, calls, at_once=AT_ONCE)
            answers.update(
                (kind == "true", one.status) for (kind, _), one in zip(batch, told, strict=True)
            )
    forged = len(tellings) // FORGED
    assert {status for is_true, status in answers if not is_true} == REFUSED
    assert answers[True, 204] == len(tellings) - forged
    assert sum(count for (is_true, _), count in answers.items() if not is_true) == forged
    assert_one_effect_each(market, true)
    tell(
        f"{len(tellings)} calls of {len(true)} events",
        f"{len(true)} effects; {forged} forged changed nothing",
    )


@pytest.mark.parametrize("kind", ["signature", "stale", "amount"])
def test_without_its_proof_a_forged_call_pays(market, platform, client, monkeypatch, kind) -> None:
    """The twin: a signature over a moment near now keeps a forger out, and nothing else does."""
    (payment_id,) = placed(market, 1)
    event = paid(payment_id, PRICE_FEN)

    def told() -> int:
        call = platform.forged(kind, event, datetime.now(UTC))
        type_ = call.headers["Content-Type"]
        return client.post(call.path, call.body, type_, headers=call.headers).status_code

    assert told() in REFUSED
    assert market.books() == {}
    monkeypatch.setattr(signing, "doubt", lambda *_, **__: "")
    assert told() == HTTPStatus.NO_CONTENT
    assert market.books() == {"wxpay_clearing": PRICE_FEN, "prepayments": PRICE_FEN}


def drawn(market: Market, calls: int, draw: random.Random) -> tuple[list[Telling], list[Event]]:
    """The calls in the order in which they come, and the true events among them.

    Half of the forged calls bear the number of a true event, which must still be heard; the others
    are about orders that nobody pays, which must stay unpaid.
    """
    forged = calls // FORGED
    times: list[int] = []
    while sum(times) < calls - forged:
        times.append(min(draw.randint(1, 5), calls - forged - sum(times)))
    payments = placed(market, len(times) + forged // 2)
    sums = [OTHER_FEN if n % OTHER_SUMS == 0 else PRICE_FEN for n in range(len(times))]
    true = [paid(one, fen) for one, fen in zip(payments, sums, strict=False)]
    tellings: list[Telling] = [
        ("true", event) for event, often in zip(true, times, strict=True) for _ in range(often)
    ]
    for n in range(forged):
        kind = KINDS[n % len(KINDS)]
        if n // len(KINDS) % 2:
            about = draw.choice(true)
        else:
            about = paid(draw.choice(payments[len(times) :]), PRICE_FEN)
        if kind == "amount":
            about = replace(about, amount_fen=OTHER_FEN)
        if kind == "merchant":
            about = replace(about, merchant=STRANGER)
        tellings.append((kind, about))
    draw.shuffle(tellings)
    return tellings, true


def placed(market: Market, count: int):
    """The payments of so many orders."""
    now = datetime.now(UTC)
    first = purchase.place(
        brand_id=market.brand_id,
        member_id=market.shopper(),
        request_key=market.brand_id,
        basket=market.basket((0, 1)),
        provider="wxpay",
        now=now,
    )
    return [first.payment_id, *copies(market, first, count - 1)]


def batches(tellings: list[Telling]) -> Iterator[list[Telling]]:
    for first in range(0, len(tellings), BATCH):
        yield tellings[first : first + BATCH]


def made(platform: Platform, kind: str, event: Event, now: datetime) -> Call:
    if kind == "true":
        return platform.tells(event, now)
    return platform.forged(kind, event, now)


def assert_one_effect_each(market: Market, true: list[Event]) -> None:
    strays = sum(event.amount_fen != PRICE_FEN for event in true)
    bought = len(true) - strays
    with brand_tx(market.brand_id):
        page = orders.orders_of_store(
            brand_id=market.brand_id, store_ids=None, states=[OrderState.PAID], limit=1
        )
        events = Counter(
            event.payload["order_id"]
            for event in diary.events_since(
                brand_id=market.brand_id,
                kinds=[OrderPaid],
                since=datetime.fromtimestamp(0, tz=UTC),
            )
        )
    assert page.total == bought
    assert (len(events), set(events.values())) == (bought, {1})
    assert market.books() == {
        "wxpay_clearing": bought * PRICE_FEN + strays * OTHER_FEN,
        "prepayments": bought * PRICE_FEN,
        "unmatched_receipts": strays * OTHER_FEN,
    }
    assert market.violations(datetime.now(UTC)) == {}
