"""A made world of any size whose people, demand and sizes are fitted to the public rentals."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog.types import ATTRIBUTES
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.wearings import FIT, LARGE, SMALL, Wearings
from zhiyin.domain.matching.world import (
    Garments,
    Kocs,
    Looks,
    Shows,
    Skus,
    Variants,
    World,
    starts,
)

FACTS = ("height_cm", "weight_kg", "age", "band_cm", "cup")
SIZE_RUN = (4, 8, 12, 16, 20)
TWO_COLORS = 0.25
DRIFT_DAYS = 730
LAST_DAY = 20_700


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is fitted to the rentals.

    popularity_exponent: slope of log(shows) on log(rank) over garments.
    shows_per_sku:       mean, median and 99th percentile over garment and size.
    rows_per_wearer:     how many rows the people have, to draw from.
    correlation:         between FACTS, over rows that state all.
    """

    rows: Wearings
    popularity_exponent: float
    shows_per_sku: tuple[float, float, float]
    rows_per_wearer: NDArray[np.int64]
    correlation: NDArray[np.floating]

    @classmethod
    def of(cls, rows: Wearings) -> Self:
        """Fit it."""
        shows = np.sort(np.unique(rows.garment, return_counts=True)[1])[::-1]
        rank = np.arange(1, len(shows) + 1)
        slope = np.polyfit(np.log(rank), np.log(shows), 1, w=np.sqrt(shows))[0]
        in_size = rows.garment * 1000 + rows.size.astype(np.int64)
        per_sku = np.unique(in_size, return_counts=True)[1]
        return cls(
            rows=rows,
            popularity_exponent=-float(slope),
            shows_per_sku=(
                float(per_sku.mean()),
                float(np.median(per_sku)),
                float(np.percentile(per_sku, 99)),
            ),
            rows_per_wearer=np.unique(rows.wearer, return_counts=True)[1],
            correlation=correlation(rows),
        )


def correlation(rows: Wearings) -> NDArray[np.floating]:
    """Between FACTS, over the rows that state all of them."""
    facts = np.stack([getattr(rows, fact) for fact in FACTS])
    stated = ~np.isnan(facts).any(axis=0)
    return np.asarray(np.corrcoef(facts[:, stated]))


def make(shape: Shape, *, kocs: int, shows: int, skus: int, rng: np.random.Generator) -> World:
    """A world with about so many SKUs and exactly so many shows and KOCs.

    People are real rows with a little noise, so their facts hang together as real ones do; what
    they wear follows the fitted popularity, lifted for their occasion; sizes and verdicts follow
    the distance from the size of their body.
    """
    garments, variants, table = _shelves(skus, rng)
    worn, koc = _shows(shape, garments, shows, kocs, rng)
    first = starts(worn.garment, len(garments))
    return World(
        garments=garments,
        variants=variants,
        skus=table,
        shows=Shows(
            id=_ids(shows, rng),
            worn=worn,
            koc=koc,
            counted=np.ones(shows, dtype=np.bool_),
            first=first,
        ),
        kocs=_kocs(worn, koc, kocs, rng),
        looks=_looks(worn, koc, variants, kocs, rng),
        labels=tuple(str(size) for size in SIZE_RUN),
        wearers=np.empty((0, 16), dtype=np.uint8),
    )


def needs(shape: Shape, count: int, rng: np.random.Generator) -> list[NeedSlots]:
    """Parsed needs: body and occasion of real rows, the other wishes drawn around them."""
    rows = shape.rows.take(rng.choice(len(shape.rows), count))
    found = []
    for row in range(count):
        budget = float(rng.integers(20, 120) * 10) if rng.random() < 0.6 else None
        found.append(
            NeedSlots(
                height_cm=_stated(rows.height_cm[row]),
                weight_kg=_stated(rows.weight_kg[row]),
                age=_stated(rows.age[row]),
                band_cm=_stated(rows.band_cm[row]),
                cup=None if np.isnan(rows.cup[row]) else words.CUPS[int(rows.cup[row])],
                body_shape=_word(words.SHAPES, int(rows.shape[row])),
                occasion=_word(words.OCCASIONS, int(rows.occasion[row])),
                concerns=_some(words.CONCERNS, rng, 2),
                goals=_some(words.GOALS, rng, 1),
                styles=_some(words.STYLES, rng, 1) if rng.random() < 0.3 else (),
                categories=("dress",) if rng.random() < 0.4 else (),
                color_avoid=_some(words.COLORS, rng, 1) if rng.random() < 0.2 else (),
                owned=("beige shoes",) if rng.random() < 0.2 else (),
                budget_cny_max=budget,
            )
        )
    return found


def _stated(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)


def _word(known: tuple[str, ...], code: int) -> str | None:
    return known[code] if 0 <= code < len(known) else None


def _some(known: tuple[str, ...], rng: np.random.Generator, most: int) -> tuple[str, ...]:
    drawn = rng.choice(len(known), int(rng.integers(0, most + 1)), replace=False)
    return tuple(known[code] for code in drawn)


def _ids(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    return rng.integers(0, 256, (count, 16), dtype=np.uint8)


def _shelves(skus: int, rng: np.random.Generator) -> tuple[Garments, Variants, Skus]:
    count = round(skus / len(SIZE_RUN) / (1 + TWO_COLORS))
    share = np.array([0.45 if word == "dress" else 0.04 for word in words.CATEGORIES])
    category = rng.choice(len(words.CATEGORIES), count, p=share / share.sum()).astype(np.int8)
    tokens = np.zeros((count, len(words.TOKENS)), dtype=np.bool_)
    for attribute, values in ATTRIBUTES.items():
        codes = [words.TOKEN_CODE[attribute, value] for value in sorted(values)]
        tokens[np.arange(count), rng.choice(codes, count)] = True
    garments = Garments(id=_ids(count, rng), category=category, tokens=tokens)
    colors = 1 + (rng.random(count) < TWO_COLORS)
    garment = np.repeat(np.arange(count), colors).astype(np.int32)
    variants = Variants(
        garment=garment,
        color=rng.integers(0, len(words.COLORS), len(garment)).astype(np.int8),
        first_sku=(np.arange(len(garment) + 1) * len(SIZE_RUN)).astype(np.int32),
    )
    price_fen = (np.exp(rng.normal(5.9, 0.5, count)) // 10 * 1000 + 900).astype(np.int64)
    total = len(garment) * len(SIZE_RUN)
    table = Skus(
        id=_ids(total, rng),
        variant=np.repeat(np.arange(len(garment)), len(SIZE_RUN)).astype(np.int32),
        size=np.tile(SIZE_RUN, len(garment)).astype(np.int16),
        label=np.tile(np.arange(len(SIZE_RUN)), len(garment)).astype(np.int16),
        price_fen=np.repeat(price_fen[garment], len(SIZE_RUN)),
        on_hand=np.maximum(rng.integers(-1, 6, total), 0).astype(np.int32),
    )
    return garments, variants, table


def _shows(
    shape: Shape, garments: Garments, shows: int, kocs: int, rng: np.random.Generator
) -> tuple[Wearings, NDArray[np.int32]]:
    """The rows by garment, and who of the wearers is a KOC: the ones who wore most."""
    per_wearer = rng.choice(shape.rows_per_wearer, 2 * shows // 1 + 1)
    people = int(np.searchsorted(np.cumsum(per_wearer), shows)) + 1
    wearer = np.repeat(np.arange(people), per_wearer[:people])[:shows]
    body = shape.rows.take(rng.choice(len(shape.rows), people))
    popular = (1.0 + rng.permutation(len(garments))) ** -shape.popularity_exponent
    occasions = _occasions(shape, len(garments), rng)
    garment = rng.choice(len(garments), shows, p=popular / popular.sum())
    day = LAST_DAY - rng.integers(0, DRIFT_DAYS, shows)
    order = np.lexsort((-day, garment))
    garment, wearer, day = garment[order], wearer[order], day[order]
    height = body.height_cm + rng.normal(0, 1.0, people)
    weight = body.weight_kg * np.exp(rng.normal(0, 0.02, people))
    usual = np.nan_to_num(4 + (weight - 50) * 0.45 - (height - 163) * 0.05, nan=10.0)
    runs = rng.normal(0, 1.5, len(garments))
    away = rng.normal(0, 2.5, shows)
    size = np.clip(np.rint(usual[wearer] + runs[garment] + away), 0, 58)
    off = size - usual[wearer] - runs[garment] + rng.normal(0, 2.5, shows)
    fit = np.where(off < -4, SMALL, np.where(off > 4, LARGE, FIT))
    draw = rng.random(shows)
    occasion = (draw[:, None] > occasions[garment]).sum(axis=1)
    worn = Wearings(
        wearer=wearer.astype(np.int64),
        garment=garment.astype(np.int64),
        category=garments.category[garment].astype(np.int16),
        size=size.astype(np.float32),
        height_cm=height[wearer].astype(np.float32),
        weight_kg=weight[wearer].astype(np.float32),
        age=body.age[wearer],
        band_cm=body.band_cm[wearer],
        cup=body.cup[wearer],
        shape=body.shape[wearer],
        occasion=occasion.astype(np.int8),
        fit=fit.astype(np.int8),
        rating=np.where(fit == FIT, rng.choice([6, 8, 10], shows, p=[0.1, 0.3, 0.6]), 4.0).astype(
            np.float32
        ),
        day=day.astype(np.int32),
    )
    rows = np.bincount(wearer, minlength=people)
    most = np.argsort(-rows, kind="stable")[:kocs]
    number = np.full(people, -1, dtype=np.int32)
    number[most] = np.arange(kocs, dtype=np.int32)
    return worn, number[wearer]


def _occasions(shape: Shape, garments: int, rng: np.random.Generator) -> NDArray[np.floating]:
    """Cumulated chances of the occasions, by garment; garments differ as real ones do."""
    known = shape.rows.occasion[shape.rows.occasion >= 0]
    share = np.bincount(known, minlength=len(words.OCCASIONS))[: len(words.OCCASIONS)] + 1.0
    drawn = rng.dirichlet(8.0 * share / share.sum(), garments)
    return np.asarray(np.cumsum(drawn, axis=1)[:, :-1])


def _kocs(worn: Wearings, koc: NDArray[np.int32], count: int, rng: np.random.Generator) -> Kocs:
    row = np.zeros(count, dtype=np.int64)
    spoke = np.flatnonzero(koc >= 0)
    row[koc[spoke]] = spoke

    def bits(known: tuple[str, ...]) -> NDArray[np.uint32]:
        two = rng.integers(0, len(known), (2, count)).astype(np.uint32)
        shifted = np.left_shift(np.uint32(1), two)
        return np.asarray(shifted[0] | shifted[1])

    return Kocs(
        id=_ids(count, rng),
        **{fact: getattr(worn, fact)[row] for fact in FACTS},
        shape=worn.shape[row],
        tone=rng.integers(-1, len(words.TONES), count).astype(np.int8),
        concerns=bits(words.CONCERNS),
        good_concerns=bits(words.CONCERNS),
        good_goals=bits(words.GOALS),
        good_occasions=bits(words.OCCASIONS),
        good_styles=bits(words.STYLES),
        capacity=rng.integers(1, 20, count).astype(np.int16),
        earns=rng.random(count) < 0.4,
    )


def _looks(
    worn: Wearings,
    koc: NDArray[np.int32],
    variants: Variants,
    count: int,
    rng: np.random.Generator,
) -> Looks:
    """One look a KOC: something that fitted her, half of them with a second piece."""
    first_variant = np.searchsorted(variants.garment, np.arange(variants.garment[-1] + 1))
    content = np.flatnonzero((koc >= 0) & (worn.fit == FIT))
    author, at = np.unique(koc[content], return_index=True)
    lead = first_variant[worn.garment[content[at]]]
    other = rng.integers(0, len(variants), len(author))
    two = rng.random(len(author)) < 0.5
    length = 1 + (two & (other != lead))
    first = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
    item = np.empty(first[-1], dtype=np.int32)
    item[first[:-1]] = lead
    item[first[1:][length == 2] - 1] = other[length == 2]

    def bits(known: tuple[str, ...]) -> NDArray[np.uint32]:
        one = rng.integers(0, len(known), len(author)).astype(np.uint32)
        return np.asarray(np.left_shift(np.uint32(1), one))

    return Looks(
        id=_ids(len(author), rng),
        koc=author.astype(np.int32),
        first=first,
        item=item,
        concerns=bits(words.CONCERNS),
        goals=bits(words.GOALS),
        occasions=bits(words.OCCASIONS),
        styles=bits(words.STYLES),
    )
