"""Blocks, reports, consent taken back, and what remains when one of the two is gone."""

import json

import pytest

from tests.cast import NOW
from zhiyin.domain.conversations import operations, queries
from zhiyin.domain.conversations.models import Answer, AnswerPick, Block, Question, Report
from zhiyin.domain.conversations.tests.people import a_koc, a_member, a_question, some_products
from zhiyin.domain.conversations.types import (
    NotHerself,
    QuestionNotFound,
    QuestionState,
    ReportEmpty,
    ReportNotFound,
    Side,
)
from zhiyin.kit.ids import uuid7


def block(brand, blocker_id, blocked_id):
    return operations.block(
        brand_id=brand.id, blocker_id=blocker_id, blocked_id=blocked_id, now=NOW
    )


def report(brand, question_id, reporter_id, reason="说话不礼貌"):
    return operations.report(
        brand_id=brand.id, question_id=question_id, reporter_id=reporter_id, reason=reason, now=NOW
    )


def answer(brand, question_id, koc, text="选长裙", product_ids=()):
    operations.answer(
        brand_id=brand.id,
        question_id=question_id,
        koc_id=koc.id,
        text=text,
        product_ids=product_ids,
        is_ad=False,
        now=NOW,
    )


def test_a_block_ends_what_waits_between_the_two(brand):
    asker, koc, other = a_member(brand.id), a_koc(brand.id, "a"), a_koc(brand.id, "b")
    own = a_question(brand.id, asker, koc)
    elsewhere = a_question(brand.id, asker, other)
    block(brand, asker, koc.member_id)
    assert Question.objects.get(id=own).state == QuestionState.WITHDRAWN
    assert Question.objects.get(id=elsewhere).state == QuestionState.WAITING
    block(brand, other.member_id, asker)
    assert Question.objects.get(id=elsewhere).state == QuestionState.DECLINED
    assert queries.handover(brand_id=brand.id, question_id=elsewhere) is not None


def test_a_block_is_one_however_often_and_only_its_maker_lifts_it(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    a_question(brand.id, asker, koc)
    block_id = block(brand, asker, koc.member_id)
    assert block(brand, asker, koc.member_id) == block_id
    with pytest.raises(NotHerself):
        block(brand, asker, asker)
    (card,) = queries.blocks_by(brand_id=brand.id, member_id=asker)
    assert (card.id, card.koc_id) == (block_id, koc.id)
    assert queries.blocks_by(brand_id=brand.id, member_id=koc.member_id) == ()
    for one, other in ((asker, koc.member_id), (koc.member_id, asker)):
        assert queries.blocked_ids(brand_id=brand.id, member_id=one) == {other}
    operations.lift_block(brand_id=brand.id, block_id=block_id, blocker_id=koc.member_id, now=NOW)
    assert queries.blocked_ids(brand_id=brand.id, member_id=asker)
    operations.lift_block(brand_id=brand.id, block_id=block_id, blocker_id=asker, now=NOW)
    assert not queries.blocked_ids(brand_id=brand.id, member_id=asker)
    assert block(brand, asker, koc.member_id) != block_id


def test_each_of_the_two_reports_once_and_nobody_else(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    question_id = a_question(brand.id, asker, koc)
    answer(brand, question_id, koc)
    report_id = report(brand, question_id, asker)
    assert report(brand, question_id, asker, "又一次") == report_id
    report(brand, question_id, koc.member_id, "要我的电话")
    with pytest.raises(QuestionNotFound):
        report(brand, question_id, a_member(brand.id, "别人"))
    with pytest.raises(ReportEmpty):
        report(brand, question_id, asker, " ")
    page = queries.reports(brand_id=brand.id)
    assert [(card.reporter, card.reason) for card in page.reports] == [
        (Side.ASKER, "说话不礼貌"),
        (Side.KOC, "要我的电话"),
    ]
    assert page.reports[0].answer.text == "选长裙"
    assert page.total == 2


def test_a_report_is_resolved_once(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    report_id = report(brand, a_question(brand.id, asker, koc), asker)

    def resolve(words):
        operations.resolve_report(brand_id=brand.id, report_id=report_id, resolution=words, now=NOW)

    resolve("已提醒")
    with pytest.raises(ReportNotFound):
        resolve("再提醒")
    assert queries.reports(brand_id=brand.id).total == 0
    (done,) = queries.reports(brand_id=brand.id, resolved=True).reports
    assert (done.resolution, done.resolved_at) == ("已提醒", NOW)
    with pytest.raises(ReportNotFound):
        operations.resolve_report(brand_id=brand.id, report_id=uuid7(), resolution="无", now=NOW)


def test_taking_the_consent_back_takes_body_chips_and_words_back(brand):
    asker, koc = a_member(brand.id), a_koc(brand.id)
    question_id = a_question(brand.id, asker, koc, words="胯宽")
    other_id = a_question(brand.id, a_member(brand.id), koc, words="胯宽")
    assert operations.forget_shared(brand_id=brand.id, member_id=asker) == 1

    def seen(one_id):
        return queries.inbox_question(brand_id=brand.id, question_id=one_id, koc_id=koc.id)

    assert ([chip.slot for chip in seen(question_id).chips], seen(question_id).words) == (
        ["occasion"],
        "",
    )
    assert (len(seen(other_id).chips), seen(other_id).words) == (4, "胯宽")


def everything(brand, asker, koc, products):
    """One answered question with a report, one that waits, and a block on somebody else."""
    answered = a_question(brand.id, asker, koc, words="金丝雀")
    answer(brand, answered, koc, text="金丝雀的回答", product_ids=products)
    report(brand, answered, asker, "金丝雀的举报")
    waiting = a_question(brand.id, asker, koc)
    block(brand, asker, a_member(brand.id, "别人"))
    return answered, waiting


def test_an_erased_asker_leaves_no_question_and_no_answer(brand):
    asker, koc, products = a_member(brand.id), a_koc(brand.id), some_products(brand.id, 2)
    everything(brand, asker, koc, products)
    next_koc = a_koc(brand.id, "next")
    chained = a_question(brand.id, asker, koc)
    need_id = Question.objects.get(id=chained).need_id
    operations.withdraw(brand_id=brand.id, question_id=chained, asker_id=asker, now=NOW)
    a_question(brand.id, asker, next_koc, need_id=need_id, instead_of_id=chained)
    stays = a_question(brand.id, a_member(brand.id, "留下"), koc)
    for _ in range(2):
        operations.erase_member(brand_id=brand.id, member_id=asker)
        assert list(Question.objects.values_list("id", flat=True)) == [stays]
        for model in (Answer, AnswerPick, Report, Block):
            assert model.objects.count() == 0


def test_an_erased_koc_leaves_no_answer_and_what_waits_is_due(brand):
    asker, koc, products = a_member(brand.id), a_koc(brand.id), some_products(brand.id, 2)
    answered, waiting = everything(brand, asker, koc, products)
    for _ in range(2):
        operations.erase_member(brand_id=brand.id, member_id=koc.member_id)
    card = queries.question(brand_id=brand.id, question_id=answered, asker_id=asker)
    assert (card.state, card.answer, card.words) == (QuestionState.ANSWERED, None, "金丝雀")
    assert (Answer.objects.count(), AnswerPick.objects.count()) == (0, 0)
    assert operations.expire_due(brand_id=brand.id, now=NOW, limit=10) == (waiting,)


def test_a_download_holds_what_she_said_and_not_what_others_asked(brand):
    asker, koc, products = a_member(brand.id), a_koc(brand.id), some_products(brand.id, 2)
    answered, waiting = everything(brand, asker, koc, products)
    hers = queries.export_member(brand_id=brand.id, member_id=asker)
    assert [card.id for card in hers["questions"]] == [answered, waiting]
    assert hers["questions"][0].answer.product_ids == tuple(products)
    assert [row["reason"] for row in hers["reports"]] == ["金丝雀的举报"]
    assert len(hers["blocks"]) == 1
    kocs = queries.export_member(brand_id=brand.id, member_id=koc.member_id)
    assert (kocs["questions"], kocs["blocks"], kocs["reports"]) == ([], [], [])
    (given,) = kocs["answers"]
    assert (given["question_id"], given["answer"].text) == (answered, "金丝雀的回答")
    assert "身高" not in json.dumps(kocs, default=str, ensure_ascii=False)
