"""Decisions about commissions that need no database."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from zhiyin.domain.commissions.types import (
    LEAST_WINDOW_DAYS,
    MOST_LEVELS,
    MOST_RATE_BPS,
    MOST_WINDOW_DAYS,
    NAME_CHARS_MAX,
    Earner,
    JoiningIsFree,
    LineFollowed,
    OnlySalesArePaid,
    PlanCard,
    PlanFacts,
    PlanRefused,
    PromoterCard,
    RateTooHigh,
)
from zhiyin.kit.money import WHOLE_BPS
from zhiyin.kit.text import clean_line

MOST_FEN = 10**10
"""A hundred million yuan: no commission on one line is higher."""
MOST_CATEGORIES = 50


def checked(facts: PlanFacts) -> dict[str, object]:
    """What is kept of a plan's facts, column by column.

    Raises JoiningIsFree, OnlySalesArePaid, RateTooHigh, PlanRefused, TextTooLong, TextHasNul.
    """
    for name in ("join_fee_fen", "least_purchase_fen"):
        if getattr(facts, name) != 0:
            raise JoiningIsFree(field=name)
    if facts.rewarded != "sale":
        raise OnlySalesArePaid(rewarded=facts.rewarded)
    name = clean_line(facts.name, NAME_CHARS_MAX)
    if not name:
        raise PlanRefused(field="name")
    total_bps = facts.rate_bps + (facts.second_bps or 0)
    if total_bps > MOST_RATE_BPS:
        raise RateTooHigh(total_bps=total_bps, most_bps=MOST_RATE_BPS)
    for field, least, most, value in (
        ("rate_bps", 1, MOST_RATE_BPS, facts.rate_bps),
        ("second_bps", 1, MOST_RATE_BPS, facts.second_bps),
        ("cap_fen", 1, MOST_FEN, facts.cap_fen),
        ("window_days", LEAST_WINDOW_DAYS, MOST_WINDOW_DAYS, facts.window_days),
    ):
        if value is not None and not least <= value <= most:
            raise PlanRefused(field=field, least=least, most=most)
    if len(facts.categories) > MOST_CATEGORIES:
        raise PlanRefused(field="categories", most=MOST_CATEGORIES)
    return {
        "name": name,
        "earner": facts.earner,
        "rate_bps": facts.rate_bps,
        "cap_fen": facts.cap_fen,
        "second_bps": facts.second_bps,
        "categories": sorted(set(facts.categories)),
        "window_days": facts.window_days,
    }


def check_together(plan: PlanCard, running: Iterable[PlanCard]) -> None:
    """A sale may earn one promoter of each kind; all of them together stay below the cap.

    Raises RateTooHigh.
    """
    most = {plan.earner: plan.total_bps}
    for other in running:
        most[other.earner] = max(most.get(other.earner, 0), other.total_bps)
    if sum(most.values()) > MOST_RATE_BPS:
        raise RateTooHigh(total_bps=sum(most.values()), most_bps=MOST_RATE_BPS)


def plan_for(
    plans: Sequence[PlanCard], *, earner: Earner, category: str, at: datetime
) -> PlanCard | None:
    """The plan by which somebody earns on a line paid for at a moment: the last switched on."""
    fitting = [
        plan
        for plan in plans
        if plan.earner is earner
        and plan.switched_on_at is not None
        and plan.switched_on_at <= at
        and (plan.switched_off_at is None or at < plan.switched_off_at)
        and (not plan.categories or category in plan.categories)
    ]
    return max(fitting, key=lambda plan: (plan.switched_on_at, plan.id), default=None)


def shares(
    plan: PlanCard, promoter: PromoterCard, above: PromoterCard | None, line: LineFollowed
) -> list[tuple[PromoterCard, int, int, int]]:
    """Who earns on a line by a plan: promoter, level, rate in bps and sum in fen.

    The promoter first; then, where the plan has a second level, who introduced her. Nobody above
    her is looked at: there is no third level. A sum of less than a fen is none.
    """
    found = [(promoter, 1, plan.rate_bps)]
    if plan.second_bps and above is not None:
        found.append((above, MOST_LEVELS, plan.second_bps))
    sums = [
        (who, level, rate_bps, _within(plan.cap_fen, line.paid_fen * rate_bps // WHOLE_BPS))
        for who, level, rate_bps in found
    ]
    return [share for share in sums if share[3] > 0]


def due_fen(*, amount_fen: int, base_fen: int, kept_fen: int) -> int:
    """What of a commission is left when goods of `kept_fen` of `base_fen` were kept, in fen.

    In proportion, the part of a fen to the brand.
    """
    return amount_fen * kept_fen // base_fen


def due_at(done_at: datetime, window_days: int) -> datetime:
    """From when on a commission can be the promoter's: so many whole days after the goods came."""
    return done_at + timedelta(days=window_days)


def _within(cap_fen: int | None, fen: int) -> int:
    return fen if cap_fen is None else min(fen, cap_fen)
