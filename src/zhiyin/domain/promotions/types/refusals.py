"""The refusals of promotions."""

from typing import ClassVar

from zhiyin.kit.errors import DomainError, Kind


class PromotionNotFound(DomainError):
    """The brand has no such promotion."""

    code: ClassVar[str] = "promotion_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class PromotionRefused(DomainError):
    """Something that was said of the promotion cannot be. `field` says what."""

    code: ClassVar[str] = "promotion_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class PromotionOver(DomainError):
    """The promotion has ended or was stopped, and stays as it was. Set up another."""

    code: ClassVar[str] = "promotion_over"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TermsFixed(DomainError):
    """People bought on these terms. Stop the promotion and set up another. `fields` says which."""

    code: ClassVar[str] = "promotion_terms_fixed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class LimitBelowUsed(DomainError):
    """More has been used than this limit would allow. `used` says how much."""

    code: ClassVar[str] = "promotion_limit_below_used"
    kind: ClassVar[Kind] = Kind.CONFLICT


class WindowsOverlap(DomainError):
    """Another flash sale of this SKU runs in the same store at that time."""

    code: ClassVar[str] = "flash_windows_overlap"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CodeTaken(DomainError):
    """Another coupon of the brand has this code already."""

    code: ClassVar[str] = "coupon_code_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT


class UsedUp(DomainError):
    """The promotion has nothing left. `rule` says which."""

    code: ClassVar[str] = "promotion_used_up"
    kind: ClassVar[Kind] = Kind.CONFLICT


class PersonLimitReached(DomainError):
    """She has had as much of this promotion as one person may. `rule` says which."""

    code: ClassVar[str] = "promotion_person_limit"
    kind: ClassVar[Kind] = Kind.CONFLICT


class UsesReleased(DomainError):
    """The order has given its uses back, and cannot have them again."""

    code: ClassVar[str] = "promotion_uses_released"
    kind: ClassVar[Kind] = Kind.CONFLICT


class UsesDiffer(DomainError):
    """The order has used other pieces of this promotion already."""

    code: ClassVar[str] = "promotion_uses_differ"
    kind: ClassVar[Kind] = Kind.CONFLICT


class CouponNotClaimable(DomainError):
    """This coupon is not for claiming now: not yet, no longer, or not at all."""

    code: ClassVar[str] = "coupon_not_claimable"
    kind: ClassVar[Kind] = Kind.CONFLICT


class TooManyCodes(DomainError):
    """Too many codes that do not exist were tried. Wait an hour."""

    code: ClassVar[str] = "coupon_codes_too_many"
    kind: ClassVar[Kind] = Kind.TOO_MANY


class GroupBuyNotRunning(DomainError):
    """No group can be opened: the group-buy has not begun, has ended or was stopped."""

    code: ClassVar[str] = "group_buy_not_running"
    kind: ClassVar[Kind] = Kind.CONFLICT


class GroupNotFound(DomainError):
    """The brand has no such group."""

    code: ClassVar[str] = "group_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class GroupClosed(DomainError):
    """The group is won, or its time is over. Another one may be open."""

    code: ClassVar[str] = "group_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT


class GroupFull(DomainError):
    """Every seat of the group is taken. One may come free; another group may be open."""

    code: ClassVar[str] = "group_full"
    kind: ClassVar[Kind] = Kind.CONFLICT


class AlreadySeated(DomainError):
    """She has a seat in this group already, or the order has one."""

    code: ClassVar[str] = "group_already_seated"
    kind: ClassVar[Kind] = Kind.CONFLICT


class SeatNotFound(DomainError):
    """This order has no seat in a group."""

    code: ClassVar[str] = "group_seat_not_found"
    kind: ClassVar[Kind] = Kind.MISSING


class SeatMoveRefused(DomainError):
    """The seat is in a state that does not allow this. `state` says which."""

    code: ClassVar[str] = "group_seat_move_refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
