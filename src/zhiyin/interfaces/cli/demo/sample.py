"""Make the demo's sample of wearings from the public rentals file.

Run: python -m zhiyin.interfaces.cli.demo.sample RENTALS_PARQUET [OUT_CSV_GZ]

The garments are those that `world/products.json` names. The same input gives the same bytes.
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

WORLD = Path(__file__).parent / "world"
MOST_ROWS = 6_000
SEED = 20_261_122
PLAUSIBLE_AGE = (12, 90)
CM_PER_INCH = 2.54
KG_PER_LB = 0.45359237
COLUMNS = (
    "garment",
    "wearer",
    "size",
    "height_cm",
    "weight_kg",
    "age",
    "bust_band",
    "bust_cup",
    "body_type",
    "occasion",
    "fit",
    "rating",
    "date",
)


def garments() -> list[int]:
    """The rental garments that the demo's products stand on, in ascending order."""
    world = json.loads((WORLD / "products.json").read_text(encoding="utf-8"))
    return sorted({p["garment"] for p in world["products"] if p["garment"] is not None})


def sample(rentals: Path) -> list[dict[str, Any]]:
    """The first wearing of each person of each garment of the demo, at most MOST_ROWS of them.

    Beyond MOST_ROWS a seeded draw decides, so a person's row never depends on its verdict.

    Units:  cm, kg, years; `bust_band` in the US band size and `bust_cup` as given; blank where the
            wearer stated nothing. Ages outside PLAUSIBLE_AGE are junk in the source: blank.
    Source: RentTheRunway rentals (see world/SOURCE.md). `wearer` is a number of our own.
    """
    table = pq.read_table(rentals, filters=[("item_id", "in", garments())])
    first: dict[tuple[int, int], dict[str, Any]] = {}
    for row in sorted(table.to_pylist(), key=_place):
        first.setdefault((row["item_id"], row["user_id"]), row)
    rows = list(first.values())
    if len(rows) > MOST_ROWS:
        drawn = np.random.default_rng(SEED).permutation(len(rows))[:MOST_ROWS]
        rows = [rows[place] for place in sorted(drawn)]
    return list(_renamed(rows))


def _place(row: dict[str, Any]) -> list[str]:
    """By garment and day. The other columns break ties, so the file's order does not matter."""
    return [str(row[name]) for name in ("item_id", "review_date", "user_id", *sorted(row))]


def _renamed(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    number: dict[int, int] = {}
    for row in rows:
        age = row["age"]
        yield {
            "garment": row["item_id"],
            "wearer": number.setdefault(row["user_id"], len(number) + 1),
            "size": row["size"],
            "height_cm": _scaled(row["height_in"], CM_PER_INCH),
            "weight_kg": _scaled(row["weight_lbs"], KG_PER_LB),
            "age": _whole(age if age and PLAUSIBLE_AGE[0] <= age <= PLAUSIBLE_AGE[1] else None),
            "bust_band": _whole(row["bust_size_num"]),
            "bust_cup": row["bust_size_letter"] or "",
            "body_type": row["body_type"] or "",
            "occasion": row["rented_for"] or "",
            "fit": row["fit"],
            "rating": _whole(row["rating"]),
            "date": row["review_date"].date().isoformat(),
        }


def _scaled(value: float | None, factor: float) -> str:
    return "" if value is None else f"{value * factor:.1f}"


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def write(rows: list[dict[str, Any]], out: Path) -> None:
    """Write the rows as gzipped CSV without a time stamp, so that a re-run changes no byte."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    out.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def main(arguments: list[str]) -> None:
    """Write the sample and say how much of it there is."""
    rentals = Path(arguments[0])
    out = Path(arguments[1]) if len(arguments) > 1 else WORLD / "wearings.csv.gz"
    rows = sample(rentals)
    write(rows, out)
    wearers = len({row["wearer"] for row in rows})
    sys.stdout.write(f"{len(rows)} wearings of {len(garments())} garments by {wearers} people\n")


if __name__ == "__main__":
    main(sys.argv[1:])
