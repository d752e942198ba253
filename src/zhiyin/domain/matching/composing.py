"""What may be picked: the best garments alone, and the best looks that they stand in."""

from dataclasses import dataclass

import numpy as np

from zhiyin.domain.matching.looks import LookIndex
from zhiyin.domain.matching.options import LOOKED_AROUND, OPTIONS, Candidates, Passing, best
from zhiyin.domain.matching.people import People
from zhiyin.domain.matching.scoring import WEIGHTS
from zhiyin.domain.matching.shelf import NEVER, Shelf
from zhiyin.domain.matching.standing import NOBODY, Beside
from zhiyin.domain.matching.wishes import Wish
from zhiyin.domain.matching.world import World


@dataclass(frozen=True, slots=True)
class Option:
    """A look, or one garment alone (`look` is -1). `items` are variants, the main one first.

    `score` is the sum without a KOC; `answered` counts the chips that the look's author names.
    `author` is None for a garment alone and for a look that no KOC composed.
    """

    look: int
    items: tuple[int, ...]
    score: float
    answered: int
    author: Beside | None


def options(
    wish: Wish,
    near: Candidates,
    found: Passing,
    *,
    world: World,
    shelf: Shelf,
    looks: LookIndex,
    people: People,
) -> list[Option]:
    """The best garments alone and the best looks, at most OPTIONS of each."""
    rows, scores = near.rows[:OPTIONS].tolist(), near.score[:OPTIONS].tolist()
    alone = [Option(-1, (row,), score, 0, None) for row, score in zip(rows, scores, strict=True)]
    most_fen = NEVER - 1 if wish.most_fen is None else wish.most_fen
    return alone + _looks(
        wish, near, found, most_fen, world=world, shelf=shelf, looks=looks, people=people
    )


def _looks(
    wish: Wish,
    near: Candidates,
    found: Passing,
    most_fen: int,
    *,
    world: World,
    shelf: Shelf,
    looks: LookIndex,
    people: People,
) -> list[Option]:
    """The looks about one of the best candidates, all of whose items pass and fit her budget.

    A look is as good as it is with its author beside it.
    """
    variants = near.rows[:LOOKED_AROUND]
    spans = looks.authors.spans(variants)
    look = np.concatenate([looks.look[span] for span in spans])
    answers = np.concatenate([looks.answers[span] for span in spans])
    place = np.repeat(np.arange(len(variants)), [span.stop - span.start for span in spans])
    answered = np.bitwise_count(answers & np.uint64(wish.answerable_bits))
    score = near.score[place] + np.float32(WEIGHTS["look"]) * answered
    beside = score + people.worth[people.composed]
    beside[shelf.look_fen[look] > most_fen] = -np.inf
    chosen: dict[int, Option] = {}
    order = best(3 * OPTIONS, beside)
    looked_at = zip(
        order.tolist(), look[order].tolist(), variants[place[order]].tolist(), strict=True
    )
    for at, one, lead in looked_at:
        if one in chosen:
            continue
        first, last = world.looks.first[one : one + 2].tolist()
        items = world.looks.item[first:last].tolist()
        if not all(found.may[items].tolist()):
            continue
        author = people.author(at)
        chosen[one] = Option(
            one,
            (lead, *(item for item in items if item != lead)),
            float(score[at]),
            int(answered[at]),
            None if author.koc == NOBODY else author,
        )
        if len(chosen) == OPTIONS:
            break
    return list(chosen.values())
