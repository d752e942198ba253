"""M6: one key, one effect, one answer."""

from uuid import UUID

from zhiyin.kit.audits import Audit, Violation
from zhiyin.storage.sql import many

# The unique key refuses the first kind; the second would be an effect that is told to nobody.
ONE_ANSWER = """
    SELECT min(id::text), min(route), count(*), count(status) FROM brands_keptanswer
    WHERE brand_id = %(brand_id)s
    GROUP BY actor, route, key
    HAVING count(*) > 1 OR count(status) < count(*) OR count(answer_sealed) < count(*)
    ORDER BY 1 LIMIT %(limit)s
"""


def find_unanswered(*, brand_id: UUID, limit: int) -> tuple[Violation, ...]:
    """The keys with more than one row, or with a row that holds no answer."""
    return tuple(
        Violation(subject, {"route": route, "rows": rows, "answers": answers})
        for subject, route, rows, answers in many(ONE_ANSWER, brand_id=brand_id, limit=limit)
    )


AUDITS = (
    Audit(
        "M6", "one idempotency key, one effect: a key has one row, with its answer", find_unanswered
    ),
)
