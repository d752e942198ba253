"""What an operator may say of a promotion, and what of it may still change. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.promotions.types import (
    AnyFacts,
    CouponFacts,
    FlashSaleFacts,
    GroupBuyFacts,
    PromotionKind,
    PromotionOver,
    PromotionRefused,
    PromotionState,
    TermsFixed,
    TrialFacts,
)
from zhiyin.kit.money import WHOLE_BPS
from zhiyin.kit.text import clean_line

NAME_CHARS_MAX = 60
FEN_MAX = 10**9
"""Ten million yuan."""
SKUS_MAX = 200
STORES_MAX = 500
SEATS_MAX = 50
HOURS_MAX = 24 * 7
WINDOW_DAYS_MAX = 366
LIMIT_MAX = 10_000_000
PERSON_MAX = 999
CODE_TRIES = 10
"""How many codes that do not exist a member may try in an hour."""
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{3,19}")
KINDS: Mapping[type[AnyFacts], PromotionKind] = {
    GroupBuyFacts: PromotionKind.GROUP_BUY,
    FlashSaleFacts: PromotionKind.FLASH_SALE,
    TrialFacts: PromotionKind.TRIAL,
    CouponFacts: PromotionKind.COUPON,
}
FREE = frozenset("name_zh name_en ends_at store_ids open_hours is_claimable".split())
"""What may change while a promotion runs. Its two limits may too, but not come or go."""
LIMITS = ("most_uses", "per_person")


def plain_code(code: str) -> str:
    """A coupon's code as it is kept: capitals, no spaces around it."""
    return code.strip().upper()


def columns(facts: AnyFacts) -> dict[str, object]:
    """What was said, checked, by column; `sku_ids` and `kind` among them. Raises PromotionRefused.

    TextTooLong and TextHasNul are raised for names.
    """
    said: dict[str, object] = asdict(facts)
    for name in ("name_zh", "name_en"):
        said[name] = clean_line(str(said[name]), NAME_CHARS_MAX)
        _need(bool(said[name]), name)
    window = facts.ends_at - facts.starts_at
    _need(timedelta(0) < window <= timedelta(days=WINDOW_DAYS_MAX), "ends_at")
    _need(len(facts.store_ids) <= STORES_MAX, "store_ids")
    said["store_ids"] = sorted(set(facts.store_ids))
    said["deliveries"] = sorted({delivery.value for delivery in facts.deliveries})
    _need(_whole(facts.most_uses, 1, LIMIT_MAX), "most_uses")
    _need(_whole(facts.per_person, 1, PERSON_MAX), "per_person")
    match facts:
        case GroupBuyFacts():
            _need(_whole(facts.seats, 2, SEATS_MAX, may_miss=False), "seats")
            _need(_whole(facts.open_hours, 1, HOURS_MAX, may_miss=False), "open_hours")
            _need(_whole(facts.most_pieces, 1, PERSON_MAX), "most_pieces")
            _need(facts.most_uses is None, "most_uses")
        case FlashSaleFacts():
            said["sku_ids"] = [said.pop("sku_id")]
        case TrialFacts():
            _need(facts.per_person in (None, 1), "per_person")
            said["per_person"] = said["most_pieces"] = 1
        case CouponFacts():
            _check_coupon(facts)
            said["code"] = plain_code(facts.code)
            said["categories"] = sorted({category.value for category in facts.categories})
            said["sku_ids"] = []
    if not isinstance(facts, CouponFacts):
        _need(_whole(facts.price_fen, 1, FEN_MAX, may_miss=False), "price_fen")
        skus: set[UUID] = set(said["sku_ids"])  # type: ignore[call-overload]
        _need(0 < len(skus) <= SKUS_MAX, "sku_ids")
        said["sku_ids"] = sorted(skus)
    return said | {"kind": KINDS[type(facts)]}


def check_change(
    state: PromotionState, was: Mapping[str, object], said: Mapping[str, object], now: datetime
) -> frozenset[str]:
    """Which columns a change is about, if it is allowed as the promotion stands.

    Before it starts everything but its kind may change. While it runs people buy on its terms:
    the names, the end, the stores, how long new groups stay open, and the figure of a limit that
    it has may change. Later nothing may.
    Raises PromotionOver, TermsFixed, PromotionRefused.
    """
    changed = frozenset(name for name, value in said.items() if was[name] != value)
    _need("kind" not in changed, "kind")
    if state in (PromotionState.ENDED, PromotionState.STOPPED):
        raise PromotionOver(state=state.value)
    ends_at = said["ends_at"]
    assert isinstance(ends_at, datetime)
    _need("ends_at" not in changed or ends_at > now, "ends_at")
    if state is PromotionState.RUNNING:
        free = {*FREE, *(limit for limit in LIMITS if was[limit] and said[limit])}
        if fixed := changed - free:
            raise TermsFixed(fields=sorted(fixed))
    else:
        starts_at = said["starts_at"]
        assert isinstance(starts_at, datetime)
        _need("starts_at" not in changed or starts_at > now, "starts_at")
    return changed


def _check_coupon(facts: CouponFacts) -> None:
    _need((facts.off_fen is None) != (facts.off_bps is None), "off_fen")
    _need(_whole(facts.off_fen, 1, FEN_MAX), "off_fen")
    _need(_whole(facts.off_bps, 1, WHOLE_BPS), "off_bps")
    _need(_whole(facts.most_off_fen, 1, FEN_MAX), "most_off_fen")
    _need(facts.most_off_fen is None or facts.off_bps is not None, "most_off_fen")
    _need(_whole(facts.from_fen, 0, FEN_MAX, may_miss=False), "from_fen")
    code = plain_code(facts.code)
    _need(not code or CODE.fullmatch(code) is not None, "code")
    _need(bool(code) or facts.is_claimable, "is_claimable")


def _whole(value: int | None, least: int, most: int, *, may_miss: bool = True) -> bool:
    return may_miss if value is None else type(value) is int and least <= value <= most


def _need(holds: bool, field: str) -> None:
    if not holds:
        raise PromotionRefused(field=field)
