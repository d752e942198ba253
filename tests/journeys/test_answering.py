"""A shopper asks, a KOC answers, the shopper opens the pick; and what follows when she does not.

Commits are real here, and the jobs run in the real worker.
"""

import json
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

import pytest

from tests.cast import NOW, make_brand
from tests.journeys.answering import (
    DAY,
    SECRETS,
    a_koc,
    a_member,
    a_need,
    a_product,
    a_shopper,
    answer,
    ask,
    chain,
    events,
    inbox,
    unanswered,
)
from zhiyin.domain.catalog import queries as shelf
from zhiyin.domain.catalog.types import ProductNotFound
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.conversations.models import Question
from zhiyin.domain.conversations.types import (
    Blocked,
    DeclineReason,
    Passing,
    QuestionMoveRefused,
    QuestionNotFound,
    QuestionState,
)
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import KocNotFound, KocUnavailable
from zhiyin.domain.members.types import Purpose
from zhiyin.flows import answering, koc_review, privacy
from zhiyin.interfaces import jobs
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


@pytest.fixture
def shopper(brand_id, tmp_path) -> UUID:
    return a_shopper(brand_id, tmp_path)


def run_jobs(zhiyin, own_database):
    done = zhiyin("worker", "--once", "--queue", "reactions", database=own_database)
    assert done.returncode == 0, done.stderr


def pass_on(brand_id, at):
    """What the clock does every five minutes."""
    jobs.pass_on_overdue(timestamp=int(at.timestamp()))


def test_the_shopper_asks_the_koc_answers_and_the_shopper_opens_the_pick(
    brand_id, shopper, zhiyin, own_database
):
    koc, product_id = a_koc(brand_id, "xiaoman", can_earn=True), a_product(brand_id)
    question_id = ask(brand_id, shopper, koc)
    (waiting,) = inbox(brand_id, koc).questions
    assert (waiting.id, waiting.waits_until) == (question_id, NOW + DAY)
    assert waiting.words == "我是•••，电话•••，•••（•••），怕显胯"
    answer(brand_id, koc, question_id, product_ids=[product_id], now=NOW + timedelta(hours=2))
    run_jobs(zhiyin, own_database)
    with brand_tx(brand_id):
        card = talks.question(brand_id=brand_id, question_id=question_id, asker_id=shopper)
        assert (card.state, card.answer.text) == (QuestionState.ANSWERED, "选到脚踝的A字裙")
        assert card.answer.is_ad
        (pick,) = card.answer.product_ids
        assert shelf.product(brand_id=brand_id, product_id=pick).name_en == "Dress"
    pass_on(brand_id, NOW + 3 * DAY)
    assert chain(brand_id, question_id) == [(koc.id, QuestionState.ANSWERED, None)]


def test_a_koc_never_sees_phone_name_or_exact_weight(brand_id, shopper):
    koc = a_koc(brand_id, "xiaoman")
    question_id = ask(brand_id, shopper, koc)
    answer(brand_id, koc, question_id)
    with brand_tx(brand_id):
        one = talks.inbox_question(brand_id=brand_id, question_id=question_id, koc_id=koc.id)
        page = talks.inbox(brand_id=brand_id, koc_id=koc.id)
        kept = talks.export_member(brand_id=brand_id, member_id=koc.member_id)
    payload = json.dumps([asdict(one), asdict(page), kept], default=str, ensure_ascii=False)
    assert [chip.slot for chip in one.chips] == [
        "height_cm",
        "weight_kg",
        "waist_cm",
        "body_shape",
        "occasion",
    ]
    for secret in (*SECRETS, str(shopper)):
        assert secret not in payload
    assert "怕显胯" in payload


def test_without_the_consent_to_share_body_chips_stay_with_her(brand_id, shopper):
    koc = a_koc(brand_id, "xiaoman")
    stranger = a_member(brand_id, "没同意")
    ask(brand_id, stranger, koc)
    (seen,) = inbox(brand_id, koc).questions
    assert [chip.slot for chip in seen.chips] == ["occasion"]


def test_an_unanswered_question_goes_on_to_the_next_koc(brand_id, shopper, zhiyin, own_database):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    question_id = ask(brand_id, shopper, first)
    pass_on(brand_id, NOW + DAY - timedelta(seconds=1))
    assert events(brand_id, "question_unanswered") == 0
    pass_on(brand_id, NOW + DAY)
    pass_on(brand_id, NOW + DAY)
    assert events(brand_id, "question_unanswered") == 1
    assert chain(brand_id, question_id) == [(first.id, QuestionState.EXPIRED, Passing.OPEN)]
    run_jobs(zhiyin, own_database)
    assert chain(brand_id, question_id) == [
        (first.id, QuestionState.EXPIRED, Passing.PASSED_ON),
        (second.id, QuestionState.WAITING, None),
    ]
    (passed,) = inbox(brand_id, second).questions
    assert passed.waits_until == NOW + 2 * DAY
    assert passed.words == "我是•••，电话•••，•••（•••），怕显胯"
    with pytest.raises(QuestionMoveRefused):
        answer(brand_id, first, question_id)
    answer(brand_id, second, passed.id, now=NOW + DAY)
    assert chain(brand_id, question_id)[-1] == (second.id, QuestionState.ANSWERED, None)


def test_a_declined_question_goes_on_at_once(brand_id, shopper, zhiyin, own_database):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    question_id = ask(brand_id, shopper, first)
    decline = {"brand_id": brand_id, "reason": DeclineReason.NO_TIME, "now": NOW}
    with pytest.raises(QuestionNotFound):
        answering.decline(member_id=second.member_id, question_id=question_id, **decline)
    with pytest.raises(KocNotFound):
        answering.decline(member_id=shopper, question_id=question_id, **decline)
    answering.decline(member_id=first.member_id, question_id=question_id, **decline)
    run_jobs(zhiyin, own_database)
    assert [row[1] for row in chain(brand_id, question_id)] == [
        QuestionState.DECLINED,
        QuestionState.WAITING,
    ]


def test_the_next_is_free_not_blocked_not_asked_and_the_best_of_those(brand_id, shopper):
    first = a_koc(brand_id, "first")
    best = {"good_at": {"occasion": ["wedding"]}, "facts": {"height_cm": 160, "weight_kg": 52}}
    away, full, hers, alike, good = (
        a_koc(brand_id, "away", **best),
        a_koc(brand_id, "full", weekly_capacity=0, **best),
        a_koc(brand_id, "blocked", **best),
        a_koc(brand_id, "alike", facts=best["facts"]),
        a_koc(brand_id, "good", good_at=best["good_at"]),
    )
    with brand_tx(brand_id):
        koc_desk.go_away(
            brand_id=brand_id, koc_id=away.id, starts_at=NOW, ends_at=NOW + 9 * DAY, now=NOW
        )
    answering.block_koc(brand_id=brand_id, member_id=shopper, koc_id=hers.id, now=NOW)
    question_id = ask(brand_id, shopper, first)
    for days in (1, 2, 3):
        with brand_tx(brand_id):
            last = Question.objects.order_by("asked_at").last().id
        answering.ask_another(unanswered(brand_id, last, NOW + days * DAY))
    assert chain(brand_id, question_id) == [
        (first.id, QuestionState.EXPIRED, Passing.PASSED_ON),
        (good.id, QuestionState.EXPIRED, Passing.PASSED_ON),
        (alike.id, QuestionState.EXPIRED, Passing.NOBODY_LEFT),
    ]
    assert not inbox(brand_id, full).questions


def test_when_nobody_is_left_she_is_told_and_may_ask_again(brand_id, shopper):
    first = a_koc(brand_id, "first")
    question_id = ask(brand_id, shopper, first)
    event = unanswered(brand_id, question_id)
    for _ in range(2):
        answering.ask_another(event)
        assert chain(brand_id, question_id) == [
            (first.id, QuestionState.EXPIRED, Passing.NOBODY_LEFT)
        ]
    late = a_koc(brand_id, "late")
    with brand_tx(brand_id):
        need_id = Question.objects.get().need_id
    ask(brand_id, shopper, late, need_id=need_id, now=NOW + 2 * DAY)
    assert chain(brand_id, question_id)[-1] == (late.id, QuestionState.WAITING, None)


def test_a_reaction_does_not_ask_over_her_head(brand_id, shopper):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    a_koc(brand_id, "c")
    need_id = a_need(brand_id, shopper)
    question_id = ask(brand_id, shopper, first, need_id=need_id)
    event = unanswered(brand_id, question_id)
    own = ask(brand_id, shopper, second, need_id=need_id, now=NOW + DAY)
    answer(brand_id, second, own, now=NOW + DAY)
    answering.ask_another(event)
    assert [row[:2] for row in chain(brand_id, question_id)] == [
        (first.id, QuestionState.EXPIRED),
        (second.id, QuestionState.ANSWERED),
    ]


def test_who_is_away_full_blocked_or_gone_cannot_be_asked(brand_id, shopper):
    need_id = a_need(brand_id, shopper)
    away, full, gone = (
        a_koc(brand_id, "a"),
        a_koc(brand_id, "b", weekly_capacity=0),
        a_koc(brand_id, "c"),
    )
    with brand_tx(brand_id):
        koc_desk.go_away(
            brand_id=brand_id, koc_id=away.id, starts_at=NOW, ends_at=NOW + DAY, now=NOW
        )
    koc_review.leave(brand_id=brand_id, member_id=gone.member_id, now=NOW)
    for koc, reason in ((away, "away"), (full, "full")):
        with pytest.raises(KocUnavailable) as refused:
            ask(brand_id, shopper, koc, need_id)
        assert refused.value.details["reason"] == reason
    with pytest.raises(KocNotFound):
        ask(brand_id, shopper, gone, need_id)
    with brand_tx(brand_id):
        assert Question.objects.count() == 0


def test_a_pick_is_a_product_of_the_shop(brand_id, shopper):
    koc = a_koc(brand_id, "a")
    question_id = ask(brand_id, shopper, koc)
    with pytest.raises(ProductNotFound):
        answer(brand_id, koc, question_id, product_ids=[question_id])
    assert inbox(brand_id, koc).waiting == 1


def test_either_side_blocks_from_the_question_and_nobody_else(brand_id, shopper):
    koc, other = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    question_id = ask(brand_id, shopper, koc)
    block = {"brand_id": brand_id, "question_id": question_id, "now": NOW}
    with pytest.raises(QuestionNotFound):
        answering.block(member_id=other.member_id, **block)
    answering.block(member_id=koc.member_id, **block)
    assert chain(brand_id, question_id) == [(koc.id, QuestionState.DECLINED, Passing.OPEN)]
    with pytest.raises(Blocked):
        ask(brand_id, shopper, koc)


def test_a_koc_who_deletes_herself_passes_on_what_waits(
    brand_id, shopper, zhiyin, own_database, tmp_path
):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    answered = ask(brand_id, shopper, first)
    answer(brand_id, first, answered)
    waiting = ask(brand_id, shopper, first)
    privacy.erase(brand_id=brand_id, member_id=first.member_id, media=MediaStore(tmp_path), now=NOW)
    pass_on(brand_id, NOW)
    run_jobs(zhiyin, own_database)
    assert chain(brand_id, waiting)[-1] == (second.id, QuestionState.WAITING, None)
    with brand_tx(brand_id):
        card = talks.question(brand_id=brand_id, question_id=answered, asker_id=shopper)
        assert (card.state, card.answer) == (QuestionState.ANSWERED, None)
        with pytest.raises(KocNotFound):
            kocs.koc(brand_id=brand_id, koc_id=first.id)


def test_a_koc_who_leaves_passes_on_what_waits(brand_id, shopper):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    question_id = ask(brand_id, shopper, first)
    koc_review.leave(brand_id=brand_id, member_id=first.member_id, now=NOW)
    answering.ask_another(unanswered(brand_id, question_id, NOW))
    assert chain(brand_id, question_id)[-1] == (second.id, QuestionState.WAITING, None)


def test_an_asker_who_deletes_herself_is_asked_for_no_more(brand_id, shopper, tmp_path):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    event = unanswered(brand_id, ask(brand_id, shopper, first))
    privacy.erase(brand_id=brand_id, member_id=shopper, media=MediaStore(tmp_path), now=NOW)
    answering.ask_another(event)
    assert inbox(brand_id, second).total == 0
    with brand_tx(brand_id):
        assert Question.objects.count() == 0


def test_a_consent_taken_back_holds_for_the_next_koc(brand_id, shopper):
    first, second = a_koc(brand_id, "a"), a_koc(brand_id, "b")
    event = unanswered(brand_id, ask(brand_id, shopper, first))
    privacy.withdraw_consent(
        brand_id=brand_id, member_id=shopper, purpose=Purpose.SHARE_WITH_KOC, now=NOW
    )
    answering.ask_another(event)
    (seen,) = inbox(brand_id, second).questions
    assert [chip.slot for chip in seen.chips] == ["occasion"]
