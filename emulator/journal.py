"""What was received and what was sent, in order."""

from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any


class Journal:
    """Lines that are only ever added to. Each bears `n` (from 1), `kind` and `at`."""

    def __init__(self) -> None:
        self._lines: list[Mapping[str, Any]] = []
        self._lock = Lock()

    def write(self, *, kind: str, at: str, **facts: object) -> None:
        """Add a line."""
        with self._lock:
            self._lines.append({"n": len(self._lines) + 1, "kind": kind, "at": at, **facts})

    def read(self, *, after: int, limit: int, kind: str | None) -> list[Mapping[str, Any]]:
        """The lines after number `after`, oldest first."""
        with self._lock:
            lines = self._lines[after:]
        return [line for line in lines if kind is None or line["kind"] == kind][:limit]

    def sums(self) -> dict[str, int]:
        """How many lines there are of each kind, operation (or variant) and status."""
        with self._lock:
            lines = list(self._lines)
        counts = Counter(
            f"{line['kind']} {line.get('operation') or line.get('variant')} {line.get('status')}"
            for line in lines
        )
        return dict(sorted(counts.items()))
