"""The public rental reviews (RecSys 2018, Misra, Wan and McAuley) as `Wearings`."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zhiyin.domain.matching.wearings import UNKNOWN, Wearings

SHAPES = {
    "pear": 0,
    "apple": 1,
    "hourglass": 2,
    "straight & narrow": 3,
    "petite": 5,
    "athletic": 6,
    "full bust": 7,
}
OCCASIONS = {
    "wedding": 0,
    "party": 1,
    "work": 2,
    "date": 3,
    "vacation": 4,
    "everyday": 5,
    "formal affair": 9,
    "other": 13,
}
FITS = {"small": 0, "fit": 1, "large": 2}
CUPS = {name: step for step, name in enumerate("aa a b c d dd e f g h i j".split())}

CM_PER_INCH = 2.54
KG_PER_LB = 0.45359237
CM_PER_BAND_SIZE = 2.5  # 34 -> 75 cm under the bust: 75 + (size - 34) * 2.5
PLAUSIBLE_AGE = (12, 90)


def read(path: Path, categories: dict[str, int] | None = None) -> Wearings:
    """Read a rentals file (Parquet, columns as in the data set's README) into columns.

    `categories` maps a garment kind to its code; pass the training file's map for a test file, so
    that codes agree (an unseen kind gets UNKNOWN). Rows keep the file's order.
    """
    table = pq.read_table(path)
    codes = category_codes(path) if categories is None else categories
    age = _floats(table, "age")
    band = _floats(table, "bust_size_num")
    return Wearings(
        wearer=table["user_id"].to_numpy().astype(np.int64),
        garment=table["item_id"].to_numpy().astype(np.int64),
        category=_codes(table, "category", codes).astype(np.int16),
        size=_floats(table, "size"),
        height_cm=_floats(table, "height_in") * np.float32(CM_PER_INCH),
        weight_kg=_floats(table, "weight_lbs") * np.float32(KG_PER_LB),
        age=np.where((age >= PLAUSIBLE_AGE[0]) & (age <= PLAUSIBLE_AGE[1]), age, np.nan),
        band_cm=75 + (band - 34) * np.float32(CM_PER_BAND_SIZE),
        cup=_codes(table, "bust_size_letter", CUPS, missing=np.nan).astype(np.float32),
        shape=_codes(table, "body_type", SHAPES).astype(np.int8),
        occasion=_codes(table, "rented_for", OCCASIONS).astype(np.int8),
        fit=_codes(table, "fit", FITS).astype(np.int8),
        rating=_floats(table, "rating"),
        day=table["review_date"]
        .cast(pa.timestamp("s"))
        .to_numpy()
        .astype("datetime64[D]")
        .astype(np.int32),
    )


def category_codes(path: Path) -> dict[str, int]:
    """Garment kinds of a rentals file -> codes, in alphabetical order."""
    kinds = pc.unique(pq.read_table(path, columns=["category"])["category"]).to_pylist()
    return {kind: code for code, kind in enumerate(sorted(k for k in kinds if k))}


def _floats(table: pa.Table, name: str) -> NDArray[np.float32]:
    column: NDArray[np.float32] = table[name].cast(pa.float32()).to_numpy(zero_copy_only=False)
    return column.astype(np.float32)


def _codes(
    table: pa.Table, name: str, codes: dict[str, int], missing: float = UNKNOWN
) -> NDArray[np.float64]:
    words = table[name].to_pylist()
    return np.array([codes.get(word, missing) for word in words], dtype=np.float64)
