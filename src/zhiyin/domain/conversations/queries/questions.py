"""Reading questions, blocks and reports. Chips, words and answers are opened row by row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from zhiyin.domain.conversations.models import Answer, AnswerPick, Block, Question, Report
from zhiyin.domain.conversations.queries.boards import boards_for_export
from zhiyin.domain.conversations.rules import ranked, shown_chips
from zhiyin.domain.conversations.sealing import opened_answer, opened_chips, opened_words
from zhiyin.domain.conversations.types import (
    LOAD_DAYS,
    AnswerCard,
    BlockCard,
    Candidate,
    ChipShown,
    Choice,
    DeclineReason,
    Handover,
    InboxCard,
    InboxPage,
    KocService,
    Passing,
    QuestionCard,
    QuestionNotFound,
    QuestionState,
    ReportCard,
    ReportPage,
    Said,
    Side,
    Sight,
)
from zhiyin.domain.kocs.types import KocCard

UNANSWERED = (QuestionState.DECLINED, QuestionState.EXPIRED)
EXPORT_MAX = 100_000


def question(*, brand_id: UUID, question_id: UUID, asker_id: UUID) -> QuestionCard:
    """A question, for who asked it. Four queries at most. Raises QuestionNotFound."""
    found = _asked(
        Question.objects.filter(brand_id=brand_id, id=question_id, asker_id=asker_id), brand_id
    )
    if not found:
        raise QuestionNotFound(question_id=question_id)
    return found[0]


def questions_of_need(*, brand_id: UUID, need_id: UUID) -> tuple[QuestionCard, ...]:
    """Everybody who was asked about a need, in order: the last one says how it stands.

    The caller has made sure that the need is the reader's. Four queries at most.
    """
    rows = Question.objects.filter(brand_id=brand_id, need_id=need_id)
    return _asked(rows.order_by("asked_at", "id"), brand_id)


def questions_of_asker(
    *, brand_id: UUID, asker_id: UUID, offset: int = 0, limit: int = 20
) -> tuple[QuestionCard, ...]:
    """What a member asked, last first. Four queries at most."""
    rows = Question.objects.filter(brand_id=brand_id, asker_id=asker_id)
    return _asked(rows.order_by("-asked_at", "-id")[offset : offset + limit], brand_id)


def inbox(*, brand_id: UUID, koc_id: UUID, offset: int = 0, limit: int = 20) -> InboxPage:
    """A KOC's questions: those that wait, soonest due first, then the answered, last first.

    Five queries at most.
    """
    own = Question.objects.filter(brand_id=brand_id, koc_id=koc_id)
    waiting = own.filter(state=QuestionState.WAITING).count()
    answered = own.filter(state=QuestionState.ANSWERED).count()
    rows = list(
        own.filter(state__in=(QuestionState.WAITING, QuestionState.ANSWERED)).order_by(
            F("closed_at").desc(nulls_first=True), "waits_until", "id"
        )[offset : offset + limit]
    )
    answers = _answers(brand_id, [row.id for row in rows])
    return InboxPage(
        questions=tuple(_inbox_card(row, answers.get(row.id)) for row in rows),
        waiting=waiting,
        total=waiting + answered,
    )


def inbox_question(*, brand_id: UUID, question_id: UUID, koc_id: UUID) -> InboxCard:
    """One question of a KOC's inbox. Three queries at most. Raises QuestionNotFound."""
    row = Question.objects.filter(
        brand_id=brand_id,
        id=question_id,
        koc_id=koc_id,
        state__in=(QuestionState.WAITING, QuestionState.ANSWERED),
    ).first()
    if row is None:
        raise QuestionNotFound(question_id=question_id)
    return _inbox_card(row, _answers(brand_id, [row.id]).get(row.id))


def unseen(*, brand_id: UUID, member_id: UUID, koc_id: UUID | None) -> int:
    """Answers that a member has not seen, and what waits unseen for her as a KOC. One query."""
    found = Q(asker_id=member_id, state=QuestionState.ANSWERED, answer_seen_at__isnull=True)
    if koc_id is not None:
        found |= Q(koc_id=koc_id, state=QuestionState.WAITING, koc_saw_at__isnull=True)
    return Question.objects.filter(found, brand_id=brand_id).count()


def sides(*, brand_id: UUID, question_id: UUID) -> tuple[UUID, UUID]:
    """The two members of a question: (asker, KOC). For flows: neither is told the other's id.

    One query. Raises QuestionNotFound.
    """
    row = (
        Question.objects.filter(brand_id=brand_id, id=question_id)
        .values_list("asker_id", "koc__member_id")
        .first()
    )
    if row is None:
        raise QuestionNotFound(question_id=question_id)
    return row


def handover(*, brand_id: UUID, question_id: UUID) -> Handover | None:
    """What is needed to put an unanswered question to somebody else. Two queries.

    None when nothing is left to do: it is gone, it was not left unanswered, another question took
    its place, nobody was left, or the asker has asked somebody else about this need herself.
    """
    row = Question.objects.filter(
        brand_id=brand_id, id=question_id, state__in=UNANSWERED, nobody_left_at__isnull=True
    ).first()
    if row is None:
        return None
    of_need = Question.objects.filter(brand_id=brand_id, need_id=row.need_id)
    others = list(of_need.values_list("koc_id", "asked_at", "instead_of_id"))
    if any(asked_at > row.asked_at or row.id == instead_of for _, asked_at, instead_of in others):
        return None
    return Handover(
        question_id=row.id,
        need_id=row.need_id,
        asker_id=row.asker_id,
        words=opened_words(row),
        asked_koc_ids=frozenset(koc_id for koc_id, _, _ in others),
    )


def best_to_ask(
    *, said: Said, kocs: Sequence[KocCard], load: Mapping[UUID, int]
) -> tuple[Choice, ...]:
    """Who of `kocs` should be asked about a need, best first, each with why. No query.

    `load` is this room's `load`; the order is explained in `rules.ranked`.
    """
    return ranked(
        said,
        [Candidate(card.id, card.good_at, card.facts, load.get(card.id, 0)) for card in kocs],
    )


def what_koc_sees(*, sight: Sight) -> tuple[ChipShown, ...]:
    """The chips that a KOC would see of a need, before it is put to her. No query."""
    return shown_chips(sight)


def load(
    *, brand_id: UUID, now: datetime, koc_ids: Sequence[UUID] | None = None
) -> dict[UUID, int]:
    """KOC -> her questions that wait, or were asked in the last `LOAD_DAYS` days; KOCs with none
    are left out. Of all KOCs, or of `koc_ids`. One query.
    """
    rows = Question.objects.filter(
        Q(state=QuestionState.WAITING) | Q(asked_at__gt=now - timedelta(days=LOAD_DAYS)),
        brand_id=brand_id,
    )
    if koc_ids is not None:
        rows = rows.filter(koc_id__in=list(koc_ids))
    return dict(rows.values_list("koc_id").annotate(Count("id")))


def waiting_at(*, brand_id: UUID, at: datetime) -> int:
    """How many questions waited for an answer at a moment. One query."""
    return Question.objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=at), brand_id=brand_id, asked_at__lte=at
    ).count()


def service(*, brand_id: UUID, koc_id: UUID, limit: int = 1_000) -> KocService:
    """How a KOC dealt with her last closed questions. One query."""
    found: defaultdict[str, list[UUID]] = defaultdict(list)
    rows = (
        Question.objects.filter(brand_id=brand_id, koc_id=koc_id, closed_at__isnull=False)
        .order_by("-closed_at", "id")
        .values_list("state", "id")
    )
    for state, question_id in rows[:limit]:
        found[state].append(question_id)
    return KocService(
        answered=tuple(found[QuestionState.ANSWERED]),
        declined=tuple(found[QuestionState.DECLINED]),
        expired=tuple(found[QuestionState.EXPIRED]),
    )


def blocked_ids(*, brand_id: UUID, member_id: UUID) -> frozenset[UUID]:
    """The members that one does not hear from, whoever of the two blocked. One query."""
    rows = Block.objects.filter(
        Q(blocker_id=member_id) | Q(blocked_id=member_id),
        brand_id=brand_id,
        lifted_at__isnull=True,
    ).values_list("blocker_id", "blocked_id")
    return frozenset(one for pair in rows for one in pair if one != member_id)


def blocks_by(*, brand_id: UUID, member_id: UUID, limit: int = 200) -> tuple[BlockCard, ...]:
    """Whom a member blocked and may unblock, last first. Two queries."""
    rows = list(
        Block.objects.filter(brand_id=brand_id, blocker_id=member_id, lifted_at__isnull=True)
        .order_by("-blocked_at", "id")
        .values_list("id", "blocked_id", "blocked_at")[:limit]
    )
    asked = dict(
        Question.objects.filter(
            brand_id=brand_id,
            asker_id=member_id,
            koc__member_id__in=[blocked_id for _, blocked_id, _ in rows],
        ).values_list("koc__member_id", "koc_id")
    )
    return tuple(
        BlockCard(row_id, blocked_id, asked.get(blocked_id), blocked_at)
        for row_id, blocked_id, blocked_at in rows
    )


def reports(
    *, brand_id: UUID, resolved: bool = False, offset: int = 0, limit: int = 50
) -> ReportPage:
    """Reports for the console: the open ones, oldest first, or those resolved. Four queries."""
    found = Report.objects.filter(brand_id=brand_id, resolved_at__isnull=not resolved)
    rows = list(
        found.select_related("question").order_by("reported_at", "id")[offset : offset + limit]
    )
    answers = _answers(brand_id, [row.question_id for row in rows])
    return ReportPage(
        reports=tuple(_report_card(row, answers.get(row.question_id)) for row in rows),
        total=found.count(),
    )


def export_member(*, brand_id: UUID, member_id: UUID) -> dict[str, object]:
    """Everything a member said and asked, opened. Of what others asked her, only her answers."""
    own = {"brand_id": brand_id}
    asked = Question.objects.filter(asker_id=member_id, **own).order_by("asked_at", "id")
    answered = list(
        Answer.objects.filter(question__koc__member_id=member_id, **own)
        .order_by("answered_at", "id")
        .values_list("question_id", flat=True)[:EXPORT_MAX]
    )
    return {
        "questions": list(_asked(asked[:EXPORT_MAX], brand_id)),
        "answers": [
            {"question_id": question_id, "answer": card}
            for question_id, card in _answers(brand_id, answered).items()
        ],
        "blocks": list(
            Block.objects.filter(blocker_id=member_id, **own)
            .order_by("blocked_at", "id")
            .values("blocked_id", "blocked_at", "lifted_at")[:EXPORT_MAX]
        ),
        "reports": list(
            Report.objects.filter(reporter_id=member_id, **own)
            .order_by("reported_at", "id")
            .values("question_id", "reason", "reported_at", "resolved_at", "resolution")[
                :EXPORT_MAX
            ]
        ),
        **boards_for_export(brand_id=brand_id, member_id=member_id),
    }


def _asked(found: QuerySet[Question], brand_id: UUID) -> tuple[QuestionCard, ...]:
    rows = list(found)
    answers = _answers(brand_id, [row.id for row in rows])
    let_go = [row.id for row in rows if row.state in UNANSWERED]
    passed_on = (
        frozenset(
            Question.objects.filter(brand_id=brand_id, instead_of_id__in=let_go).values_list(
                "instead_of_id", flat=True
            )
        )
        if let_go
        else frozenset()
    )
    return tuple(
        QuestionCard(
            id=row.id,
            need_id=row.need_id,
            koc_id=row.koc_id,
            chips=opened_chips(row),
            words=opened_words(row),
            state=QuestionState(row.state),
            asked_at=row.asked_at,
            waits_until=row.waits_until,
            closed_at=row.closed_at,
            decline_reason=DeclineReason(row.decline_reason) if row.decline_reason else None,
            instead_of_id=row.instead_of_id,
            passing=_passing(row, passed_on),
            answer=answers.get(row.id),
            is_new=row.state == QuestionState.ANSWERED and row.answer_seen_at is None,
        )
        for row in rows
    )


def _passing(row: Question, passed_on: frozenset[UUID]) -> Passing | None:
    if row.state not in UNANSWERED:
        return None
    if row.id in passed_on:
        return Passing.PASSED_ON
    return Passing.OPEN if row.nobody_left_at is None else Passing.NOBODY_LEFT


def _inbox_card(row: Question, answer: AnswerCard | None) -> InboxCard:
    return InboxCard(
        id=row.id,
        chips=opened_chips(row),
        words=opened_words(row),
        state=QuestionState(row.state),
        asked_at=row.asked_at,
        waits_until=row.waits_until,
        answer=answer,
    )


def _report_card(row: Report, answer: AnswerCard | None) -> ReportCard:
    by_asker = row.reporter_id == row.question.asker_id
    return ReportCard(
        id=row.id,
        question_id=row.question_id,
        reporter=Side.ASKER if by_asker else Side.KOC,
        reason=row.reason,
        reported_at=row.reported_at,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
        koc_id=row.question.koc_id,
        words=opened_words(row.question),
        answer=answer,
    )


def _answers(brand_id: UUID, question_ids: Iterable[UUID]) -> dict[UUID, AnswerCard]:
    """Question -> its answer with the picks. Two queries, or none for no question."""
    ids = list(question_ids)
    rows = list(Answer.objects.filter(brand_id=brand_id, question_id__in=ids)) if ids else []
    picks: defaultdict[UUID, list[UUID]] = defaultdict(list)
    if rows:
        for answer_id, product_id in (
            AnswerPick.objects.filter(brand_id=brand_id, answer_id__in=[row.id for row in rows])
            .order_by("answer_id", "position")
            .values_list("answer_id", "product_id")
        ):
            picks[answer_id].append(product_id)
    return {
        row.question_id: AnswerCard(
            text=opened_answer(row),
            product_ids=tuple(picks[row.id]),
            answered_at=row.answered_at,
            is_ad=row.is_ad,
        )
        for row in rows
    }
