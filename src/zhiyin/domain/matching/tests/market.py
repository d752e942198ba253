"""A small made shop that tests match in: 48 products, 14 KOCs, 1,600 wearings, 24 looks.

Everything is drawn with one seed, so a test may name what it found. Wearers are people of all
sizes; small garments do not fit large people, which is all the truth there is in it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID, uuid5

import numpy as np

from zhiyin.domain.catalog.types import ATTRIBUTES, Category, Color, ProductCard, SkuCard
from zhiyin.domain.content.types import (
    FitVerdict,
    LookCard,
    LookItemCard,
    ShowCard,
    ShowSource,
    ShowState,
)
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.advising import shipped
from zhiyin.domain.matching.gathering import gather
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.matcher import Matcher
from zhiyin.domain.matching.world import World

Card = TypeVar("Card", ProductCard, ShowCard, KocCard, LookCard)

SPACE = UUID("6f2c1b8e-52f1-4c53-9d0e-1d8f0a6b7c11")
SIZES = ((4, "S"), (8, "M"), (12, "L"), (16, "XL"))
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
KINDS = ("dress", "dress", "dress", "skirt", "top", "jacket", "shoes", "accessory")
COLORS = ("navy", "black", "beige", "green", "red", "white")
WEARINGS = 1_600


def an_id(name: str) -> UUID:
    """The id of a thing of the shop, by its name: "product:3", "koc:0", "look:7", "show:12"."""
    return uuid5(SPACE, name)


@cache
def cards() -> dict[str, Any]:
    """The arguments of `gather`."""
    rng = np.random.default_rng(7)
    products = [_product(number, rng) for number in range(48)]
    kocs = [_koc(number, rng) for number in range(14)]
    shows = [_wearing(number, products, rng) for number in range(WEARINGS)]
    shows += [_authored(number, products, kocs, rng) for number in range(70)]
    looks = [_look(number, products, kocs, rng) for number in range(24)]
    return {"products": products, "shows": shows, "kocs": kocs, "looks": looks}


@cache
def world() -> World:
    """The shop as columns."""
    return gather(**cards())


@cache
def learned() -> Learned:
    """What was learned from it."""
    return Learned.train(world(), lambda _: None)


@cache
def matcher() -> Matcher:
    """The shop's matcher."""
    return Matcher.build(world(), shipped(), learned(), version="test")


def rebuilt(changed: World) -> Matcher:
    """A matcher of a changed world that has learned nothing new."""
    return Matcher.build(changed, shipped(), learned(), version="test")


def _product(number: int, rng: np.random.Generator) -> ProductCard:
    kind = Category(KINDS[number % len(KINDS)])
    has = [name for name in ATTRIBUTES if kind.value not in words.SIZELESS or name == "style"]
    colors = sorted(rng.choice(COLORS, 1 + number % 2, replace=False).tolist())
    sizes = ((0, "F"),) if kind is Category.ACCESSORY else SIZES
    price_fen = int(rng.integers(12, 60)) * 1_000 + 900
    return _filled(
        ProductCard,
        {
            "id": an_id(f"product:{number}"),
            "code": f"P-{number:02}",
            "category": kind,
            "attributes": {name: str(rng.choice(sorted(ATTRIBUTES[name]))) for name in has},
            "skus": tuple(
                SkuCard(
                    id=an_id(f"sku:{number}:{color}:{code}"),
                    code=f"P-{number:02}-{color}-{code}",
                    color=Color(color),
                    size_code=code,
                    size_label=label,
                    price_fen=price_fen,
                    on_hand=int(rng.integers(0, 4)),
                )
                for color in colors
                for code, label in sizes
            ),
        },
    )


def _filled(kind: type[Card], stated: Mapping[str, object]) -> Card:
    """A card with "" in every field that is not stated."""
    fields: dict[str, Any] = dict.fromkeys(kind.__dataclass_fields__, "")
    return kind(**(fields | dict(stated)))


def _body(rng: np.random.Generator) -> dict[str, object]:
    height = float(np.round(rng.normal(163, 6), 1))
    weight = float(np.round(np.exp(rng.normal(4.05, 0.17)), 1))
    return {
        "height_cm": height,
        "weight_kg": weight,
        "age": float(rng.integers(20, 60)),
        "body_shape": str(rng.choice(words.SHAPES)),
    }


def _koc(number: int, rng: np.random.Generator) -> KocCard:
    like = {"height_cm": 160.0, "weight_kg": 50.0, "body_shape": "pear"}
    facts = like if number == 0 else _body(rng)
    concerns = ["thick_calves"] if number == 0 else _two(words.CONCERNS, rng)
    return _filled(
        KocCard,
        {
            "id": an_id(f"koc:{number}"),
            "member_id": an_id(f"member:koc:{number}"),
            "handle": f"koc-{number:02}",
            "facts": facts | {"concerns": concerns, "skin_tone": str(rng.choice(words.TONES))},
            "good_at": {
                "concerns": concerns,
                "goals": _two(words.GOALS, rng),
                "occasions": _two(words.OCCASIONS[:5], rng),
            },
            "topics": (),
            "weekly_capacity": 0 if number == 13 else 5,
            "can_earn": number % 3 == 1,
            "is_demo": False,
        },
    )


def _two(known: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    return [str(word) for word in rng.choice(known, 2, replace=False)]


def _wearing(number: int, products: list[ProductCard], rng: np.random.Generator) -> ShowCard:
    clothes = [p for p in products if p.category.value not in words.SIZELESS]
    product = clothes[int(len(clothes) * rng.random() ** 2)]
    body = _body(rng)
    usual = 4 + (float(str(body["weight_kg"])) - 48) * 0.45
    size = int(np.clip(round((usual + rng.normal(0, 3)) / 4) * 4, 4, 16))
    off = size - usual + rng.normal(0, 2)
    fit = FitVerdict.SMALL if off < -4 else FitVerdict.LARGE if off > 4 else FitVerdict.FIT
    return _show(
        f"show:{number}",
        product.id,
        author_id=an_id(f"member:{number * 7 % 1_100}"),
        size_code=size,
        fit=fit,
        rating=int(rng.choice([8, 10])) if fit is FitVerdict.FIT else 4,
        occasion=str(rng.choice(words.OCCASIONS[:6])),
        worn_at=NOON - timedelta(days=int(rng.integers(0, 900))),
        source=ShowSource.IMPORT,
        facts=body,
    )


def _authored(
    number: int, products: list[ProductCard], kocs: list[KocCard], rng: np.random.Generator
) -> ShowCard:
    koc = kocs[number % len(kocs)]
    # The first KOC wore the first dresses and liked them: a test counts on finding her.
    place = number // len(kocs) * len(KINDS) if koc is kocs[0] else number * 5
    product = products[place % len(products)]
    pleased = koc is kocs[0] or rng.random() < 0.7
    return _show(
        f"authored:{number}",
        product.id,
        koc_id=koc.id,
        size_code=product.skus[0].size_code,
        fit=FitVerdict.FIT if pleased else FitVerdict.SMALL,
        rating=10 if pleased else 4,
        worn_at=NOON,
        source=ShowSource.AUTHORED,
        facts=koc.facts,
    )


def _show(name: str, product_id: UUID, **facts: object) -> ShowCard:
    plain = {
        "id": an_id(name),
        "product_id": product_id,
        "koc_id": None,
        "author_id": None,
        "useful_votes": 0,
        "state": ShowState.PUBLISHED,
        "media_refs": (),
    }
    return _filled(ShowCard, plain | facts)


def _look(
    number: int, products: list[ProductCard], kocs: list[KocCard], rng: np.random.Generator
) -> LookCard:
    clothes = [p for p in products if p.category.value not in words.SIZELESS]
    extras = [p for p in products if p.category.value in words.SIZELESS]
    chosen = [clothes[number * 3 % len(clothes)]]
    if number % 2:
        chosen.append(extras[number % len(extras)])
    return _filled(
        LookCard,
        {
            "id": an_id(f"look:{number}"),
            "code": f"L-{number:02}",
            "koc_id": None if number % 6 == 5 else kocs[number % len(kocs)].id,
            "answers": {
                "concerns": _two(words.CONCERNS, rng),
                "goals": _two(words.GOALS, rng),
                "occasions": _two(words.OCCASIONS[:5], rng),
            },
            "items": tuple(LookItemCard(p.id, p.skus[0].color.value) for p in chosen),
        },
    )
