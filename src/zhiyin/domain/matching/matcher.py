"""The matcher: from what she needs to three picks, in memory and without a database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import evidence
from zhiyin.domain.matching.advising import Advice, AdviceRow
from zhiyin.domain.matching.composing import options
from zhiyin.domain.matching.dressing import Vouched, Wardrobe
from zhiyin.domain.matching.evidence import Reading
from zhiyin.domain.matching.fitting import Fitting
from zhiyin.domain.matching.history import Histories, IdIndex
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.learning.grouped import GROUPS
from zhiyin.domain.matching.looks import LookIndex
from zhiyin.domain.matching.options import (
    CANDIDATES,
    Candidates,
    Passing,
    candidates,
    nothing,
    passing,
)
from zhiyin.domain.matching.people import Met, People
from zhiyin.domain.matching.placing import Placed, in_order
from zhiyin.domain.matching.prospects import Prospects
from zhiyin.domain.matching.reasons import reasons, unproven
from zhiyin.domain.matching.scoring import WEIGHTS, ByVariant, Terms, terms
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.signals import Signals
from zhiyin.domain.matching.sizing import SizeTable
from zhiyin.domain.matching.standing import NOBODY, Standing, everybody
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
from zhiyin.domain.matching.vocabulary import UNKNOWN
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World, uuid_at

SPARE = 3
"""Options looked at beyond picks and runners-up, because a budget may break over a size's price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One ask on its way through: what is wished, and how garments score.

    `groups` are the parts of what the ranker says of each candidate, (candidates, GROUPS).
    """

    wish: Wish
    wearer: int
    terms: Terms
    found: Passing
    near: Candidates
    groups: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """Everything that an answer is computed from. Immutable: `fresh` makes another one."""

    version: str
    world: World
    learned: Learned
    advice: Advice
    signals: Signals
    prospects: Prospects
    sizes: SizeTable
    fitting: Fitting | None
    looks: LookIndex
    content: Standing
    columns: ByVariant
    reading: Reading
    histories: Histories
    products: IdIndex
    shelf: Shelf

    @classmethod
    def build(
        cls,
        world: World,
        rows: Sequence[AdviceRow],
        learned: Learned,
        *,
        version: str,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """Compute all columns from a world and what was learned from it."""
        progress("counting whom garments fit")
        sizes = SizeTable.of(world)
        signals = Signals.of(world)
        progress("asking for every occasion and body")
        prospects = Prospects.of(learned.ranker, len(world.garments))
        progress("describing every wearing")
        all_kocs = everybody(world.kocs)
        return cls(
            version=version,
            world=world,
            learned=learned,
            advice=Advice.compile(rows, world),
            signals=signals,
            prospects=prospects,
            sizes=sizes,
            fitting=Fitting.of(learned.fit, world),
            looks=LookIndex.of(world, all_kocs),
            content=Standing.of(signals.koc_first, signals.koc, all_kocs),
            columns=ByVariant.of(world),
            reading=Reading.of(learned.evidence, world),
            histories=Histories.of(world),
            products=IdIndex.of(world.garments.id),
            shelf=Shelf.of(world, sizes),
        )

    def fresh(self, shelf: Shelf) -> Self:
        """The same matcher with prices, stock and KOCs as they are now."""
        return replace(self, shelf=shelf)

    def answer(self, ask: Ask, *, runners_up: int = RUNNERS_UP) -> Answer:
        """Up to three picks that differ, and at most so many runners-up. Raises NothingToPick."""
        asked = self._ask(ask, CANDIDATES)
        people = People.for_wish(
            asked.wish,
            asked.near,
            world=self.world,
            shelf=self.shelf,
            content=self.content,
            looks=self.looks,
        )
        offered = options(
            asked.wish,
            asked.near,
            asked.found,
            world=self.world,
            shelf=self.shelf,
            looks=self.looks,
            people=people,
        )
        wanted = PICKS + runners_up
        placed = in_order(offered, people, self.world, self.signals, wanted + SPARE)
        found = self._dressed(asked, people, placed, wanted)
        if len(found) < PICKS and len(placed) == wanted + SPARE:
            # Her sizes of the best ones cost more than their cheapest sizes: look at all of them.
            placed = in_order(offered, people, self.world, self.signals, len(offered))
            found = self._dressed(asked, people, placed, wanted)
        if not found:
            raise self._too_dear(asked, placed)
        picks = tuple(found[:PICKS])
        return Answer(
            picks=picks,
            runners_up=tuple(found[PICKS:]),
            unproven=unproven(asked.wish, picks),
            set_aside=asked.wish.set_aside,
            considered=int(np.count_nonzero(asked.found.main)),
            model_version=self.version,
        )

    def ranked(self, ask: Ask, count: int) -> Candidates:
        """The best variants under the full score, before looks and KOCs; all pass her wishes.

        With `count` as large as the world it is the full scorer over everything.
        """
        return self._ask(ask, count).near

    def _ask(self, ask: Ask, count: int) -> Asked:
        wish = Wish.of(ask)
        wearer = self.histories.number(ask.member_id) if ask.personalised else UNKNOWN
        level = self.sizes.level(wish.body)
        fit = None if level is None else self.shelf.fit_at(level)
        row = self.prospects.row(wish.body, wish.occasion)
        asked = terms(
            ask,
            wish,
            world=self.world,
            advice=self.advice,
            signals=self.signals,
            products=self.products,
            likely=self.prospects.table[row],
            fit=fit,
        )
        found = passing(wish, self.columns, self.shelf, fit)
        worn = self._worn(ask, wearer)
        if len(worn):
            found.main[np.isin(self.world.variants.garment, worn)] = False
        tabled = candidates(wish, asked, found, columns=self.columns, shelf=self.shelf, count=count)
        if not len(tabled.rows):
            raise nothing(wish, self.columns, self.shelf, fit)
        near, groups = self._exact(wish, wearer, row, asked, tabled)
        return Asked(wish=wish, wearer=wearer, terms=asked, found=found, near=near, groups=groups)

    def _worn(self, ask: Ask, wearer: int) -> NDArray[np.intp]:
        """Garments that she has had or turned down: neither is offered again."""
        had = self.world.shows.worn.garment[self.histories.shows(wearer)]
        if not ask.personalised:
            return np.asarray(had, dtype=np.intp)
        refused = [self.products.row(disliked.product_id) for disliked in ask.disliked]
        return np.concatenate([had, refused]).astype(np.intp)

    def _exact(
        self, wish: Wish, wearer: int, row: int, asked: Terms, tabled: Candidates
    ) -> tuple[Candidates, NDArray[np.float32]]:
        """The candidates with the ranker's own score in place of the tabled one, and its parts."""
        garment = self.columns.garment[tabled.rows]
        shows = self.histories.shows(wearer)
        query = wish.query(
            worn=self.world.shows.worn.garment[shows], sizes=self.world.shows.worn.size[shows]
        )
        total, groups = self.prospects.exact(query, row, garment)
        change = WEIGHTS["likely"] * (total - asked.likely[garment])
        score = tabled.score + change
        order = np.lexsort((tabled.rows, -score))
        return Candidates(rows=tabled.rows[order], score=score[order]), groups[order]

    def _dressed(
        self, asked: Asked, people: People, placed: Sequence[Placed], count: int
    ) -> list[Pick]:
        """At most `count` picks in her sizes. What breaks her budget in her size is passed over."""
        wardrobe = self._wardrobe()
        picks: list[Pick] = []
        left = list(placed)
        while left and len(picks) < count:
            trying, left = left[: count - len(picks)], left[count - len(picks) :]
            looks = wardrobe.dress(
                asked.wish.body,
                asked.wearer,
                [one.option.items for one in trying],
                self._vouched(people, trying),
            )
            kept = [
                (one, items)
                for one, sized in zip(trying, looks, strict=True)
                if _is_within(asked.wish, items := tuple(wardrobe.item(each) for each in sized))
            ]
            read = self.reading.choose(
                asked.wish.body,
                [(self._garment(one), items[0].size_code) for one, items in kept],
                self.world,
            )
            picks += [
                self._pick(asked, people, one, items, shows)
                for (one, items), shows in zip(kept, read, strict=True)
            ]
        return picks

    def _vouched(self, people: People, placed: Sequence[Placed]) -> dict[int, Vouched]:
        """By main variant: the size in which it fitted the KOC beside it."""
        found = {}
        for one in placed:
            koc = one.beside.koc
            if koc == NOBODY:
                continue
            size = evidence.own_size(koc, self.world, self._garment(one))
            if size is not None:
                likeness = float(people.likeness[one.beside.place])
                found[one.option.items[0]] = Vouched.by(size, likeness)
        return found

    def _too_dear(self, asked: Asked, placed: Sequence[Placed]) -> NothingToPick:
        """The refusal where only her budget stands between her and everything in her size."""
        looks = self._wardrobe().dress(
            asked.wish.body, asked.wearer, [one.option.items for one in placed]
        )
        cheapest = min(sum(int(self.shelf.price_fen[each.sku]) for each in look) for look in looks)
        return NothingToPick(slots=["budget_cny_max"], cheapest_fen=cheapest)

    def _wardrobe(self) -> Wardrobe:
        return Wardrobe(world=self.world, shelf=self.shelf, sizes=self.sizes, fitting=self.fitting)

    def _garment(self, one: Placed) -> int:
        return int(self.world.variants.garment[one.option.items[0]])

    def _pick(
        self,
        asked: Asked,
        people: People,
        one: Placed,
        items: tuple[PickItem, ...],
        read: Sequence[UUID],
    ) -> Pick:
        world, koc, wish, garment = self.world, one.beside.koc, asked.wish, self._garment(one)
        met = people.met(one.beside)
        parts = self._parts(asked, met, one)
        worn = evidence.worn_by_similar(wish.body, world, garment)
        return Pick(
            koc_id=None if koc == NOBODY else uuid_at(world.kocs.id, koc),
            look_id=uuid_at(world.looks.id, one.option.look) if one.option.look >= 0 else None,
            items=items,
            likeness_bps=round(met.likeness * 10_000),
            score=sum(part.share for part in parts),
            parts=parts,
            reasons=reasons(
                wish,
                world=world,
                advice=self.advice,
                met=met,
                variants=one.option.items,
                items=items,
                worn=worn,
            ),
            evidence=read,
            quote=None if koc == NOBODY else evidence.own_words(koc, world, garment),
            worn_count=worn.all,
            fit_count=worn.yes,
            is_thin=worn.all < THIN_BELOW,
            earns=koc != NOBODY and bool(world.kocs.earns[koc]),
        )

    def _parts(self, asked: Asked, met: Met, one: Placed) -> tuple[Part, ...]:
        lead = one.option.items[0]
        found = asked.terms.parts(self.world, lead)
        at = asked.near.rows.tolist().index(lead)
        measured = list(zip(GROUPS, asked.groups[at].tolist(), strict=True))
        if asked.wish.least_fen is not None:
            under = float(self.shelf.cheapest_fen[lead] < asked.wish.least_fen)
            measured.append(("under_budget", under))
        measured.append(("look", float(one.option.answered)))
        if one.beside.koc != NOBODY:
            measured += [("likeness", met.likeness), ("skill", met.skill)]
        measured += [("too_alike", one.too_alike), ("same_koc", float(one.same_koc))]
        found += [
            (name, value, value * WEIGHTS["likely" if name in GROUPS else name])
            for name, value in measured
        ]
        return tuple(
            Part(name=name, value=value, share=share) for name, value, share in found if share
        )

    def sku_row(self, sku_id: UUID) -> int:
        """The row of a SKU that this matcher picked. Raises IndexError for one it does not know."""
        wanted = np.frombuffer(sku_id.bytes, dtype=np.uint8)
        return int(np.flatnonzero((self.world.skus.id == wanted).all(axis=1))[0])


def _is_within(wish: Wish, items: Sequence[PickItem]) -> bool:
    return wish.most_fen is None or sum(item.price_fen for item in items) <= wish.most_fen


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
