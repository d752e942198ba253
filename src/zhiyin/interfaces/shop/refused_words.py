"""Why an order was not placed, in plain words, and what to do. Nothing is ordered then."""

from django.utils.translation import gettext as _

from zhiyin.domain.catalog.types import CauseReused, SoldOut
from zhiyin.domain.orders.types import NothingToPay, RequestReused
from zhiyin.domain.promotions.types import (
    AlreadySeated,
    GroupBuyNotRunning,
    GroupClosed,
    GroupFull,
    GroupNotFound,
    PersonLimitReached,
    PromotionKind,
    PromotionNotFound,
    UsedUp,
    Why,
)
from zhiyin.flows.purchase.placing import NotInGroup
from zhiyin.flows.purchase.quoting import NotForSale, PriceChanged
from zhiyin.interfaces.shop import slots
from zhiyin.kit.errors import DomainError
from zhiyin.kit.money import format_cny

REFUSED = (
    SoldOut,
    NotForSale,
    PriceChanged,
    NothingToPay,
    RequestReused,
    CauseReused,
    NotInGroup,
    GroupNotFound,
    GroupClosed,
    GroupFull,
    GroupBuyNotRunning,
    AlreadySeated,
    PersonLimitReached,
    PromotionNotFound,
    UsedUp,
    *slots.REFUSED,
)


def why_not(refused: DomainError, language: str) -> str:
    """What was in the way, and what to do."""
    if isinstance(refused, PriceChanged):
        return _(
            "It costs %(now)s by now, not %(before)s. Nothing is ordered yet: look at it, then"
            " press again."
        ) % {
            "now": format_cny(int(str(refused.details["payable_fen"])), language),
            "before": format_cny(int(str(refused.details["expected_fen"])), language),
        }
    if isinstance(refused, slots.REFUSED):
        return slots.why_not(refused)
    if isinstance(refused, NotInGroup):
        reasons = refused.details["reasons"]
        assert isinstance(reasons, list | tuple)
        return in_group_words(str(reasons[0]) if reasons else "")
    if isinstance(refused, PersonLimitReached):
        if str(refused.details["rule"]).startswith(PromotionKind.GROUP_BUY.value):
            return in_group_words(Why.PER_PERSON)
        return _(
            "You have had your share of an offer, so it is left out. Nothing is ordered yet: look"
            " at the sum, then press again."
        )
    return _plain(refused)


def _plain(refused: DomainError) -> str:
    if isinstance(refused, GroupClosed | GroupNotFound):
        return in_group_words(Why.GROUP_CLOSED)
    if isinstance(refused, GroupFull):
        return in_group_words(Why.GROUP_FULL)
    if isinstance(refused, GroupBuyNotRunning | PromotionNotFound):
        return in_group_words(Why.ENDED)
    if isinstance(refused, AlreadySeated):
        return _(
            "You have a seat in this group already: see it under My orders. A group takes each"
            " person once, so share its link instead. Nothing more is ordered."
        )
    if isinstance(refused, UsedUp):
        return _(
            "The last of an offer went while you looked, so it is left out. Nothing is ordered"
            " yet: look at the sum, then press again."
        )
    if isinstance(refused, NothingToPay):
        return _("Nothing is left to pay, and nothing cannot be paid. Leave a coupon out.")
    if isinstance(refused, NotForSale):
        return _("Something of it is no longer sold, and is left out below. Press again.")
    return _(
        "The store you chose no longer has all of it. Choose another, or change the lines. Nothing"
        " is ordered yet."
    )


def in_group_words(reason: str) -> str:
    """Why these lines are not bought in the group, and what to do."""
    return {
        Why.GROUP_CLOSED: _(
            "The group is complete, or its time is over. Nothing is ordered. Open a group of your"
            " own, or buy alone."
        ),
        Why.GROUP_FULL: _(
            "Every seat of the group is taken. One that is not paid within fifteen minutes is free"
            " again. Nothing is ordered: wait, open a group of your own, or buy alone."
        ),
        Why.NOT_STARTED: _("The group-buy has not begun. Nothing is ordered."),
        Why.ENDED: _("The group-buy is over. Nothing is ordered. You can buy it alone."),
        Why.STOPPED: _("The group-buy was ended. Nothing is ordered. You can buy it alone."),
        Why.NEEDS_PICKUP: _("The group's price is for pickup in a store. Choose pickup."),
        Why.NEEDS_PARCEL: _("The group's price is for parcels. Have it sent."),
        Why.OTHER_STORE: _("The group's price is for other stores. Choose one of them."),
        Why.NOT_NEW_CUSTOMER: _("The group is for a first order. You can buy it alone."),
        Why.PER_PERSON: _(
            "You have had as many seats of this group-buy as one person may. Nothing is ordered."
        ),
        Why.ONCE_PER_PERSON: _(
            "You have had your seat of this group-buy; there is one a person. Nothing is ordered."
        ),
        "another_price_is_lower": _("Another price is lower than the group's. Buy it alone."),
        "not_lower": _("The group's price is not lower any more. Buy it alone."),
    }.get(reason) or _("These lines are not in the group-buy. Start from its page, or buy alone.")
