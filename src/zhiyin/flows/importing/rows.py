"""From a row of cells to values, or to what is wrong with it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from zhiyin.domain.audience.types import Vocabulary, checked_value
from zhiyin.domain.brands.types import ImportKind, RowProblem
from zhiyin.flows.importing.fields import ATTRIBUTE, LIST_SLOTS, SKU_FIELDS, STOCK, Shape
from zhiyin.flows.importing.mapping import Column, ImportMapping
from zhiyin.flows.importing.problems import sentence
from zhiyin.flows.importing.units import NotANumber, measure, number
from zhiyin.kit.errors import DomainError
from zhiyin.kit.text import clean_block, clean_line

APART = "|"
CLOCKS_APART = timedelta(days=1)
"""A date may lie this far ahead: the file's clock and zone are not ours."""

MISSING = object()


@dataclass(frozen=True, slots=True)
class Row:
    """A row that may be loaded: its line, and field -> value; what it does not say is absent.

    Values: str, int (fen, pieces, size, rating of ten), Decimal (degrees), datetime (UTC), a list
    of words, and for slots what `checked_value` returns.
    """

    line: int
    values: Mapping[str, object]


class CellRefused(Exception):
    """A cell cannot be what its field wants."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


Convert = Callable[[object], object]


class RowReader:
    """Reads the rows of one file. `zone` is where a date without a zone was written."""

    def __init__(
        self,
        mapping: ImportMapping,
        *,
        vocabulary: Vocabulary,
        zone: str,
        now: datetime,
        language: str,
    ) -> None:
        self.mapping = mapping
        self.language = language
        self._now, self._zone, self._vocabulary = now, ZoneInfo(mapping.zone or zone), vocabulary
        self._columns = [(column, self._convert(column)) for column in mapping.columns]
        self._constants: dict[str, object] = {}
        self._constant_problems: list[tuple[str, str]] = []
        for column, cell in mapping.constants:
            self._put(column, self._convert(column), cell, self._constants, self._constant_problems)

    def read(self, line: int, cells: Mapping[str, object]) -> tuple[Row, list[RowProblem]]:
        """The row, and what is wrong with it: a row with problems is not to be loaded."""
        values = dict(self._constants)
        found = list(self._constant_problems)
        for column, convert in self._columns:
            self._put(column, convert, cells.get(column.name), values, found)
        told = {column for column, _ in found}
        found += [
            (column, code)
            for column, code in _needed_together(self.mapping, values)
            if column not in told
        ]
        return Row(line, values), [self.problem(line, name, code) for name, code in found]

    def problem(self, line: int, column: str, code: str) -> RowProblem:
        """A problem in the reader's language."""
        return RowProblem(line, column, code, sentence(code, self.language))

    def _put(
        self,
        column: Column,
        convert: Convert,
        cell: object,
        values: dict[str, object],
        found: list[tuple[str, str]],
    ) -> None:
        try:
            cell = self._said(column, cell)
            if cell is MISSING:
                if column.field.is_required:
                    found.append((column.name, "value_missing"))
                return
            if column.field.is_body and self.mapping.consent is None:
                found.append((column.name, "consent_needed"))
                return
            value = convert(cell)
            if value not in ("", ()):
                values[column.field.name] = value
            elif column.field.is_required:
                found.append((column.name, "value_missing"))
        except CellRefused as refused:
            found.append((column.name, refused.code))
        except NotANumber:
            found.append((column.name, "number_malformed"))
        except DomainError as refusal:
            code = {"slot_value_unknown": "value_unknown", "slot_malformed": "value_unknown"}
            found.append((column.name, code.get(refusal.code, refusal.code)))

    def _said(self, column: Column, cell: object) -> object:
        """The cell after the mapping's own words, or MISSING. Raises CellRefused."""
        if cell is None or (isinstance(cell, float) and math.isnan(cell)):
            return MISSING
        if isinstance(cell, str):
            cell = cell.strip()
            if cell in self.mapping.missing:
                return MISSING
        if column.values and not isinstance(cell, list):
            cell = column.values.get(text_of(cell).strip().casefold(), cell)
        return MISSING if cell in ("", []) else cell

    def _convert(self, column: Column) -> Convert:
        each: Mapping[Shape, Callable[[Column], Convert]] = {
            Shape.LINE: lambda c: lambda cell: clean_line(text_of(cell), c.field.max_chars),
            Shape.BLOCK: lambda c: lambda cell: clean_block(text_of(cell), c.field.max_chars),
            Shape.CHOICE: lambda c: lambda cell: _word(cell, c.field.words),
            Shape.WORDS: _words,
            Shape.WHOLE: _whole,
            Shape.DEGREES: _degrees,
            Shape.MONEY: _money,
            Shape.RATING: _rating,
            Shape.DATE: self._date,
            Shape.SLOT: self._slot,
        }
        return each[column.field.shape](column)

    def _date(self, column: Column) -> Convert:
        def convert(cell: object) -> datetime:
            moment = _moment(cell, column.format)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._zone)
            try:
                moment = moment.astimezone(UTC)
            except OverflowError:
                raise CellRefused("date_malformed") from None
            if column.field.is_past and moment > self._now + CLOCKS_APART:
                raise CellRefused("date_in_future")
            return moment

        return convert

    def _slot(self, column: Column) -> Convert:
        name, quantity = column.field.name, column.field.quantity

        def convert(cell: object) -> object:
            if quantity is not None:
                value = float(measure(cell, quantity, column.unit))
                return checked_value(name, value, self._vocabulary)
            if name in LIST_SLOTS:
                words = dict.fromkeys(
                    _mapped(column, word) for word in _split(cell) if _mapped(column, word)
                )
                return tuple(checked_value(name, word, self._vocabulary) for word in words)
            return checked_value(name, _lower(text_of(cell)), self._vocabulary)

        return convert


def _needed_together(mapping: ImportMapping, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """What is missing because something else was said, as (column, code)."""
    lacking: list[str] = []
    is_named = mapping.kind in (ImportKind.PRODUCTS, ImportKind.STORES)
    if is_named and not values.get("name_zh") and not values.get("name_en"):
        lacking.append("name_zh" if _is_mapped(mapping, "name_zh") else "name_en")
    if mapping.kind is ImportKind.PRODUCTS:
        if "sku_code" in values:
            lacking += [name for name in ("color", "price_fen") if name not in values]
        elif any(name in values for name in SKU_FIELDS) or any(n.startswith(STOCK) for n in values):
            lacking.append("sku_code")
    return [(mapping.column_of(name), "value_missing") for name in lacking]


def _is_mapped(mapping: ImportMapping, name: str) -> bool:
    return any(column.field.name == name for column in mapping.columns)


def text_of(cell: object) -> str:
    """A cell as text: 123.0 from a typed file is the id 123. Raises CellRefused for a structure."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool | int | float | Decimal):
        return str(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    raise CellRefused("value_unknown")


def _lower(text: str) -> str:
    return text.strip().lower()


def _word(cell: object, words: frozenset[str]) -> str:
    word = _lower(text_of(cell))
    if word not in words:
        raise CellRefused("value_unknown")
    return word


def _split(cell: object) -> list[str]:
    parts = cell if isinstance(cell, list) else text_of(cell).split(APART)
    return [stripped for part in parts if (stripped := _lower(text_of(part)))]


def _mapped(column: Column, word: str) -> str:
    return column.values.get(word.casefold(), word)


def _words(column: Column) -> Convert:
    code = "attribute_unknown" if column.field.name.startswith(ATTRIBUTE) else "value_unknown"

    def convert(cell: object) -> object:
        found = [mapped for word in _split(cell) if (mapped := _mapped(column, word))]
        if not set(found) <= column.field.words:
            raise CellRefused(code)
        return found[0] if len(found) == 1 else list(dict.fromkeys(found))

    return convert


def _whole(column: Column) -> Convert:
    def convert(cell: object) -> int:
        found = number(cell)
        if found != found.to_integral_value():
            raise CellRefused("number_malformed")
        if not column.field.low <= found <= column.field.high:
            raise CellRefused("number_out_of_range")
        return int(found)

    return convert


def _degrees(column: Column) -> Convert:
    def convert(cell: object) -> Decimal:
        found = number(cell)
        if not column.field.low <= found <= column.field.high:
            raise CellRefused("number_out_of_range")
        return round(found, 6)

    return convert


def _money(column: Column) -> Convert:
    def convert(cell: object) -> int:
        assert column.field.quantity is not None  # every money field has one
        fen = measure(cell, column.field.quantity, column.unit)
        if fen != fen.to_integral_value():
            raise CellRefused("number_malformed")
        least = 1 if column.field.name == "price_fen" else 0
        if not least <= fen <= column.field.high:
            raise CellRefused("number_out_of_range")
        return int(fen)

    return convert


def _rating(column: Column) -> Convert:
    def convert(cell: object) -> int:
        of_ten = round(number(cell) * 10 / column.of)
        if not 1 <= of_ten <= 10:
            raise CellRefused("number_out_of_range")
        return int(of_ten)

    return convert


def _moment(cell: object, written: str) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 (the caller adds the zone)
    if not isinstance(cell, str):
        raise CellRefused("date_malformed")
    try:
        if written:
            return datetime.strptime(cell, written)  # noqa: DTZ007 (the caller adds the zone)
        return datetime.fromisoformat(cell)
    except ValueError:
        raise CellRefused("date_malformed") from None
