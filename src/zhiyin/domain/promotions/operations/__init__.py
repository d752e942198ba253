"""The only writers of promotions."""

from zhiyin.domain.promotions.operations.closing import close_expired
from zhiyin.domain.promotions.operations.coupons import (
    claim,
    claim_by_code,
    erase_member,
    forget_code_tries,
)
from zhiyin.domain.promotions.operations.groups import (
    leave_seat,
    lock_group,
    open_group,
    return_seat,
    seat_paid,
    take_seat,
)
from zhiyin.domain.promotions.operations.merging import move_buyer, move_buyer_back
from zhiyin.domain.promotions.operations.setting_up import change, create, stop
from zhiyin.domain.promotions.operations.uses import release_uses, use

__all__ = [
    "change",
    "claim",
    "claim_by_code",
    "close_expired",
    "create",
    "erase_member",
    "forget_code_tries",
    "leave_seat",
    "lock_group",
    "move_buyer",
    "move_buyer_back",
    "open_group",
    "release_uses",
    "return_seat",
    "seat_paid",
    "stop",
    "take_seat",
    "use",
]
