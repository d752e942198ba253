"""Who stands at a door, and the sets of them that routes name."""

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
COUNTERS = STOCKERS | {Actor.CLERK}
AUDITORS = frozenset({Actor.AUDITOR})
NOBODY: frozenset[Actor] = frozenset()
