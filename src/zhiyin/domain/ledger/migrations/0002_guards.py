"""What the database itself refuses, and the one trigger that moves balances.

1. An entry and all its transfers are written by one statement. Each statement that inserts
   transfers is looked at once, as a set: the transfers of an entry are exactly its `legs`, numbered
   from 0. As a number is used once, an entry that is complete can never get another transfer.
2. The same trigger adds up what the statement moves on guarded accounts, locks their rows in one
   order for everybody, and moves each once. `CHECK (balance_fen >= 0)` refuses an overdraft.
   It runs as the owner of the tables: nobody else may touch a balance, and the owner only from
   within this trigger.
"""

from django.db import migrations

GUARDED = """
    CREATE FUNCTION ledger_guarded(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN kind IN ('voucher_budget', 'wallet')
"""
TRANSFERS_POSTED = """
    CREATE FUNCTION ledger_transfers_posted() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        brands uuid[]; kinds text[]; owners uuid[]; sums bigint[];
    BEGIN
        IF EXISTS (
            SELECT FROM (
                SELECT brand_id, entry_id, count(*) AS legs, min(leg) AS first, max(leg) AS last,
                       min(at) AS earliest, max(at) AS latest
                FROM posted GROUP BY brand_id, entry_id
            ) part
            LEFT JOIN ledger_entry entry
              ON entry.brand_id = part.brand_id AND entry.id = part.entry_id
            WHERE entry.id IS NULL OR part.legs <> entry.legs
               OR part.first <> 0 OR part.last <> entry.legs - 1
               OR part.earliest <> entry.at OR part.latest <> entry.at
        ) THEN
            RAISE EXCEPTION 'an entry is written with all its transfers, at once'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_complete';
        END IF;

        SELECT array_agg(brand_id ORDER BY brand_id, kind, owner_id),
               array_agg(kind ORDER BY brand_id, kind, owner_id),
               array_agg(owner_id ORDER BY brand_id, kind, owner_id),
               array_agg(fen ORDER BY brand_id, kind, owner_id)
        INTO brands, kinds, owners, sums
        FROM (
            SELECT brand_id, kind, owner_id, sum(fen)::bigint AS fen
            FROM (
                SELECT brand_id, credit_kind AS kind, credit_owner_id AS owner_id, amount_fen AS fen
                FROM posted WHERE ledger_guarded(credit_kind)
                UNION ALL
                SELECT brand_id, debit_kind, debit_owner_id, -amount_fen
                FROM posted WHERE ledger_guarded(debit_kind)
            ) side
            GROUP BY brand_id, kind, owner_id
        ) grouped;
        IF kinds IS NULL THEN
            RETURN NULL;
        END IF;

        INSERT INTO ledger_balance (brand_id, id, kind, owner_id, balance_fen)
        SELECT brand_id, gen_random_uuid(), kind, owner_id, 0
        FROM unnest(brands, kinds, owners) AS moved (brand_id, kind, owner_id)
        ORDER BY brand_id, kind, owner_id
        ON CONFLICT (brand_id, kind, owner_id) DO NOTHING;

        PERFORM FROM ledger_balance held
        JOIN unnest(brands, kinds, owners) AS moved (brand_id, kind, owner_id)
          USING (brand_id, kind, owner_id)
        ORDER BY held.brand_id, held.kind, held.owner_id
        FOR NO KEY UPDATE OF held;

        UPDATE ledger_balance held SET balance_fen = held.balance_fen + moved.fen
        FROM unnest(brands, kinds, owners, sums) AS moved (brand_id, kind, owner_id, fen)
        WHERE held.brand_id = moved.brand_id AND held.kind = moved.kind
          AND held.owner_id = moved.owner_id;
        RETURN NULL;
    END $$
"""
ENTRIES_POSTED = """
    CREATE FUNCTION ledger_entries_posted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM posted WHERE NOT EXISTS (
                SELECT FROM ledger_transfer transfer
                WHERE transfer.brand_id = posted.brand_id AND transfer.entry_id = posted.id
            )
        ) THEN
            RAISE EXCEPTION 'an entry has at least one transfer'
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
