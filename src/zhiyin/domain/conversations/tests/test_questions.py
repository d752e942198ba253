"""A question from its asking to its end, in PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW, enter
from zhiyin.domain.conversations import operations, queries
from zhiyin.domain.conversations.models import Answer, AnswerPick, Question
from zhiyin.domain.conversations.tests.people import (
    a_koc,
    a_member,
    a_need,
    a_question,
    some_products,
)
from zhiyin.domain.conversations.types import (
    ASKS_PER_DAY,
    AlreadyAsked,
    AskedBefore,
    Blocked,
    DeclineReason,
    NotHerself,
    Passing,
    QuestionMoveRefused,
    QuestionNotFound,
    QuestionState,
    TooManyPicks,
    TooManyQuestions,
)
from zhiyin.events.models import Event

DAY = timedelta(hours=24)


def events() -> list[str]:
    rows = Event.objects.filter(name__startswith="conversations.").order_by("id")
    return [name.removeprefix("conversations.") for name in rows.values_list("name", flat=True)]


def answer(brand, question_id, koc, text="选长一点的", product_ids=(), now=NOW, is_ad=False):
    return operations.answer(
        brand_id=brand.id,
        question_id=question_id,
        koc_id=koc.id,
        text=text,
        product_ids=product_ids,
        is_ad=is_ad,
        now=now,
    )


def test_a_question_waits_a_day_and_holds_only_what_the_koc_may_see(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    question_id = a_question(brand.id, asker, koc, words="我是晓雯，50公斤，怕显胖")
    card = queries.question(brand_id=brand.id, question_id=question_id, asker_id=asker)
    assert (card.state, card.waits_until, card.answer) == (QuestionState.WAITING, NOW + DAY, None)
    assert card.words == "我是•••，•••，怕显胖"
    assert [chip.zh for chip in card.chips][:2] == ["身高 160 cm", "体重 47–53 kg"]
    row = Question.objects.get()
    assert "显胖".encode() not in bytes(row.words_sealed)
    assert b"160" not in bytes(row.chips_sealed)
    assert events() == ["question_asked"]


def test_a_need_waits_for_one_koc_at_a_time_and_asks_each_once(brand):
    asker, first, second = a_member(brand.id), a_koc(brand.id, "a"), a_koc(brand.id, "b")
    need_id = a_need(brand.id, asker)
    question_id = a_question(brand.id, asker, first, need_id=need_id)
    for koc in (first, second):
        with pytest.raises(AlreadyAsked):
            a_question(brand.id, asker, koc, need_id=need_id)
    operations.withdraw(brand_id=brand.id, question_id=question_id, asker_id=asker, now=NOW)
    with pytest.raises(AskedBefore):
        a_question(brand.id, asker, first, need_id=need_id)
    assert a_question(brand.id, asker, second, need_id=need_id)
    assert Question.objects.count() == 2
    assert events() == ["question_asked", "question_asked"]


def test_nobody_asks_herself(brand):
    koc = a_koc(brand.id)
    with pytest.raises(NotHerself):
        a_question(brand.id, koc.member_id, koc)
    assert Question.objects.count() == 0


def test_a_shopper_asks_so_often_a_day_and_a_passed_on_question_does_not_count(brand):
    asker = a_member(brand.id)
    kocs = [a_koc(brand.id, f"k{n}") for n in range(ASKS_PER_DAY + 2)]
    asked = [a_question(brand.id, asker, koc) for koc in kocs[:ASKS_PER_DAY]]
    with pytest.raises(TooManyQuestions):
        a_question(brand.id, asker, kocs[-1])
    first = Question.objects.get(id=asked[0])
    operations.expire_due(brand_id=brand.id, now=NOW + DAY, limit=1)
    almost = NOW + DAY - timedelta(seconds=1)
    with pytest.raises(TooManyQuestions):
        a_question(brand.id, asker, kocs[-1], now=almost)
    assert a_question(
        brand.id, asker, kocs[-1], now=almost, need_id=first.need_id, instead_of_id=first.id
    )
    assert a_question(brand.id, asker, kocs[-2], now=NOW + DAY)


def test_whom_either_blocked_is_not_asked_until_it_is_lifted(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    for blocker, blocked in ((asker, koc.member_id), (koc.member_id, asker)):
        block_id = operations.block(
            brand_id=brand.id, blocker_id=blocker, blocked_id=blocked, now=NOW
        )
        with pytest.raises(Blocked):
            a_question(brand.id, asker, koc)
        operations.lift_block(brand_id=brand.id, block_id=block_id, blocker_id=blocker, now=NOW)
    assert Question.objects.count() == 0
    assert a_question(brand.id, asker, koc)


def test_an_answer_keeps_its_picks_in_order_and_is_sealed(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    products = some_products(brand.id, 4)
    question_id = a_question(brand.id, asker, koc)
    with pytest.raises(TooManyPicks):
        answer(brand, question_id, koc, product_ids=products)
    assert queries.inbox(brand_id=brand.id, koc_id=koc.id).waiting == 1
    picks = (products[2], products[0], products[1])
    answer(brand, question_id, koc, text="选 长一点的", product_ids=picks, is_ad=True)
    card = queries.question(brand_id=brand.id, question_id=question_id, asker_id=asker)
    assert card.state is QuestionState.ANSWERED
    assert (card.answer.text, card.answer.product_ids) == ("选 长一点的", picks)
    assert card.answer.is_ad
    assert "长".encode() not in bytes(Answer.objects.get().text_sealed)
    assert events() == ["question_asked", "question_answered"]


def test_words_without_a_pick_are_no_advertisement(brand):
    koc = a_koc(brand.id)
    question_id = a_question(brand.id, a_member(brand.id), koc)
    answer(brand, question_id, koc, is_ad=True)
    assert not queries.inbox_question(
        brand_id=brand.id, question_id=question_id, koc_id=koc.id
    ).answer.is_ad


def test_a_question_is_answered_once_and_by_its_own_koc(brand):
    asker, koc, other = a_member(brand.id), a_koc(brand.id, "a"), a_koc(brand.id, "b")
    question_id = a_question(brand.id, asker, koc)
    with pytest.raises(QuestionNotFound):
        answer(brand, question_id, other)
    assert Answer.objects.count() == 0
    answer(brand, question_id, koc)
    with pytest.raises(QuestionMoveRefused):
        answer(brand, question_id, koc, text="再来一次")
    with pytest.raises(QuestionMoveRefused):
        operations.withdraw(brand_id=brand.id, question_id=question_id, asker_id=asker, now=NOW)
    assert (Answer.objects.count(), AnswerPick.objects.count()) == (1, 0)
    assert events() == ["question_asked", "question_answered"]


def test_a_declined_question_says_why_and_is_announced(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    question_id = a_question(brand.id, asker, koc)
    operations.decline(
        brand_id=brand.id,
        question_id=question_id,
        koc_id=koc.id,
        reason=DeclineReason.NOT_MY_FIELD,
        now=NOW,
    )
    card = queries.question(brand_id=brand.id, question_id=question_id, asker_id=asker)
    assert (card.state, card.decline_reason) == (
        QuestionState.DECLINED,
        DeclineReason.NOT_MY_FIELD,
    )
    assert card.passing is Passing.OPEN
    assert events() == ["question_asked", "question_unanswered"]


def test_a_withdrawn_question_asks_nobody_else(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    question_id = a_question(brand.id, asker, koc)
    with pytest.raises(QuestionNotFound):
        operations.withdraw(
            brand_id=brand.id, question_id=question_id, asker_id=koc.member_id, now=NOW
        )
    operations.withdraw(brand_id=brand.id, question_id=question_id, asker_id=asker, now=NOW)
    assert queries.handover(brand_id=brand.id, question_id=question_id) is None
    assert events() == ["question_asked"]


def test_what_is_due_expires_in_batches_and_each_is_announced_once(brand):
    kocs = [a_koc(brand.id, f"k{n}") for n in range(3)]
    asked = [
        a_question(brand.id, a_member(brand.id), koc, now=NOW + timedelta(hours=n))
        for n, koc in enumerate(kocs)
    ]
    due = NOW + DAY + timedelta(hours=1)

    def expire(at, limit=10):
        return operations.expire_due(brand_id=brand.id, now=at, limit=limit)

    assert expire(NOW + DAY - timedelta(seconds=1)) == ()
    assert expire(due, limit=1) == (asked[0],)
    assert expire(due) == (asked[1],)
    assert expire(due) == ()
    row = Question.objects.get(id=asked[0])
    assert (row.state, row.closed_at) == (QuestionState.EXPIRED, due)
    assert Question.objects.get(id=asked[2]).state == QuestionState.WAITING
    assert events() == ["question_asked"] * 3 + ["question_unanswered"] * 2


def test_an_answered_question_never_expires(brand):
    koc = a_koc(brand.id)
    question_id = a_question(brand.id, a_member(brand.id), koc)
    answer(brand, question_id, koc, now=NOW + timedelta(hours=1))
    assert operations.expire_due(brand_id=brand.id, now=NOW + 9 * DAY, limit=10) == ()


def test_an_answer_that_comes_late_but_before_the_clock_is_welcome(brand):
    koc = a_koc(brand.id)
    question_id = a_question(brand.id, a_member(brand.id), koc)
    answer(brand, question_id, koc, now=NOW + DAY + timedelta(minutes=3))
    assert operations.expire_due(brand_id=brand.id, now=NOW + 2 * DAY, limit=10) == ()


def test_the_inbox_shows_the_most_urgent_first_then_the_last_answered(brand):
    koc = a_koc(brand.id)
    asked = [
        a_question(brand.id, a_member(brand.id), koc, now=NOW + timedelta(minutes=n))
        for n in range(5)
    ]
    answer(brand, asked[0], koc, now=NOW + timedelta(hours=1))
    answer(brand, asked[2], koc, now=NOW + timedelta(hours=2))
    operations.decline(
        brand_id=brand.id,
        question_id=asked[4],
        koc_id=koc.id,
        reason=DeclineReason.NO_TIME,
        now=NOW,
    )
    page = queries.inbox(brand_id=brand.id, koc_id=koc.id)
    assert [card.id for card in page.questions] == [asked[1], asked[3], asked[2], asked[0]]
    assert (page.waiting, page.total) == (2, 4)
    second = queries.inbox(brand_id=brand.id, koc_id=koc.id, offset=1, limit=2)
    assert [card.id for card in second.questions] == [asked[3], asked[2]]
    assert (second.waiting, second.total) == (2, 4)


def test_a_page_of_the_inbox_costs_as_many_queries_as_one_question(brand):
    koc = a_koc(brand.id)
    products = some_products(brand.id, 1)
    for _ in range(6):
        question_id = a_question(brand.id, a_member(brand.id), koc)
        answer(brand, question_id, koc, product_ids=products)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert len(queries.inbox(brand_id=brand.id, koc_id=koc.id).questions) == 6
    assert len(counted) == 5


def test_the_load_counts_what_waits_and_what_was_asked_this_week(brand):
    idle, busy = a_koc(brand.id, "idle"), a_koc(brand.id, "busy")
    old = a_question(brand.id, a_member(brand.id), busy, now=NOW - timedelta(days=30))
    a_question(brand.id, a_member(brand.id), busy, now=NOW - timedelta(days=8))
    recent = a_question(brand.id, a_member(brand.id), busy, now=NOW - timedelta(days=6))
    answer(brand, recent, busy)
    answer(brand, old, busy)
    assert queries.load(brand_id=brand.id, now=NOW) == {busy.id: 2}
    assert queries.load(brand_id=brand.id, now=NOW, koc_ids=[idle.id]) == {}
    later = queries.load(brand_id=brand.id, now=NOW + timedelta(days=2))
    assert later == {busy.id: 1}


def test_how_a_koc_dealt_with_her_questions_is_told_by_rows(brand):
    koc = a_koc(brand.id)
    asked = [a_question(brand.id, a_member(brand.id), koc) for _ in range(4)]
    answer(brand, asked[0], koc)
    operations.decline(
        brand_id=brand.id,
        question_id=asked[1],
        koc_id=koc.id,
        reason=DeclineReason.NO_TIME,
        now=NOW,
    )
    operations.expire_due(brand_id=brand.id, now=NOW + DAY, limit=1)
    done = queries.service(brand_id=brand.id, koc_id=koc.id)
    assert (done.answered, done.declined, done.expired) == ((asked[0],), (asked[1],), (asked[2],))


def test_a_question_takes_another_ones_place_once(brand):
    asker = a_member(brand.id)
    first, second, third = (a_koc(brand.id, handle) for handle in "abc")
    need_id = a_need(brand.id, asker)
    question_id = a_question(brand.id, asker, first, need_id=need_id)
    assert queries.handover(brand_id=brand.id, question_id=question_id) is None
    operations.expire_due(brand_id=brand.id, now=NOW + DAY, limit=1)
    handover = queries.handover(brand_id=brand.id, question_id=question_id)
    assert (handover.need_id, handover.asked_koc_ids) == (need_id, {first.id})
    again = {"need_id": need_id, "instead_of_id": question_id, "now": NOW + DAY}
    next_id = a_question(brand.id, asker, second, **again)
    operations.withdraw(brand_id=brand.id, question_id=next_id, asker_id=asker, now=NOW + DAY)
    with pytest.raises(AlreadyAsked):
        a_question(brand.id, asker, third, **again)
    assert queries.handover(brand_id=brand.id, question_id=question_id) is None
    chain = queries.questions_of_need(brand_id=brand.id, need_id=need_id)
    assert [(card.id, card.passing) for card in chain] == [
        (question_id, Passing.PASSED_ON),
        (next_id, None),
    ]


def test_that_nobody_is_left_is_visible_and_final(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    question_id = a_question(brand.id, asker, koc)
    operations.expire_due(brand_id=brand.id, now=NOW + DAY, limit=1)
    operations.note_nobody_left(brand_id=brand.id, question_id=question_id, now=NOW + DAY)
    card = queries.question(brand_id=brand.id, question_id=question_id, asker_id=asker)
    assert (card.state, card.passing) == (QuestionState.EXPIRED, Passing.NOBODY_LEFT)
    assert queries.handover(brand_id=brand.id, question_id=question_id) is None


def test_a_question_is_the_two_peoples_and_the_brands_alone(two_brands):
    cedar, maple = two_brands
    enter(cedar.id)
    asker, koc = a_member(cedar.id), a_koc(cedar.id)
    question_id = a_question(cedar.id, asker, koc)
    with pytest.raises(QuestionNotFound):
        queries.question(brand_id=cedar.id, question_id=question_id, asker_id=koc.member_id)
    with pytest.raises(QuestionNotFound):
        queries.inbox_question(brand_id=cedar.id, question_id=question_id, koc_id=asker)
    enter(maple.id)
    with pytest.raises(QuestionNotFound):
        queries.question(brand_id=maple.id, question_id=question_id, asker_id=asker)
    assert operations.expire_due(brand_id=maple.id, now=NOW + 2 * DAY, limit=10) == ()
    assert queries.load(brand_id=maple.id, now=NOW) == {}
