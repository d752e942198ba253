"""Numbers as people write them, and the units they are in."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class Quantity(StrEnum):
    """What is measured; the first unit of each is the one that is kept."""

    LENGTH = "length"
    BAND = "band"
    WEIGHT = "weight"
    AGE = "age"
    MONEY = "money"


FT_IN = "ft_in"
US_BAND = "us_band"

UNITS: Mapping[Quantity, Mapping[str, Decimal]] = {
    Quantity.LENGTH: {
        "cm": Decimal(1),
        "mm": Decimal("0.1"),
        "m": Decimal(100),
        "in": Decimal("2.54"),
        "ft": Decimal("30.48"),
        "chi": Decimal(100) / 3,
        FT_IN: Decimal("2.54"),
    },
    Quantity.BAND: {"cm": Decimal(1), "in": Decimal("2.54"), US_BAND: Decimal(1)},
    Quantity.WEIGHT: {
        "kg": Decimal(1),
        "g": Decimal("0.001"),
        "jin": Decimal("0.5"),
        "lb": Decimal("0.45359237"),
    },
    Quantity.AGE: {"years": Decimal(1)},
    Quantity.MONEY: {"fen": Decimal(1), "jiao": Decimal(10), "yuan": Decimal(100)},
}
"""Quantity -> unit -> how many of the kept unit it is: cm, kg, years, fen.

`ft_in` reads 5'4"; `us_band` is a bra band of 34, which is 75 cm (2.5 cm a step).
"""

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "cm": ("cm", "厘米", "公分"),
    "mm": ("mm", "毫米"),
    "m": ("m", "米"),
    "in": ("in", '"', "inch", "inches"),
    "ft": ("ft", "'"),
    "chi": ("尺",),
    "kg": ("kg", "公斤", "千克"),
    "g": ("g", "克"),
    "jin": ("斤",),
    "lb": ("lb", "lbs"),
    "years": ("岁",),
    "yuan": ("元", "块", "cny", "rmb"),
    "fen": ("分",),
    "jiao": ("角",),
}
"""What may stand behind a number, if it says the unit that the mapping says."""

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,12})?")
_FEET = re.compile(r"(\d)\s*(?:'|ft|feet|foot)\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|in|inches)?)?")
_CURRENCY = "¥￥"
_CHARS_MAX = 40
_US_BAND_34_CM, _CM_PER_BAND = Decimal(75), Decimal("2.5")


class NotANumber(ValueError):
    """The cell holds no number in the unit that the mapping says."""


def number(cell: object, unit: str = "") -> Decimal:
    """The number in a cell, exactly. Text may bear the unit, a ¥ or thousands commas.

    Raises NotANumber; a bool, NaN and infinity are no numbers.
    """
    if isinstance(cell, bool):
        raise NotANumber(cell)
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        cell = Decimal(repr(cell))
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            raise NotANumber(cell)
        return cell
    if not isinstance(cell, str) or len(cell) > _CHARS_MAX:
        raise NotANumber(cell)
    text = unicodedata.normalize("NFKC", cell).strip().lstrip(_CURRENCY).strip().lower()
    for suffix in SUFFIXES.get(unit, ()):
        if text.endswith(suffix):
            text = text[: -len(suffix)].strip()
            break
    if not _NUMBER.fullmatch(text):
        raise NotANumber(cell)
    return Decimal(text.replace(",", ""))


def measure(cell: object, quantity: Quantity, unit: str) -> Decimal:
    """The measure in a cell in the kept unit of its quantity (cm, kg, years, fen).

    Raises NotANumber.
    """
    if unit == FT_IN:
        return _feet_and_inches(cell) * UNITS[quantity][unit]
    found = number(cell, unit)
    if unit == US_BAND:
        return _US_BAND_34_CM + (found - 34) * _CM_PER_BAND
    try:
        return found * UNITS[quantity][unit]
    except InvalidOperation:
        raise NotANumber(cell) from None


def _feet_and_inches(cell: object) -> Decimal:
    if not isinstance(cell, str) or len(cell) > _CHARS_MAX:
        raise NotANumber(cell)
    text = unicodedata.normalize("NFKC", cell).strip().lower().replace("’", "'").replace("”", '"')
    match = _FEET.fullmatch(text)
    if match is None:
        raise NotANumber(cell)
    return Decimal(match[1]) * 12 + Decimal(match[2] or 0)
