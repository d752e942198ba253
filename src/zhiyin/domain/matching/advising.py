"""What dress conventions say: need -> garment attribute, compiled to one column a chip.

Advice is never evidence. It ranks, and it is worded as advice.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.types import AdviceMalformed, Chip, Reason, ReasonKind
from zhiyin.domain.matching.world import World
from zhiyin.kit.text import clean_line

SHIPPED = Path(__file__).parent / "advice" / "apparel.json"
SATURATION = 3.0
"""Points at which a chip's advice reaches half of its full strength."""

SENTENCE_CHARS_MAX = 80
WEIGHT_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRow:
    """One convention: for `value` of `slot`, garments with one of `attr_values` are for or against.

    `weight` is 1 to 3 points; 0 in an edit takes the row with the same key out of the table.
    """

    slot: str
    value: str
    attribute: str
    attr_values: tuple[str, ...]
    is_for: bool
    weight: int
    zh: str
    en: str
    source: str

    @property
    def key(self) -> str:
        """Names the row in reasons, in edits and in the match lab."""
        side = "for" if self.is_for else "against"
        return ":".join((self.slot, self.value, self.attribute, side, *self.attr_values))


def shipped() -> tuple[AdviceRow, ...]:
    """The table that ships with the product."""
    return rows_from_json(json.loads(SHIPPED.read_text(encoding="utf-8"))["rows"])


def rows_from_json(payload: Iterable[Mapping[str, Any]]) -> tuple[AdviceRow, ...]:
    """Rows as the file, the console and the API state them. Raises AdviceMalformed."""
    return tuple(_row(line, given) for line, given in enumerate(payload, start=1))


def _row(line: int, given: Mapping[str, Any]) -> AdviceRow:
    try:
        row = AdviceRow(
            slot=str(given["slot"]),
            value=str(given["value"]),
            attribute=str(given["attribute"]),
            attr_values=tuple(str(value) for value in given["attr_values"]),
            is_for={"for": True, "against": False}[given["direction"]],
            weight=int(given["weight"]),
            zh=clean_line(str(given["zh"]), SENTENCE_CHARS_MAX),
            en=clean_line(str(given["en"]), SENTENCE_CHARS_MAX),
            source=str(given.get("source", "")),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise AdviceMalformed(line=line, fault=str(fault)) from None
    known = (
        [("color", value) for value in words.COLORS] if row.attribute == "color" else words.TOKENS
    )
    unknown = [value for value in row.attr_values if (row.attribute, value) not in known]
    if unknown or not row.attr_values or not 0 <= row.weight <= WEIGHT_MAX:
        raise AdviceMalformed(line=line, attribute=row.attribute, unknown=unknown)
    return row


def merged(table: Sequence[AdviceRow], edits: Sequence[AdviceRow]) -> tuple[AdviceRow, ...]:
    """A table with edits laid over it: same key replaces, weight 0 takes out, others are added."""
    rows = {row.key: row for row in (*table, *edits)}
    return tuple(row for row in rows.values() if row.weight)


def row_to_json(row: AdviceRow) -> dict[str, object]:
    """The row as `rows_from_json` reads it."""
    return {
        "slot": row.slot,
        "value": row.value,
        "attribute": row.attribute,
        "attr_values": list(row.attr_values),
        "direction": "for" if row.is_for else "against",
        "weight": row.weight,
        "zh": row.zh,
        "en": row.en,
        "source": row.source,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The table compiled for a world: `column[chip]` is a row of `strength`, over variants.

    Strength lies between -1 and 1: points for less points against, saturating. `of_chip` are the
    places of a chip's rows, strongest first; `traits` says what each row speaks to, as `traits_of`
    does; `reasons` are the rows as a pick quotes them.
    """

    rows: tuple[AdviceRow, ...]
    traits: tuple[int, ...]
    reasons: tuple[Reason, ...]
    of_chip: Mapping[Chip, tuple[int, ...]]
    column: Mapping[Chip, int]
    strength: NDArray[np.float32]

    @classmethod
    def compile(cls, rows: Sequence[AdviceRow], world: World) -> Self:
        """Join the table with the garments' attributes and colours."""
        of_chip: dict[Chip, tuple[int, ...]] = {}
        for place, row in enumerate(rows):
            chip = (row.slot, row.value)
            of_chip[chip] = (*of_chip.get(chip, ()), place)
        column = {chip: place for place, chip in enumerate(of_chip)}
        points = np.zeros((len(column), len(world.variants)), dtype=np.float32)
        for row in rows:
            signed = row.weight if row.is_for else -row.weight
            points[column[row.slot, row.value]] += np.where(_has(row, world), signed, 0)
        return cls(
            rows=tuple(rows),
            traits=tuple(_traits(row) for row in rows),
            reasons=tuple(_reason(row) for row in rows),
            of_chip={
                chip: tuple(sorted(places, key=lambda place: -rows[place].weight))
                for chip, places in of_chip.items()
            },
            column=column,
            strength=(points / (np.abs(points) + np.float32(SATURATION))).astype(np.float32),
        )

    def strength_of(self, chip: Chip) -> NDArray[np.float32] | None:
        """Over variants, or None when the table says nothing about the chip."""
        place = self.column.get(chip)
        return None if place is None else self.strength[place]

    def speaking(self, chip: Chip, wearing: int) -> list[Reason]:
        """The strongest row that speaks for what a variant has (`traits_of`), and the strongest
        that speaks against it; none, one or both."""
        pro, con = None, None
        for place in self.of_chip.get(chip, ()):
            if self.traits[place] & wearing:
                if self.rows[place].is_for:
                    pro = pro or self.reasons[place]
                else:
                    con = con or self.reasons[place]
        return [reason for reason in (pro, con) if reason is not None]


def traits_of(world: World, variant: int) -> int:
    """The tokens of a variant's garment and, after them, its colour, as bits."""
    tokens = world.garments.tokens[world.variants.garment[variant]]
    packed = np.packbits(tokens, bitorder="little").tobytes()
    color = len(words.TOKENS) + int(world.variants.color[variant])
    return int.from_bytes(packed, "little") | 1 << color


def _traits(row: AdviceRow) -> int:
    if row.attribute == "color":
        places = [len(words.TOKENS) + words.COLORS.index(value) for value in row.attr_values]
    else:
        places = [words.TOKEN_CODE[row.attribute, value] for value in row.attr_values]
    return sum(1 << place for place in set(places))


def _reason(row: AdviceRow) -> Reason:
    return Reason(
        kind=ReasonKind.ADVICE if row.is_for else ReasonKind.CAUTION,
        slots=((row.slot, row.value),),
        advice_key=row.key,
        advice_zh=row.zh,
        advice_en=row.en,
    )


def owned_chips(owned: str) -> tuple[Chip, ...]:
    """The rows that speak for something she owns: its colour's and its noun's."""
    color, noun = words.split_owned(owned)
    return tuple(("owned", part) for part in (color, noun) if part)


def _has(row: AdviceRow, world: World) -> NDArray[np.bool_]:
    if row.attribute == "color":
        return np.isin(world.variants.color, [words.COLORS.index(v) for v in row.attr_values])
    tokens = [words.TOKEN_CODE[row.attribute, value] for value in row.attr_values]
    has = np.asarray(world.garments.tokens[:, tokens].any(axis=1))
    return np.asarray(has[world.variants.garment])
