"""The figure of the reader: every element counts, and so does every element too many."""

import json

import pytest

from zhiyin.domain.audience.reading.evaluation import evaluate_read


def line(text: str, **expect: object) -> str:
    return json.dumps({"text": text, "expect": expect}, ensure_ascii=False)


def test_hits_misses_and_extras_are_counted_by_element() -> None:
    figures = evaluate_read(
        [
            line("160cm 梨形", height_cm=160, body_shape="pear"),
            "",
            line("显瘦，显高", goals=["slimming", "younger"]),
        ]
    )
    assert figures == {
        "cases": 2,
        "slot_precision": 0.75,  # 3 of height, pear, slimming, taller
        "slot_recall": 0.75,  # 3 of height, pear, slimming, younger
        "slot_f1": 0.75,
        "wrong": [
            {
                "text": "显瘦，显高",
                "slot": "goals",
                "expected": ["slimming", "younger"],
                "got": ["slimming", "taller"],
            }
        ],
    }


def test_a_slot_that_nobody_stated_counts_against_precision() -> None:
    figures = evaluate_read([line("160cm")])
    assert (figures["slot_precision"], figures["slot_recall"], figures["slot_f1"]) == (0, 0, 0)
    assert figures["wrong"] == [
        {"text": "160cm", "slot": "height_cm", "expected": None, "got": 160}
    ]


def test_dates_are_left_out_and_nothing_to_find_is_perfect() -> None:
    figures = evaluate_read([line("下个月"), line("你好", needed_by="2026-12")])
    assert figures == {
        "cases": 2,
        "slot_precision": 1.0,
        "slot_recall": 1.0,
        "slot_f1": 1.0,
        "wrong": [],
    }


def test_a_number_is_right_to_its_stated_decimal() -> None:
    assert evaluate_read([line("5'4\"", height_cm=162.6)])["slot_f1"] == 1
    assert evaluate_read([line("5'4\"", height_cm=162.8)])["slot_f1"] == 0


def test_a_case_without_its_expectation_is_an_error() -> None:
    with pytest.raises(KeyError):
        evaluate_read(['{"text": "160cm"}'])
