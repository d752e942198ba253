"""What people do about each other: block, report, take back, leave."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from zhiyin.domain.conversations.models import Answer, AnswerPick, Block, Question, Report
from zhiyin.domain.conversations.operations.boards import erase_boards_of_member
from zhiyin.domain.conversations.operations.questions import decline, withdraw
from zhiyin.domain.conversations.rules import checked_report
from zhiyin.domain.conversations.sealing import opened_chips, sealed_chips, sealed_words
from zhiyin.domain.conversations.types import (
    DeclineReason,
    NotHerself,
    QuestionNotFound,
    QuestionState,
    ReportNotFound,
)
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.members import operations as members


def block(*, brand_id: UUID, blocker_id: UUID, blocked_id: UUID, now: datetime) -> UUID:
    """Let two members hear no more from each other. Returns the block's id; repeated, the same.

    What waits between them ends: the blocker's own questions are withdrawn, those put to her are
    declined, so that somebody else is asked. The caller holds both members. Raises NotHerself.
    """
    if blocker_id == blocked_id:
        raise NotHerself()
    row, _ = Block.objects.get_or_create(
        brand_id=brand_id,
        blocker_id=blocker_id,
        blocked_id=blocked_id,
        lifted_at=None,
        defaults={"blocked_at": now},
    )
    waiting = Question.objects.filter(brand_id=brand_id, state=QuestionState.WAITING)
    blocker_koc = kocs.koc_of_member(brand_id=brand_id, member_id=blocker_id)
    blocked_koc = kocs.koc_of_member(brand_id=brand_id, member_id=blocked_id)
    if blocked_koc is not None:
        for question_id in _ids(waiting.filter(asker_id=blocker_id, koc_id=blocked_koc.id)):
            withdraw(brand_id=brand_id, question_id=question_id, asker_id=blocker_id, now=now)
    if blocker_koc is not None:
        for question_id in _ids(waiting.filter(asker_id=blocked_id, koc_id=blocker_koc.id)):
            decline(
                brand_id=brand_id,
                question_id=question_id,
                koc_id=blocker_koc.id,
                reason=DeclineReason.UNCOMFORTABLE,
                now=now,
            )
    return row.id


def lift_block(*, brand_id: UUID, block_id: UUID, blocker_id: UUID, now: datetime) -> None:
    """Undo a block of one's own; one that is lifted already, or not hers, is no error."""
    Block.objects.filter(
        brand_id=brand_id, id=block_id, blocker_id=blocker_id, lifted_at__isnull=True
    ).update(lifted_at=now)


def report(
    *, brand_id: UUID, question_id: UUID, reporter_id: UUID, reason: str, now: datetime
) -> UUID:
    """Ask a person to look at a conversation. Each of the two may once; the first words stand.

    Returns the report's id. Raises QuestionNotFound for whoever is neither asker nor KOC,
    ReportEmpty, TextTooLong, TextHasNul, MemberNotFound.
    """
    kept = checked_report(reason)
    members.hold_member(brand_id=brand_id, member_id=reporter_id)
    held = Question.objects.filter(brand_id=brand_id, id=question_id).select_for_update(
        of=("self",), no_key=True
    )
    if not held.filter(Q(asker_id=reporter_id) | Q(koc__member_id=reporter_id)).exists():
        raise QuestionNotFound(question_id=question_id)
    try:
        with transaction.atomic():
            row = Report.objects.create(
                brand_id=brand_id,
                question_id=question_id,
                reporter_id=reporter_id,
                reason=kept,
                reported_at=now,
            )
    except IntegrityError:
        row = Report.objects.get(
            brand_id=brand_id, question_id=question_id, reporter_id=reporter_id
        )
    return row.id


def resolve_report(*, brand_id: UUID, report_id: UUID, resolution: str, now: datetime) -> None:
    """Write down what was done about a report. Raises ReportNotFound, ReportEmpty, TextTooLong."""
    kept = checked_report(resolution)
    if not Report.objects.filter(brand_id=brand_id, id=report_id, resolved_at__isnull=True).update(
        resolved_at=now, resolution=kept
    ):
        raise ReportNotFound(report_id=report_id)


def forget_shared(*, brand_id: UUID, member_id: UUID) -> int:
    """Take back what a member shared with KOCs: body chips and words of every question she asked.

    For a consent taken back. Returns how many questions changed.
    """
    rows = list(
        Question.objects.select_for_update()
        .filter(brand_id=brand_id, asker_id=member_id)
        .order_by("id")
    )
    for row in rows:
        kept = [chip for chip in opened_chips(row) if not chip.is_body]
        row.chips_sealed = sealed_chips(brand_id=brand_id, question_id=row.id, chips=kept)
        row.words_sealed = sealed_words(brand_id=brand_id, question_id=row.id, words="")
    Question.objects.bulk_update(rows, ["chips_sealed", "words_sealed"], batch_size=500)
    return len(rows)


def release_koc(*, brand_id: UUID, koc_id: UUID) -> int:
    """A KOC is gone: what waits for her is due at once, and the clock passes it on."""
    return Question.objects.filter(
        brand_id=brand_id, koc_id=koc_id, state=QuestionState.WAITING
    ).update(waits_until=F("asked_at"))


def erase_member(*, brand_id: UUID, member_id: UUID) -> None:
    """Delete a member's questions with all that was said to them, and what she answered; her
    boards, and her votes on others'.

    A question that she answered stays its asker's, without the answer; one that waits for her is
    due at once. Blocks and reports of hers go. May be repeated.
    """
    erase_boards_of_member(brand_id=brand_id, member_id=member_id)
    asked = Question.objects.filter(brand_id=brand_id, asker_id=member_id)
    hers = Question.objects.filter(brand_id=brand_id, koc__member_id=member_id)
    _delete_answers(brand_id, asked)
    _delete_answers(brand_id, hers)
    Report.objects.filter(
        Q(reporter_id=member_id) | Q(question__in=asked), brand_id=brand_id
    ).delete()
    # A question may stand in the place of another: let go of the links before the rows.
    asked.update(instead_of=None)
    asked.delete()
    hers.filter(state=QuestionState.WAITING).update(waits_until=F("asked_at"))
    Block.objects.filter(
        Q(blocker_id=member_id) | Q(blocked_id=member_id), brand_id=brand_id
    ).delete()


def _delete_answers(brand_id: UUID, questions: QuerySet[Question]) -> None:
    answers = Answer.objects.filter(brand_id=brand_id, question__in=questions)
    AnswerPick.objects.filter(brand_id=brand_id, answer__in=answers).delete()
    answers.delete()


def _ids(rows: QuerySet[Question]) -> Iterable[UUID]:
    return list(rows.order_by("id").values_list("id", flat=True))
