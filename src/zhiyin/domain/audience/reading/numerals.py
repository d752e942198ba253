"""Numbers in words become digits: 一米六五, 一百二十斤, 两三百, five foot four, two weeks."""

import re
from collections.abc import Callable

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_POWERS = {"十": 10, "百": 100, "千": 1_000}
_D = "[一二三四五六七八九两〇零]"

_HAN_RANGE = re.compile(rf"({_D})({_D})([百千])(?![一二三四五六七八九十两零〇])")
_HAN_TENS_RANGE = re.compile(rf"({_D})({_D})十(?=[多几来]?[元块斤岁天])")
_HAN_METRES = re.compile(rf"({_D})\s*米\s*({_D}{{1,2}}|{_D}?十{_D}?)(?![百千万十])")
_HAN_POINT = re.compile(rf"({_D}+)点({_D}+)(?=\s*(?:米|m|尺|公斤|斤|千克))")
_HAN_FEET = re.compile(rf"({_D})尺({_D})")
_HAN_SPOKEN = re.compile(rf"{_D}{{3,4}}(?!{_D})")
_HAN_NUMBER = re.compile(
    rf"(?:\d+|{_D})[十百千万][一二三四五六七八九十百千万两零〇]*(?:(?<=[百千万])\d(?!\d))?"
    rf"|十(?:[一二三四五六七八九]|(?=[来多几]?[元块斤岁天月号]))|[百千万](?=[来多几]?[元块斤])"
)
_HAN_ONE = re.compile(
    rf"{_D}(?=\s*(?:米|尺|斤|公斤|岁|个月|个多月|周|星期|天[之以]?[内后]|天以内|年后|月份|月底|月初|月\d|元|块钱))"
)

_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORD_VALUES = {word: n for n, word in enumerate(_SMALL)} | {
    word: 10 * n for n, word in enumerate(_TENS, start=2)
}
_W = "(?:" + "|".join(_SMALL + _TENS) + ")"
_ENGLISH_FEET = re.compile(
    rf"\b(four|five|six)[ -](?:foot|feet|ft)?[ -]?(?:and )?({'|'.join(_SMALL[:12])})\b(?! hundred"
    rf"| thousand)"
)
_ENGLISH_NUMBER = re.compile(
    rf"\b(?:(?:a|{_W}) (?:hundred|thousand)(?: and)?(?: {_W}(?:[ -]{_W})?)?|{_W}(?:[ -]{_W})?"
    rf"(?= (?:hundred|thousand|feet|foot|ft|pounds?|lbs?|kilos?|kgs?|inch|inches|days?|weeks?"
    rf"|months?|years?"
    rf"|yuan|rmb|kuai|stone|cm)\b))"
)


def digits_for_words(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text with its number words as digits, and for each character the span it stands for.

    Only numbers that carry a unit or a power of ten are rewritten: 一件 stays "a piece".
    """
    spans = [(index, index + 1) for index in range(len(text))]
    for pattern, rewrite in _REWRITES:
        text, spans = _apply(pattern, rewrite, text, spans)
    return text, spans


def _apply(
    pattern: re.Pattern[str],
    rewrite: Callable[[re.Match[str]], str | None],
    text: str,
    spans: list[tuple[int, int]],
) -> tuple[str, list[tuple[int, int]]]:
    parts: list[str] = []
    kept: list[tuple[int, int]] = []
    done = 0
    for match in pattern.finditer(text):
        new = rewrite(match)
        if new is None:
            continue
        parts += (text[done : match.start()], new)
        kept += spans[done : match.start()]
        kept += [(spans[match.start()][0], spans[match.end() - 1][1])] * len(new)
        done = match.end()
    if not parts:
        return text, spans
    return "".join(parts) + text[done:], kept + spans[done:]


def han_value(words: str) -> int | None:
    """三百二十 -> 320, 一百二 -> 120, 百 -> 100. None if the run is no number."""
    total = section = digit = 0
    last_power = 1
    for char in words:
        if char.isdigit():
            digit = digit * 10 + int(char)
        elif char in _DIGITS:
            digit = _DIGITS[char]
            last_power = 1 if digit == 0 else last_power
        elif char in _POWERS:
            section += (digit or 1) * _POWERS[char]
            last_power, digit = _POWERS[char], 0
        elif char == "万":
            total += ((section + digit) or 1) * 10_000
            section, digit, last_power = 0, 0, 10_000
        else:
            return None
    # 一百二 is 120: a last digit without a power stands for the next power down
    return total + section + (digit * last_power // 10 if last_power > 10 else digit)


def english_value(words: str) -> int:
    """five hundred and forty -> 540, thirty-two -> 32, one forty -> 140 (as weights are said)."""
    total = current = 0
    for word in re.split(r"[ -]+", words):
        if word in ("a", "and", ""):
            current = current or int(word == "a")
        elif word in ("hundred", "thousand"):
            total += max(current, 1) * (100 if word == "hundred" else 1_000)
            current = 0
        elif current and _WORD_VALUES[word] >= 10:
            current = current * 100 + _WORD_VALUES[word]
        else:
            current += _WORD_VALUES[word]
    return total + current


def _digits(words: str) -> str:
    return "".join(str(_DIGITS[char]) for char in words)


def _range(match: re.Match[str]) -> str | None:
    low, high = _DIGITS[match[1]], _DIGITS[match[2]]
    if not 0 < low < high:
        return None
    power = _POWERS[match[3]] if match.lastindex == 3 else 10
    return f"{low * power}-{high * power}"


def _metres(match: re.Match[str]) -> str:
    rest = match[2]
    tail = f"{han_value(rest):02d}" if "十" in rest else _digits(rest)
    return f"{_DIGITS[match[1]]}米{tail}"


def _han_number(match: re.Match[str]) -> str | None:
    value = han_value(match[0])
    return None if value is None else str(value)


_REWRITES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (_HAN_POINT, lambda m: f"{_digits(m[1])}.{_digits(m[2])}"),
    (_HAN_METRES, _metres),
    (_HAN_FEET, lambda m: f"{_DIGITS[m[1]]}尺{_DIGITS[m[2]]}"),
    (_HAN_RANGE, _range),
    (_HAN_TENS_RANGE, _range),
    (_HAN_SPOKEN, lambda m: _digits(m[0])),
    (_HAN_NUMBER, _han_number),
    (_HAN_ONE, lambda m: str(_DIGITS[m[0]])),
    (_ENGLISH_FEET, lambda m: f"{english_value(m[1])}'{english_value(m[2])}"),
    (_ENGLISH_NUMBER, lambda m: str(english_value(m[0]))),
)
