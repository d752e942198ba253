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

__all__ = [
    "answer",
    "ask",
    "block",
    "decline",
    "erase_member",
    "expire_due",
    "forget_shared",
    "lift_block",
    "note_nobody_left",
    "release_koc",
    "report",
    "resolve_report",
    "withdraw",
]
