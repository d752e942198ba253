"""What she would spend: a limit, a range, about so much. CNY only; others are said back."""

import re
from dataclasses import dataclass

from zhiyin.domain.audience.reading.sheet import Sheet
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import ProblemCode

ABOUT_BPS = 2_000
"""'About 300' is 300 give or take 20 %."""

_N = r"(?<![\d.a-z])(\d{1,3}(?:,\d{3})+|\d{1,7}(?:\.\d{1,2})?)\s*(k(?![a-z])|w(?![a-z])|千|百|万)?"
_POWERS = {"k": 1_000, "千": 1_000, "百": 100, "万": 10_000, "w": 10_000}
_GAP = (
    r"(?:\s|[:：=,，]|是|在|为|有|只有|不多|范围|区间|就|to|is|of|range|only|at|my|的话|the"
    r"|between|from|a|total|for this|for it|would be|will be){0,8}"
)
_OVER_BEFORE = (
    r"(?:不超过|不要超过|别超过|不能超过|最多|最高|至多|顶多|低于|少于|小于|不高于|控制在|<=?|≤"
    r"|under|undr|below|bellow"
    r"|less than|less then|up to|no more than|not more than|not over|nothing over"
    r"|max(?:imum)?(?: of)?|within|at most|cheaper than|not exceeding|doesn't exceed|lower than"
    r"|no higher than|capped at|cap of|limit of|limit is|upper limit|tops|不过|under about"
    r"|top out at|can't go over|don't want to spend more than|keep it under)\s*:?\s*"
)
_OVER_AFTER = (
    r"\s*(?:以内|之内|以下|之下|封顶|内(?!搭|衣)|max(?:imum)?\b|or less"
    r"|or under|or below|or cheaper"
    r"|tops\b|and under|limit\b|and below|上限|打住|搞定|够吗|够不够|可以吗"
    r"|吧(?=$|[,，。])|at most|at the most"
    r"|budget\b)"
)
_ABOUT_BEFORE = (
    r"(?:大概|大约|差不多|约|around|arround|aroud|arond|about|abt|roughly|approx(?:imately"
    r"|\.)?|somewhere around|close to|near|~|circa)\s*"
)
_ABOUT_AFTER = r"\s*(?:左右|上下|前后|出头|or so\b|ish\b|-ish\b|give or take)"
_LEAST_BEFORE = (
    r"(?:至少|最低|不低于|高于|多于|大于|超过|over|above|more than|at least|min(?:imum)?(?: of)?"
    r"|from|starting at|>=?|≥)\s*"
)
_LEAST_AFTER = (
    r"\s*(?:以上|之上|起步|起(?!来|码)|往上|or more|and up\b|or above|and above|plus\b|\+)"
)
_FOREIGN = re.compile(
    r"(?:[$€£]|(?:us|au|hk)\$)\s*\d[\d,.]*|\d[\d,.]*\s*(?:[$€£]|usd\b|dollars?\b|bucks\b|euros?\b"
    r"|eur\b|gbp\b|quid\b|hkd\b|美元|美金|刀\b|欧元|英镑|港币|日元)"
)
_TALLEST = 210  # a bare number above this is neither a height in cm nor a weight in 斤
_BARE_LEAST = 200  # a bare number below this may be a height or a weight


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """The budget patterns with the taxonomy's words for CNY, strongest first."""

    between: re.Pattern[str]
    marked: re.Pattern[str]


def money_rules(taxonomy: Taxonomy) -> MoneyRules:
    """Compile the rules for a taxonomy."""
    words = sorted(taxonomy.factors("money"), key=lambda word: (-len(word), word))
    unit = "|".join(
        rf"{re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in words
    )
    currency = rf"\s*(?P<unit{{n}}>{unit})?"
    sign = r"(?P<sign>¥|rmb|cny)?\s*"
    names = sorted(taxonomy.slot_words("budget_cny_max"), key=lambda word: (-len(word), word))
    label = rf"(?P<label>(?:{'|'.join(map(re.escape, names))}){_GAP})?"
    return MoneyRules(
        between=re.compile(
            rf"{label}(?:between|from|在)?\s*{sign}{_N}{currency.format(n=1)}\s*(?:-+|~|到|至|to|and"
            rf"|—)\s*¥?\s*{_N}{currency.format(n=2)}"
            r"(?P<after>以?之?内|之间|左右|的?预算|的?价位)?"
        ),
        marked=re.compile(
            rf"{label}(?P<over>{_OVER_BEFORE})?(?P<about>{_ABOUT_BEFORE})?(?P<least>{_LEAST_BEFORE})?{sign}{_N}(?P<more>多|来|几)?{currency.format(n=1)}(?:的?预算)?"
            rf"(?:(?P<about2>{_ABOUT_AFTER})?(?P<over2>{_OVER_AFTER})|(?P<about3>{_ABOUT_AFTER})"
            rf"|(?P<least2>{_LEAST_AFTER}))?{currency.format(n=2)}(?P<label2>\s*(?:的?预算|budget))?"
        ),
    )


def read_money(sheet: Sheet, rules: MoneyRules) -> None:
    """Take the budget from the sheet; the first one said is the one that counts."""
    for match in sheet.finds(_FOREIGN):
        sheet.refuse("budget_cny_max", match.span(), ProblemCode.CURRENCY_UNSUPPORTED)
    for match in sheet.finds(rules.between):
        _read_between(sheet, match)
    for match in sheet.finds(rules.marked):
        _read_marked(sheet, match)


def _number(number: str, power: str | None) -> float:
    return float(number.replace(",", "")) * (_POWERS[power] if power else 1)


def _read_between(sheet: Sheet, match: re.Match[str]) -> None:
    label, _, low_n, low_power, unit1, high_n, high_power, unit2, after = match.groups()
    low, high = _number(low_n, low_power), _number(high_n, high_power)
    if low < 10 and high >= 100:
        low *= 10 ** (len(str(int(high))) - 1)  # 2-3百 and 2-300 are 200 to 300
    is_money = bool(
        label or match["sign"] or unit1 or unit2 or after or low >= _BARE_LEAST or high > _TALLEST
    )
    if not is_money or not 0 < low < high or sheet.has("budget_cny_max"):
        return
    middle = match.start(6)
    sheet.note("budget_cny_min", low, (match.start(), middle))
    sheet.note("budget_cny_max", high, (middle, match.end()))


def _read_marked(sheet: Sheet, match: re.Match[str]) -> None:
    named = match.groupdict()
    index = match.re.groupindex["sign"] + 1
    amount = _number(match[index], match[index + 1])
    has_currency = bool(named["sign"] or named["unit1"] or named["unit2"])
    has_label = bool(named["label"] or named["label2"])
    over = bool(named["over"] or named["over2"])
    about = bool(named["about"] or named["about2"] or named["about3"])
    least = bool(named["least"] or named["least2"])
    if not (has_currency or has_label or over or ((about or least) and amount >= _BARE_LEAST)):
        return
    if sheet.has("budget_cny_max") or amount <= 0 or (amount < 20 and not has_currency):
        return
    if least and not over and not about:
        if not sheet.has("budget_cny_min"):
            sheet.note("budget_cny_min", amount, match.span())
    elif about or (named["more"] and not over):
        label_about = amount * ABOUT_BPS / 10_000
        # one piece of text, two values: both chips point at it
        sheet.note("budget_cny_min", amount - label_about, match.span())
        sheet.note("budget_cny_max", amount + label_about, match.span())
    else:
        sheet.note("budget_cny_max", amount, match.span())
