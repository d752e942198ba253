"""The matcher: from what she needs to three picks, in memory and without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

import numpy as np

from zhiyin.domain.matching import evidence
from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.advising import Advice, AdviceRow
from zhiyin.domain.matching.options import LookIndex, Option, options
from zhiyin.domain.matching.people import People
from zhiyin.domain.matching.reasons import reasons, unproven
from zhiyin.domain.matching.scoring import WEIGHTS, Terms, terms
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.sizing import SizeTable
from zhiyin.domain.matching.types import (
    PICKS,
    RUNNERS_UP,
    THIN_BELOW,
    Answer,
    Ask,
    NothingToPick,
    Part,
    Pick,
    PickItem,
)
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World, uuid_at

SAME_KOC, SAME_KIND = 0.4, 1.0
"""What a pick loses beside one with the same KOC, and beside one just like it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An option with the KOC beside it; `rank` is its score less what it shares with others."""

    option: Option
    koc: int | None
    score: float
    rank: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Everything that an answer is computed from. Immutable: `fresh` makes another one."""

    version: str
    world: World
    advice: Advice
    signals: Signals
    sizes: SizeTable
    looks: LookIndex
    shelf: Shelf

    @classmethod
    def build(cls, world: World, rows: Sequence[AdviceRow], *, version: str) -> Self:
        """Compute all columns from a world. Seconds for 5,000 shows, minutes for millions."""
        return cls(
            version=version,
            world=world,
            advice=Advice.compile(rows, world),
            signals=Signals.of(world),
            sizes=SizeTable.of(world),
            looks=LookIndex.of(world),
            shelf=Shelf.of(world),
        )

    def fresh(self, shelf: Shelf) -> Self:
        """The same matcher with prices, stock and KOCs as they are now."""
        return replace(self, shelf=shelf)

    def sku_row(self, sku_id: UUID) -> int:
        """The row of a SKU that this matcher picked. Raises IndexError for one it does not know."""
        wanted = np.frombuffer(sku_id.bytes, dtype=np.uint8)
        return int(np.flatnonzero((self.world.skus.id == wanted).all(axis=1))[0])

    def answer(self, ask: Ask) -> Answer:
        """Up to three picks that differ, and the runners-up. Raises NothingToPick."""
        wish = Wish.of(ask)
        asked = terms(ask, wish, world=self.world, advice=self.advice, signals=self.signals)
        found, considered = options(
            wish,
            asked,
            world=self.world,
            shelf=self.shelf,
            sizes=self.sizes,
            looks=self.looks,
        )
        turned_down = {d.product_id for d in ask.disliked} if ask.personalised else set()
        people = People.for_wish(wish, self.world, self.shelf)
        placed = [
            Placed(option, koc, score, score)
            for option in found
            if uuid_at(self.world.garments.id, self._garment(option)) not in turned_down
            for koc, score in self._beside(option, people)
        ]
        picks: list[Pick] = []
        for one in self._in_order(placed):
            pick = self._pick(wish, asked, people, one)
            if pick is not None:
                picks.append(pick)
            if len(picks) == PICKS + RUNNERS_UP:
                break
        if not picks:
            raise NothingToPick(slots=list(wish.hard()))
        return Answer(
            picks=tuple(picks[:PICKS]),
            runners_up=tuple(picks[PICKS:]),
            unproven=unproven(wish, picks[:PICKS]),
            set_aside=wish.set_aside,
            considered=considered,
            model_version=self.version,
        )

    def _garment(self, option: Option) -> int:
        return int(self.world.variants.garment[option.items[0]])

    def _beside(self, option: Option, people: People) -> list[tuple[int | None, float]]:
        kocs = people.beside(option, self.world, self.signals)
        beside: list[tuple[int | None, float]] = [
            (koc, option.score + float(people.worth[koc])) for koc in kocs
        ]
        return beside or [(None, option.score)]

    def _in_order(self, placed: list[Placed]) -> list[Placed]:
        """Each garment once, best first, where what the ones before already show counts less."""
        left = sorted(placed, key=lambda one: (-one.score, one.option.look, one.option.items))
        order: list[Placed] = []
        while left and len(order) < PICKS + RUNNERS_UP + 2:
            best = max(left, key=lambda one: one.rank)
            order.append(best)
            garment = self._garment(best.option)
            left = [
                replace(one, rank=one.rank - self._shared(one, best))
                if len(order) < PICKS
                else replace(one, rank=one.score)
                for one in left
                if self._garment(one.option) != garment
            ]
        return order

    def _shared(self, one: Placed, other: Placed) -> float:
        tokens = self.world.garments.tokens
        mine, hers = tokens[self._garment(one.option)], tokens[self._garment(other.option)]
        common = float((mine & hers).sum()) / max(1.0, float((mine | hers).sum()))
        same_koc = one.koc is not None and one.koc == other.koc
        return SAME_KIND * common**2 + SAME_KOC * same_koc

    def _pick(self, wish: Wish, asked: Terms, people: People, one: Placed) -> Pick | None:
        items = self._items(wish, one.option)
        if items is None:
            return None
        world, koc = self.world, one.koc
        garment = self._garment(one.option)
        worn = evidence.worn_by_similar(wish.body, world, garment)
        parts = self._parts(wish, asked, people, one)
        return Pick(
            koc_id=None if koc is None else uuid_at(world.kocs.id, koc),
            look_id=uuid_at(world.looks.id, one.option.look) if one.option.look >= 0 else None,
            items=items,
            likeness_bps=0 if koc is None else round(float(people.likeness[koc]) * 10_000),
            score=sum(part.share for part in parts),
            parts=parts,
            reasons=reasons(
                wish,
                world=world,
                advice=self.advice,
                people=people,
                koc=koc,
                variants=one.option.items,
                items=items,
                worn=worn,
            ),
            evidence=evidence.to_read(wish.body, items[0].size_code, world, garment),
            quote=None if koc is None else evidence.own_words(koc, world, garment),
            worn_count=worn.all,
            fit_count=worn.yes,
            is_thin=worn.all < THIN_BELOW,
            earns=koc is not None and bool(world.kocs.earns[koc]),
        )

    def _parts(self, wish: Wish, asked: Terms, people: People, one: Placed) -> tuple[Part, ...]:
        lead = one.option.items[0]
        found = asked.parts(self.world, lead)
        if wish.body.is_measured:
            found.append(("fit", one.option.fit, one.option.fit * asked.fit_weight))
        if wish.least_fen is not None:
            under = float(self.shelf.cheapest_fen[lead] < wish.least_fen)
            found.append(("under_budget", under, under * WEIGHTS["under_budget"]))
        answered = one.option.answered
        found.append(("look", float(answered), answered * WEIGHTS["look"]))
        if one.koc is not None:
            alike, skill = float(people.likeness[one.koc]), float(people.skill[one.koc])
            found.append(("likeness", alike, alike * WEIGHTS["likeness"]))
            found.append(("skill", skill, skill * WEIGHTS["skill"]))
        return tuple(
            Part(name=name, value=value, share=share) for name, value, share in found if share
        )

    def _items(self, wish: Wish, option: Option) -> tuple[PickItem, ...] | None:
        """The look in her sizes, or None when its sizes together cost more than she will spend."""
        found = [self._sku(wish, variant) for variant in option.items]
        rows = [one for one in found if one is not None]
        total_fen = sum(int(self.shelf.price_fen[row]) for row, _ in rows)
        if len(rows) < len(found) or (wish.most_fen is not None and total_fen > wish.most_fen):
            return None
        return tuple(self._item(row, fit) for row, fit in rows)

    def _sku(self, wish: Wish, variant: int) -> tuple[int, tuple[int, int, int] | None] | None:
        """The SKU of a variant that fits her best, of those in stock."""
        first, last = self.world.variants.first_sku[variant : variant + 2]
        rows = first + np.flatnonzero(self.shelf.on_hand[first:last] > 0)
        if not len(rows):
            return None
        garment = int(self.world.variants.garment[variant])
        if self.sizes.sized[garment]:
            garments = np.full(len(rows), garment)
            chance = self.sizes.chance(wish.body, garments, self.world.skus.size[rows])
            if chance is not None:
                best = int(np.argmax(chance))
                fits = round(float(chance[best]) * 10_000)
                rest = (10_000 - fits) // 2
                return int(rows[best]), (10_000 - fits - rest, fits, rest)
        usual = int(self.sizes.popular[garment])
        if usual == words.UNKNOWN:
            return int(rows[len(rows) // 2]), None
        nearest = np.argmin(np.abs(self.world.skus.size[rows].astype(int) - usual))
        return int(rows[nearest]), None

    def _item(self, row: int, fit: tuple[int, int, int] | None) -> PickItem:
        skus, variants = self.world.skus, self.world.variants
        variant = int(skus.variant[row])
        return PickItem(
            product_id=uuid_at(self.world.garments.id, int(variants.garment[variant])),
            sku_id=uuid_at(skus.id, row),
            color=words.COLORS[variants.color[variant]],
            size_code=int(skus.size[row]),
            size_label=self.world.labels[skus.label[row]],
            price_fen=int(self.shelf.price_fen[row]),
            on_hand=int(self.shelf.on_hand[row]),
            fit_bps=fit,
        )


def why_not(pick: Pick, better: Pick) -> tuple[Part, ...]:
    """The parts in which a pick lost to a better one, the largest loss first.

    `value` is the pick's own value, `share` what it lost there (above zero).
    """
    mine = {part.name: part for part in pick.parts}
    hers = {part.name: part for part in better.parts}
    lost = [
        Part(
            name=name,
            value=mine[name].value if name in mine else 0.0,
            share=(hers[name].share if name in hers else 0.0)
            - (mine[name].share if name in mine else 0.0),
        )
        for name in mine.keys() | hers.keys()
    ]
    return tuple(
        sorted((p for p in lost if p.share > 0), key=lambda part: (-part.share, part.name))
    )
