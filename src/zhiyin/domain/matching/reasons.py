"""Why a pick was made, said with rows that can be opened, and what nothing speaks to yet."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.advising import Advice, owned_chips, traits_of
from zhiyin.domain.matching.bodies import named_traits
from zhiyin.domain.matching.evidence import Count, chosen_for
from zhiyin.domain.matching.people import Met
from zhiyin.domain.matching.types import Chip, Pick, PickItem, Reason, ReasonKind
from zhiyin.domain.matching.wishes import ADVISED_SLOTS, Wish
from zhiyin.domain.matching.world import World

BODY_CHIPS = ("height_cm", "weight_kg", "body_shape")
SIZE_CHIPS = ("height_cm", "weight_kg", "bust_cm", "band_cm", "cup", "age")


def reasons(
    wish: Wish,
    *,
    world: World,
    advice: Advice,
    met: Met,
    variants: Sequence[int],
    items: Sequence[PickItem],
    worn: Count,
) -> tuple[Reason, ...]:
    """Every reason for a pick, the counted ones first after the KOC's likeness."""
    garment = int(world.variants.garment[variants[0]])
    return (
        *_of_koc(wish, met),
        *_counted(wish, world, garment, worn),
        *_advised(wish, world, advice, variants),
        *_plain(wish, world, variants, items),
    )


def unproven(wish: Wish, picks: Sequence[Pick]) -> tuple[Chip, ...]:
    """The chips that no reason of the picks speaks to."""
    answered = {
        chip
        for pick in picks
        for reason in pick.reasons
        if reason.kind is not ReasonKind.CAUTION
        for chip in reason.slots
    }
    return tuple(chip for chip in wish.chips if chip not in answered)


def _of_koc(wish: Wish, met: Met) -> Iterator[Reason]:
    alike, apart = named_traits(wish.slots, wish.body, met.traits, met.height_cm, met.concerns)
    if alike:
        yield Reason(kind=ReasonKind.LIKENESS, slots=alike, counts=apart)
    good = tuple(chip for chip in wish.answerable if words.BIT[chip] & met.good_at)
    if good:
        yield Reason(kind=ReasonKind.SKILL, slots=good)


def _counted(wish: Wish, world: World, garment: int, worn: Count) -> Iterator[Reason]:
    if worn.all:
        same = 0
        if wish.body.shape >= 0:
            same = int(np.count_nonzero(world.shows.worn.shape[worn.rows] == wish.body.shape))
        chips = _chips(wish, BODY_CHIPS if same else BODY_CHIPS[:2])
        yield Reason(
            kind=ReasonKind.WORN,
            slots=chips,
            counts={"worn": worn.all, "fit": worn.yes} | ({"same_shape": same} if same else {}),
            show_ids=worn.show_ids(world),
        )
    if wish.occasion >= 0:
        chose = chosen_for(wish.occasion, world, garment)
        if chose.all:
            yield Reason(
                kind=ReasonKind.CHOSEN,
                slots=_chips(wish, ("occasion",)),
                counts={"chosen": chose.all, "fit": chose.yes},
                show_ids=chose.show_ids(world),
            )


def _advised(wish: Wish, world: World, advice: Advice, variants: Sequence[int]) -> Iterator[Reason]:
    """What speaks for the main garment, one row a chip, and what speaks against it."""
    wearing = traits_of(world, variants[0])
    for chip in wish.chips:
        if chip[0] in ADVISED_SLOTS:
            yield from advice.speaking(chip, wearing)
        elif chip[0] == "owned":
            for part in owned_chips(chip[1]):
                for said in advice.speaking(part, wearing):
                    kind = ReasonKind.OWNED if said.kind is ReasonKind.ADVICE else said.kind
                    yield replace(said, kind=kind, slots=(chip,))


def _plain(
    wish: Wish, world: World, variants: Sequence[int], items: Sequence[PickItem]
) -> Iterator[Reason]:
    total_fen = sum(item.price_fen for item in items)
    if wish.most_fen is not None:
        yield Reason(
            kind=ReasonKind.BUDGET,
            slots=_chips(wish, ("budget_cny_max", "budget_cny_min")),
            counts={"total_fen": total_fen, "left_fen": wish.most_fen - total_fen},
        )
    elif wish.least_fen is not None and total_fen >= wish.least_fen:
        yield Reason(
            kind=ReasonKind.BUDGET,
            slots=_chips(wish, ("budget_cny_min",)),
            counts={"total_fen": total_fen},
        )
    if items[0].fit_bps is not None:
        yield Reason(
            kind=ReasonKind.SIZE,
            slots=_chips(wish, SIZE_CHIPS),
            counts={"fit_bps": items[0].fit_bps[1]},
        )
    colors = {words.COLORS[world.variants.color[variant]] for variant in variants}
    shown = tuple(("color_like", color) for color in wish.slots.color_like if color in colors)
    kept_out = tuple(("color_avoid", color) for color in wish.slots.color_avoid)
    if shown or kept_out:
        yield Reason(kind=ReasonKind.COLOR, slots=shown + kept_out)
    kinds = {words.CATEGORIES[world.garments.category[world.variants.garment[v]]] for v in variants}
    wanted = tuple(("categories", kind) for kind in wish.slots.categories if kind in kinds)
    if wanted:
        yield Reason(kind=ReasonKind.CATEGORY, slots=wanted)
    if wish.slots.needed_by is not None:
        yield Reason(
            kind=ReasonKind.IN_STOCK,
            slots=_chips(wish, ("needed_by",)),
            counts={"on_hand": min(item.on_hand for item in items)},
        )


def _chips(wish: Wish, slots: tuple[str, ...]) -> tuple[Chip, ...]:
    return tuple(chip for chip in wish.chips if chip[0] in slots)
