"""M6: one key, one effect, one answer."""

from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

# The unique key refuses the first kind; the second would be an effect that is told to nobody.
ONE_ANSWER = """
    SELECT min(id::text), min(route), count(*), count(status) FROM brands_keptanswer
    WHERE brand_id = %(brand_id)s
    GROUP BY actor, route, key
    HAVING count(*) > 1 OR count(status) < count(*) OR count(answer_sealed) < count(*)
    ORDER BY 1 LIMIT %(limit)s
"""

AUDITS = (
    Audit(
        "M6",
        "one idempotency key, one effect: a key has one row, with its answer",
        looks(ONE_ANSWER, "route", "rows", "answers"),
    ),
)
