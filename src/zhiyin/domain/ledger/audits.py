"""M1 to M5 of the books, each a query whose every row is a violation.

What the database refuses is looked for all the same: after a restore, or after somebody with an
administrator's hand, a constraint that was switched off for a minute has let something in.
"""

from zhiyin.domain.ledger.sealing import BROKEN
from zhiyin.domain.ledger.types import AccountKind
from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

AS_POSTED = """
    SELECT entry.cause, entry.legs, count(transfer.id),
           coalesce(sum(transfer.amount_fen), 0)::bigint
    FROM ledger_entry entry
    LEFT JOIN ledger_transfer transfer
      ON transfer.brand_id = entry.brand_id AND transfer.entry_id = entry.id
    WHERE entry.brand_id = %(brand_id)s
    GROUP BY entry.brand_id, entry.id
    HAVING count(transfer.id) <> entry.legs
       OR min(transfer.at) <> entry.at OR max(transfer.at) <> entry.at
       OR entry.digest <> sha256(convert_to(string_agg(
            debit_kind || ':' || debit_owner_id || '>' || credit_kind || ':' || credit_owner_id
            || '=' || amount_fen, E'\\n' ORDER BY leg), 'UTF8'))
    ORDER BY entry.cause LIMIT %(limit)s
"""
POSITIVE_AND_WHOLE = """
    (SELECT id::text AS subject, 'amount_fen' AS what, amount_fen::text AS found
     FROM ledger_transfer
     WHERE brand_id = %(brand_id)s AND (amount_fen <= 0
        OR (debit_kind, debit_owner_id) = (credit_kind, credit_owner_id))
     ORDER BY id LIMIT %(limit)s)
    UNION ALL
    (SELECT table_name || '.' || column_name, 'type', data_type
     FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name LIKE '%%\\_fen'
       AND data_type NOT IN ('bigint', 'integer')
     ORDER BY 1 LIMIT %(limit)s)
"""
GUARDS_STAND = """
    SELECT wanted.relation || '.' || wanted.trigger, held.tgenabled::text
    FROM unnest(
        ARRAY['ledger_entry', 'ledger_entry', 'ledger_transfer', 'ledger_transfer',
              'ledger_balance'],
        ARRAY['never_changed', 'entries_posted', 'never_changed', 'transfers_posted',
              'only_by_transfer']
    ) AS wanted (relation, trigger)
    LEFT JOIN pg_trigger held
      ON held.tgrelid = to_regclass(wanted.relation) AND held.tgname = wanted.trigger
    WHERE held.tgenabled IS DISTINCT FROM 'O' AND held.tgenabled IS DISTINCT FROM 'A'
    UNION ALL
    SELECT relation || ': ' || role || ' may ' || right_, NULL
    FROM unnest(ARRAY['ledger_entry', 'ledger_transfer', 'ledger_balance']) AS relation,
         unnest(ARRAY['app_web', 'app_system']) AS role,
         unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_
    WHERE has_table_privilege(role, relation, right_)
    ORDER BY 1 LIMIT %(limit)s
"""
GUARDED_BALANCES = """
    WITH summed AS (
        SELECT kind, owner_id, sum(fen)::bigint AS fen FROM (
            SELECT credit_kind AS kind, credit_owner_id AS owner_id, amount_fen AS fen
            FROM ledger_transfer
            WHERE brand_id = %(brand_id)s AND credit_kind = ANY(%(guarded)s)
            UNION ALL
            SELECT debit_kind, debit_owner_id, -amount_fen FROM ledger_transfer
            WHERE brand_id = %(brand_id)s AND debit_kind = ANY(%(guarded)s)
        ) side
        GROUP BY kind, owner_id
    ), held AS (
        SELECT kind, owner_id, balance_fen FROM ledger_balance WHERE brand_id = %(brand_id)s
    )
    SELECT kind || ':' || owner_id, held.balance_fen, summed.fen
    FROM summed FULL JOIN held USING (kind, owner_id)
    WHERE held.balance_fen IS DISTINCT FROM summed.fen OR held.balance_fen < 0
    ORDER BY 1 LIMIT %(limit)s
"""
WITHIN_THE_BRAND = """
    (SELECT transfer.id::text, transfer.entry_id::text
     FROM ledger_transfer transfer
     LEFT JOIN ledger_entry entry
       ON entry.brand_id = transfer.brand_id AND entry.id = transfer.entry_id
     WHERE transfer.brand_id = %(brand_id)s AND entry.id IS NULL
     ORDER BY transfer.id LIMIT %(limit)s)
    UNION ALL
    (SELECT kind, NULL FROM (
        SELECT debit_kind AS kind FROM ledger_transfer WHERE brand_id = %(brand_id)s
        UNION
        SELECT credit_kind FROM ledger_transfer WHERE brand_id = %(brand_id)s
     ) used
     WHERE kind <> ALL(%(kinds)s) ORDER BY kind LIMIT %(limit)s)
"""


KINDS = [kind.value for kind in AccountKind]
GUARDED = [kind.value for kind in AccountKind if kind.is_guarded]

AUDITS = (
    Audit(
        "M1",
        "every entry balances: it has the transfers it was posted with, all of them, unchanged",
        looks(AS_POSTED, "legs", "transfers", "sum_fen"),
    ),
    Audit(
        "M2",
        "a transfer is a positive whole number of fen between two accounts; no sum is a fraction",
        looks(POSITIVE_AND_WHOLE, "what", "found"),
    ),
    Audit(
        "M3",
        "the books are append-only: the triggers stand and no role of ours may change a row",
        looks(GUARDS_STAND, "enabled"),
    ),
    Audit(
        "M4",
        "a guarded balance is the sum of its transfers, and not below zero",
        looks(GUARDED_BALANCES, "balance_fen", "summed_fen", guarded=GUARDED),
    ),
    Audit(
        "M5",
        "a transfer and its entry are of one brand, and both accounts are in the chart",
        looks(WITHIN_THE_BRAND, "entry", kinds=KINDS),
    ),
    Audit(
        "M7",
        "every seal covers what it covered when it was made, and the seal before it",
        looks(BROKEN, "entries", "found_entries"),
    ),
)
