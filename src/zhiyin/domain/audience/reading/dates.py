"""When she needs it: dates, weekdays, feasts and relative words, seen from the asking day."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from zhiyin.domain.audience.reading.sheet import Sheet

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_HAN_DAYS = (
    {name: n for n, name in enumerate("一二三四五六日")}
    | {"天": 6, "末": 5}
    | {str(n): n - 1 for n in range(1, 7)}
)
_FEASTS = {
    "圣诞": (12, 25), "平安夜": (12, 24), "christmas": (12, 25), "xmas": (12, 25), "元旦": (1, 1),
    "跨年": (12, 31), "new year's eve": (12, 31), "new years eve": (12, 31), "nye": (12, 31),
    "new year": (1, 1), "国庆": (10, 1), "五一": (5, 1), "劳动节": (5, 1),
    "情人节": (2, 14), "valentine": (2, 14), "妇女节": (3, 8), "教师节": (9, 10),
    "儿童节": (6, 1), "六一": (6, 1), "万圣节": (10, 31), "halloween": (10, 31),
}  # fmt: skip
_SPRING_FESTIVAL = {
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23),
    2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
"""First day of the lunar year. Source: the calendar that Hong Kong Observatory publishes."""

_MONTH_NAME = (
    r"(jan(?=uary|\b)|feb(?=ruary|\b)|mar(?=ch|\b)|apr(?=il|\b)|may|jun(?=e|\b)|jul(?=y|\b)"
    r"|aug(?=ust|\b)|sep(?=t|tember|\b)|oct(?=ober|\b)|nov(?=ember|\b)|dec(?=ember|\b))[a-z]*\.?"
)
_DAY_NAME = r"(mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|rsday|urday)?\b"
Found = str | None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _iso(day: date | None) -> Found:
    return day.isoformat() if day else None


def _coming(today: date, month: int, day: int) -> Found:
    """The next such day: this year's, or next year's if it is over."""
    for year in (today.year, today.year + 1):
        found = _day(year, month, day)
        if found is not None and found >= today:
            return found.isoformat()
    return None


def _coming_month(today: date, month: int) -> Found:
    if not 1 <= month <= 12:
        return None
    return f"{today.year + (month < today.month):04d}-{month:02d}"


def _months_on(today: date, months: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}"


def _after(today: date, days: int) -> Found:
    return (today + timedelta(days=days)).isoformat() if 0 <= days <= 3_650 else None


def _weekday(today: date, weekday: int, weeks: int) -> str:
    """`weeks` 0: the coming one; 1: that of next week (weeks begin on Monday)."""
    if weeks == 0:
        return (today + timedelta(days=(weekday - today.weekday()) % 7)).isoformat()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return (monday + timedelta(days=weekday)).isoformat()


def _month_end(today: date, months: int) -> str:
    year, month = (int(part) for part in _months_on(today, months).split("-"))
    return date(year, month, calendar.monthrange(year, month)[1]).isoformat()


def _spring_festival(today: date) -> Found:
    for year in (today.year, today.year + 1):
        if year in _SPRING_FESTIVAL:
            first = date(year, *_SPRING_FESTIVAL[year])
            if first >= today:
                return first.isoformat()
    return None


def _in_month(today: date, months: int, day: str) -> Found:
    year, month = (int(part) for part in _months_on(today, months).split("-"))
    return _iso(_day(year, month, int(day)))


def _count(match: re.Match[str], group: int = 1) -> int:
    said = match[group]
    if said.isdigit():
        return int(said)
    return {"a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "两": 2, "几": 3}.get(said, 1)


_N = r"(\d{1,3}|a couple of|couple of|a few|few|a|an|one|两|一|几|半)"
Rule = tuple[re.Pattern[str], Callable[[date, re.Match[str]], Found]]
_RULES: tuple[Rule, ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (
            r"(20\d\d)\s*[-/.年]\s*(1[0-2]|0?[1-9])\s*[-/.月]\s*(3[01]|[12]\d|0?[1-9])(?!\d)\s*[日号]?",
            lambda _, m: _iso(_day(int(m[1]), int(m[2]), int(m[3]))),
        ),
        (
            r"(?:下个月|下月|next month)\s*(?:on the\s*)?(3[01]|[12]\d|[1-9])\s*[号日]",
            lambda t, m: _in_month(t, 1, m[1]),
        ),
        (r"(?:这个月|本月)\s*(3[01]|[12]\d|[1-9])\s*[号日]", lambda t, m: _in_month(t, 0, m[1])),
        (
            r"(?<!\d)(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])\s*[日号]?(?!\d)",
            lambda t, m: _coming(t, int(m[1]), int(m[2])),
        ),
        (
            _MONTH_NAME + r"\s*(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b(?!\s*(?:cm|kg|lb))",
            lambda t, m: _coming(t, _MONTHS[m[1]], int(m[2])),
        ),
        (
            r"\b(3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s*(?:of\s*)?" + _MONTH_NAME + r"(?![a-z])",
            lambda t, m: _coming(t, _MONTHS[m[2]], int(m[1])),
        ),
        (r"下个?月(?:底|末)", lambda t, _: _month_end(t, 1)),
        (
            r"(?:这个?月|本月)?月?(?:底|末)(?<=月底|月末)|end of (?:the|this) month",
            lambda t, _: _month_end(t, 0),
        ),
        (r"下下个?月", lambda t, _: _months_on(t, 2)),
        (r"下个?月初?|next month", lambda t, _: _months_on(t, 1)),
        (r"这个月|本月|this month", lambda t, _: _months_on(t, 0)),
        (
            r"(?<!\d)(1[0-2]|0?[1-9])月份?(?:初|中旬)?(?!\d)",
            lambda t, m: _coming_month(t, int(m[1])),
        ),
        (
            r"\b(?:in|by|this|next|for|early|late|mid|during)[ -]"
            + _MONTH_NAME
            + r"(?![a-z])(?! be\b)",
            lambda t, m: _coming_month(t, _MONTHS[m[1]]),
        ),
        (
            _N + r"个?半?月(?:之?以?[后内]|左右)",
            lambda t, m: _after(t, 15) if m[1] == "半" else _months_on(t, _count(m)),
        ),
        (
            r"\bin " + _N + r" months?(?:'? time)?|\b(\d{1,2}) months? from now",
            lambda t, m: _months_on(t, _count(m, 1 if m[1] else 2)),
        ),
        (_N + r"个?(?:周|星期|礼拜)(?:之?以?[后内]|左右)", lambda t, m: _after(t, 7 * _count(m))),
        (
            r"\b(?:in|within) "
            + _N
            + r" weeks?(?:'? time)?|\b(\d{1,2}) weeks? (?:from now|away|out)",
            lambda t, m: _after(t, 7 * _count(m, 1 if m[1] else 2)),
        ),
        (_N + r"天(?:之?以?[后内])", lambda t, m: _after(t, 15 if m[1] == "半" else _count(m))),
        (r"\b(?:in|within) " + _N + r" days?(?:'? time)?", lambda t, m: _after(t, _count(m))),
        (
            r"下下(?:周|个?星期|个?礼拜)([一二三四五六日天末1-6])",
            lambda t, m: _weekday(t, _HAN_DAYS[m[1]], 2),
        ),
        (
            r"下(?:周|个?星期|个?礼拜)([一二三四五六日天末1-6])",
            lambda t, m: _weekday(t, _HAN_DAYS[m[1]], 1),
        ),
        (
            r"(?:这|本|这个)?(?:周|星期|礼拜)([一二三四五六日天1-6])(?!\d|到|至)",
            lambda t, m: _weekday(t, _HAN_DAYS[m[1]], 0),
        ),
        (r"(?:这|本|这个)(?:周末|星期末)|this (?:coming )?weekend", lambda t, _: _weekday(t, 5, 0)),
        (r"下个?周|下个?星期|下个?礼拜|next week(?!end)", lambda t, _: _weekday(t, 0, 1)),
        (r"next weekend", lambda t, _: _weekday(t, 5, 1)),
        (r"\bnext " + _DAY_NAME, lambda t, m: _weekday(t, _DAYS[m[1]], 1)),
        (
            r"\b(?:this|by|on|coming|for|before)(?: coming)? " + _DAY_NAME,
            lambda t, m: _weekday(t, _DAYS[m[1]], 0),
        ),
        (r"大后天", lambda t, _: _after(t, 3)),
        (r"后天|day after tomorrow", lambda t, _: _after(t, 2)),
        (r"明天|明晚|明日|\btomorrow\b", lambda t, _: _after(t, 1)),
        (r"今天|今晚|\btonight\b|\btoday\b", lambda t, _: _after(t, 0)),
        (
            r"春节|过年|大年初一|chinese new year|lunar new year|spring festival",
            lambda t, _: _spring_festival(t),
        ),
        (
            r"("
            + "|".join(sorted(map(re.escape, _FEASTS), key=len, reverse=True))
            + r")(?:节|当天|前|之前|eve)?(?!party|聚会|派对|晚会|照)",
            lambda t, m: _coming(t, *_FEASTS[m[1]]),
        ),
        (
            r"(?<![\d月])(3[01]|[12]\d|[1-9])号(?!码|的?裤|的?鞋|尺)",
            lambda t, m: _in_month(t, int(int(m[1]) < t.day), m[1]),
        ),
    )
)


_SHARED = {pattern for pattern, _ in _RULES if "christmas" in pattern.pattern}


def read_dates(sheet: Sheet, today: date) -> None:
    """Take every date from the sheet; the first one said is `needed_by`.

    A date that is also an occasion (跨年, Christmas) keeps its words for the other rules.
    """
    for pattern, rule in _RULES:
        for match in sheet.finds(pattern):
            found = rule(today, match)
            if found is not None:
                sheet.note("needed_by", found, match.span(), opaque=pattern not in _SHARED)
