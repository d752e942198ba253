"""How many entries a second does one process post, one commit each, and a thousand at once?

Run: make bench NAME=ledger ARGS="[--entries 2000]"

A PostgreSQL of the run's own that waits for the disk. An entry is what a payment is: one transfer
between house accounts; a guarded one fills a wallet, another each time. Beside it: pgbench with
every statement of such a posting (BEGIN, `set_config` and COMMIT among them) on one connection.
The two take turns, so that the ratio carries over to another machine. Prints one JSON line.
"""

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg

from benchmarks.serving import machine, own_server, pgbench, script_of, spread, statements

ROUNDS, AT_ONCE, PGBENCH_S, AMOUNT_FEN = 3, 1_000, 6, 36_800


def poster(brand_id: UUID, *, guarded: bool) -> Callable[[], None]:
    """Posts one more entry, in a transaction of its own."""
    from zhiyin.domain.ledger import operations as ledger
    from zhiyin.domain.ledger.types import Account, AccountKind, Leg
    from zhiyin.storage.tenancy import brand_tx

    clearing = Account(AccountKind.SANDBOX_CLEARING)

    def post() -> None:
        filled = (
            Account(AccountKind.WALLET, uuid4()) if guarded else Account(AccountKind.PREPAYMENTS)
        )
        with brand_tx(brand_id):
            ledger.post(
                brand_id=brand_id,
                cause=f"bench:{uuid4()}:paid",
                legs=[Leg(clearing, filled, AMOUNT_FEN)],
                at=NOW,
            )

    return post


def in_bulk_per_s(brand_id: UUID, number: int) -> float:
    """Entries a second, a thousand a transaction."""
    from zhiyin.domain.ledger import operations as ledger
    from zhiyin.domain.ledger.types import Account, AccountKind, EntryDraft, Leg
    from zhiyin.storage.tenancy import brand_tx

    legs = (Leg(Account(AccountKind.SANDBOX_CLEARING), Account(AccountKind.PREPAYMENTS), 1),)
    began = time.perf_counter()
    for _ in range(number // AT_ONCE):
        drafts = [
            EntryDraft(cause=f"bench:{uuid4()}:paid", legs=legs, at=NOW) for _ in range(AT_ONCE)
        ]
        with brand_tx(brand_id):
            assert ledger.post_many(brand_id=brand_id, entries=drafts) == AT_ONCE
    return number / (time.perf_counter() - began)


def one_by_one_per_s(post: Callable[[], None], number: int) -> float:
    """Entries a second, a commit each."""
    began = time.perf_counter()
    for _ in range(number):
        post()
    return number / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=2_000)
    asked = parser.parse_args()
    with own_server():
        from zhiyin.domain.brands import operations as brands
        from zhiyin.storage import addresses, embedded, roles

        brand_id = brands.create_brand(
            slug="bench", name_zh="店", name_en="Bench", is_demo=False, now=NOW
        )
        found: dict[str, object] = {"bench": "ledger", "entries": asked.entries}
        for name, guarded in (("house", False), ("guarded", True)):
            post = poster(brand_id, guarded=guarded)
            one_by_one_per_s(post, 100)  # warm up
            script = script_of(statements(post), statements(post))
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(one_by_one_per_s(post, asked.entries))
                theirs.append(pgbench([script], clients=1, seconds=PGBENCH_S))
            found[name] = {
                "entries_per_s": spread(ours),
                "pgbench_per_s": spread(theirs),
                "ratio": round(sorted(ours)[1] / sorted(theirs)[1], 3),
            }
        found["in_bulk_per_s"] = spread(
            [in_bulk_per_s(brand_id, 10 * asked.entries) for _ in range(ROUNDS)]
        )
        running = embedded.status(addresses.CLUSTER)
        assert running is not None
        with psycopg.connect(running.admin_url, dbname=roles.DATABASE) as session:
            row = session.execute("SELECT count(*) FROM ledger_entry").fetchone()
        found["entries_in_all"] = row[0] if row else 0
    print(json.dumps(found | machine()))


NOW = datetime.now(UTC)

if __name__ == "__main__":
    main()
