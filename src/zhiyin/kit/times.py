"""Moments and days. A moment is UTC; a day belongs to a place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a time zone (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of_day(moment: datetime, zone: str) -> datetime:
    """The midnight before a moment in a time zone (an IANA name), as UTC."""
    local = moment.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC)
