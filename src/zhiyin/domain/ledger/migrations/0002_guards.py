"""What the database itself refuses, and the one trigger that moves balances.

1. An entry and all its transfers are written by one statement. Each statement that inserts
   transfers is looked at once, as a set: the transfers of an entry are exactly its `legs`, numbered
   from 0. As a number is used once, an entry that is complete can never get another transfer.
2. The same trigger adds up what the statement moves on guarded accounts and moves each of their
   rows once, in one order for everybody. `CHECK (balance_fen >= 0)` refuses an overdraft.
   It runs as the owner of the tables: nobody else may touch a balance, and the owner only from
   within this trigger.

Every row is looked up by a key, by subqueries that cannot become a join. Of a table that was
filled a moment ago the planner believes that it is small, and would read all of it for each row:
8,000 entries took 20 times as long as 2,000. So a balance has an id made of its account, and the
plan that counts the transfers of an entry is made anew each time (EXECUTE), never kept from a day
when the table was small.
"""

from django.db import migrations

GUARDED = """
    CREATE FUNCTION ledger_guarded(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN kind IN ('voucher_budget', 'wallet')
"""
TRANSFERS_POSTED = """
    CREATE FUNCTION ledger_transfers_posted() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp
    SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    DECLARE
        moved record; row_id uuid;
    BEGIN
        IF EXISTS (
            SELECT FROM (
                SELECT brand_id, entry_id, count(*) AS legs, min(leg) AS first, max(leg) AS last,
                       min(at) AS earliest, max(at) AS latest
                FROM posted GROUP BY brand_id, entry_id
            ) part
            WHERE (
                SELECT part.legs = entry.legs AND part.first = 0 AND part.last = entry.legs - 1
                   AND part.earliest = entry.at AND part.latest = entry.at
                FROM ledger_entry entry
                WHERE entry.brand_id = part.brand_id AND entry.id = part.entry_id
            ) IS NOT TRUE
        ) THEN
            RAISE EXCEPTION 'an entry is written with all its transfers, at once'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_complete';
        END IF;

        FOR moved IN
            SELECT brand_id, kind, owner_id, sum(fen)::bigint AS fen
            FROM (
                SELECT brand_id, credit_kind AS kind, credit_owner_id AS owner_id, amount_fen AS fen
                FROM posted WHERE ledger_guarded(credit_kind)
                UNION ALL
                SELECT brand_id, debit_kind, debit_owner_id, -amount_fen
                FROM posted WHERE ledger_guarded(debit_kind)
            ) side
            GROUP BY brand_id, kind, owner_id
            ORDER BY brand_id, kind, owner_id
        LOOP
            row_id := md5(moved.kind || ':' || moved.owner_id)::uuid;
            UPDATE ledger_balance SET balance_fen = balance_fen + moved.fen
            WHERE brand_id = moved.brand_id AND id = row_id;
            IF NOT FOUND THEN
                INSERT INTO ledger_balance AS held (brand_id, id, kind, owner_id, balance_fen)
                VALUES (moved.brand_id, row_id, moved.kind, moved.owner_id, moved.fen)
                ON CONFLICT (brand_id, kind, owner_id)
                DO UPDATE SET balance_fen = held.balance_fen + excluded.balance_fen;
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""
ENTRIES_POSTED = """
    CREATE FUNCTION ledger_entries_posted() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    DECLARE
        is_short boolean;
    BEGIN
        EXECUTE $q$
            SELECT EXISTS (
                SELECT FROM posted WHERE posted.legs <> (
                    SELECT count(*) FROM ledger_transfer transfer
                    WHERE transfer.brand_id = posted.brand_id AND transfer.entry_id = posted.id
                )
            )
        $q$ INTO is_short;
        IF is_short THEN
            RAISE EXCEPTION 'an entry is written with all its transfers, at once'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_complete';
        END IF;
        RETURN NULL;
    END $$
"""
ONLY_BY_TRANSFER = """
    CREATE FUNCTION ledger_only_by_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION '% is moved by transfers only', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    END $$
"""
STATEMENTS = [
    GUARDED,
    TRANSFERS_POSTED,
    ENTRIES_POSTED,
    ONLY_BY_TRANSFER,
    """
    CREATE TRIGGER transfers_posted AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfers_posted()
    """,
    """
    CREATE TRIGGER entries_posted AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS posted
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_posted()
    """,
    """
    CREATE TRIGGER only_by_transfer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ledger_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_by_transfer()
    """,
    "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_balance FROM app_web, app_system",
    # The unique key (brand_id, entry_id, leg) finds the transfers of an entry as well.
    "DROP INDEX ledger_transfer_entry_id_idx",
]


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [migrations.RunSQL(statement) for statement in STATEMENTS]
