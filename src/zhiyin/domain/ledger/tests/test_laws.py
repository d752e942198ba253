"""The law of the room, under any entries and any retries: money is never made or lost."""

from collections.abc import Iterable
from itertools import count
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import builds, integers, lists, permutations, sampled_from

from tests.cast import NOW, enter, make_brand
from zhiyin.domain.ledger import operations, queries
from zhiyin.domain.ledger.tests.accounts import HOUSE, wallet
from zhiyin.domain.ledger.types import Account, AccountKind, BalanceTooLow, EntryDraft, Leg

_brands = count()
MEMBERS = [UUID(int=n) for n in (1, 2, 3)]
ACCOUNTS = [*HOUSE, *(wallet(member) for member in MEMBERS)]


def legs_between(accounts: Iterable[Account]):
    """Legs between two different ones of these accounts."""
    pairs = permutations(list(accounts)).map(lambda order: order[:2])
    return builds(lambda pair, fen: Leg(*pair, fen), pairs, integers(1, 10**9))


def net_fen(leg: Leg, account: Account) -> int:
    """By how much a leg moves an account, on the side where it grows."""
    return (
        account.kind.side.value
        * leg.amount_fen
        * ((leg.debit == account) - (leg.credit == account))
    )


def fresh_brand() -> UUID:
    """A brand without entries, entered."""
    brand = make_brand(f"books-{next(_brands)}")
    enter(brand.id)
    return brand.id


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    entries=lists(lists(legs_between(HOUSE), min_size=1, max_size=4), max_size=6),
    repeats=integers(1, 3),
)
def test_money_is_never_made_or_lost(db, entries, repeats) -> None:
    brand_id = fresh_brand()
    for n, legs in enumerate(entries):
        for repeat in range(repeats):
            is_new = operations.post(brand_id=brand_id, cause=f"order:{n}", legs=legs, at=NOW)
            assert is_new == (repeat == 0)
    for account in HOUSE:
        expected_fen = sum(net_fen(leg, account) for legs in entries for leg in legs)
        assert queries.balance_fen(brand_id=brand_id, account=account) == expected_fen
    trial = queries.trial_balance(brand_id=brand_id)
    assert trial.debit_fen == trial.credit_fen


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=lists(
        lists(lists(legs_between(ACCOUNTS), min_size=1, max_size=3), min_size=1, max_size=5),
        max_size=4,
    ),
    again=integers(0, 3),
)
def test_batches_keep_guarded_balances_whole_and_not_below_zero(db, batches, again) -> None:
    """A small pure model: a batch is posted whole or, where it overdraws an account, not at all."""
    brand_id = fresh_brand()
    expected = dict.fromkeys(ACCOUNTS, 0)
    for n, batch in enumerate(batches):
        drafts = [
            EntryDraft(cause=f"batch:{n}:{m}", legs=tuple(legs), at=NOW)
            for m, legs in enumerate(batch)
        ]
        after = {
            account: fen + sum(net_fen(leg, account) for legs in batch for leg in legs)
            for account, fen in expected.items()
        }
        is_allowed = min(after[wallet(member)] for member in MEMBERS) >= 0
        try:
            posted = operations.post_many(brand_id=brand_id, entries=drafts)
        except BalanceTooLow:
            assert not is_allowed
            continue
        assert is_allowed
        assert posted == len(batch)
        if n == again:
            assert operations.post_many(brand_id=brand_id, entries=drafts[::-1]) == 0
        expected = after
    for account, fen in expected.items():
        assert queries.balance_fen(brand_id=brand_id, account=account) == fen
        assert queries.balance_fen(brand_id=brand_id, account=account, at=NOW) == fen
    for audit in queries.AUDITS:
        assert audit.find(brand_id=brand_id, now=NOW, limit=10) == ()


@given(kind=sampled_from(AccountKind))
def test_a_guarded_kind_is_what_somebody_has_to_spend(kind) -> None:
    """It grows by credit and names an owner: the trigger counts on the first, a hot row on both."""
    if kind.is_guarded:
        assert kind.side.name == "CREDIT"
        assert kind.owner.value != "nobody"
