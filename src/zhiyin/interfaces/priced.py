"""A price explained: what each rule gave, and which gave nothing and why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from zhiyin.domain.orders.types import OrderCard
from zhiyin.domain.pricing.types import Quote
from zhiyin.domain.promotions.types import Terms, Why
from zhiyin.interfaces.naming import name_in
from zhiyin.kit.money import format_cny

Details = Mapping[str, Any]
PER_CENT = 100
UNKNOWN = Why.UNKNOWN_COUPON.value
UNNAMED: Mapping[str, Terms] = {}


def of_quote(quote: Quote, language: str, terms: Mapping[str, Terms] = UNNAMED) -> dict[str, Any]:
    """What a basket costs now, and why. Rules that stand in `terms` bear their names."""
    return _explained(
        language,
        terms,
        list_goods_fen=quote.list_goods_fen,
        list_freight_fen=quote.list_freight_fen,
        payable_fen=quote.payable_fen,
        applied=[
            (one.rule, one.words.code, one.words.details, one.off_fen) for one in quote.applied
        ],
        refused=[(one.rule, str(one.reason), one.details) for one in quote.refused],
    )


def of_order(
    order: OrderCard, language: str, terms: Mapping[str, Terms] = UNNAMED
) -> dict[str, Any]:
    """What an order cost, as it was explained when she placed it."""
    said: Mapping[str, Any] = order.explained
    return _explained(
        language,
        terms,
        list_goods_fen=order.list_goods_fen,
        list_freight_fen=said.get("list_freight_fen", order.freight_fen),
        payable_fen=order.payable_fen,
        applied=[
            (one["rule"], one["words"], one["details"], one["off_fen"])
            for one in said.get("applied", ())
        ],
        refused=[(one["rule"], one["reason"], one["details"]) for one in said.get("refused", ())],
    )


def _explained(
    language: str,
    terms: Mapping[str, Terms],
    *,
    list_goods_fen: int,
    list_freight_fen: int,
    payable_fen: int,
    applied: Sequence[tuple[str, str, Details, int]],
    refused: Sequence[tuple[str, str, Details]],
) -> dict[str, Any]:
    def money(fen: int) -> str:
        return format_cny(fen, language)

    def named(rule: str) -> dict[str, Any]:
        known = terms.get(rule)
        return {"promotion": known, "name": name_in(language, known) if known else ""}

    lines: list[dict[str, Any]] = [{"label": _("Goods"), "amount": money(list_goods_fen)}]
    lines += [
        {"label": _gave(words, details, money), "amount": money(-off_fen), "is_off": True}
        | named(rule)
        for rule, words, details, off_fen in applied
    ]
    if list_freight_fen:
        lines.append({"label": _("Parcel"), "amount": money(list_freight_fen)})
    return {
        "lines": lines,
        "total": money(payable_fen),
        "payable_fen": payable_fen,
        "refused": [
            {"rule": _rule(rule, reason), "why": _why(reason, details, money)} | named(rule)
            for rule, reason, details in refused
        ],
    }


def _gave(words: str, details: Details, money: Callable[[int], str]) -> str:
    """What a rule is called where it gave something."""
    if words == "coupon_rate":
        return _("Coupon: %(percent)g %% off") % {"percent": details["off_bps"] / PER_CENT}
    if words == "coupon_amount":
        return _("Coupon: %(sum)s off") % {"sum": money(details["off_fen"])}
    names = {
        "group_buy_price": _("Group-buy price"),
        "flash_price": _("Flash sale price"),
        "trial_price": _("Trial price"),
    }
    return names.get(words) or _("Off")


def _rule(rule: str, reason: str) -> str:
    """What a rule is called, by the first word of its code; an unknown coupon, as typed."""
    kind, _colon, written = rule.partition(":")
    if reason == UNKNOWN:
        return _("Coupon %(code)s") % {"code": written}
    names = {
        "group_buy": _("Group-buy"),
        "flash": _("Flash sale"),
        "trial": _("Trial"),
        "coupon": _("Coupon"),
    }
    return names.get(kind) or _("An offer")


def why(reason: str, details: Details, language: str) -> str:
    """Why a rule gave nothing, in a few words."""

    def money(fen: int) -> str:
        return format_cny(fen, language)

    return _why(reason, details, money)


def _why(reason: str, details: Details, money: Callable[[int], str]) -> str:
    if reason == "threshold_not_met" and "from_fen" in details:
        return _("from %(sum)s on") % {"sum": money(details["from_fen"])}
    return {
        "no_eligible_line": _("nothing here that it is for"),
        "threshold_not_met": _("the goods do not come to its sum"),
        "not_lower": _("the price is lower without it"),
        "below_floor": _("it would go below the lowest price"),
        "another_price_is_lower": _("another price is lower"),
        "not_stackable": _("it does not go together with the one that was taken"),
        "nothing_left": _("there was nothing left to take off"),
        "not_started": _("it has not begun"),
        "ended": _("it is over"),
        "stopped": _("it was ended"),
        "other_store": _("it is for another store"),
        "needs_pickup": _("it is for pickup in a store"),
        "needs_parcel": _("it is for parcels"),
        "not_new_customer": _("it is for a first order"),
        "used_up": _("all of it is given out"),
        "once_per_person": _("it is given once to a person"),
        "per_person": _("one person's share of it is used up"),
        "only_in_group": _("only in a group-buy"),
        "group_closed": _("the group is complete, or its time is over"),
        "group_full": _("every seat of the group is taken"),
        "not_claimed": _("it has not been taken yet"),
        "unknown_coupon": _("no coupon has this code"),
        "other_goods": _("it is for other goods"),
    }.get(reason) or _("it does not apply here")
