"""The only writers of what the audience keeps."""

from zhiyin.domain.audience.operations.needs import (
    change_slots,
    claim_guest_needs,
    delete_needs,
    hide_need,
    hold_guest_needs,
    hold_need,
    save_need,
    set_saved,
    take_chip,
    unhide_need,
)
from zhiyin.domain.audience.operations.people import (
    erase_member,
    forget_body_facts,
    move_back,
    move_member,
)
from zhiyin.domain.audience.operations.tags import (
    add_tag,
    remove_tag,
    rename_tag,
    tag_members,
    untag_members,
)
from zhiyin.domain.audience.operations.taxonomies import save_taxonomy
from zhiyin.domain.audience.operations.traits import (
    carry_traits,
    remove_trait,
    state_traits,
    state_traits_of,
)

__all__ = [
    "add_tag",
    "carry_traits",
    "change_slots",
    "claim_guest_needs",
    "delete_needs",
    "erase_member",
    "forget_body_facts",
    "hide_need",
    "hold_guest_needs",
    "hold_need",
    "move_back",
    "move_member",
    "remove_tag",
    "remove_trait",
    "rename_tag",
    "save_need",
    "save_taxonomy",
    "set_saved",
    "state_traits",
    "state_traits_of",
    "tag_members",
    "take_chip",
    "unhide_need",
    "untag_members",
]
