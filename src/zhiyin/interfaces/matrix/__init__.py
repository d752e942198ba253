"""Who may do what: every route, job and command, in one table that the doors read.

The doors (`shop/access.py`, `console/access.py`, `api/access.py`) let nobody in whom the table
does not name, so a route without a row is closed; a test fails on it as well.
"""

from collections.abc import Iterable, Mapping

from zhiyin.interfaces.matrix.actors import (
    ADMINS,
    AUDITORS,
    COUNTERS,
    EDITORS,
    EVERYBODY,
    KOCS,
    MEMBERS,
    MODERATORS,
    NOBODY,
    SHOPPERS,
    STAFF,
    STOCKERS,
    Actor,
)
from zhiyin.interfaces.matrix.api import API
from zhiyin.interfaces.matrix.console import CONSOLE
from zhiyin.interfaces.matrix.shop import SHOP

__all__ = [
    "ADMINS",
    "API",
    "AUDITORS",
    "CONSOLE",
    "COUNTERS",
    "EDITORS",
    "EVERYBODY",
    "FRONT",
    "HOOKS",
    "JOBS",
    "KOCS",
    "MATRIX",
    "MEMBERS",
    "MODERATORS",
    "NOBODY",
    "SHOP",
    "SHOPPERS",
    "STAFF",
    "STOCKERS",
    "Actor",
    "may",
]

FRONT: Mapping[str, frozenset[Actor]] = {"front": EVERYBODY}

HOOKS: Mapping[str, frozenset[Actor]] = {"hooks:wxpay": EVERYBODY}

JOBS: Mapping[str, str] = {
    "react": "app_web, inside the brand of its event",
    "pass_on_overdue": "app_web, one brand after another",
    "send_webhooks": "app_web, inside the brand named",
    "take_webhooks_up": "app_web, one brand after another",
    "close_unpaid": "app_web, one brand after another",
    "tend_money": "app_web, one brand after another: it only says which brand has something due",
    "poll_payments_of": "app_web, inside the brand named; providers are asked between transactions",
    "send_refunds_of": "app_web, inside the brand named; providers are asked between transactions",
    "send_withdrawals_of": "app_web, inside the brand named; as above",
    "close_days": "app_web, one brand after another: it only says whose days are to be closed",
    "close_days_of": "app_web, inside the brand named; providers are asked between transactions",
    "forget_people": "app_web, inside the brand that somebody left",
    "purge": "no brand: sessions belong to none",
    "purge_brand": "app_web, inside the brand named",
    "reap_uploads": "no database: files in the state folder, of every brand",
    "tell_sandbox_payments": "app_web, inside the brand that each call of the sandbox is for",
    "care_for_orders": "app_web, one brand after another",
    "settle_commissions": "app_web, one brand after another",
    "load_import": "app_web, inside the brand whose staff uploaded the file",
}

MATRIX: Mapping[str, frozenset[Actor]] = {**FRONT, **SHOP, **CONSOLE, **HOOKS, **API}


def may(actors: Iterable[Actor], route: str) -> bool:
    """Whether any of these actors is named for the route. An unknown route is for nobody."""
    return not MATRIX.get(route, NOBODY).isdisjoint(actors)
