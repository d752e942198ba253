"""How long does it take to settle a million commissions that are due, and is it linear?

Run: make bench NAME=settle ARGS="[--commissions 1000000] [--promoters 50000]"

A PostgreSQL of the run's own that waits for the disk, and one process that settles as the nightly
job does: `settlement.settle_due`, a transaction a batch. A tenth and a third of the number are
settled first, each by a brand of its own. The commissions are written by one statement, with their
keys to orders and lines unchecked: it is what reads and moves them that is measured. Each of the
promoters has earned as often as the others. Prints one JSON line.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from benchmarks.serving import machine, own_server

EACH_FEN = 1_250
FILL = """
    INSERT INTO commissions_commission (
        brand_id, id, plan_id, promoter_id, member_id, level, order_id, line_id, base_fen, rate_bps,
        amount_fen, reversed_fen, state, window_days, accrued_at, unlocked_at, due_at
    )
    SELECT %(brand_id)s, uuidv7(), %(brand_id)s, who.id, who.id, 1, uuidv7(), uuidv7(),
           %(fen)s * 10, 1000, %(fen)s, 0, 'unlocked', 7,
           %(now)s - interval '9 days', %(now)s - interval '8 days', %(now)s - interval '1 day'
    FROM (
        SELECT md5(n::text)::uuid AS id FROM generate_series(1, %(promoters)s) AS n
    ) who, generate_series(1, %(each)s)
    ORDER BY random()
"""


def fill(number: int, promoters: int, now: datetime) -> UUID:
    """A brand with so many commissions that are due, in no order."""
    from zhiyin.domain.brands import operations as brands
    from zhiyin.storage import addresses, embedded, roles

    brand_id = brands.create_brand(
        slug=f"bench-{number}", name_zh="店", name_en="Bench", is_demo=False, now=now
    )
    running = embedded.status(addresses.CLUSTER)
    assert running is not None
    with psycopg.connect(running.admin_url, dbname=roles.DATABASE, autocommit=True) as session:
        session.execute("SET session_replication_role = replica")  # no key is checked
        people = min(promoters, number)
        said = {"brand_id": brand_id, "fen": EACH_FEN, "now": now, "promoters": people}
        session.execute(FILL, said | {"each": number // people})
        session.execute("VACUUM ANALYZE commissions_commission")
    return brand_id


def settled_s(number: int, promoters: int) -> float:
    """Seconds from the first batch to the last."""
    from zhiyin.domain.ledger import queries as books
    from zhiyin.domain.ledger.types import AccountKind
    from zhiyin.flows import settlement
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    brand_id = fill(number, promoters, now)
    began = time.perf_counter()
    settled = settlement.settle_due(brand_id=brand_id, now=now)
    took_s = time.perf_counter() - began
    assert settled.commissions == number, settled
    with brand_tx(brand_id):
        trial = books.trial_balance(brand_id=brand_id)
    assert trial.balances_fen[AccountKind.COMMISSION_PAYABLE] == number * EACH_FEN
    return took_s


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--commissions", type=int, default=1_000_000)
    parser.add_argument("--promoters", type=int, default=50_000)
    asked = parser.parse_args()
    numbers = [asked.commissions // 10, asked.commissions // 3, asked.commissions]
    numbers = [number - number % min(number, asked.promoters) for number in numbers]
    with own_server():
        settled_s(1_000, 1_000)  # warm up
        seconds = {number: settled_s(number, asked.promoters) for number in numbers}
    per_s = {number: round(number / took) for number, took in seconds.items()}
    found = {"bench": "settle", "seconds": {n: round(took, 1) for n, took in seconds.items()}}
    print(json.dumps(found | {"per_s": per_s, "promoters": asked.promoters, **machine()}))


if __name__ == "__main__":
    main()
