"""The only writers of conversations."""

from zhiyin.domain.conversations.operations.people import (
    block,
    erase_member,
    forget_shared,
    lift_block,
    release_koc,
    report,
    resolve_report,
)
from zhiyin.domain.conversations.operations.questions import (
    answer,
    ask,
    decline,
    expire_due,
    note_nobody_left,
    withdraw,
)
from zhiyin.domain.conversations.operations.seeing import (
    note_answer_seen,
    note_questions_seen,
)

__all__ = [
    "answer",
    "ask",
    "block",
    "decline",
    "erase_member",
    "expire_due",
    "forget_shared",
    "lift_block",
    "note_answer_seen",
    "note_nobody_left",
    "note_questions_seen",
    "release_koc",
    "report",
    "resolve_report",
    "withdraw",
]
