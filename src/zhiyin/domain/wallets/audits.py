"""W1 and W2, each a query whose every row is a violation."""

from zhiyin.domain.wallets.types import APPROVERS
from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

HELD_AS_ASKED = """
    WITH asked AS (
        SELECT member_id, sum(amount_fen)::bigint AS fen FROM wallets_withdrawal
        WHERE brand_id = %(brand_id)s AND state NOT IN ('paid', 'returned') GROUP BY member_id
    ), held AS (
        SELECT owner_id AS member_id, sum(fen)::bigint AS fen FROM (
            SELECT credit_owner_id AS owner_id, amount_fen AS fen FROM ledger_transfer
            WHERE brand_id = %(brand_id)s AND credit_kind = 'withdrawals_held'
            UNION ALL
            SELECT debit_owner_id, -amount_fen FROM ledger_transfer
            WHERE brand_id = %(brand_id)s AND debit_kind = 'withdrawals_held'
        ) side
        GROUP BY owner_id
    )
    SELECT member_id, asked.fen, held.fen FROM asked FULL JOIN held USING (member_id)
    WHERE coalesce(asked.fen, 0) <> coalesce(held.fen, 0)
    ORDER BY member_id LIMIT %(limit)s
"""
APPROVED_BY_TWO = """
    SELECT withdrawal.id, withdrawal.state, count(DISTINCT move.user_id)
    FROM wallets_withdrawal withdrawal
    LEFT JOIN wallets_withdrawalmove move
      ON move.brand_id = withdrawal.brand_id AND move.withdrawal_id = withdrawal.id
     AND move.act = 'approved'
    WHERE withdrawal.brand_id = %(brand_id)s AND withdrawal.needed = %(approvers)s
      AND withdrawal.state IN ('granted', 'asked', 'paid', 'stuck')
    GROUP BY withdrawal.brand_id, withdrawal.id
    HAVING count(DISTINCT move.user_id) < %(approvers)s
    ORDER BY withdrawal.id LIMIT %(limit)s
"""
ENDED_AS_POSTED = """
    SELECT withdrawal.id, withdrawal.state, posted.fen, posted.tax
    FROM wallets_withdrawal withdrawal
    LEFT JOIN LATERAL (
        SELECT sum(transfer.amount_fen)::bigint AS fen,
               coalesce(sum(transfer.amount_fen)
                        FILTER (WHERE transfer.credit_kind = 'tax_withheld'), 0)::bigint AS tax
        FROM ledger_entry entry
        JOIN ledger_transfer transfer
          ON transfer.brand_id = entry.brand_id AND transfer.entry_id = entry.id
        WHERE entry.brand_id = withdrawal.brand_id
          AND entry.cause = 'withdrawal:' || withdrawal.id || ':' || withdrawal.state
    ) posted ON true
    WHERE withdrawal.brand_id = %(brand_id)s AND withdrawal.state IN ('paid', 'returned')
      AND (posted.fen IS DISTINCT FROM withdrawal.amount_fen
           OR posted.tax <> CASE withdrawal.state WHEN 'paid' THEN withdrawal.tax_fen ELSE 0 END)
    ORDER BY withdrawal.id LIMIT %(limit)s
"""

AUDITS = (
    Audit(
        "W1",
        "what the books hold for withdrawals is what is under way",
        looks(HELD_AS_ASKED, "asked_fen", "held_fen"),
    ),
    Audit(
        "W2",
        "what is above the brand's limit goes out when two accounts have approved it",
        looks(APPROVED_BY_TWO, "state", "approvals", approvers=APPROVERS),
    ),
    Audit(
        "W2.ended",
        "a withdrawal that has ended is in the books once, with its sum and its tax",
        looks(ENDED_AS_POSTED, "state", "posted_fen", "posted_tax_fen"),
    ),
)
