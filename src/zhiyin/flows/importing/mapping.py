"""A mapping file: which column says what, in which unit and in which words."""

import codecs
import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import ClassVar, cast
from zoneinfo import ZoneInfo

from zhiyin.domain.brands.types import ImportKind
from zhiyin.flows.importing.fields import FIELDS, STOCK, Field, Shape, field_of
from zhiyin.flows.importing.units import UNITS
from zhiyin.kit.errors import DomainError, Kind

FORMATS = ("csv", "jsonl", "parquet")
ENCODINGS = ("utf-8", "gb18030")
DELIMITERS = (",", ";", "\t", "|")
MAPPING_CHARS_MAX = 200_000
KEYS = frozenset(
    {"columns", "constants", "consent", "format", "encoding", "delimiter", "missing", "zone"}
    | {"publish", "rights_granted"}
)
COLUMN_KEYS = frozenset({"field", "unit", "values", "format", "of"})


class MappingMalformed(DomainError):
    """The mapping does not have the shape that the reference describes. `at` says where."""

    code: ClassVar[str] = "mapping_malformed"
    kind: ClassVar[Kind] = Kind.INVALID


class MappingFieldUnknown(DomainError):
    """Files of this kind have no such field. `allowed` lists those they have."""

    code: ClassVar[str] = "mapping_field_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class MappingFieldTwice(DomainError):
    """Two columns, or a column and a constant, say the same field. Keep one."""

    code: ClassVar[str] = "mapping_field_twice"
    kind: ClassVar[Kind] = Kind.INVALID


class MappingFieldMissing(DomainError):
    """A field that every row needs is not mapped. `fields` lists what is missing."""

    code: ClassVar[str] = "mapping_field_missing"
    kind: ClassVar[Kind] = Kind.INVALID


class MappingUnitUnknown(DomainError):
    """This field is not measured in that unit. `allowed` lists the units that fit it."""

    code: ClassVar[str] = "mapping_unit_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class MappingColumnMissing(DomainError):
    """The file lacks a column that the mapping names. `columns` lists those it has."""

    code: ClassVar[str] = "mapping_column_missing"
    kind: ClassVar[Kind] = Kind.INVALID


class MappingStoreUnknown(DomainError):
    """The brand has no store of this code: import the stores first."""

    code: ClassVar[str] = "mapping_store_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file: its field, its unit, and what its words stand for.

    `of` is the highest rating of its scale; `format` is a strptime format, "" for ISO 8601.
    """

    name: str
    field: Field
    unit: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    format: str = ""
    of: int = 10


@dataclass(frozen=True, slots=True)
class ConsentBasis:
    """Which text the people of the file agreed to, and since when."""

    text_version: str
    obtained_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """A mapping that has been checked. `constants` hold the cells that every row has."""

    kind: ImportKind
    columns: tuple[Column, ...]
    constants: tuple[tuple[Column, object], ...]
    consent: ConsentBasis | None
    format: str
    encoding: str
    delimiter: str
    missing: frozenset[str]
    zone: str
    publish: bool
    rights_granted: bool

    def column_of(self, field_name: str) -> str:
        """The column that says a field; the field's own name where a constant does."""
        return next((c.name for c in self.columns if c.field.name == field_name), field_name)

    @property
    def store_codes(self) -> tuple[str, ...]:
        """The stores whose stock the file counts."""
        stated = [*self.columns, *(column for column, _ in self.constants)]
        names = [column.field.name for column in stated]
        return tuple(name.removeprefix(STOCK) for name in names if name.startswith(STOCK))

    def check_columns(self, found: Sequence[str]) -> None:
        """Refuse a file that lacks a mapped column. Raises MappingColumnMissing."""
        lacking = [column.name for column in self.columns if column.name not in found]
        if lacking:
            raise MappingColumnMissing(missing=lacking, columns=[name[:80] for name in found[:100]])


def mapping_from_json(kind: ImportKind, payload: object) -> ImportMapping:
    """Check a mapping file's content for one kind of file.

    Raises MappingMalformed, MappingFieldUnknown, MappingFieldTwice, MappingFieldMissing,
    MappingUnitUnknown.
    """
    document = _object(payload, "", KEYS)
    if len(json.dumps(document, default=str)) > MAPPING_CHARS_MAX:
        raise MappingMalformed(at="", reason=f"longer than {MAPPING_CHARS_MAX} characters")
    stated = _object(document.get("columns", {}), "columns")
    columns = tuple(_column(kind, name, said) for name, said in stated.items())
    constants = tuple(
        (Column(name=name, field=_field(kind, name, "constants"), unit=_unit(kind, name)), value)
        for name, value in _object(document.get("constants", {}), "constants").items()
    )
    _check_fields(kind, [column.field.name for column in (*columns, *(c for c, _ in constants))])
    return ImportMapping(
        kind=kind,
        columns=columns,
        constants=constants,
        consent=_consent(document.get("consent")),
        format=_one_of(document, "format", ("", *FORMATS)),
        encoding=_encoding(document),
        delimiter=_one_of(document, "delimiter", DELIMITERS),
        missing=frozenset(_strings(document.get("missing", []), "missing")),
        zone=_zone(document.get("zone", "")),
        publish=_flag(document, "publish"),
        rights_granted=_flag(document, "rights_granted"),
    )


def _column(kind: ImportKind, name: str, said: object) -> Column:
    at = f"columns.{name}"
    if isinstance(said, str):
        return Column(name=name, field=_field(kind, said, at), unit=_unit(kind, said))
    stated = _object(said, at, COLUMN_KEYS)
    field_name = stated.get("field")
    if not isinstance(field_name, str):
        raise MappingMalformed(at=f"{at}.field", reason="a field's name is needed")
    found = _field(kind, field_name, at)
    unit = stated.get("unit", _unit(kind, field_name))
    if "unit" in stated:
        allowed = sorted(UNITS[found.quantity]) if found.quantity else []
        if unit not in allowed:
            raise MappingUnitUnknown(at=at, unit=str(unit)[:40], allowed=allowed)
    values = _object(stated.get("values", {}), f"{at}.values")
    if not all(isinstance(value, str) for value in values.values()):
        raise MappingMalformed(at=f"{at}.values", reason="words stand for words")
    return Column(
        name=name,
        field=found,
        unit=cast(str, unit),
        values=MappingProxyType({key.strip().casefold(): str(v) for key, v in values.items()}),
        format=_date_format(stated.get("format", ""), at, found),
        of=_scale(stated.get("of", 10), at, found),
    )


def _check_fields(kind: ImportKind, names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise MappingFieldTwice(fields=repeated)
    needed = {name for name, each in FIELDS[kind].items() if each.is_required}
    lacking = sorted(needed - set(names))
    if "name_zh" in FIELDS[kind] and not {"name_zh", "name_en"} & set(names):
        lacking.append("name_zh or name_en")
    if lacking:
        raise MappingFieldMissing(fields=lacking)


def _field(kind: ImportKind, name: str, at: str) -> Field:
    found = field_of(kind, name)
    if found is None:
        raise MappingFieldUnknown(at=at, field=name[:80], allowed=sorted(FIELDS[kind]))
    return found


def _unit(kind: ImportKind, field_name: str) -> str:
    found = field_of(kind, field_name)
    return found.default_unit if found else ""


_DIRECTIVE = re.compile(r"%(.?)")
_DATE_LETTERS = frozenset("YymdHMSfzZbBjpI%")


def _date_format(said: object, at: str, found: Field) -> str:
    if said == "":
        return ""
    if found.shape is not Shape.DATE or not isinstance(said, str) or len(said) > 40:
        raise MappingMalformed(at=f"{at}.format", reason="a date format of a date field")
    letters = _DIRECTIVE.findall(said)
    if not letters or not set(letters) <= _DATE_LETTERS or len(set(letters)) != len(letters):
        raise MappingMalformed(at=f"{at}.format", reason="strptime directives, each once")
    return said


def _scale(said: object, at: str, found: Field) -> int:
    if isinstance(said, bool) or said not in (5, 10, 100):
        raise MappingMalformed(at=f"{at}.of", reason="5, 10 or 100")
    if said != 10 and found.shape is not Shape.RATING:
        raise MappingMalformed(at=f"{at}.of", reason="only a rating has a scale")
    return said


def _consent(said: object) -> ConsentBasis | None:
    if said is None:
        return None
    stated = _object(said, "consent", frozenset({"text_version", "obtained"}))
    version, obtained = stated.get("text_version"), stated.get("obtained")
    if not isinstance(version, str) or not 1 <= len(version.strip()) <= 20:
        raise MappingMalformed(at="consent.text_version", reason="1 to 20 characters")
    try:
        day = date.fromisoformat(str(obtained))
    except ValueError:
        raise MappingMalformed(at="consent.obtained", reason="a day: YYYY-MM-DD") from None
    return ConsentBasis(version.strip(), datetime(day.year, day.month, day.day, tzinfo=UTC))


def _encoding(document: Mapping[str, object]) -> str:
    said = document.get("encoding", "")
    if said == "":
        return ""
    try:
        name = codecs.lookup(str(said)).name
    except (LookupError, ValueError):
        name = ""
    name = {"utf-8-sig": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}.get(name, name)
    if name not in ENCODINGS:
        raise MappingMalformed(at="encoding", reason=f"one of {', '.join(ENCODINGS)}")
    return name


def _zone(said: object) -> str:
    if said == "":
        return ""
    try:
        ZoneInfo(str(said))
    except (KeyError, ValueError, OSError):
        raise MappingMalformed(at="zone", reason="an IANA time zone") from None
    return str(said)


def _one_of(document: Mapping[str, object], key: str, allowed: Sequence[str]) -> str:
    said = document.get(key, allowed[0])
    if said not in allowed:
        raise MappingMalformed(at=key, reason=f"one of {', '.join(repr(word) for word in allowed)}")
    return cast(str, said)


def _flag(document: Mapping[str, object], key: str) -> bool:
    said = document.get(key, False)
    if not isinstance(said, bool):
        raise MappingMalformed(at=key, reason="true or false")
    return said


def _strings(said: object, at: str) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(word, str) for word in said):
        raise MappingMalformed(at=at, reason="a list of words")
    return [word.strip() for word in said]


def _object(said: object, at: str, keys: frozenset[str] | None = None) -> dict[str, object]:
    if not isinstance(said, dict) or not all(isinstance(key, str) for key in said):
        raise MappingMalformed(at=at, reason="an object")
    if keys is not None and (unknown := sorted(set(said) - keys)):
        raise MappingMalformed(at=at, reason="unknown keys", unknown=[k[:40] for k in unknown])
    if "\0" in json.dumps(said, default=str) or "\\u0000" in json.dumps(said, default=str):
        raise MappingMalformed(at=at, reason="a NUL character")
    return said
