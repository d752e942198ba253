"""A made-up town for the tests of "need": who wears what follows rules that we know."""

from dataclasses import fields

import numpy as np

from zhiyin.domain.matching.wearings import FIT, LARGE, UNKNOWN, Wearings

GARMENTS = 120
FIRST_ID = 1_000
OCCASIONS = 4
DAYS = 900
CUT = 700


def town(
    *,
    rows: int = 9_000,
    seed: int = 0,
    bodies: bool = False,
    fashion: bool = True,
    wearers: int = 5_000,
) -> Wearings:
    """Rentals in which each garment is worn for one occasion.

    With `fashion`, it also comes into and goes out of use.
    With `bodies`, each garment is also cut for short or for tall people; without, height means
    nothing. A fifth of the rows did not fit.
    """
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, DAYS, rows))
    occasion = rng.integers(0, OCCASIONS, rows)
    wearer = rng.integers(0, wearers, rows)
    tall = (wearer % 2).astype(bool)
    peak = rng.integers(0, DAYS + 200, GARMENTS)
    charm = rng.gamma(0.7, 1.0, GARMENTS) + 0.05
    for_occasion = rng.integers(0, OCCASIONS, GARMENTS)
    for_tall = rng.integers(0, 2, GARMENTS).astype(bool)
    pull = np.tile(charm, (rows, 1))
    if fashion:
        pull = pull * np.exp(-0.5 * ((day[:, None] - peak) / 250.0) ** 2)
    pull = pull * np.where(for_occasion == occasion[:, None], 8.0, 1.0)
    if bodies:
        pull = pull * np.where(for_tall == tall[:, None], 6.0, 1.0)
    mass = pull.cumsum(axis=1)
    garment = (mass < rng.random((rows, 1)) * mass[:, -1:]).sum(axis=1)
    height = np.where(tall, 178.0, 156.0) + rng.normal(0.0, 2.0, rows)
    return Wearings(
        wearer=wearer.astype(np.int64),
        garment=(garment + FIRST_ID).astype(np.int64),
        category=(garment % 7).astype(np.int16),
        size=np.where(tall, 12.0, 8.0).astype(np.float32),
        height_cm=height.astype(np.float32),
        weight_kg=rng.normal(62.0, 9.0, rows).astype(np.float32),
        age=rng.normal(34.0, 8.0, rows).astype(np.float32),
        band_cm=np.full(rows, 75.0, dtype=np.float32),
        cup=rng.integers(0, 6, rows).astype(np.float32),
        shape=rng.integers(-1, 4, rows).astype(np.int8),
        occasion=occasion.astype(np.int8),
        fit=np.where(rng.random(rows) < 0.8, FIT, LARGE).astype(np.int8),
        rating=np.full(rows, 10.0, dtype=np.float32),
        day=day.astype(np.int32),
    )


def rows_of(**columns: object) -> Wearings:
    """A few rows by hand: what is not named is not stated; it fitted and pleased."""
    count = len(columns["garment"])  # type: ignore[arg-type]
    stated = {
        "category": np.zeros(count),
        "shape": np.full(count, UNKNOWN),
        "occasion": np.full(count, UNKNOWN),
        "fit": np.full(count, FIT),
        "rating": np.full(count, 10.0),
        "day": np.zeros(count),
    } | columns
    types = {field.name: str(field.type) for field in fields(Wearings)}
    empty = np.full(count, np.nan)
    return Wearings(
        **{
            name: np.asarray(stated.get(name, empty)).astype(kind.split(".")[-1].rstrip("]"))
            for name, kind in types.items()
        }
    )
