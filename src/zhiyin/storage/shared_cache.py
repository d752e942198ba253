"""Django's cache in the database: what one worker counts, the others see.

For the few counters that only hold if every worker shares them: tries at a password, codes of a
second factor that were used. Not for answers or pages. Django's own `DatabaseCache` would do but
for three things: two workers may both be told that they added a key which had expired, it counts
all its rows at every write and drops live ones beyond a number, and it keeps pickles, which are
run by whoever reads them.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.utils import timezone

from zhiyin.storage.sql import one, run

MAKE_TABLE = """
    CREATE TABLE shared_cache (
        key text PRIMARY KEY, value text NOT NULL, expires_at timestamptz NOT NULL
    );
    CREATE INDEX shared_cache_expires ON shared_cache (expires_at);
"""
DROP_TABLE = "DROP TABLE shared_cache"

PUT = """
    INSERT INTO shared_cache AS held (key, value, expires_at)
    VALUES (%(key)s, %(value)s, %(expires_at)s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
ADD = PUT + "WHERE held.expires_at <= %(now)s"
GET = "SELECT value FROM shared_cache WHERE key = %(key)s AND expires_at > %(now)s"
TOUCH = """
    UPDATE shared_cache SET expires_at = %(expires_at)s
    WHERE key = %(key)s AND expires_at > %(now)s
"""
DELETE = "DELETE FROM shared_cache WHERE key = %(key)s"
CLEAR = "DELETE FROM shared_cache"

# A little at every write, so that there is never much; rows that somebody holds are left.
SWEEP = """
    DELETE FROM shared_cache WHERE key IN (
        SELECT key FROM shared_cache WHERE expires_at <= %(now)s
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
"""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class SharedCache(BaseCache):
    """Values are JSON; anything else raises TypeError. The clock is the process's, as in Django."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Set a key that is not there. Of all who try at once, one is told True."""
        return self._write(ADD, key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        row = one(GET, key=self.make_and_validate_key(key, version), now=timezone.now())
        return default if row is None else json.loads(row[0])

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write(PUT, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(
            run(
                TOUCH,
                key=self.make_and_validate_key(key, version),
                expires_at=self._end(timeout),
                now=timezone.now(),
            )
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(run(DELETE, key=self.make_and_validate_key(key, version)))

    def clear(self) -> None:
        run(CLEAR)

    def _write(
        self, statement: str, key: str, value: Any, timeout: Any, version: int | None
    ) -> bool:
        now = timezone.now()
        run(SWEEP, now=now)
        return bool(
            run(
                statement,
                key=self.make_and_validate_key(key, version),
                value=json.dumps(value),
                expires_at=self._end(timeout),
                now=now,
            )
        )

    def _end(self, timeout: Any) -> datetime:
        seconds = self.get_backend_timeout(timeout)
        return NEVER if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
