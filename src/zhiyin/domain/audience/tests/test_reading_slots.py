"""Slots as JSON, checked the same for a form, the API, a corrected chip and another reader."""

import json

import pytest

from zhiyin.domain.audience.reading.taxonomy import shipped
from zhiyin.domain.audience.types import (
    FactImplausible,
    NeedSlots,
    SlotMalformed,
    SlotUnknown,
    SlotValueUnknown,
    slots_from_json,
    slots_to_json,
    with_value,
    without,
)
from zhiyin.kit.errors import DomainError

STATED = {
    "height_cm": 160,
    "weight_kg": 52.5,
    "concerns": ["belly", "short_neck"],
    "owned": ["beige shoes", "necklace"],
    "needed_by": "2026-12",
}


def slots(payload: dict[str, object]) -> NeedSlots:
    return slots_from_json(payload, vocabulary=shipped().vocabulary)


def test_slots_go_to_json_and_back() -> None:
    read_back = slots(json.loads(json.dumps(slots_to_json(slots(dict(STATED))))))
    assert slots_to_json(read_back) == STATED


def test_nothing_said_is_nothing_and_repeats_count_once() -> None:
    assert slots({"height_cm": None, "concerns": [], "cup": None}) == NeedSlots()
    assert slots({"concerns": ["belly", "belly"]}).concerns == ("belly",)


@pytest.mark.parametrize(
    ("payload", "refusal"),
    [
        ({"shoe_size": 38}, SlotUnknown),
        ({"height_cm": "160"}, SlotMalformed),
        ({"height_cm": True}, SlotMalformed),
        ({"height_cm": [160]}, SlotMalformed),
        ({"concerns": "belly"}, SlotMalformed),
        ({"concerns": [1]}, SlotMalformed),
        ({"needed_by": "20.12.2026"}, SlotMalformed),
        ({"needed_by": "2026-02-30"}, SlotMalformed),
        ({"needed_by": "2026-13"}, SlotMalformed),
        ({"cup": "z"}, SlotValueUnknown),
        ({"concerns": ["belly", "ugly"]}, SlotValueUnknown),
        ({"owned": ["invisible shoes"]}, SlotValueUnknown),
        ({"owned": ["beige"]}, SlotValueUnknown),
        ({"height_cm": 1600}, FactImplausible),
        ({"weight_kg": float("nan")}, FactImplausible),
        ({"age": -1}, FactImplausible),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    payload: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal) as raised:
        slots(payload)
    assert raised.value.details["slot"] == next(iter(payload))


def test_an_implausible_fact_says_the_range() -> None:
    with pytest.raises(FactImplausible) as raised:
        slots({"height_cm": 1600})
    assert raised.value.details == {"slot": "height_cm", "value": 1600, "low": 50, "high": 250}


def test_a_chip_is_taken_away_and_given_back() -> None:
    said = slots(dict(STATED))
    fewer = without(without(said, "concerns", "belly"), "height_cm", 160.0)
    assert fewer.concerns == ("short_neck",)
    assert fewer.height_cm is None
    assert with_value(with_value(fewer, "concerns", "belly"), "height_cm", 160.0) == slots(
        {**STATED, "concerns": ["short_neck", "belly"]}
    )


def test_taking_away_what_is_not_there_changes_nothing() -> None:
    said = slots(dict(STATED))
    assert without(said, "concerns", "thick_arms") == said
    assert without(said, "height_cm", 161.0) == said
    with pytest.raises(SlotUnknown):
        without(said, "shoe_size", 38.0)
    with pytest.raises(SlotUnknown):
        with_value(said, "shoe_size", 38.0)
