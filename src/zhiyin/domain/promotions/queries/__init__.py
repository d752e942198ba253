"""The only readers of promotions."""

from zhiyin.domain.promotions.queries.audits import AUDITS
from zhiyin.domain.promotions.queries.groups import (
    group_page,
    open_groups,
    owed,
    seats_of_orders,
)
from zhiyin.domain.promotions.queries.listing import (
    coupons_to_claim,
    kept_of_member,
    moves,
    my_coupons,
    promotion,
    promotions,
    state_counts,
)
from zhiyin.domain.promotions.queries.live import sale_now
from zhiyin.domain.promotions.queries.offering import offers
from zhiyin.domain.promotions.queries.running import (
    code_tries_left,
    not_over,
    running,
    seat_in,
    terms_by_rule,
    terms_of_all,
)
from zhiyin.domain.promotions.rules import pieces_used, rule_code

__all__ = [
    "AUDITS",
    "code_tries_left",
    "coupons_to_claim",
    "group_page",
    "kept_of_member",
    "moves",
    "my_coupons",
    "not_over",
    "offers",
    "open_groups",
    "owed",
    "pieces_used",
    "promotion",
    "promotions",
    "rule_code",
    "running",
    "sale_now",
    "seat_in",
    "seats_of_orders",
    "state_counts",
    "terms_by_rule",
    "terms_of_all",
]
