"""How well the reader reads: precision, recall and F1 over slots, on cases written by others."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import Taxonomy, shipped
from zhiyin.domain.audience.types import slots_to_json

LEFT_OUT = "needed_by"
"""Relative dates depend on the asking day, so no case states one."""

_ANY_DAY = date(2026, 11, 22)
_TOLERANCE = 0.05 + 1e-9  # numbers are stated to one decimal


def evaluate_read(lines: Iterable[str], taxonomy: Taxonomy | None = None) -> dict[str, Any]:
    """Read every case and count.

    lines: JSON Lines of {"text": str, "expect": {slot: value}}; empty lines are skipped.
    Returns {"cases", "slot_precision", "slot_recall", "slot_f1", "wrong": [{"text", "slot",
    "expected", "got"}]}. Each element of a list slot counts by itself; a slot in neither counts
    nothing. With nothing to find and nothing found the three rates are 1.
    Raises ValueError (bad JSON), KeyError (a case without "text" or "expect").
    """
    hits = got_total = expected_total = cases = 0
    wrong: list[dict[str, Any]] = []
    for line in lines:
        if not line.strip():
            continue
        case = json.loads(line)
        text, expected = case["text"], case["expect"]
        got = slots_to_json(read(text, taxonomy or shipped(), _ANY_DAY).slots)
        cases += 1
        for slot in sorted((expected.keys() | got.keys()) - {LEFT_OUT}):
            wanted, found = _elements(expected.get(slot)), _elements(got.get(slot))
            matched = sum(any(_same(one, other) for other in found) for one in wanted)
            hits += matched
            got_total += len(found)
            expected_total += len(wanted)
            if matched != len(wanted) or matched != len(found):
                wrong.append(
                    {
                        "text": text,
                        "slot": slot,
                        "expected": expected.get(slot),
                        "got": got.get(slot),
                    }
                )
    precision = hits / got_total if got_total else float(expected_total == 0)
    recall = hits / expected_total if expected_total else float(got_total == 0)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "cases": cases,
        "slot_precision": round(precision, 4),
        "slot_recall": round(recall, 4),
        "slot_f1": round(f1, 4),
        "wrong": wrong,
    }


def _elements(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _same(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _TOLERANCE
    return one == other
