"""What the database refuses whoever asks; races, each with a twin whose guard is taken away."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection

from tests.cast import NOW, make_brand
from tests.databases import inside
from zhiyin.domain.ledger import operations, queries
from zhiyin.domain.ledger.tests.accounts import CLEARING, SALES, spend, top_up, wallet
from zhiyin.domain.ledger.types import BalanceTooLow, CauseReused, Leg
from zhiyin.kit.ids import uuid7
from zhiyin.storage import addresses, embedded, roles
from zhiyin.storage.tenancy import SET_BRAND, brand_tx

AT_ONCE = 12
NEVER_NEGATIVE = "ledger_balance_not_negative"


@pytest.fixture(scope="module")
def sound(copy_database, django_db_blocker):
    """A database of this module's own, with every guard, in which commits are real."""
    copy_database("zhiyin_ledger_races")
    with inside("zhiyin_ledger_races", django_db_blocker):
        yield


def violations(brand_id: UUID) -> Counter[str]:
    """Code -> how many violations each audit finds; codes without any are left out."""
    with brand_tx(brand_id):
        found = {
            audit.code: audit.find(brand_id=brand_id, now=NOW, limit=10) for audit in queries.AUDITS
        }
    return Counter({code: len(violations) for code, violations in found.items() if violations})


def at_once(brand_id: UUID, acts) -> list[str]:
    """Do each act in a thread and a transaction of its own, all let go together.

    Returns what became of each: "True", "False", or the name of what was raised.
    """
    gate = Barrier(len(acts))

    def play(act) -> str:
        try:
            gate.wait()
            with brand_tx(brand_id):
                return str(act())
        except (BalanceTooLow, CauseReused, OperationalError) as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(play, acts))


def post(brand_id: UUID, cause: str, *legs: Leg) -> bool:
    return operations.post(brand_id=brand_id, cause=cause, legs=legs, at=NOW)


def overdraw(brand_id: UUID) -> tuple[Counter[str], int]:
    """AT_ONCE orders of 100 fen on a wallet of 300. What became of them, and what it holds."""
    member = uuid7()
    with brand_tx(brand_id):
        post(brand_id, "topup:1", top_up(member, 300))
    found = at_once(
        brand_id,
        [lambda n=n: post(brand_id, f"order:{n}:paid", spend(member, 100)) for n in range(AT_ONCE)],
    )
    with brand_tx(brand_id):
        return Counter(found), queries.balance_fen(brand_id=brand_id, account=wallet(member))


def test_a_wallet_is_not_overdrawn_by_a_race(sound) -> None:
    brand_id = make_brand("wallets").id
    assert overdraw(brand_id) == (Counter({"True": 3, "BalanceTooLow": AT_ONCE - 3}), 0)
    assert violations(brand_id) == Counter()


def test_without_its_guard_the_wallet_is_overdrawn(own_database, owner) -> None:
    """The sabotage twin: the race above is one that the constraint decides."""
    owner(f"ALTER TABLE ledger_balance DROP CONSTRAINT {NEVER_NEGATIVE}")
    brand_id = make_brand("cedar").id
    assert overdraw(brand_id) == (Counter({"True": AT_ONCE}), 300 - 100 * AT_ONCE)
    assert violations(brand_id) == Counter(M4=1)


def same_cause(brand_id: UUID) -> Counter[str]:
    """The same entry AT_ONCE times at once, and one with other legs: what became of them."""
    acts = [lambda: post(brand_id, "order:1:paid", Leg(CLEARING, SALES, 7))] * AT_ONCE
    return Counter(at_once(brand_id, acts))


def test_one_cause_is_posted_once_by_a_race(sound) -> None:
    brand_id = make_brand("causes").id
    assert same_cause(brand_id) == Counter({"True": 1, "False": AT_ONCE - 1})
    with brand_tx(brand_id):
        assert queries.balance_fen(brand_id=brand_id, account=SALES) == 7


def test_without_its_key_a_cause_is_posted_twice(own_database, owner) -> None:
    """The sabotage twin: every one of them believes to be the first."""
    owner("ALTER TABLE ledger_entry DROP CONSTRAINT ledger_cause_once")
    brand_id = make_brand("cedar").id
    assert same_cause(brand_id) == Counter({"True": AT_ONCE})


def test_of_two_legs_for_one_cause_at_once_one_is_refused(sound) -> None:
    brand_id = make_brand("legs").id
    acts = [
        lambda n=n: post(brand_id, "order:1:paid", Leg(CLEARING, SALES, n % 2 + 1))
        for n in range(AT_ONCE)
    ]
    found = Counter(at_once(brand_id, acts))
    assert found == Counter({"True": 1, "False": AT_ONCE // 2 - 1, "CauseReused": AT_ONCE // 2})


def crossing(brand_id: UUID) -> Counter[str]:
    """Entries over the same wallets, one way and the other, some at once, again and again."""
    members = sorted(uuid7() for _ in range(40))
    with brand_tx(brand_id):
        post(brand_id, "topup:1", *(top_up(member, 10**6) for member in members))

    def act(n: int) -> str:
        legs = [spend(member, 1) for member in (members if n % 2 else members[::-1])]
        return str(post(brand_id, f"order:{n}:paid", *legs))

    found: Counter[str] = Counter()
    for turn in range(6):
        acts = [lambda n=n: act(n) for n in range(turn * 4, turn * 4 + 4)]
        found += Counter(at_once(brand_id, acts))
    return found


def test_postings_that_cross_never_wait_in_a_ring(sound) -> None:
    assert crossing(make_brand("rings").id) == Counter({"True": 24})


def test_without_one_order_they_do(own_database, owner) -> None:
    """The sabotage twin: balances moved in the order of the legs end in a deadlock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_transfers_posted'::regproc)")
        body = cursor.fetchone()[0]
    by_account = "ORDER BY brand_id, kind, owner_id\n        LOOP"
    sly = body.replace(by_account, "ORDER BY random() LOOP")
    assert sly != body
    owner(sly)
    assert crossing(make_brand("cedar").id)["OperationalError"] > 0


CHANGES = [
    "UPDATE ledger_transfer SET amount_fen = 1",
    "DELETE FROM ledger_transfer",
    "TRUNCATE ledger_transfer",
    "UPDATE ledger_entry SET at = now()",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry, ledger_transfer",
    "UPDATE ledger_balance SET balance_fen = 10 ^ 6",
    "DELETE FROM ledger_balance",
    "TRUNCATE ledger_balance",
    """INSERT INTO ledger_balance (brand_id, id, kind, owner_id, balance_fen)
       SELECT brand_id, gen_random_uuid(), 'wallet', gen_random_uuid(), 5 FROM ledger_entry""",
    """INSERT INTO ledger_entry (brand_id, id, cause, legs, digest, at)
       SELECT brand_id, gen_random_uuid(), 'empty:1', 1, digest, at FROM ledger_entry""",
    # A leg more for an entry that is there, under a free number.
    """INSERT INTO ledger_transfer (brand_id, id, entry_id, leg, debit_kind, debit_owner_id,
                                    credit_kind, credit_owner_id, amount_fen, at)
       SELECT brand_id, gen_random_uuid(), entry_id, 1, debit_kind, debit_owner_id,
              credit_kind, credit_owner_id, amount_fen, at FROM ledger_transfer""",
]


@pytest.fixture
def books(own_database):
    """A brand with one entry on a wallet, and its rows."""
    brand_id = make_brand("cedar").id
    with brand_tx(brand_id):
        post(brand_id, "topup:1", top_up(uuid7(), 300))
    return brand_id


def state(brand_id: UUID) -> list[tuple[object, ...]]:
    with brand_tx(brand_id), connection.cursor() as cursor:
        rows = []
        for table in ("ledger_entry", "ledger_transfer", "ledger_balance"):
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows += cursor.fetchall()
        return rows


def test_nobody_changes_the_books(books, own_database) -> None:
    """Neither the web's role, nor the system's, nor the owner of the tables."""
    running = embedded.status(addresses.CLUSTER)
    found = roles.addresses(admin_url=running.admin_url, database=own_database, passwords={})
    before = state(books)
    for address in (found.web, found.system, found.owner):
        with psycopg.connect(address) as session:
            for change in CHANGES:
                session.execute(SET_BRAND, [str(books)])
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.IntegrityError)):
                    session.execute(change)
                session.rollback()
    assert state(books) == before


UNGUARDED = (
    "ALTER TABLE {0} DISABLE TRIGGER USER; UPDATE {0} SET {1}; ALTER TABLE {0} ENABLE TRIGGER USER"
)
SABOTAGE = [  # what an audit finds, how it came about, and how it goes away again
    ("M1", ("ledger_transfer", "amount_fen = 301"), ("ledger_transfer", "amount_fen = 300")),
    ("M4", ("ledger_balance", "balance_fen = 299"), ("ledger_balance", "balance_fen = 300")),
    (
        "M5",
        ("ledger_transfer", "debit_kind = 'mattress'"),
        ("ledger_transfer", "debit_kind = 'sandbox_clearing'"),
    ),
    (
        "M2",
        "ALTER TABLE catalog_sku ALTER price_fen TYPE numeric",
        "ALTER TABLE catalog_sku ALTER price_fen TYPE bigint",
    ),
    (
        "M3",
        "ALTER TABLE ledger_transfer DISABLE TRIGGER never_changed",
        "ALTER TABLE ledger_transfer ENABLE TRIGGER never_changed",
    ),
    ("M3", "GRANT UPDATE ON ledger_entry TO app_web", "REVOKE UPDATE ON ledger_entry FROM app_web"),
]


def test_what_an_owner_breaks_is_found(books, owner, zhiyin, own_database) -> None:
    """Each audit goes red, and `zhiyin audit` ends with exit status 1."""
    sound = zhiyin("audit", "--json", database=own_database)
    assert (sound.returncode, json.loads(sound.stdout)["violations"]) == (0, 0)
    for code, breach, mend in SABOTAGE:
        owner(f"SET app.brand = '{books}'; {_statement(breach)}")
        assert violations(books)[code] == 1
        if code == "M5":
            found = zhiyin("audit", "--json", "--only", "M5", database=own_database)
            listed = json.loads(found.stdout)
            assert (found.returncode, listed["violations"]) == (1, 1)
            assert listed["audits"][0]["violations"][0]["subject"] == "mattress"
            shown = zhiyin("audit", "--brand", "cedar", database=own_database)
            assert shown.returncode == 1
            assert "cedar M5  subject=mattress" in shown.stdout
        owner(f"SET app.brand = '{books}'; {_statement(mend)}")
        assert violations(books) == Counter()
    assert zhiyin("audit", "--only", "M99", database=own_database).returncode == 2


def _statement(act: str | tuple[str, str]) -> str:
    return act if isinstance(act, str) else UNGUARDED.format(*act)
