"""Who may do what: every route, job and command, in one table that the doors read.

The doors (`shop/access.py`, `console/access.py`, `api/access.py`) let nobody in whom the table
does not name, so a route without a row is closed; a test fails on it as well.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from zhiyin.domain.brands.types import Role


class Actor(StrEnum):
    """Somebody at a door. Staff are told apart by their role at the brand."""

    GUEST = "guest"
    MEMBER = "member"
    KOC = "koc"
    ADMIN = Role.ADMIN
    OPERATOR = Role.OPERATOR
    MODERATOR = Role.MODERATOR
    MANAGER = Role.MANAGER
    CLERK = Role.CLERK
    AUDITOR = Role.AUDITOR


EVERYBODY = frozenset(Actor)
SHOPPERS = frozenset({Actor.GUEST, Actor.MEMBER, Actor.KOC})
MEMBERS = frozenset({Actor.MEMBER, Actor.KOC})
KOCS = frozenset({Actor.KOC})
STAFF = frozenset(Actor) - SHOPPERS
ADMINS = frozenset({Actor.ADMIN})
EDITORS = frozenset({Actor.ADMIN, Actor.OPERATOR})
MODERATORS = EDITORS | {Actor.MODERATOR}
STOCKERS = EDITORS | {Actor.MANAGER}
NOBODY: frozenset[Actor] = frozenset()

SHOP: Mapping[str, frozenset[Actor]] = {
    "shop:decide": SHOPPERS,
    "shop:need": SHOPPERS,
    "shop:chips": SHOPPERS,
    "shop:picks": SHOPPERS,
    "shop:pick": SHOPPERS,
    "shop:verdict": SHOPPERS,
    "shop:browse": SHOPPERS,
    "shop:product": SHOPPERS,
    "shop:sign-in": SHOPPERS,
    "shop:messages": MEMBERS,
    "shop:me": SHOPPERS,
}

CONSOLE: Mapping[str, frozenset[Actor]] = {}

API: Mapping[str, frozenset[Actor]] = {}

JOBS: Mapping[str, str] = {
    "react": "app_web, inside the brand of its event",
    "pass_on_overdue": "app_web, one brand after another",
}

MATRIX: Mapping[str, frozenset[Actor]] = {**SHOP, **CONSOLE, **API}


def may(actors: Iterable[Actor], route: str) -> bool:
    """Whether any of these actors is named for the route. An unknown route is for nobody."""
    return not MATRIX.get(route, NOBODY).isdisjoint(actors)
