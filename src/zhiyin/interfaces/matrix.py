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
AUDITORS = frozenset({Actor.AUDITOR})
NOBODY: frozenset[Actor] = frozenset()

SHOP: Mapping[str, frozenset[Actor]] = {
    "shop:decide": SHOPPERS,
    "shop:need": SHOPPERS,
    "shop:chips": SHOPPERS,
    "shop:picks": SHOPPERS,
    "shop:pick": SHOPPERS,
    "shop:pick-parts": SHOPPERS,
    "shop:pick-buy": SHOPPERS,
    "shop:product-buy": SHOPPERS,
    "shop:cart": SHOPPERS,
    "shop:cart-put-back": SHOPPERS,
    "shop:cart-change": SHOPPERS,
    "shop:cart-take-out": SHOPPERS,
    "shop:checkout": MEMBERS,
    "shop:checkout-sum": MEMBERS,
    "shop:orders": MEMBERS,
    "shop:order": MEMBERS,
    "shop:order-state": MEMBERS,
    "shop:order-pay": MEMBERS,
    "shop:order-cancel": MEMBERS,
    "shop:verdict": SHOPPERS,
    "shop:browse": SHOPPERS,
    "shop:product": SHOPPERS,
    "shop:useful": MEMBERS,
    "shop:show-report": MEMBERS,
    "shop:sign-in": SHOPPERS,
    "shop:sign-out": SHOPPERS,
    "shop:sandbox": SHOPPERS,
    "shop:sandbox-pay": SHOPPERS,
    "shop:wechat": MEMBERS,
    "shop:wechat-back": MEMBERS,
    "shop:form": SHOPPERS,
    "shop:photo": SHOPPERS,
    "shop:me": SHOPPERS,
    "shop:facts": MEMBERS,
    "shop:fact-remove": MEMBERS,
    "shop:facts-keep": MEMBERS,
    "shop:shelve": MEMBERS,
    "shop:consent": MEMBERS,
    "shop:personal": MEMBERS,
    "shop:nickname": MEMBERS,
    "shop:block-lift": MEMBERS,
    "shop:download": MEMBERS,
    "shop:delete": MEMBERS,
    "shop:ask": MEMBERS,
    "shop:messages": MEMBERS,
    "shop:question": MEMBERS,
    "shop:question-withdraw": MEMBERS,
    "shop:question-block": MEMBERS,
    "shop:question-report": MEMBERS,
    "shop:koc": SHOPPERS,
    "shop:follow": MEMBERS,
    "shop:koc-block": MEMBERS,
    "shop:koc-home": MEMBERS,
    "shop:koc-apply": MEMBERS,
    "shop:koc-apply-take-back": MEMBERS,
    "shop:koc-shows": MEMBERS,
    "shop:koc-show-take-down": MEMBERS,
    "shop:koc-page": KOCS,
    "shop:koc-facts": KOCS,
    "shop:koc-away": KOCS,
    "shop:koc-back": KOCS,
    "shop:koc-leave": KOCS,
    "shop:koc-goods": KOCS,
    "shop:koc-question": KOCS,
    "shop:koc-decline": KOCS,
}

CONSOLE: Mapping[str, frozenset[Actor]] = {
    # Before a brand: each asks by itself who is there.
    "account_login": EVERYBODY,
    "account_logout": EVERYBODY,
    "account_inactive": EVERYBODY,
    "account_reauthenticate": EVERYBODY,
    "account_signup": EVERYBODY,
    "account_change_password": EVERYBODY,
    "mfa_index": EVERYBODY,
    "mfa_authenticate": EVERYBODY,
    "mfa_reauthenticate": EVERYBODY,
    "mfa_activate_totp": EVERYBODY,
    "mfa_deactivate_totp": EVERYBODY,
    "mfa_view_recovery_codes": EVERYBODY,
    "mfa_generate_recovery_codes": EVERYBODY,
    "mfa_download_recovery_codes": EVERYBODY,
    "console:home": EVERYBODY,
    "console:overview": STAFF,
    "console:asked-csv": STAFF,
    "console:match-lab": STAFF,
    "console:stores": STAFF,
    "console:store": EDITORS,
    "console:store-add": EDITORS,
    "console:stores-close": EDITORS,
    "console:stores-reopen": EDITORS,
    "console:staff": STAFF,
    "console:staff-add": ADMINS,
    "console:staff-grant": ADMINS,
    "console:staff-end": ADMINS,
    "console:staff-renew": ADMINS,
    "console:products": STAFF,
    "console:product-add": EDITORS,
    "console:products-retire": EDITORS,
    "console:products-relist": EDITORS,
    "console:product": STAFF,
    "console:product-save": EDITORS,
    "console:product-prices": EDITORS,
    "console:product-stock": STOCKERS,
    "console:product-adjust": STOCKERS,
    "console:product-hot": EDITORS,
    "console:sku-add": EDITORS,
    "console:looks": STAFF,
    "console:look-add": EDITORS,
    "console:look": EDITORS,
    "console:look-retire": EDITORS,
    "console:look-relist": EDITORS,
    "console:taxonomy": STAFF,
    "console:taxonomy-restore": EDITORS,
    "console:unit-add": EDITORS,
    "console:term": EDITORS,
    "console:advice": STAFF,
    "console:advice-row": EDITORS,
    "console:advice-undo": EDITORS,
    "console:imports": EDITORS,
    "console:import-upload": EDITORS,
    "console:import-map": EDITORS,
    "console:import-run": EDITORS,
    "console:import-problems": EDITORS,
    "console:kocs": STAFF,
    "console:koc": STAFF,
    "console:application": MODERATORS,
    "console:application-decide": MODERATORS,
    "console:shows": STAFF,
    "console:shows-moderate": MODERATORS,
    "console:show-photo": MODERATORS,
    "console:reports": MODERATORS,
    "console:report-resolve": MODERATORS,
    "console:show-report-resolve": MODERATORS,
    "console:reads": ADMINS | AUDITORS,
    "console:payment": ADMINS,
    "console:payment-check": ADMINS,
}

# Calls from outside, without a session: who may is whoever proves it by a signature.
HOOKS: Mapping[str, frozenset[Actor]] = {"hooks:wxpay": EVERYBODY}

API: Mapping[str, frozenset[Actor]] = {
    "GET api/v1/": EVERYBODY,
    "GET api/v1/openapi.json": EVERYBODY,
    "GET api/v1/docs": EVERYBODY,
    "GET api/v1/brand": STAFF,
    "POST api/v1/needs/read": STAFF,
    "POST api/v1/match": STAFF - AUDITORS,
    "GET api/v1/taxonomy": STAFF,
    "PUT api/v1/taxonomy": EDITORS,
    "GET api/v1/advice": STAFF,
    "PUT api/v1/advice": EDITORS,
    "GET api/v1/staff": STAFF,
    "POST api/v1/staff": ADMINS,
    "POST api/v1/staff/{role_id}/end": ADMINS,
    "GET api/v1/stores": STAFF,
    "GET api/v1/stores/{code}": STAFF,
    "PUT api/v1/stores/{code}": EDITORS,
    "GET api/v1/products": STAFF,
    "GET api/v1/products/{code}": STAFF,
    "PUT api/v1/products/{code}": EDITORS,
    "GET api/v1/products/{code}/shows": STAFF,
    "PUT api/v1/stock": STOCKERS,
    "GET api/v1/looks": STAFF,
    "GET api/v1/looks/{look_id}": STAFF,
    "POST api/v1/looks": EDITORS,
    "PUT api/v1/looks/{look_id}": EDITORS,
    "GET api/v1/members": EDITORS,
    "GET api/v1/members/{external_id}": EDITORS,
    "GET api/v1/members/{external_id}/download": ADMINS,
    "POST api/v1/members/{external_id}/deletion": ADMINS,
    "GET api/v1/members/{external_id}/needs": ADMINS,
    "POST api/v1/members/{external_id}/needs": EDITORS,
    "PUT api/v1/members/{external_id}/needs/{need_id}": EDITORS,
    "POST api/v1/members/{external_id}/needs/{need_id}/match": EDITORS,
    "POST api/v1/members/{external_id}/needs/{need_id}/verdicts": EDITORS,
    "POST api/v1/members/{external_id}/needs/{need_id}/verdicts/take-back": EDITORS,
    "GET api/v1/members/{external_id}/questions": EDITORS,
    "POST api/v1/members/{external_id}/questions": EDITORS,
    "GET api/v1/shows": MODERATORS,
    "POST api/v1/shows/{show_id}/verdict": MODERATORS,
    "GET api/v1/kocs": STAFF,
    "GET api/v1/kocs/{koc_id}/questions": EDITORS,
    "POST api/v1/kocs/{koc_id}/questions/{question_id}/answer": EDITORS,
    "POST api/v1/kocs/{koc_id}/questions/{question_id}/decline": EDITORS,
    "GET api/v1/koc-applications": EDITORS,
    "GET api/v1/koc-applications/{application_id}": EDITORS,
    "POST api/v1/koc-applications/{application_id}/decision": EDITORS,
    "GET api/v1/imports": EDITORS | AUDITORS,
    "POST api/v1/imports": EDITORS,
    "GET api/v1/imports/{run_id}": EDITORS | AUDITORS,
    "POST api/v1/imports/{run_id}/steps": EDITORS,
    "GET api/v1/imports/{run_id}/problems": EDITORS | AUDITORS,
}

JOBS: Mapping[str, str] = {
    "react": "app_web, inside the brand of its event",
    "pass_on_overdue": "app_web, one brand after another",
    "forget_people": "app_web, inside the brand that somebody left",
    "purge": "no brand: sessions belong to none",
    "purge_brand": "app_web, inside the brand named",
    "reap_uploads": "no database: files in the state folder, of every brand",
    "tell_sandbox_payments": "app_web, inside the brand that each call of the sandbox is for",
    "load_import": "app_web, inside the brand whose staff uploaded the file",
}

MATRIX: Mapping[str, frozenset[Actor]] = {**SHOP, **CONSOLE, **HOOKS, **API}


def may(actors: Iterable[Actor], route: str) -> bool:
    """Whether any of these actors is named for the route. An unknown route is for nobody."""
    return not MATRIX.get(route, NOBODY).isdisjoint(actors)
