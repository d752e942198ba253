"""Posting, reading and refusing, one brand at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW, enter
from zhiyin.domain.ledger import operations, queries
from zhiyin.domain.ledger.models import Balance, Entry, Transfer
from zhiyin.domain.ledger.tests.accounts import (
    CLEARING,
    FEES,
    PREPAYMENTS,
    SALES,
    spend,
    top_up,
    wallet,
)
from zhiyin.domain.ledger.types import (
    Account,
    AccountKind,
    AccountRefused,
    BalanceTooLow,
    CauseRefused,
    CauseReused,
    EmptyEntry,
    EntryDraft,
    EntryNotFound,
    Leg,
    LegRefused,
)
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many

PAID = (Leg(CLEARING, PREPAYMENTS, 36_800), Leg(FEES, CLEARING, 221))


def everything() -> list[tuple[object, ...]]:
    """All rows of the room that this transaction sees."""
    return [
        tuple(row.items())
        for kind in (Entry, Transfer, Balance)
        for row in kind.objects.order_by("id").values()
    ]


def post(brand, cause="order:1:paid", legs=PAID, at=NOW) -> bool:
    return operations.post(brand_id=brand.id, cause=cause, legs=legs, at=at)


def test_what_was_posted_is_read_again(brand) -> None:
    assert post(brand)
    found = queries.entry(brand_id=brand.id, cause="order:1:paid")
    assert (found.at, found.legs) == (NOW, PAID)
    assert queries.balance_fen(brand_id=brand.id, account=CLEARING) == 36_579
    assert queries.balance_fen(brand_id=brand.id, account=PREPAYMENTS) == 36_800
    with pytest.raises(EntryNotFound):
        queries.entry(brand_id=brand.id, cause="order:2:paid")


def test_a_retry_changes_nothing_and_other_legs_are_refused(brand) -> None:
    post(brand)
    before = everything()
    assert not post(brand, at=NOW + timedelta(days=1))
    for other in (
        PAID[:1],
        (*PAID, PAID[0]),
        PAID[::-1],
        (replace(PAID[0], amount_fen=1), PAID[1]),
    ):
        with pytest.raises(CauseReused):
            post(brand, legs=other)
    drafts = [EntryDraft(cause=f"order:{n}:paid", legs=PAID[:1], at=NOW) for n in (1, 2)]
    with pytest.raises(CauseReused):
        operations.post_many(brand_id=brand.id, entries=drafts)
    assert everything() == before


@pytest.mark.parametrize(
    ("refusal", "cause", "legs"),
    [
        (EmptyEntry, "order:1", ()),
        (EmptyEntry, "order:1", PAID[:1] * 1_001),
        (LegRefused, "order:1", [Leg(CLEARING, SALES, 0)]),
        (LegRefused, "order:1", [Leg(CLEARING, SALES, -1)]),
        (LegRefused, "order:1", [replace(PAID[0], amount_fen=True)]),
        (LegRefused, "order:1", [Leg(CLEARING, SALES, 1.0)]),
        (LegRefused, "order:1", [Leg(CLEARING, SALES, 10**14 + 1)]),
        (LegRefused, "order:1", [Leg(SALES, SALES, 1)]),
        (CauseRefused, "order", PAID),
        (CauseRefused, "", PAID),
        (CauseRefused, "order:1,2", PAID),
        (CauseRefused, "order:1\n", PAID),
        (CauseRefused, "order:" + "1" * 160, PAID),
    ],
)
def test_what_may_not_be_written_down(brand, refusal, cause, legs) -> None:
    with pytest.raises(refusal):
        post(brand, cause=cause, legs=legs)
    draft = EntryDraft(cause=cause, legs=tuple(legs), at=NOW)
    with pytest.raises(refusal):
        operations.post_many(brand_id=brand.id, entries=[draft])
    assert everything() == []


def test_an_account_has_an_owner_where_its_kind_has(brand) -> None:
    for kind, owner in ((AccountKind.WALLET, ()), (AccountKind.SALES, (uuid7(),))):
        with pytest.raises(AccountRefused):
            Account(kind, *owner)
    with pytest.raises(EmptyEntry):
        operations.post_many(brand_id=brand.id, entries=[])
    with pytest.raises(ValueError, match="no time zone"):
        post(brand, at=NOW.replace(tzinfo=None))


def test_a_guarded_account_is_never_overdrawn(brand) -> None:
    member = uuid7()
    post(brand, "topup:1", [top_up(member, 1_000)])
    post(brand, "order:1:paid", [spend(member, 1_000)])
    assert queries.balance_fen(brand_id=brand.id, account=wallet(member)) == 0
    assert queries.balance_fen(brand_id=brand.id, account=wallet(uuid7())) == 0
    drafts = [
        EntryDraft(cause="order:2:paid", legs=(Leg(CLEARING, SALES, 5),), at=NOW),
        EntryDraft(cause="order:3:paid", legs=(spend(member, 1),), at=NOW),
    ]
    before = everything()
    with pytest.raises(BalanceTooLow):
        operations.post_many(brand_id=brand.id, entries=drafts)
    assert everything() == before


def test_a_batch_is_posted_by_one_statement(brand) -> None:
    """Thousands of entries cost what one costs: a savepoint, the statement, and its end."""
    members = [uuid7() for _ in range(40)]
    drafts = [
        EntryDraft(cause=f"topup:{n}", legs=(top_up(members[n % 40], 10),), at=NOW)
        for n in range(2_000)
    ]
    with CaptureQueriesContext(connection) as batch:
        assert operations.post_many(brand_id=brand.id, entries=drafts) == 2_000
    assert len(batch) == 3
    held = queries.held_fen(brand_id=brand.id, kind=AccountKind.WALLET, owner_ids=members)
    assert set(held.values()) == {500}
    with CaptureQueriesContext(connection) as single:
        post(brand)
    assert len(single) == 1


def test_statements_are_read_page_by_page(brand) -> None:
    member, amounts = uuid7(), [700, -300, 50, -120, 40]
    for n, fen in enumerate(amounts):
        leg = top_up(member, fen) if fen > 0 else spend(member, -fen)
        post(brand, f"day:{n}", [leg], at=NOW + timedelta(days=n // 2, seconds=n))
    read, place = [], None
    while True:
        page = queries.statement(
            brand_id=brand.id,
            account=wallet(member),
            start=NOW,
            end=NOW + timedelta(days=9),
            after=place,
            limit=2,
        )
        assert page.opening_fen == sum(amounts[: len(read)])
        read += page.lines
        if (place := page.next) is None:
            break
    assert [line.amount_fen for line in read] == amounts
    assert [line.balance_fen for line in read] == [sum(amounts[: n + 1]) for n in range(5)]
    assert [line.cause for line in read] == [f"day:{n}" for n in range(5)]
    assert {line.other for line in read} == {CLEARING, PREPAYMENTS}
    middle = queries.statement(
        brand_id=brand.id,
        account=wallet(member),
        start=NOW + timedelta(days=1),
        end=NOW + timedelta(days=2),
    )
    assert (middle.opening_fen, middle.closing_fen, len(middle.lines)) == (400, 330, 2)
    for day, fen in ((0, 400), (1, 330), (2, 370)):
        at = NOW + timedelta(days=day, hours=1)
        assert queries.balance_fen(brand_id=brand.id, account=wallet(member), at=at) == fen


def test_entries_about_a_subject(brand) -> None:
    for cause in ("order:1:paid", "order:1:refunded.a", "order:10:paid", "order:2:paid"):
        post(brand, cause)
    found = queries.entries_about(brand_id=brand.id, subject="order:1")
    assert [entry.cause for entry in found] == ["order:1:paid", "order:1:refunded.a"]
    assert all(entry.legs == PAID for entry in found)
    assert len(queries.entries_about(brand_id=brand.id, subject="order:1", limit=1)) == 1


def test_two_brands_do_not_meet(two_brands) -> None:
    one, other = two_brands
    member = uuid7()
    for brand in two_brands:
        enter(brand.id)
        assert post(brand, "topup:1", [top_up(member, 10)])
    assert queries.balance_fen(brand_id=other.id, account=wallet(member)) == 10
    with pytest.raises(EntryNotFound):
        queries.entry(brand_id=one.id, cause="topup:1")


def test_the_database_guards_the_kinds_of_the_chart(db) -> None:
    """A new guarded kind needs `ledger_guarded` written anew, in a migration."""
    asked = [kind.value for kind in AccountKind]
    rows = many(
        "SELECT kind FROM unnest(%(kinds)s::text[]) kind WHERE ledger_guarded(kind)", kinds=asked
    )
    assert {kind for (kind,) in rows} == {kind.value for kind in AccountKind if kind.is_guarded}
