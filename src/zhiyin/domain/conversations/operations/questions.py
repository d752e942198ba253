"""A question from its asking to its end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from zhiyin.domain.conversations.models import Answer, AnswerPick, Block, Question
from zhiyin.domain.conversations.rules import (
    after,
    before,
    checked_answer,
    checked_picks,
    checked_words,
    masked,
    shown_chips,
)
from zhiyin.domain.conversations.sealing import sealed_answer, sealed_chips, sealed_words
from zhiyin.domain.conversations.types import (
    ASKS_PER_DAY,
    WAIT_HOURS,
    AlreadyAsked,
    AskedBefore,
    Blocked,
    DeclineReason,
    NotHerself,
    QuestionAnswered,
    QuestionAsked,
    QuestionMove,
    QuestionNotFound,
    QuestionState,
    QuestionUnanswered,
    Sight,
    TooManyQuestions,
)
from zhiyin.domain.kocs.types import KocCard
from zhiyin.events.operations import record
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many

# Whoever comes second finds the row locked and passes over it, or closed and not waiting: so
# two workers never close, and never announce, the same question.
EXPIRE_DUE = """
    WITH due AS MATERIALIZED (
        SELECT id FROM conversations_question
        WHERE brand_id = %(brand_id)s AND state = ANY(%(open)s) AND waits_until <= %(now)s
        ORDER BY waits_until, id LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    )
    UPDATE conversations_question AS question
    SET state = %(expired)s, closed_at = %(now)s
    FROM due
    WHERE question.brand_id = %(brand_id)s AND question.id = due.id
      AND question.state = ANY(%(open)s)
    RETURNING question.id
"""


def ask(
    *,
    brand_id: UUID,
    need_id: UUID,
    asker_id: UUID,
    koc: KocCard,
    sight: Sight,
    words: str,
    now: datetime,
    instead_of_id: UUID | None = None,
) -> UUID:
    """Put a need to a KOC; she has `WAIT_HOURS` to answer. Returns the question's id.

    She sees the chips that `sight` allows and the words with phones, names and weights hidden;
    only that is kept, sealed. The caller holds the two members and the KOC's profile, so that a
    block, a deletion or another question cannot slip in between. The daily cap does not count a
    question that takes another's place (`instead_of_id`); the words of such a one are hidden
    already, and are kept as they are.
    Raises NotHerself, Blocked, TooManyQuestions, AlreadyAsked, AskedBefore, TextTooLong,
    TextHasNul.
    """
    if asker_id == koc.member_id:
        raise NotHerself()
    kept = masked(checked_words(words), sight) if instead_of_id is None else words
    if _is_blocked(brand_id, asker_id, koc.member_id):
        raise Blocked()
    own = Question.objects.filter(brand_id=brand_id, asker_id=asker_id)
    a_day_ago = now - timedelta(days=1)
    if instead_of_id is None:
        asked = own.filter(asked_at__gt=a_day_ago, instead_of__isnull=True).count()
        if asked >= ASKS_PER_DAY:
            raise TooManyQuestions(most=ASKS_PER_DAY)
    question_id = uuid7()
    try:
        with transaction.atomic():
            Question.objects.create(
                id=question_id,
                brand_id=brand_id,
                need_id=need_id,
                asker_id=asker_id,
                koc_id=koc.id,
                chips_sealed=sealed_chips(
                    brand_id=brand_id, question_id=question_id, chips=shown_chips(sight)
                ),
                words_sealed=sealed_words(brand_id=brand_id, question_id=question_id, words=kept),
                state=QuestionState.WAITING,
                asked_at=now,
                waits_until=now + timedelta(hours=WAIT_HOURS),
                instead_of_id=instead_of_id,
            )
    except IntegrityError:
        of_need = Question.objects.filter(brand_id=brand_id, need_id=need_id)
        if of_need.filter(koc_id=koc.id).exclude(state=QuestionState.WAITING).exists():
            raise AskedBefore(koc_id=koc.id) from None
        raise AlreadyAsked(need_id=need_id) from None
    record(QuestionAsked(brand_id=brand_id, at=now, question_id=question_id))
    return question_id


def answer(
    *,
    brand_id: UUID,
    question_id: UUID,
    koc_id: UUID,
    text: str,
    product_ids: Sequence[UUID],
    is_ad: bool,
    now: datetime,
) -> UUID:
    """Answer a waiting question in words, with up to three picks. Returns the answer's id.

    An answer that comes late, but before the question was closed, is welcome.
    Raises QuestionNotFound, QuestionMoveRefused, AnswerEmpty, TooManyPicks, TextTooLong,
    TextHasNul.
    """
    kept, picks = checked_answer(text), checked_picks(product_ids)
    _move(brand_id, question_id, QuestionMove.ANSWER, now, koc_id=koc_id)
    answer_id = uuid7()
    Answer.objects.create(
        id=answer_id,
        brand_id=brand_id,
        question_id=question_id,
        text_sealed=sealed_answer(brand_id=brand_id, answer_id=answer_id, text=kept),
        answered_at=now,
        is_ad=is_ad and bool(picks),
    )
    AnswerPick.objects.bulk_create(
        AnswerPick(brand_id=brand_id, answer_id=answer_id, product_id=product_id, position=place)
        for place, product_id in enumerate(picks)
    )
    record(QuestionAnswered(brand_id=brand_id, at=now, question_id=question_id))
    return answer_id


def decline(
    *, brand_id: UUID, question_id: UUID, koc_id: UUID, reason: DeclineReason, now: datetime
) -> None:
    """A KOC would rather not answer: somebody else will be asked.

    Raises QuestionNotFound, QuestionMoveRefused.
    """
    _move(brand_id, question_id, QuestionMove.DECLINE, now, reason=reason, koc_id=koc_id)
    record(QuestionUnanswered(brand_id=brand_id, at=now, question_id=question_id))


def withdraw(*, brand_id: UUID, question_id: UUID, asker_id: UUID, now: datetime) -> None:
    """The asker takes a waiting question back; nobody else is asked.

    Raises QuestionNotFound, QuestionMoveRefused.
    """
    _move(brand_id, question_id, QuestionMove.WITHDRAW, now, asker_id=asker_id)


def expire_due(*, brand_id: UUID, now: datetime, limit: int) -> tuple[UUID, ...]:
    """Close the questions whose time is up, at most `limit`, and say so of each.

    Returns their ids; as many as `limit` means that more may be due. Safe to repeat, and safe to
    run twice at once: the guard is in the statement.
    """
    rows = many(
        EXPIRE_DUE,
        brand_id=brand_id,
        open=[state.value for state in before(QuestionMove.EXPIRE)],
        expired=QuestionState.EXPIRED.value,
        now=now,
        limit=limit,
    )
    for (question_id,) in rows:
        record(QuestionUnanswered(brand_id=brand_id, at=now, question_id=question_id))
    return tuple(question_id for (question_id,) in rows)


def note_nobody_left(*, brand_id: UUID, question_id: UUID, now: datetime) -> None:
    """Write down that nobody else could be asked; the first time stands."""
    Question.objects.filter(brand_id=brand_id, id=question_id, nobody_left_at__isnull=True).update(
        nobody_left_at=now
    )


def _move(
    brand_id: UUID,
    question_id: UUID,
    move: QuestionMove,
    now: datetime,
    reason: DeclineReason | None = None,
    **whose: UUID,
) -> None:
    """Lock a question of the asker's or of the KOC's, and move it."""
    row = (
        Question.objects.select_for_update()
        .filter(brand_id=brand_id, id=question_id, **whose)
        .first()
    )
    if row is None:
        raise QuestionNotFound(question_id=question_id)
    row.state = after(QuestionState(row.state), move)
    row.closed_at = now
    row.decline_reason = reason or ""
    row.save(update_fields=["state", "closed_at", "decline_reason"])


def _is_blocked(brand_id: UUID, one_id: UUID, other_id: UUID) -> bool:
    return Block.objects.filter(
        Q(blocker_id=one_id, blocked_id=other_id) | Q(blocker_id=other_id, blocked_id=one_id),
        brand_id=brand_id,
        lifted_at__isnull=True,
    ).exists()
