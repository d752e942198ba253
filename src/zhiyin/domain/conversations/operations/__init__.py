"""The only writers of conversations."""

from zhiyin.domain.conversations.operations.boards import (
    await_turn,
    claim_votes,
    close_board,
    close_boards_of,
    decide_board,
    delete_board,
    erase_boards_of_needs,
    forget_guest_votes,
    hold_boards_of,
    make_board,
    remove_vote,
    vote,
)
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
    "await_turn",
    "block",
    "claim_votes",
    "close_board",
    "close_boards_of",
    "decide_board",
    "decline",
    "delete_board",
    "erase_boards_of_needs",
    "erase_member",
    "expire_due",
    "forget_guest_votes",
    "forget_shared",
    "hold_boards_of",
    "lift_block",
    "make_board",
    "note_answer_seen",
    "note_nobody_left",
    "note_questions_seen",
    "release_koc",
    "remove_vote",
    "report",
    "resolve_report",
    "vote",
    "withdraw",
]
