"""Numbers of the body, of money and of the calendar."""

from datetime import date

import pytest

from zhiyin.domain.audience.reading.folding import fold
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.audience.types import slots_to_json

SUNDAY = date(2026, 11, 22)


def understood(text: str, today: date = SUNDAY) -> dict[str, object]:
    return slots_to_json(read(text, shipped(), today).slots)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("160", {"height_cm": 160}),
        ("160cm", {"height_cm": 160}),
        ("1米6", {"height_cm": 160}),
        ("1.65m", {"height_cm": 165}),
        ("身高一米六五", {"height_cm": 165}),
        ("5'4\"", {"height_cm": 162.6}),
        ("5’4”", {"height_cm": 162.6}),
        ("5ft4", {"height_cm": 162.6}),
        ("5 foot 4", {"height_cm": 162.6}),
        ("five foot four", {"height_cm": 162.6}),
        ("5'4½\"", {"height_cm": 163.8}),
        ("64 inches tall", {"height_cm": 162.6}),
        ("160 100", {"height_cm": 160, "weight_kg": 50}),
        ("160/50", {"height_cm": 160, "weight_kg": 50}),
        ("身高160体重100", {"height_cm": 160, "weight_kg": 50}),
        ("160，体重55", {"height_cm": 160, "weight_kg": 55}),
        ("165-55kg", {"height_cm": 165, "weight_kg": 55}),
        ("我158，一百零五斤", {"height_cm": 158, "weight_kg": 52.5}),
        ("体重一百一", {"weight_kg": 55}),
        ("100-110斤", {"weight_kg": 52.5}),
        ("I'm 5'4, 125", {"height_cm": 162.6, "weight_kg": 56.7}),
        ("10 stone 4, 5ft 6", {"height_cm": 167.6, "weight_kg": 65.3}),
        ("5'2, I'm 50", {"height_cm": 157.5, "age": 50}),
        ("163cm，瘦了10斤", {"height_cm": 163}),
        ("35岁", {"age": 35}),
        ("28 years old", {"age": 28}),
        ("75C", {"band_cm": 75, "cup": "c"}),
        ("34DD", {"band_cm": 75, "cup": "dd"}),
        ("D罩杯", {"cup": "d"}),
        ("90d", {"band_cm": 90, "cup": "d"}),
        ("胸围88腰围70臀围95", {"bust_cm": 88, "waist_cm": 70, "hip_cm": 95}),
        ("28\" waist 38\" hips", {"waist_cm": 71.1, "hip_cm": 96.5}),
        ("bust 34 inches waist 28 inches", {"bust_cm": 86.4, "waist_cm": 71.1}),
        ("2尺1的腰", {"waist_cm": 69.9}),
        ("88-66-92", {"bust_cm": 88, "waist_cm": 66, "hip_cm": 92}),
        ("穿160/84A的码", {}),
        ("size 12", {}),
        ("买2件，穿38码", {}),
    ],
)  # fmt: skip
def test_body_facts_come_in_centimetres_and_kilograms(
    text: str, expected: dict[str, object]
) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("400以内", None, 400),
        ("预算400", None, 400),
        ("under 400 yuan", None, 400),
        ("不超过五百", None, 500),
        ("1.5k以内", None, 1500),
        ("up to 1,200 rmb", None, 1200),
        ("500 or less", None, 500),
        ("300左右", 240, 360),
        ("预算300左右", 240, 360),
        ("around 300 yuan", 240, 360),
        ("300-500", 300, 500),
        ("150到300", 150, 300),
        ("两三百", 200, 300),
        ("between 300 and 500", 300, 500),
        ("300以上500以下", 300, 500),
        ("至少200", 200, None),
        ("2-3百", 200, 300),
        ("2-300元", 200, 300),
    ],
)
def test_a_budget_is_a_limit_a_range_or_about_so_much(
    text: str, low: float | None, high: float | None
) -> None:
    stated = {"budget_cny_min": low, "budget_cny_max": high}
    assert understood(text) == {slot: n for slot, n in stated.items() if n is not None}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("下个月", "2026-12"),
        ("12月20号", "2026-12-20"),
        ("下个月20号", "2026-12-20"),
        ("3月", "2027-03"),
        ("2027-01-05", "2027-01-05"),
        ("周六", "2026-11-28"),
        ("下周六", "2026-11-28"),
        ("下下周六", "2026-12-05"),
        ("明天", "2026-11-23"),
        ("两周后", "2026-12-06"),
        ("两周以内", "2026-12-06"),
        ("月底", "2026-11-30"),
        ("5号", "2026-12-05"),
        ("春节", "2027-02-06"),
        ("next month", "2026-12"),
        ("in two weeks", "2026-12-06"),
        ("December 20th", "2026-12-20"),
        ("by Friday", "2026-11-27"),
        ("next Friday", "2026-11-27"),
        ("in June", "2027-06"),
        ("2月30号", None),
        ("work in marketing", None),
        ("may be long", None),
    ],
)
def test_needed_by_is_seen_from_the_asking_day(text: str, day: str | None) -> None:
    assert understood(text).get("needed_by") == day


def test_the_asking_day_is_an_argument() -> None:
    assert understood("下个月", date(2026, 12, 31)) == {"needed_by": "2027-01"}
    assert understood("11月11号", date(2026, 11, 11)) == {"needed_by": "2026-11-11"}
    assert understood("11月11号", date(2026, 11, 12)) == {"needed_by": "2027-11-11"}


def test_a_feast_is_a_date_and_an_occasion() -> None:
    assert understood("christmas party dress") == {
        "occasion": "party",
        "categories": ["dress"],
        "needed_by": "2026-12-25",
    }


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１６０ＣＭ", "160cm"),
        ("一百二十斤", "120斤"),
        ("两千五", "2500"),
        ("1千5", "1500"),
        ("百褶裙", "百褶裙"),
        ("一件", "一件"),
        ("十分好看", "十分好看"),
        ("七八十斤", "70-80斤"),
        ("one hundred and forty pounds", "140 pounds"),
        ("fiancé", "fiance"),
        ("!!!!!!", "!!!"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_a_folded_piece_knows_where_it_was_written() -> None:
    folded = fold("🌸一百二十斤")
    assert folded.text == "🌸120斤"
    assert folded.origin(1, 4) == (1, 5)
