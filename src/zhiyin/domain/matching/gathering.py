"""From the cards of the lower rooms to the matcher's columns."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.catalog.types import ProductCard, SkuCard
from zhiyin.domain.content.types import FitVerdict, LookCard, ShowCard, ShowSource
from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.wearings import FIT, LARGE, SMALL, UNTOLD, Wearings
from zhiyin.domain.matching.world import (
    Garments,
    Kocs,
    Looks,
    Shows,
    Skus,
    Variants,
    World,
    id_rows,
    starts,
)

FITS = {FitVerdict.SMALL: SMALL, FitVerdict.FIT: FIT, FitVerdict.LARGE: LARGE, None: UNTOLD}
SECONDS_PER_DAY = 86_400
EMPTY_IDS = np.empty((0, 16), dtype=np.uint8)

VariantRows = dict[tuple[UUID, str], int]


def gather(
    *,
    products: Sequence[ProductCard],
    shows: Iterable[ShowCard],
    kocs: Sequence[KocCard],
    looks: Sequence[LookCard],
) -> World:
    """The world of one brand. Rows follow the arguments; shows go by garment, newest first.

    Shows of products that are not among `products`, and looks with such an item, are left out.
    """
    garment_rows = {card.id: row for row, card in enumerate(products)}
    koc_rows = {card.id: row for row, card in enumerate(kocs)}
    variants, variant_rows, skus, labels = _shelves(products)
    garments = _garments(products)
    kept = [card for card in shows if card.product_id in garment_rows]
    table, wearers = _shows(kept, garments, garment_rows, koc_rows)
    return World(
        garments=garments,
        variants=variants,
        skus=skus,
        shows=table,
        kocs=_kocs(kocs),
        looks=_looks(looks, variant_rows, koc_rows),
        labels=labels,
        wearers=wearers,
    )


def _garments(products: Sequence[ProductCard]) -> Garments:
    tokens = np.zeros((len(products), len(words.TOKENS)), dtype=np.bool_)
    for row, card in enumerate(products):
        for attribute, given in card.attributes.items():
            for value in (given,) if isinstance(given, str) else _list(given):
                if (attribute, value) in words.TOKEN_CODE:
                    tokens[row, words.TOKEN_CODE[attribute, value]] = True
    return Garments(
        id=id_rows([card.id for card in products]),
        category=np.array(
            [words.code(card.category.value, words.CATEGORIES) for card in products], dtype=np.int8
        ),
        tokens=tokens,
    )


def _list(given: object) -> Sequence[str]:
    return [str(one) for one in given] if isinstance(given, list | tuple) else []


def _shelves(
    products: Sequence[ProductCard],
) -> tuple[Variants, VariantRows, Skus, tuple[str, ...]]:
    garment: list[int] = []
    color: list[int] = []
    rows: VariantRows = {}
    found: list[tuple[int, SkuCard]] = []
    for row, card in enumerate(products):
        for sku in card.skus:
            if (card.id, sku.color.value) not in rows:
                rows[card.id, sku.color.value] = len(garment)
                garment.append(row)
                color.append(words.code(sku.color.value, words.COLORS))
            found.append((rows[card.id, sku.color.value], sku))
    found.sort(key=lambda pair: (pair[0], pair[1].size_code))
    labels = tuple(sorted({sku.size_label for _, sku in found}))
    variant = np.array([row for row, _ in found], dtype=np.int32)
    skus = Skus(
        id=id_rows([sku.id for _, sku in found]),
        variant=variant,
        size=np.array([sku.size_code for _, sku in found], dtype=np.int16),
        label=np.array([labels.index(sku.size_label) for _, sku in found], dtype=np.int16),
        price_fen=np.array([sku.price_fen for _, sku in found], dtype=np.int64),
        on_hand=np.array([sku.on_hand for _, sku in found], dtype=np.int32),
    )
    variants = Variants(
        garment=np.array(garment, dtype=np.int32),
        color=np.array(color, dtype=np.int8),
        first_sku=starts(variant, len(garment)).astype(np.int32),
    )
    return variants, rows, skus, labels


def _shows(
    cards: list[ShowCard],
    garments: Garments,
    rows: Mapping[UUID, int],
    kocs: Mapping[UUID, int],
) -> tuple[Shows, NDArray[np.uint8]]:
    cards.sort(key=lambda c: (rows[c.product_id], -c.worn_at.timestamp(), c.id.bytes))
    people: dict[UUID, int] = {}
    for card in cards:
        if card.author_id is not None:
            people.setdefault(card.author_id, len(people))
    garment = np.array([rows[card.product_id] for card in cards], dtype=np.int64)
    worn = _worn(cards, garment, garments.category[garment], people)
    table = Shows(
        id=id_rows([card.id for card in cards]) if cards else EMPTY_IDS,
        worn=worn,
        koc=np.array(
            [kocs.get(card.koc_id, -1) if card.koc_id else -1 for card in cards], dtype=np.int32
        ),
        counted=np.array(
            [card.source is not ShowSource.AUTHORED for card in cards], dtype=np.bool_
        ),
        first=starts(garment, len(rows)),
    )
    return table, id_rows(list(people)) if people else EMPTY_IDS


def _worn(
    cards: list[ShowCard],
    garment: NDArray[np.int64],
    category: NDArray[np.int8],
    people: Mapping[UUID, int],
) -> Wearings:
    facts = [card.facts for card in cards]
    return Wearings(
        # Whoever is not named is somebody else every time.
        wearer=np.array(
            [
                people[card.author_id] if card.author_id else len(people) + row
                for row, card in enumerate(cards)
            ],
            dtype=np.int64,
        ),
        garment=garment,
        category=category.astype(np.int16),
        size=np.array([card.size_code for card in cards], dtype=np.float32),
        height_cm=_numbers(facts, "height_cm"),
        weight_kg=_numbers(facts, "weight_kg"),
        age=_numbers(facts, "age"),
        band_cm=_numbers(facts, "band_cm"),
        cup=_cups(facts),
        shape=_codes(facts, "body_shape", words.SHAPES),
        occasion=np.array(
            [words.code(card.occasion, words.OCCASIONS) for card in cards], dtype=np.int8
        ),
        fit=np.array([FITS[card.fit] for card in cards], dtype=np.int8),
        rating=np.array(
            [np.nan if card.rating is None else card.rating for card in cards], dtype=np.float32
        ),
        day=np.array(
            [int(card.worn_at.timestamp()) // SECONDS_PER_DAY for card in cards], dtype=np.int32
        ),
    )


def _kocs(cards: Sequence[KocCard]) -> Kocs:
    facts = [card.facts for card in cards]
    return Kocs(
        id=id_rows([card.id for card in cards]) if cards else EMPTY_IDS,
        height_cm=_numbers(facts, "height_cm"),
        weight_kg=_numbers(facts, "weight_kg"),
        age=_numbers(facts, "age"),
        band_cm=_numbers(facts, "band_cm"),
        cup=_cups(facts),
        shape=_codes(facts, "body_shape", words.SHAPES),
        tone=_codes(facts, "skin_tone", words.TONES),
        concerns=_bits(facts, ("concerns",), words.CONCERNS),
        good_concerns=_bits([c.good_at for c in cards], ("concerns",), words.CONCERNS),
        good_goals=_bits([c.good_at for c in cards], ("goals",), words.GOALS),
        good_occasions=_bits(
            [c.good_at for c in cards], ("occasion", "occasions"), words.OCCASIONS
        ),
        good_styles=_bits([c.good_at for c in cards], ("styles",), words.STYLES),
        capacity=np.array([card.weekly_capacity for card in cards], dtype=np.int16),
        earns=np.array([card.can_earn for card in cards], dtype=np.bool_),
    )


def _looks(cards: Sequence[LookCard], rows: VariantRows, kocs: Mapping[UUID, int]) -> Looks:
    kept = [
        card
        for card in cards
        if card.items and all((item.product_id, item.color) in rows for item in card.items)
    ]
    lengths = [len(card.items) for card in kept]
    items = [rows[item.product_id, item.color] for card in kept for item in card.items]
    answers = [card.answers for card in kept]
    return Looks(
        id=id_rows([card.id for card in kept]) if kept else EMPTY_IDS,
        koc=np.array(
            [kocs.get(card.koc_id, -1) if card.koc_id else -1 for card in kept], dtype=np.int32
        ),
        first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
        item=np.array(items, dtype=np.int32),
        concerns=_bits(answers, ("concerns",), words.CONCERNS),
        goals=_bits(answers, ("goals",), words.GOALS),
        occasions=_bits(answers, ("occasion", "occasions"), words.OCCASIONS),
        styles=_bits(answers, ("styles",), words.STYLES),
    )


def _numbers(facts: Sequence[Mapping[str, object]], slot: str) -> NDArray[np.float32]:
    found = (fact.get(slot) for fact in facts)
    return np.array(
        [float(value) if isinstance(value, int | float) else np.nan for value in found],
        dtype=np.float32,
    )


def _cups(facts: Sequence[Mapping[str, object]]) -> NDArray[np.float32]:
    codes = np.array([words.code(fact.get("cup"), words.CUPS) for fact in facts], dtype=np.float32)
    return np.where(codes < 0, np.float32(np.nan), codes).astype(np.float32)


def _codes(
    facts: Sequence[Mapping[str, object]], slot: str, known: tuple[str, ...]
) -> NDArray[np.int8]:
    return np.array([words.code(fact.get(slot), known) for fact in facts], dtype=np.int8)


def _bits(
    answers: Sequence[Mapping[str, object]], slots: tuple[str, ...], known: tuple[str, ...]
) -> NDArray[np.uint32]:
    return np.array(
        [
            words.mask((word for slot in slots for word in _list(answer.get(slot))), known)
            for answer in answers
        ],
        dtype=np.uint32,
    )
