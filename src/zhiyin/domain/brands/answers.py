"""What keyed calls were answered: claimed, kept and told again. `operations` opens it."""

from datetime import datetime, timedelta
from uuid import UUID

from zhiyin.domain.brands.models import KeptAnswer
from zhiyin.domain.brands.types import AnswerCard, IdempotencyInFlight, IdempotencyKeyReused
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_text, unseal_text
from zhiyin.storage.sql import one, run

KEPT_FOR = timedelta(hours=48)

# A twin that is in flight holds the lock until its transaction ends, so that nobody waits for it
# and a killed one leaves nothing. Without the lock the unique key would make the twin wait.
CLAIM = """
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtextextended(%(place)s, 0)) AS is_ours
    )
    INSERT INTO brands_keptanswer (brand_id, id, actor, route, key, body_hash, at)
    SELECT %(brand_id)s, %(id)s, %(actor)s, %(route)s, %(key)s, %(body_hash)s, %(now)s
    FROM turn WHERE is_ours
    ON CONFLICT (brand_id, actor, route, key) DO NOTHING
    RETURNING id
"""
KEPT = """
    SELECT id, body_hash, status, answer_sealed FROM brands_keptanswer
    WHERE brand_id = %(brand_id)s AND actor = %(actor)s AND route = %(route)s AND key = %(key)s
"""
KEEP = """
    UPDATE brands_keptanswer SET status = %(status)s, answer_sealed = %(answer)s
    WHERE brand_id = %(brand_id)s AND id = %(id)s
"""
FORGET = "DELETE FROM brands_keptanswer WHERE brand_id = %(brand_id)s AND at < %(before)s"


def claim_answer(
    *, brand_id: UUID, actor: str, route: str, key: str, body_hash: bytes, now: datetime
) -> UUID | AnswerCard:
    """Take a key for this transaction, or learn what it was answered before.

    An id: nobody was answered yet, so do the work and `keep_answer` in this very transaction. A
    rollback frees the key. One statement, two where the key is not new.
    Raises IdempotencyKeyReused (it came with another body), IdempotencyInFlight.
    """
    place = {"brand_id": brand_id, "actor": actor, "route": route, "key": key}
    claimed = one(
        CLAIM,
        **place,
        id=uuid7(),
        body_hash=body_hash,
        now=now,
        place=f"answer:{brand_id}:{actor}:{route}:{key}",
    )
    if claimed is not None:
        answer_id: UUID = claimed[0]
        return answer_id
    kept = one(KEPT, **place)
    if kept is None:
        raise IdempotencyInFlight()
    row_id, asked, status, sealed = kept
    if bytes(asked) != body_hash:
        raise IdempotencyKeyReused()
    if status is None:
        raise IdempotencyInFlight()
    body = unseal_text(
        brand_id=brand_id,
        model=KeptAnswer,
        field="answer_sealed",
        row_id=row_id,
        sealed=bytes(sealed),
    )
    return AnswerCard(status, body)


def keep_answer(*, brand_id: UUID, answer_id: UUID, status: int, body: str) -> None:
    """Write down what a claimed key is answered, in the transaction of the effect."""
    sealed = seal_text(
        brand_id=brand_id, model=KeptAnswer, field="answer_sealed", row_id=answer_id, text=body
    )
    run(KEEP, brand_id=brand_id, id=answer_id, status=status, answer=sealed)


def forget_answers(*, brand_id: UUID, now: datetime) -> int:
    """Delete the answers of more than two days ago; their keys are new again. How many."""
    return run(FORGET, brand_id=brand_id, before=now - KEPT_FOR)
