"""The emulator's time. It stands still until it is moved, or runs with the wall's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from heapq import heappop, heappush
from time import monotonic
from typing import Any

Act = Callable[[], Any]
"""What is done at its moment; it may answer a list of things to be sent."""
BEIJING = timezone(timedelta(hours=8))
"""The platform's own zone: bills are by its days, and moments are written with +08:00."""


class Clock:
    """A moment that moves forward only. Not locked: the world that holds it is."""

    def __init__(self, start: datetime, *, runs: bool = False) -> None:
        self._base = start.astimezone(UTC)
        self._since = monotonic()
        self.runs = runs

    def now(self) -> datetime:
        """The moment, UTC."""
        if not self.runs:
            return self._base
        return self._base + timedelta(seconds=monotonic() - self._since)

    def move_to(self, moment: datetime) -> None:
        """Move on. A moment that has passed changes nothing."""
        if moment > self.now():
            self._base, self._since = moment.astimezone(UTC), monotonic()

    def run(self, runs: bool) -> None:
        """Let time pass by itself from here, or stop it here."""
        self._base, self._since, self.runs = self.now(), monotonic(), runs


class Agenda:
    """What is to happen at which moment, in that order; what was put in first goes first."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Act]] = []
        self._count = 0

    def at(self, moment: datetime, act: Act) -> None:
        """Do `act` at `moment`."""
        self._count += 1
        heappush(self._due, (moment, self._count, act))

    def next(self) -> datetime | None:
        """The moment of the next act."""
        return self._due[0][0] if self._due else None

    def take(self, now: datetime) -> list[Act]:
        """Every act that is due, in order."""
        taken = []
        while self._due and self._due[0][0] <= now:
            taken.append(heappop(self._due)[2])
        return taken


def beijing(moment: datetime) -> str:
    """A moment as the platform writes it: 2026-11-22T12:00:00+08:00."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")
