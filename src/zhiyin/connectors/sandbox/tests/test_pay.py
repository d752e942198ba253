"""The sandbox's provider and till: what the port promises, races, and a process that is killed."""

import os
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from uuid import UUID

import pytest

from zhiyin.connectors.sandbox.books import FILE, Books
from zhiyin.connectors.sandbox.pay import SandboxPay
from zhiyin.connectors.sandbox.till import AGAIN_S, SandboxTill
from zhiyin.flows.paying import (
    BillAbsent,
    BillKind,
    BillNotReady,
    NotificationForeign,
    NotificationRefused,
    NotificationUnreadable,
    PaymentAlreadyPaid,
    PaymentAsked,
    PaymentClosed,
    PaymentInputRefused,
    PaymentNotFound,
    PaymentNumberUsed,
    PaymentState,
    RefundAsked,
    RefundRefused,
    RefundState,
)

CEDAR, MAPLE = UUID(int=1), UUID(int=2)
START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SECRET = b"of this deployment"


class World:
    """One sandbox with a clock that is moved by hand."""

    def __init__(self, folder):
        self.folder, self.now = folder, START
        self.till = SandboxTill(Books(folder), secret=SECRET, clock=lambda: self.now)
        self.pay = self.provider()

    def provider(self, brand_id=CEDAR, secret=SECRET):
        return SandboxPay(
            Books(self.folder),
            brand_id=brand_id,
            merchant_id="sandbox-1",
            app_id="sandbox",
            secret=secret,
            page_of=lambda number: f"/pay/{number}/",
            transfer_page_of=lambda number: f"/transfers/{number}/",
            clock=lambda: self.now,
        )

    def rows(self):
        with sqlite3.connect(self.folder / FILE) as books:
            return [books.execute(f"SELECT * FROM {t}").fetchall() for t in ("payment", "refund")]

    def paid(self, payment_no, fen=36_800):
        self.pay.open_payment(asked=asked(payment_no, fen))
        self.till.pay(brand_id=CEDAR, payment_no=payment_no)

    def told(self):
        """What the house hears of the calls that are due."""
        return [
            self.pay.verify_notification(headers=call.headers, body=call.body, now=self.now)
            for call in self.till.calls_due()
        ]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def asked(payment_no="order-0001", fen=36_800, **other):
    said = {
        "payment_no": payment_no,
        "amount_fen": fen,
        "subject": "米色针织衫",
        "payer": "o-1",
        "notify_url": "http://127.0.0.1/hooks",
        "expires_at": START + timedelta(minutes=30),
    }
    return PaymentAsked(**said | other)


def back(refund_no, fen, payment_no="order-0001", paid=36_800):
    return RefundAsked(
        payment_no=payment_no,
        refund_no=refund_no,
        amount_fen=fen,
        paid_fen=paid,
        reason="尺码不合",
        notify_url="http://127.0.0.1/hooks",
    )


def test_a_payment_is_opened_paid_told_and_given_back_in_parts(world):
    opened = world.pay.open_payment(asked=asked(memo="cart 7"))
    assert opened.page == {"url": "/pay/order-0001/"}
    assert world.pay.open_payment(asked=asked()) == opened
    assert world.pay.query_payment(payment_no="order-0001").state is PaymentState.UNPAID
    world.till.pay(brand_id=CEDAR, payment_no="order-0001")
    fact = world.pay.query_payment(payment_no="order-0001")
    assert (fact.state, fact.amount_fen, fact.payer, fact.memo) == ("paid", 36_800, "o-1", "cart 7")
    assert (fact.merchant_id, fact.paid_at) == ("sandbox-1", START)
    assert world.pay.query_transaction(transaction_id=fact.transaction_id) == fact
    (told,) = world.told()
    assert told.about == fact

    part = world.pay.refund(asked=back("refund-1", 6_800))
    assert (part.state, part.settled_at) == (RefundState.PROCESSING, None)
    assert world.pay.refund(asked=back("refund-1", 6_800)) == part
    assert world.told() == []
    world.now += timedelta(seconds=5)
    (told,) = world.told()
    assert told.about == world.pay.query_refund(refund_no="refund-1")
    assert (told.about.state, told.about.amount_fen) == (RefundState.SUCCEEDED, 6_800)
    assert world.pay.query_payment(payment_no="order-0001").state is PaymentState.REFUNDED
    world.pay.refund(asked=back("refund-2", 30_000))
    with pytest.raises(RefundRefused, match="more_than_paid"):
        world.pay.refund(asked=back("refund-3", 1))


def test_what_was_paid_is_told_as_paid_even_after_a_refund(world):
    world.paid("order-0001")
    world.pay.refund(asked=back("refund-1", 36_800))
    (told,) = world.told()
    assert told.about.state is PaymentState.PAID


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"payment_no": "short"}, PaymentInputRefused),
        ({"payment_no": "x" * 33}, PaymentInputRefused),
        ({"amount_fen": 0}, PaymentInputRefused),
        ({"amount_fen": True}, PaymentInputRefused),
        ({"subject": ""}, PaymentInputRefused),
        ({"payer": ""}, PaymentInputRefused),
        ({"expires_at": START}, PaymentInputRefused),
        ({"expires_at": datetime(2026, 11, 23)}, PaymentInputRefused),  # noqa: DTZ001
        ({"amount_fen": 36_801}, PaymentNumberUsed),
        ({"payer": "o-2"}, PaymentNumberUsed),
        ({"payment_no": "order-paid"}, PaymentAlreadyPaid),
        ({"payment_no": "order-closed"}, PaymentClosed),
    ],
)
def test_what_cannot_be_opened_is_refused_by_name_and_changes_nothing(world, change, refusal):
    world.pay.open_payment(asked=asked())
    world.paid("order-paid")
    world.pay.open_payment(asked=asked("order-closed"))
    world.pay.close_payment(payment_no="order-closed")
    before = world.rows()
    with pytest.raises(refusal):
        world.pay.open_payment(asked=replace(asked(), **change))
    assert world.rows() == before


def test_closed_or_too_late_is_paid_by_nobody(world):
    world.pay.open_payment(asked=asked("order-closed"))
    world.pay.close_payment(payment_no="order-closed")
    world.pay.close_payment(payment_no="order-closed")
    world.pay.open_payment(asked=asked("order-late"))
    world.paid("order-paid")
    world.told()
    world.now += timedelta(minutes=30)
    before = world.rows()
    for number in ("order-closed", "order-late"):
        with pytest.raises(PaymentClosed):
            world.till.pay(brand_id=CEDAR, payment_no=number)
        assert world.pay.query_payment(payment_no=number).state is PaymentState.CLOSED
    with pytest.raises(PaymentAlreadyPaid):
        world.till.pay(brand_id=CEDAR, payment_no="order-paid")
    with pytest.raises(PaymentAlreadyPaid):
        world.pay.close_payment(payment_no="order-paid")
    assert world.rows() == before


def test_nothing_of_one_brand_is_known_to_another(world):
    world.paid("order-0001")
    other = world.provider(MAPLE)
    before = world.rows()
    for act in (
        lambda: other.query_payment(payment_no="order-0001"),
        lambda: other.close_payment(payment_no="order-0001"),
        lambda: other.refund(asked=back("refund-1", 1)),
        lambda: other.query_refund(refund_no="refund-1"),
        lambda: other.query_transaction(transaction_id="SBXT"),
        lambda: world.till.pay(brand_id=MAPLE, payment_no="order-0001"),
        lambda: world.till.bill(brand_id=MAPLE, payment_no="order-0001"),
    ):
        with pytest.raises(PaymentNotFound):
            act()
    assert world.rows() == before


@pytest.mark.parametrize(
    ("asked_for", "why"),
    [
        (back("refund-1", 1, payment_no="order-open"), "not_paid"),
        (back("refund-1", 36_801, paid=40_000), "paid_fen_differs"),
        (back("refund-known", 2), "refund_number_used"),
    ],
)
def test_a_refund_that_cannot_be_is_refused_and_changes_nothing(world, asked_for, why):
    world.paid("order-0001")
    world.pay.open_payment(asked=asked("order-open"))
    world.pay.refund(asked=back("refund-known", 1))
    before = world.rows()
    with pytest.raises(RefundRefused, match=why):
        world.pay.refund(asked=asked_for)
    assert world.rows() == before


def test_the_fifty_first_part_and_a_year_later_are_refused(world):
    world.paid("order-0001")
    for n in range(50):
        world.pay.refund(asked=back(f"refund-{n}", 1))
    with pytest.raises(RefundRefused, match="too_many"):
        world.pay.refund(asked=back("refund-50", 1))
    world.paid("order-0002")
    world.now += timedelta(days=366)
    with pytest.raises(RefundRefused, match="too_late"):
        world.pay.refund(asked=back("refund-51", 1, payment_no="order-0002"))


def test_a_day_has_its_bill_on_the_next(world):
    world.paid("order-0001")
    world.pay.refund(asked=back("refund-1", 800))
    today = date(2026, 11, 22)
    with pytest.raises(BillNotReady):
        world.pay.trade_rows(day=today)
    world.now += timedelta(days=1)
    paid, given = world.pay.trade_rows(day=today)
    assert (paid.kind, paid.number, paid.amount_fen) == (BillKind.PAYMENT, "order-0001", 36_800)
    assert (given.kind, given.number, given.amount_fen) == (BillKind.REFUND, "refund-1", 800)
    with pytest.raises(BillAbsent):
        world.pay.trade_rows(day=date(2026, 11, 21))


def test_only_what_this_deployment_signed_just_now_for_this_brand_is_heard(world):
    world.paid("order-0001")
    (call,) = world.till.calls_due()
    true, now = (call.headers, call.body), world.now

    def why(headers, body, *, at=now, by=world.pay):
        with pytest.raises(NotificationRefused) as refused:
            by.verify_notification(headers=headers, body=body, now=at)
        return refused.value.details["why"]

    assert why({}, call.body) == "header_missing"
    assert why({**call.headers, "Sandbox-Timestamp": "soon"}, call.body) == "header_missing"
    assert why(call.headers, call.body.replace(b"36800", b"36801")) == "signature"
    assert why({**call.headers, "Sandbox-Signature": "ключ"}, call.body) == "signature"
    assert why(*true, at=now + timedelta(seconds=301)) == "window"
    assert why(*true, by=world.provider(secret=b"another deployment")) == "signature"
    assert why(call.headers, b"x" * 70_000) == "too_long"
    with pytest.raises(NotificationForeign):
        world.provider(MAPLE).verify_notification(headers=true[0], body=true[1], now=now)
    from zhiyin.connectors.sandbox import notices

    body = b'{"id": 1'
    with pytest.raises(NotificationUnreadable):
        world.pay.verify_notification(
            headers=notices.signed(body, secret=SECRET, now=now), body=body, now=now
        )


def test_what_was_not_heard_comes_again_until_it_is(world):
    world.paid("order-0001")
    (first,) = world.till.calls_due()
    assert world.till.calls_due() == ()
    world.now += timedelta(seconds=AGAIN_S[0])
    (again,) = world.till.calls_due(brand_id=CEDAR)
    assert (again.id, world.till.calls_due(brand_id=MAPLE)) == (first.id, ())
    world.till.heard(call_id=first.id)
    world.till.heard(call_id=first.id)
    world.now += timedelta(days=1)
    assert world.till.calls_due() == ()


def test_of_many_who_press_at_once_one_pays(world):
    world.pay.open_payment(asked=asked())

    def press(_):
        try:
            world.till.pay(brand_id=CEDAR, payment_no="order-0001")
        except PaymentAlreadyPaid:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(16))) == 1
    assert len(world.till.calls_due()) == 1


def test_refunds_at_once_never_give_back_more_than_was_paid(world):
    world.paid("order-0001")

    def give(n):
        try:
            world.pay.refund(asked=back(f"refund-{n}", 10_000))
        except RefundRefused:
            return 0
        return 10_000

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give, range(12))) == 30_000
    assert sum(row[3] for row in world.rows()[1]) == 30_000


def pays_for_ever(folder, told):
    """Opens and pays one payment after another, and says which it was told were paid."""
    world = World(folder)
    for n in range(10_000):
        world.paid(f"order-{n:04d}")
        os.write(told, f"{n}\n".encode())


def test_a_process_that_is_killed_has_lost_nothing_and_done_nothing_by_half(tmp_path):
    for turn in range(4):
        folder = tmp_path / str(turn)
        read, write = os.pipe()
        child = get_context("fork").Process(target=pays_for_ever, args=(folder, write))
        child.start()
        os.close(write)
        said = b""
        with os.fdopen(read, "rb") as pipe:
            while said.count(b"\n") < 3 + turn:
                said += pipe.read1(64)
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            said += pipe.read()
        world = World(folder)
        paid = {row[1] for row in world.rows()[0] if row[11] is not None}
        assert {f"order-{int(n):04d}" for n in said.split()} <= paid
        assert {note.about.payment_no for note in world.told()} == paid


def test_the_books_are_their_owners(world):
    world.paid("order-0001")
    assert (world.folder / FILE).stat().st_mode & 0o777 == 0o600
