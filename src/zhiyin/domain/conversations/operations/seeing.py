"""Each side's first look: the asker's at an answer, the KOC's at a question."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.conversations.models import Question
from zhiyin.domain.conversations.types import QuestionState


def note_answer_seen(*, brand_id: UUID, question_id: UUID, asker_id: UUID, now: datetime) -> None:
    """The asker has the answer before her. Only the first time counts; no answer is no error."""
    Question.objects.filter(
        brand_id=brand_id,
        id=question_id,
        asker_id=asker_id,
        state=QuestionState.ANSWERED,
        answer_seen_at__isnull=True,
    ).update(answer_seen_at=now)


def note_questions_seen(*, brand_id: UUID, koc_id: UUID, now: datetime) -> None:
    """The KOC has all that waits for her before her. Only the first time counts."""
    Question.objects.filter(
        brand_id=brand_id,
        koc_id=koc_id,
        state=QuestionState.WAITING,
        koc_saw_at__isnull=True,
    ).update(koc_saw_at=now)
