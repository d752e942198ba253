"""Moments and days. A moment is UTC; a day belongs to a place."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a time zone (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()
