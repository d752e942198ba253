"""Body facts with a number: height, weight, girths, bra size, age, each with or without a unit."""

import re
from dataclasses import dataclass

from zhiyin.domain.audience.reading.sheet import TAKEN, Sheet
from zhiyin.domain.audience.reading.taxonomy import Taxonomy

_N = r"(\d{1,4}(?:\.\d{1,2})?)"
_GAP = (
    r"[\s:：=]{0,3}(?:(?:是|为|有|约|大概|大约|差不多|只有|才|is|are|of|about|around|in|at|was"
    r"|im|i am|measures|measurement|size|approx\.?|roughly|~)[\s:：=]{0,3}){0,3}"
)  # bounded: a text of nothing but colons must not make the search quadratic
_BRA_BANDS = {28: 60, 30: 65, 32: 70, 34: 75, 36: 80, 38: 85, 40: 90, 42: 95, 44: 100, 46: 105}
_US_CUPS = {"ddd": "f"}
_METRIC_BANDS = range(60, 125, 5)
_MISC_COUNTERS = (
    r"码|号|件|条|双|个|套|款|岁|年|月|天|周|%|分|折|d\b|层|种|点|次|人|楼|层|g\b|后|级"
)
_INCH_BELOW = 50  # a bare girth below this is in inches: nobody measures 50 cm round the waist
_LIGHTEST_LB = 75
_LB_PER_KG = 0.453592
_SIZE_CODE = re.compile(r"1[4-9][05]\s*/\s*\d{2,3}\s*[abcy](?![a-z])")  # 160/84A on a label
_STONE = re.compile(
    r"(?<![\d.])(\d{1,2})\s*(?:st|stones?)\b\s*(?:(\d{1,2})\b\s*(?:lbs?|pounds?)?)?(?!\s*(?:cm|kg))"
)
_CHANGED = re.compile(
    r"(?:瘦|胖|减|轻|(?<![体净])重|长|涨|掉|降|增|lost|gained|gain|lose|losing|gaining|put on"
    r"|dropped)(?:了|掉|到|下来|about|around|nearly|almost|over|\s){0,5}"
    r"\d+(?:\.\d)?\s*(?:多|几|来)?\s*(?:斤|公斤|kgs?|lbs?|pounds?|kilos?|stone)(?!以)"
)
_FEET = re.compile(
    r"(?<![\d.'])([3-7])\s*(?:'|(?:ft|feet|foot|fts)\b\.?|英尺)[\s,-]*(?:and\s+)?"
    r"(?:(1[01]|\d)(\.\d+)?(?!\d|'|\s*(?:lbs?|kg|pounds|斤|cm|years|yr|yo)\b)\s*(?:\"|''|'(?!\d)"
    r"|inch(?:es)?\b|ins?\b|英寸)?)?(?:\s*(?:tall|in height)\b)?"
)
_FEET_GLUED = re.compile(r"(?<![\d.'])([4-6])\s*(?:ft|foot|feet)(\d|1[01])(?!\d)\"?(?:\s*tall\b)?")
_METRES = re.compile(
    r"(?<![\d.])([12])\s*(?:米|m|公尺)\s*(\d{1,2})(?!\d|\s*(?:kg|斤|公斤))\s*(?:cm|公分|厘米)?(?:的?个子|的?身高"
    r"|高)?"
)
_TRIPLE = re.compile(
    r"(?<![\d.])(\d{2,3})\s*[-/,x、 ]\s*(\d{2,3})\s*[-/,x、 ]\s*(\d{2,3})(?![\d.])"
)
_PAIR = re.compile(
    r"(?<![\d.])(1[3-9]\d|20\d)\s*(?:cm)?\s*([/／,，、;|\s·~-]+)\s*(\d{2,3}(?:\.\d)?)(?!\d|\.\d"
    r"|\s*(?:cm|厘米|" + _MISC_COUNTERS + r"|元|块|以|内|[a-h]\b|左右的?预|years|yo))"
)
_AGE = re.compile(
    r"(\d{1,3})\s*(?:多|几|来|出头)?\s*(?:周岁|岁半|岁|大寿|years?[\s-]*old|yrs?[\s-]*old|year[\s-]*old"
    r"|y\.?/?o\.?\b|yrs?\b(?=\s*[,.]|$)|years young|years of age)(?:的|了|左右|多)?"
)
_BRA = re.compile(
    r"(?<![\d.])(\d{2,3})\s*[-/]?\s*(aa|ddd|dd|[a-h])(?:\s*(?:cup|罩杯|杯|罩))?"
    r"(?![a-z\d]|字|型|类|\s*(?:line|shape|lister|little|bit|pair|dress|top)\b)"
)
_CUP = re.compile(
    r"(?<![a-z\d])(aa|dd|[a-h])\s*-?\s*(?:cups?\b|罩杯|杯)|(?:cup size|罩杯|cup)"
    r"\s*(?:is|是|:)?\s*(aa|dd|[a-h])(?![a-z\d])"
)
_BARE = re.compile(
    r"(?<![\d.a-z¥$€£:-])(\d{2,3}(?:\.\d)?)(?![\d%]|\.\d|-\d|\s*(?:"
    + _MISC_COUNTERS
    + r"|元|块|以|内|denim|percent|years))(?![a-z])"
)
_SIZE = re.compile(
    r"(?:size|码数|尺码|穿|us|uk|eu)\s*(?:a\s+|us\s+|uk\s+|eu\s+)?(\d{1,3}(?:[-/]\d{1,3})?)(?!\s*(?:cm"
    r"|kg|斤|公斤|元|块|以内|\.))(?:码|号)?|(?<![\d.])\d{2}(?:码|号)(?!\d)|\b(?:s|m|l|xl|xxl|xs|\dxl)\s*(?:码"
    r"|号)"
)


@dataclass(frozen=True, slots=True)
class MeasureRules:
    """The patterns that depend on the taxonomy's units and labels, compiled once."""

    weight: re.Pattern[str]
    length: re.Pattern[str]
    labelled: tuple[tuple[str, re.Pattern[str]], ...]
    girth_after: re.Pattern[str]
    girth_slots: dict[str, str]
    weights: dict[str, float]
    lengths: dict[str, float]


def measure_rules(taxonomy: Taxonomy) -> MeasureRules:
    """Compile the rules for a taxonomy."""
    weights, lengths = taxonomy.factors("weight"), taxonomy.factors("length")
    weight_unit, length_unit = _unit(weights), _unit(lengths)
    either = f"(?:{length_unit}|{weight_unit})"
    labels = {slot: taxonomy.slot_words(slot) for slot in _LABELLED}
    girth_slots = {word: slot for slot in _GIRTHS for word in labels[slot]}
    return MeasureRules(
        weight=re.compile(
            rf"(?<![\d.]){_N}(?:\s*[-~到至]\s*{_N})?\s*(?:来|多|几)?\s*({weight_unit})"
            r"(?:左右|上下|出头|多)?"
        ),
        length=re.compile(
            rf"(?<![\d.]){_N}\s*({length_unit})(?:\s*(\d)(?![\d.]))?(?:左右|上下|出头|多)?(?:的?个子|的?身高"
            rf"|\s*tall\b|高(?!腰|领|跟|级))?"
        ),
        labelled=tuple(
            (
                slot,
                re.compile(
                    rf"(?:{_any(labels[slot])}){_GAP}(?<![\d.]){_N}(?!\d)(?:\s*({either}))?(?:\s*(\d)(?![\d.]))?(?:左右|上下|出头|多)?"
                ),
            )
            for slot in _LABELLED
        ),
        girth_after=re.compile(
            rf"(?<![\d.]){_N}\s*-?\s*({length_unit}|\")?(?:\s*(\d)(?![\d.]))?\s*(?:的"
            rf"|-)?\s*({_any(girth_slots)})(?!\w*[粗细大小短]|围)"
        ),
        girth_slots=girth_slots,
        weights=weights,
        lengths=lengths,
    )


_GIRTHS = ("bust_cm", "waist_cm", "hip_cm")
_LABELLED = ("band_cm", *_GIRTHS, "height_cm", "weight_kg", "age")


def read_measures(sheet: Sheet, rules: MeasureRules) -> None:
    """Take every body fact with a number from the sheet."""
    for match in sheet.finds(_SIZE_CODE):
        sheet.hide(match.span())
    for match in sheet.finds(_CHANGED):
        sheet.hide(match.span())
    for match in sheet.finds(_AGE):
        sheet.note("age", float(match[1]), match.span())
    _read_bra(sheet)
    _read_feet(sheet)
    for match in sheet.finds(_METRES):
        tail = match[2]
        sheet.note("height_cm", float(f"{match[1]}.{tail}") * 100, match.span())
    _read_labelled(sheet, rules)
    _read_with_units(sheet, rules)
    _read_pairs(sheet)
    for match in sheet.finds(_SIZE):
        sheet.hide(match.span())


def _any(words: "list[str] | dict[str, str] | dict[str, float] | tuple[str, ...]") -> str:
    """An alternation, longest first; a Latin word must not begin or end inside another."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word[-1].isascii() else re.escape(word)
        for word in longest_first
    )


def _unit(factors: dict[str, float]) -> str:
    """Like `_any`, for words that follow a digit."""
    longest_first = sorted(factors, key=lambda word: (-len(word), word))
    return "|".join(
        rf"{re.escape(word)}(?![a-z])" if word[-1].isascii() else re.escape(word)
        for word in longest_first
    )


def _read_bra(sheet: Sheet) -> None:
    for match in sheet.finds(_BRA):
        number, cup = int(match[1]), _US_CUPS.get(match[2], match[2])
        if cup == "a" and match[0][-1] == "a" and " " in match[0]:
            continue  # "36 a" may be an article; "36a" is a size
        band = _BRA_BANDS.get(number) or (number if number in _METRIC_BANDS else None)
        if band is None or (cup == "d" and sheet.text[match.end() : match.end() + 2] == "丝袜"):
            continue
        middle = match.start(2)
        sheet.note("band_cm", float(band), (match.start(), middle))
        sheet.note("cup", cup, (middle, match.end()))
    for match in sheet.finds(_CUP):
        if not sheet.has("cup"):
            sheet.note("cup", match[1] or match[2], match.span())


def _read_feet(sheet: Sheet) -> None:
    for pattern in (_FEET_GLUED, _FEET):
        for match in sheet.finds(pattern):
            inches = float((match[2] or "0") + ((match[3] or "") if pattern is _FEET else ""))
            if match[2] is None and sheet.text[match.end() : match.end() + 1].isalpha():
                continue
            sheet.note("height_cm", int(match[1]) * 30.48 + inches * 2.54, match.span())


def _read_labelled(sheet: Sheet, rules: MeasureRules) -> None:
    for match in sheet.finds(rules.girth_after):
        if _belongs_to_label_before(sheet, match, rules):
            continue
        value = _girth(float(match[1]), match[2], match[3], rules)
        if 40 <= value <= 150:
            sheet.note(rules.girth_slots[match[4]], value, match.span())
    for slot, pattern in rules.labelled:
        for match in sheet.finds(pattern):
            stated = _labelled_value(sheet, slot, match, rules)
            if stated is not None:
                end = match.end() if match[3] is None or slot in _GIRTHS else match.end(2)
                sheet.note(slot, stated, (match.start(), end))


_NUMBER_NEXT = re.compile(r"[\s:：是为]*\d")


def _belongs_to_label_before(sheet: Sheet, match: re.Match[str], rules: MeasureRules) -> bool:
    """胸围88腰围70: 88 is not the waist. 28" waist 38" hips: 28 is."""
    if not _NUMBER_NEXT.match(sheet.text, match.end()):
        return False
    before = sheet.text[: match.start()].rstrip(" :：是为")
    return match[2] is None or before.endswith(tuple(rules.girth_slots))


def _labelled_value(
    sheet: Sheet, slot: str, match: re.Match[str], rules: MeasureRules
) -> float | None:
    number, unit = float(match[1]), match[2]
    if slot == "age":
        return number if unit is None and number <= 120 else None
    if slot == "weight_kg":
        if unit in rules.weights:
            return number * rules.weights[unit]
        return None if unit else _bare_weight(sheet, number)
    if unit in rules.weights:
        return None
    if slot == "height_cm":
        if unit == "尺":
            return _girth(number, unit, match[3], rules)
        return _bare_height(number) if unit is None else number * rules.lengths[unit]
    if slot == "band_cm":
        return float(_BRA_BANDS.get(int(number), number))
    return _girth(number, unit, match[3], rules)


def _girth(number: float, unit: str | None, tenths: str | None, rules: MeasureRules) -> float:
    """A girth in cm: 2尺1 is 2.1 尺; without a unit a small number is in inches."""
    if unit == "尺":
        return (number + int(tenths or 0) / 10) * rules.lengths["尺"]
    if unit == '"' or (unit is None and number < _INCH_BELOW):
        return number * 2.54
    return number * rules.lengths[unit] if unit else number


def _bare_height(number: float) -> float:
    return number * 100 if number < 3 else number


def _bare_weight(sheet: Sheet, number: float) -> float:
    """A weight without a unit: 斤 in a Chinese text from 80 to 200, else what the height speaks."""
    if sheet.is_chinese:
        return number / 2 if 80 <= number <= 200 else number
    height = next((f for f in sheet.facts if f.slot == "height_cm"), None)
    imperial = height is not None and float(height.value).is_integer() is False
    return number * _LB_PER_KG if imperial or number >= 95 else number


def _read_with_units(sheet: Sheet, rules: MeasureRules) -> None:
    for match in sheet.finds(_STONE):
        pounds = int(match[1]) * 14 + int(match[2] or 0)
        sheet.note("weight_kg", pounds * _LB_PER_KG, match.span())
    for match in sheet.finds(rules.weight):
        low, high = float(match[1]), float(match[2] or match[1])
        # 165-55kg is a height and a weight, 100-105斤 is a range
        start = match.start() if low <= high else match.start(2)
        number = (low + high) / 2 if low <= high else high
        sheet.note("weight_kg", number * rules.weights[match[3]], (start, match.end()))
    for match in sheet.finds(rules.length):
        number, unit = float(match[1]), match[2]
        if unit == "尺":
            sheet.note("waist_cm", _girth(number, unit, match[3], rules), match.span())
            continue
        if unit == "in" and "tall" not in match[0]:
            continue  # "32 in a dress": far more often a preposition than an inch
        if sheet.text[: match.start()].rstrip(" :：是").endswith(("长", "length", "跟", "跟高")):
            continue
        value = number * rules.lengths[unit]
        says_height = re.search(r"tall|个子|身高|高", match[0]) is not None
        is_metres = rules.lengths[unit] == 100 and (unit != "m" or number < 3 or says_height)
        if says_height or is_metres or 120 <= value <= 220:
            sheet.note("height_cm", value, (match.start(), match.end()))


def _read_pairs(sheet: Sheet) -> None:
    """Numbers that stand side by side: 88-66-90, 160/50, 165 110."""
    for match in sheet.finds(_TRIPLE):
        bust, waist, hip = (int(match[n]) for n in (1, 2, 3))
        if waist < min(bust, hip) and 20 <= waist <= 120 and max(bust, hip) <= 140:
            factor = 2.54 if max(bust, hip) < _INCH_BELOW else 1.0
            for n, slot in enumerate(_GIRTHS, start=1):
                sheet.note(slot, float(match[n]) * factor, match.span(n))
    for match in sheet.finds(_PAIR):
        if sheet.has("height_cm") or sheet.has("weight_kg"):
            return
        weight = float(match[3])
        if ("-" in match[2] and not is_weight_like(weight)) or not 30 <= weight <= 200:
            continue
        sheet.note("height_cm", float(match[1]), match.span(1))
        sheet.note("weight_kg", weight / 2 if weight >= 80 else weight, match.span(3))


def is_weight_like(number: float) -> bool:
    """Whether a bare number beside a height may be a weight in kg or 斤."""
    return 35 <= number <= 200


def read_bare(sheet: Sheet) -> None:
    """Numbers without unit or label, by what is still missing beside a body fact.

    Runs after the budget has taken its numbers. A number that fits nothing is left unread.
    """
    _read_first_age(sheet)
    imperial = False
    for match in sheet.finds(_BARE):
        number = float(match[1])
        if not sheet.has("height_cm"):
            if 140 <= number <= 195 and _speaks_of_body(sheet, match):
                sheet.note("height_cm", number, match.span())
            continue
        height = sheet.value("height_cm") or 0.0
        imperial = not float(height).is_integer() or imperial
        too_light = imperial and not sheet.is_chinese and number < _LIGHTEST_LB
        if not sheet.has("weight_kg") and is_weight_like(number) and not too_light:
            if sheet.is_chinese:
                value = number / 2 if number >= 80 else number
            else:
                value = number * _LB_PER_KG if imperial or number >= 95 else number
            sheet.note("weight_kg", value, match.span())
        elif not sheet.has("age") and 12 <= number <= 79:
            sheet.note("age", number, match.span())


_FIRST_AGE = re.compile(
    r"(?:\b(?:(?:mum|mom|mother|mother in law|mother-in-law|dad|father|wife|husband|daughter"
    r"|son|friend)(?: is|'s)|i am|im|i'm|she is|she's|shes|he's|he is"
    r"|turning|turned|turns)|今年|(?<=岁)|我今年)\s*"
    r"(?:is\s+|just\s+)?(1[2-9]|[2-7]\d)(?=\s*[,，.。;、]|\s+(?:and|with|but|now)\b|$)"
)


def _read_first_age(sheet: Sheet) -> None:
    for match in sheet.finds(_FIRST_AGE):
        if not sheet.has("age"):
            sheet.note("age", float(match[1]), match.span(1))


def _speaks_of_body(sheet: Sheet, match: re.Match[str]) -> bool:
    """Beside body words, or set apart by punctuation at the very start, or in front of a weight."""
    if any(fact.slot in ("weight_kg", "band_cm", "age", "bust_cm") for fact in sheet.facts):
        return True
    before = sheet.text[: match.start()].rstrip()
    after = sheet.text[match.end() :].lstrip()
    if not before or before[-1] in ",，。.;；、我她妈\n" + TAKEN:
        return True
    return bool(re.match(r"的|高|cm|[,，。、]|左右|小个|矮|个子|身高|$", after))
