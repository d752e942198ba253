"""A model without some people: their wearings, their bodies, and what was remembered of each.

Rows keep their numbers, because what was learned names garments and wearers by them. What her
rows added to the weights and counts of a garment, among everybody's, goes with the next training.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.kocs.types import KocCard
from zhiyin.domain.matching.history import IdIndex
from zhiyin.domain.matching.learned import Learned
from zhiyin.domain.matching.vocabulary import UNKNOWN
from zhiyin.domain.matching.world import Ids, Kocs, Shows, World, starts, uuid_at
from zhiyin.kit.ids import NO_ID

BODY_NUMBERS = ("height_cm", "weight_kg", "age", "band_cm", "cup")
PERSONA = ("good_concerns", "good_goals", "good_occasions", "good_styles")
NOBODY = np.zeros(16, dtype=np.uint8)

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leavers:
    """Whom a model must forget. `kocs` are those of the brand now, whoever is not among them left.

    gone: members who were deleted. bodiless: members who took back what their bodies were kept by.
    """

    gone: frozenset[UUID]
    bodiless: frozenset[UUID]
    kocs: Mapping[UUID, KocCard]


def without(world: World, learned: Learned, leavers: Leavers) -> tuple[World, Learned] | None:
    """The model without them, or None if nothing of theirs is in it."""
    gone, bare = numbers(world.wearers, leavers.gone), numbers(world.wearers, leavers.bodiless)
    shows = _shows(world, gone, bare)
    kocs = _kocs(world.kocs, leavers)
    remembered = _learned(learned, np.concatenate([gone, bare]))
    is_same = shows is world.shows and kocs is world.kocs and remembered is learned
    if is_same and not len(gone):
        return None
    left = np.flatnonzero((kocs.id == NOBODY).all(axis=1))
    looks = replace(world.looks, koc=_unnamed(world.looks.koc, left))
    shows = replace(shows, koc=_unnamed(shows.koc, left))
    wearers = _blanked(world.wearers, np.isin(np.arange(len(world.wearers)), gone))
    return replace(world, shows=shows, kocs=kocs, looks=looks, wearers=wearers), remembered


def numbers(ids: Ids, members: Iterable[UUID]) -> NDArray[np.int64]:
    """The numbers of those members who are among the wearers."""
    index = IdIndex.of(ids)
    found = (index.row(member_id) for member_id in sorted(members))
    return np.array([row for row in found if row != UNKNOWN], dtype=np.int64)


def _shows(world: World, gone: NDArray[np.int64], bare: NDArray[np.int64]) -> Shows:
    shows = world.shows
    keep = ~np.isin(shows.worn.wearer, gone)
    bare_rows = np.isin(shows.worn.wearer, bare)
    told = (shows.worn.shape != UNKNOWN) | ~np.isnan(
        np.stack([getattr(shows.worn, name) for name in BODY_NUMBERS])
    ).all(axis=0)
    if keep.all() and not (bare_rows & told).any():
        return shows
    columns = _unmeasured(shows.worn, bare_rows)
    worn = replace(shows.worn, **columns).take(np.flatnonzero(keep))
    return Shows(
        id=shows.id[keep],
        worn=worn,
        koc=shows.koc[keep],
        counted=shows.counted[keep],
        first=starts(worn.garment, len(world.garments)),
    )


def _kocs(kocs: Kocs, leavers: Leavers) -> Kocs:
    ids = [uuid_at(kocs.id, row) for row in range(len(kocs))]
    cards = [leavers.kocs.get(koc_id) for koc_id in ids]
    left = np.array([c is None and i != NO_ID for c, i in zip(cards, ids, strict=True)], dtype=bool)
    bare = left | np.array([c is not None and c.member_id in leavers.bodiless for c in cards], bool)
    told = (kocs.shape != UNKNOWN) | (kocs.tone != UNKNOWN) | (kocs.concerns != 0)
    for name in BODY_NUMBERS:
        told |= ~np.isnan(getattr(kocs, name))
    if not left.any() and not (bare & told).any():
        return kocs
    return replace(
        kocs,
        id=_blanked(kocs.id, left),
        tone=np.where(bare, np.int8(UNKNOWN), kocs.tone),
        concerns=np.where(bare, np.uint32(0), kocs.concerns),
        **{name: np.where(left, np.uint32(0), getattr(kocs, name)) for name in PERSONA},
        **_unmeasured(kocs, bare),
    )


def _unmeasured(table: Any, rows: Rows) -> dict[str, Any]:
    """The body columns of a table, unstated in some rows."""
    columns = {name: getattr(table, name).copy() for name in (*BODY_NUMBERS, "shape")}
    for name in BODY_NUMBERS:
        columns[name][rows] = np.nan
    columns["shape"][rows] = UNKNOWN
    return columns


def _learned(learned: Learned, people: NDArray[np.int64]) -> Learned:
    """What was learned, without what is remembered of single people; the same object if nothing."""
    evidence, fit = learned.evidence, learned.fit
    if evidence is not None and np.isin(evidence.people, people).any():
        stays = ~np.isin(evidence.people, people)
        evidence = replace(
            evidence,
            people=evidence.people[stays],
            habit_sum=evidence.habit_sum[stays],
            habit_rows=evidence.habit_rows[stays],
        )
    if fit is not None and np.isin(fit.memory.wearers, people).any():
        memory = fit.memory
        stays = ~np.isin(memory.wearers, people)
        rows = np.append(stays, True)  # the last row is the unknown's
        memory = replace(
            memory,
            wearers=memory.wearers[stays],
            wearer_table=memory.wearer_table[rows],
            effects=replace(memory.effects, wearer=memory.effects.wearer[rows]),
        )
        fit = replace(fit, memory=memory)
    if evidence is learned.evidence and fit is learned.fit:
        return learned
    return replace(learned, evidence=evidence, fit=fit)


def _unnamed(koc: NDArray[np.int32], left: NDArray[np.intp]) -> NDArray[np.int32]:
    return np.where(np.isin(koc, left), np.int32(UNKNOWN), koc)


def _blanked(ids: Ids, rows: Rows) -> Ids:
    blank = ids.copy()
    blank[rows] = NOBODY
    return blank
