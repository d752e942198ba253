"""Two hands on one question: whatever the order, one of them wins and the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from tests.cast import NOW, make_brand
from tests.journeys.answering import (
    DAY,
    a_koc,
    a_member,
    a_need,
    a_shopper,
    answer,
    ask,
    chain,
    events,
    inbox,
    unanswered,
)
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.types import (
    AlreadyAsked,
    Blocked,
    QuestionMoveRefused,
    QuestionState,
)
from zhiyin.domain.kocs.types import KocNotFound, KocUnavailable
from zhiyin.flows import answering, koc_review
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


@pytest.fixture
def shopper(brand_id, tmp_path) -> UUID:
    return a_shopper(brand_id, tmp_path)


def at_once(*acts):
    """Run the acts together, each in a thread and on a connection of its own."""
    gate = Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        except (KocNotFound, KocUnavailable, QuestionMoveRefused, AlreadyAsked, Blocked) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(run, act) for act in acts]]


def test_two_workers_expire_a_question_once(brand_id, shopper):
    koc = a_koc(brand_id, "a", weekly_capacity=50)
    for _ in range(5):
        ask(brand_id, shopper, koc)

    def expire():
        with brand_tx(brand_id):
            return answering.expire_overdue(brand_id=brand_id, now=NOW + DAY, limit=10)

    assert sum(at_once(*[expire] * 4)) == 5
    assert events(brand_id, "question_unanswered") == 5


def test_a_reaction_that_runs_twice_asks_once(brand_id, shopper):
    first = a_koc(brand_id, "first")
    for handle in "bcde":
        a_koc(brand_id, handle)
    question_id = ask(brand_id, shopper, first)
    event = unanswered(brand_id, question_id)
    at_once(*[lambda: answering.ask_another(event)] * 4)
    answering.ask_another(event)
    assert [row[1] for row in chain(brand_id, question_id)] == [
        QuestionState.EXPIRED,
        QuestionState.WAITING,
    ]
    assert events(brand_id, "question_asked") == 2


def test_the_last_place_of_a_week_is_taken_once(brand_id, shopper):
    koc = a_koc(brand_id, "a", weekly_capacity=3)
    askers = [a_member(brand_id, f"s{n}") for n in range(6)]
    needs = [a_need(brand_id, asker) for asker in askers]
    results = at_once(
        *[
            lambda asker=asker, need=need: ask(brand_id, asker, koc, need_id=need)
            for asker, need in zip(askers, needs, strict=True)
        ]
    )
    assert results.count(KocUnavailable) == 3
    page = inbox(brand_id, koc)
    assert (page.waiting, page.total) == (3, 3)


def test_an_answer_and_the_clock_do_not_both_win(brand_id, shopper):
    koc = a_koc(brand_id, "a", weekly_capacity=50)

    def expire():
        with brand_tx(brand_id):
            answering.expire_overdue(brand_id=brand_id, now=NOW + DAY, limit=10)

    for _ in range(5):
        question_id = ask(brand_id, shopper, koc)
        at_once(expire, lambda asked=question_id: answer(brand_id, koc, asked, now=NOW + DAY))
        ((_, state, _),) = chain(brand_id, question_id)
        with brand_tx(brand_id):
            card = talks.question(brand_id=brand_id, question_id=question_id, asker_id=shopper)
        assert (state is QuestionState.ANSWERED) == (card.answer is not None)
    assert events(brand_id, "question_answered") + events(brand_id, "question_unanswered") == 5


def test_a_block_and_a_question_at_once_leave_nothing_waiting(brand_id, shopper):
    koc = a_koc(brand_id, "a", weekly_capacity=50)
    for _ in range(5):
        need_id = a_need(brand_id, shopper)

        def block():
            return answering.block_koc(brand_id=brand_id, member_id=shopper, koc_id=koc.id, now=NOW)

        blocked, _ = at_once(block, lambda need=need_id: ask(brand_id, shopper, koc, need))
        assert inbox(brand_id, koc).waiting == 0
        with brand_tx(brand_id):
            conversations.lift_block(
                brand_id=brand_id, block_id=blocked, blocker_id=shopper, now=NOW
            )


def test_a_question_and_her_leaving_at_once_leave_nothing_that_nobody_answers(brand_id, shopper):
    for n in range(8):
        koc, need_id = a_koc(brand_id, f"k{n}"), a_need(brand_id, shopper)
        _, asked = at_once(
            lambda koc=koc: koc_review.leave(brand_id=brand_id, member_id=koc.member_id, now=NOW),
            lambda koc=koc, need=need_id: ask(brand_id, shopper, koc, need),
        )
        with brand_tx(brand_id):
            due = conversations.expire_due(brand_id=brand_id, now=NOW, limit=10)
        assert due == (() if asked is KocNotFound else (asked,))
