"""The only writers of the tables of people."""

from zhiyin.domain.members.operations.codes import check_code, delete_old_codes, issue_code
from zhiyin.domain.members.operations.consents import (
    grant_consent,
    grant_consents,
    set_personalisation,
    withdraw_consent,
)
from zhiyin.domain.members.operations.importing import import_members
from zhiyin.domain.members.operations.merging import merge, note_moved, undo_merge
from zhiyin.domain.members.operations.people import (
    ask_erasure,
    create_member,
    end_role,
    erase_member,
    finish_erasure,
    give_role,
    hold_member,
    hold_members,
    keep_member,
    link_identity,
    rename,
    set_language,
)
from zhiyin.domain.members.operations.reading import note_read, note_reads

__all__ = [
    "ask_erasure",
    "check_code",
    "create_member",
    "delete_old_codes",
    "end_role",
    "erase_member",
    "finish_erasure",
    "give_role",
    "grant_consent",
    "grant_consents",
    "hold_member",
    "hold_members",
    "import_members",
    "issue_code",
    "keep_member",
    "link_identity",
    "merge",
    "note_moved",
    "note_read",
    "note_reads",
    "rename",
    "set_language",
    "set_personalisation",
    "undo_merge",
    "withdraw_consent",
]
