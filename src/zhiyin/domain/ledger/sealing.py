"""The chain of seals: what is posted becomes evident, so that a later change of it is as well."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one

MOST_SEALED = 50_000
"""Entries under one seal at most."""

ONE_SEALS = "SELECT pg_advisory_xact_lock(hashtextextended('ledger-seal:' || %(brand_id)s, 0))"
SEAL = """
    WITH latest AS (
        SELECT number, digest FROM ledger_seal WHERE brand_id = %(brand_id)s
        ORDER BY number DESC LIMIT 1
    ), fresh AS (
        SELECT entry.id, ledger_line(entry) AS line FROM ledger_entry entry
        WHERE entry.brand_id = %(brand_id)s AND NOT EXISTS (
            SELECT FROM ledger_sealedentry sealed
            WHERE sealed.brand_id = entry.brand_id AND sealed.id = entry.id
        )
        ORDER BY entry.id LIMIT %(most)s
    ), seal AS (
        INSERT INTO ledger_seal (brand_id, id, number, entries, digest, at)
        SELECT %(brand_id)s, %(id)s, coalesce((SELECT number FROM latest), 0) + 1, count(*),
               sha256(coalesce((SELECT digest FROM latest), ''::bytea)
                      || convert_to(string_agg(line, '' ORDER BY fresh.id), 'UTF8')), %(at)s
        FROM fresh HAVING count(*) > 0
        RETURNING id, entries
    ), sealed AS (
        INSERT INTO ledger_sealedentry (brand_id, id, seal_id)
        SELECT %(brand_id)s, fresh.id, seal.id FROM fresh, seal
    )
    SELECT entries FROM seal
"""
BROKEN = """
    WITH sealed AS (
        SELECT sealed.seal_id, count(entry.id) AS entries,
               string_agg(ledger_line(entry), '' ORDER BY entry.id) AS lines
        FROM ledger_sealedentry sealed
        LEFT JOIN ledger_entry entry
          ON entry.brand_id = sealed.brand_id AND entry.id = sealed.id
        WHERE sealed.brand_id = %(brand_id)s
        GROUP BY sealed.seal_id
    ), chain AS (
        SELECT id, number, entries, digest,
               lag(digest, 1, ''::bytea) OVER (ORDER BY number) AS before,
               row_number() OVER (ORDER BY number) AS place
        FROM ledger_seal WHERE brand_id = %(brand_id)s
    )
    SELECT chain.number, chain.entries, sealed.entries
    FROM chain LEFT JOIN sealed ON sealed.seal_id = chain.id
    WHERE chain.number <> chain.place OR chain.entries IS DISTINCT FROM sealed.entries
       OR chain.digest <> sha256(chain.before || convert_to(coalesce(sealed.lines, ''), 'UTF8'))
    ORDER BY chain.number LIMIT %(limit)s
"""


def seal(*, brand_id: UUID, now: datetime) -> int:
    """Put everything that is posted and under no seal yet under the next ones.

    Returns how many entries. Each seal is a transaction of its own inside the caller's; whoever
    seals at the same moment waits. It reads every entry of the brand: once a day.
    """
    sealed, batch = 0, MOST_SEALED
    with transaction.atomic():
        one(ONE_SEALS, brand_id=str(brand_id))
        while batch == MOST_SEALED:
            row = one(SEAL, brand_id=brand_id, id=uuid7(), most=MOST_SEALED, at=now)
            batch = int(row[0]) if row else 0
            sealed += batch
    return sealed
