"""The import's pure rules: mappings, units and cells, under any input."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import NOW
from tests.journeys import importing_files as files
from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.brands.types import ImportKind
from zhiyin.flows.importing import mapping as maps
from zhiyin.flows.importing.fields import FIELDS
from zhiyin.flows.importing.mapping import mapping_from_json
from zhiyin.flows.importing.problems import SENTENCES
from zhiyin.flows.importing.rows import RowReader
from zhiyin.flows.importing.units import UNITS, NotANumber, Quantity, measure, number
from zhiyin.kit.errors import DomainError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=True),
    st.text(max_size=30),
    st.binary(max_size=4),
    st.datetimes(),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


MAPPING_CODES = {
    refusal.code
    for refusal in (
        maps.MappingMalformed,
        maps.MappingFieldUnknown,
        maps.MappingFieldTwice,
        maps.MappingFieldMissing,
        maps.MappingUnitUnknown,
    )
}


def reader(kind, said, **options):
    return RowReader(
        mapping_from_json(ImportKind(kind), said),
        vocabulary=shipped().vocabulary,
        zone="Asia/Shanghai",
        now=NOW,
        language="en",
        **options,
    )


def refused(kind, said):
    """The code that a mapping is refused with, "" where it is not."""
    try:
        mapping_from_json(kind, said)
    except DomainError as refusal:
        return refusal.code
    return ""


def values(kind, said, cells_):
    row, found = reader(kind, said).read(2, cells_)
    return dict(row.values), [(problem.column, problem.code) for problem in found]


@pytest.mark.parametrize(
    ("cell", "quantity", "unit", "kept"),
    [
        ("165", Quantity.LENGTH, "cm", "165"),
        ("1.65 m", Quantity.LENGTH, "m", "165"),
        ("１．６５米", Quantity.LENGTH, "m", "165"),
        (64, Quantity.LENGTH, "in", "162.56"),
        ("5'4\"", Quantity.LENGTH, "ft_in", "162.56"),
        ("5 ft 4 in", Quantity.LENGTH, "ft_in", "162.56"),
        ("5’4”", Quantity.LENGTH, "ft_in", "162.56"),
        ("110斤", Quantity.WEIGHT, "jin", "55"),
        ("140lbs", Quantity.WEIGHT, "lb", "63.5029318"),
        ("¥1,299.50", Quantity.MONEY, "yuan", "129950"),
        (399.9, Quantity.MONEY, "yuan", "39990"),
        ("34", Quantity.BAND, "us_band", "75"),
        ("30", Quantity.BAND, "us_band", "65"),
    ],
)
def test_units_are_converted_exactly(cell, quantity, unit, kept):
    assert measure(cell, quantity, unit) == Decimal(kept)


@pytest.mark.parametrize(
    "cell",
    ["", "12a", "1e5", "1,2", "--3", "½", "0x10", True, None, float("nan"), float("inf"), "9" * 50],
)
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(NotANumber):
        number(cell)


@given(cents=st.integers(1, 10**10))
def test_money_keeps_every_fen(cents):
    text = f"{cents // 100}.{cents % 100:02d}"
    assert measure(text, Quantity.MONEY, "yuan") == cents


@given(cell=cells, quantity=st.sampled_from(Quantity), data=st.data())
def test_a_measure_is_a_finite_number_or_refused(cell, quantity, data):
    unit = data.draw(st.sampled_from(sorted(UNITS[quantity])))
    with suppress(NotANumber):
        assert measure(cell, quantity, unit).is_finite()


@given(kind=st.sampled_from(ImportKind), said=json_values)
def test_a_mapping_is_accepted_or_refused_by_name(kind, said):
    assert refused(kind, said) in MAPPING_CODES


@given(
    kind=st.sampled_from(ImportKind),
    columns=st.dictionaries(st.text(min_size=1, max_size=5), json_values, max_size=3),
)
def test_columns_are_accepted_or_refused_by_name(kind, columns):
    needed = {name: name for name, field in FIELDS[kind].items() if field.is_required}
    assert refused(kind, {"columns": needed | columns}) in ("", *MAPPING_CODES)


@given(kind=st.sampled_from(ImportKind), data=st.data())
def test_any_cells_become_values_or_problems_with_a_sentence(kind, data):
    word = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)
    words = st.dictionaries(word, word, max_size=2)
    said = {
        "columns": {name: {"field": name, "values": data.draw(words)} for name in FIELDS[kind]},
        "publish": False,
    }
    said["consent"] = {"text_version": "1", "obtained": "2025-01-01"}
    row = data.draw(st.fixed_dictionaries(dict.fromkeys(FIELDS[kind], cells)))
    _, found = reader(kind, said).read(2, row)
    assert {problem.code for problem in found} <= set(SENTENCES)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"columns": []}, maps.MappingMalformed),
        ({"colums": {}}, maps.MappingMalformed),
        ({"columns": {"a": "nickname", "id": "external_idd"}}, maps.MappingFieldUnknown),
        ({"columns": {"a": "external_id", "b": "external_id"}}, maps.MappingFieldTwice),
        (
            {"columns": {"a": "external_id"}, "constants": {"external_id": "x"}},
            maps.MappingFieldTwice,
        ),
        ({"columns": {"a": "nickname"}}, maps.MappingFieldMissing),
        ({"columns": {"a": {"field": "height_cm", "unit": "kg"}}}, maps.MappingUnitUnknown),
        ({"columns": {"a": {"field": "nickname", "unit": "cm"}}}, maps.MappingUnitUnknown),
        ({"columns": {"a": {"field": "joined_at", "format": "%Q"}}}, maps.MappingMalformed),
        ({"columns": {"a": {"field": "nickname", "format": "%Y"}}}, maps.MappingMalformed),
        ({"columns": {"a": {"field": "nickname", "of": 5}}}, maps.MappingMalformed),
        ({"consent": {"text_version": "", "obtained": "2025-01-01"}}, maps.MappingMalformed),
        ({"consent": {"text_version": "1", "obtained": "soon"}}, maps.MappingMalformed),
        ({"encoding": "latin-1"}, maps.MappingMalformed),
        ({"delimiter": ";;"}, maps.MappingMalformed),
        ({"zone": "Mars/Base"}, maps.MappingMalformed),
        ({"publish": "yes"}, maps.MappingMalformed),
        ({"columns": {"a\0": "nickname"}}, maps.MappingMalformed),
    ],
)
def test_a_wrong_mapping_is_refused_by_name(change, refusal):
    with pytest.raises(refusal):
        mapping_from_json(ImportKind.MEMBERS, {"columns": {"id": "external_id"}} | change)


def test_wrong_units_are_found_by_what_is_plausible():
    said = {
        "columns": {"id": "external_id", "tall": {"field": "height_cm", "unit": "m"}},
        "consent": {"text_version": "1", "obtained": "2025-01-01"},
    }
    assert values("members", said, {"id": "1", "tall": "16"})[1] == [("tall", "fact_implausible")]
    assert values("members", said, {"id": "1", "tall": "165"})[1] == [("tall", "fact_implausible")]
    assert values("members", said, {"id": "1", "tall": "1.65"}) == (
        {"external_id": "1", "height_cm": 165.0},
        [],
    )


def test_no_problem_repeats_what_a_cell_holds():
    said = files.MEMBERS
    row = files.member_rows(1)[0] | {"height": "16.123", "joined": "31/31/2024"}
    _, found = reader("members", said).read(2, row)
    assert [problem.code for problem in found] == ["fact_implausible", "date_malformed"]
    assert all("16.123" not in p.reason and "31/31" not in p.reason for p in found)


def test_dates_have_a_zone_a_format_and_a_past():
    said = {"columns": {"id": "external_id", "at": "joined_at"}, "zone": "Europe/Paris"}
    summer = {"id": "1", "at": "2024-07-01"}
    assert values("members", said, summer)[0]["joined_at"] == datetime(2024, 6, 30, 22, tzinfo=UTC)
    zoned = {"id": "1", "at": "2024-07-01T08:00:00+08:00"}
    assert values("members", said, zoned)[0]["joined_at"] == datetime(2024, 7, 1, tzinfo=UTC)
    for cell, code in (("2027-01-01", "date_in_future"), ("01/07/2024", "date_malformed")):
        assert values("members", said, {"id": "1", "at": cell})[1] == [("at", code)]


def test_words_stand_for_words_and_a_constant_is_in_every_row():
    said = {
        "columns": {
            "ref": "external_ref",
            "item": "product_code",
            "size": "size_code",
            "day": "worn_at",
            "shape": {"field": "body_shape", "values": {"Straight & Narrow": "rectangle"}},
            "worry": {"field": "concerns", "values": {"小腿粗": "thick_calves"}},
            "stars": {"field": "rating", "of": 5},
        },
        "constants": {"occasion": "wedding"},
        "missing": ["NA"],
        "consent": {"text_version": "1", "obtained": "2025-01-01"},
    }
    row = {
        "ref": 7.0,
        "item": "p",
        "size": "2",
        "day": "2025-01-01",
        "shape": " straight & narrow ",
        "worry": "小腿粗|belly|belly",
        "stars": "4",
    }
    found, problems = values("reviews", said, row)
    assert problems == []
    assert found["external_ref"] == "7"
    assert (found["body_shape"], found["occasion"], found["rating"]) == ("rectangle", "wedding", 8)
    assert found["concerns"] == ("thick_calves", "belly")
    assert "rating" not in values("reviews", said, row | {"stars": "NA"})[0]
    assert values("reviews", said, row | {"stars": "6"})[1] == [("stars", "number_out_of_range")]
    assert values("reviews", said, row | {"shape": "round"})[1] == [("shape", "value_unknown")]
    assert values("reviews", said, row | {"ref": ""})[1] == [("ref", "value_missing")]


def test_every_problem_has_a_sentence_in_both_languages():
    for zh, en in SENTENCES.values():
        assert 5 < len(zh) <= 200
        assert 5 < len(en) <= 200
        assert en.isascii()
        assert not zh.isascii()
