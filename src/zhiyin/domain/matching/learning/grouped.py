"""The ranker's score in three groups of parts, for one need and a few garments at a time.

The same sum as `NeedRanker.score`: the weights are worked into the tables beforehand, once for
newcomers and once for those who were here before, some of whose parts have a second weight.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from zhiyin.domain.matching.learning.asks import Asks
from zhiyin.domain.matching.learning.counting import Positions, Singles
from zhiyin.domain.matching.learning.demand import ALWAYS
from zhiyin.domain.matching.learning.ranker import PLAIN_PARTS, SEEN_AGAIN, NeedRanker, Tables

GROUPS = ("demand", "body_taste", "taste")
"""How wanted it is, who wears it, what goes with what she wore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Tables times weights, for newcomers or for the others.

    demand: (occasions + 1, garments), the last row for whoever states no occasion.
    bodies: as `Bodies.table`.
    neighbours, taste: the weights of their parts.
    """

    demand: Singles
    bodies: Singles
    neighbours: Singles
    taste: Singles

    @classmethod
    def of(cls, tables: Tables, weights: Singles) -> Self:
        """`weights` are those of PLAIN_PARTS."""
        named = dict(zip(PLAIN_PARTS, weights, strict=True))
        demand, bodies, neighbours, taste = (
            np.array([named[name] for name in group.names], dtype=np.float32)
            for group in (tables.demand, tables.bodies, tables.neighbours, tables.taste)
        )
        always, by_occasion = demand[: len(ALWAYS)], demand[len(ALWAYS) :]
        lifts = np.tensordot(by_occasion, tables.demand.by_occasion, axes=1)
        each = np.repeat(bodies, np.diff(tables.bodies.starts))
        return cls(
            demand=(always @ tables.demand.always + lifts).astype(np.float32),
            bodies=tables.bodies.table * each[:, None],
            neighbours=neighbours,
            taste=taste,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedRanker:
    """A ranker's tables as they are, and weighed."""

    tables: Tables
    newcomer: Weighed
    returning: Weighed

    @classmethod
    def of(cls, ranker: NeedRanker) -> Self:
        """Work the weights in."""
        weights = ranker.weights.astype(np.float32)
        once = weights[: len(PLAIN_PARTS)]
        again = once.copy()
        again[SEEN_AGAIN] += weights[len(PLAIN_PARTS) :]
        return cls(
            tables=ranker.tables,
            newcomer=Weighed.of(ranker.tables, once),
            returning=Weighed.of(ranker.tables, again),
        )

    def parts(self, ask: Asks, garments: Positions) -> Singles:
        """What each group adds to the scores, (garments, GROUPS). `ask` is a single need.

        A need that states nothing at all is answered with recent popularity alone.
        """
        tables = self.tables
        found = np.zeros((len(garments), len(GROUPS)), dtype=np.float32)
        if ask.occasion[0] < 0 and ask.is_blank[0]:
            found[:, 0] = tables.demand.popularity[garments]
            return found
        is_returning = ask.worn.nnz > 0
        weighed = self.returning if is_returning else self.newcomer
        found[:, 0] = weighed.demand[tables.demand.row(ask)[0], garments]
        places = np.array(tables.bodies.rows_of_one(ask))[:, None]
        found[:, 1] = weighed.bodies[places, garments].sum(axis=0)
        found[:, 1] += weighed.neighbours @ tables.neighbours.parts(ask, garments)[0]
        if is_returning:
            found[:, 2] = weighed.taste @ tables.taste.parts(ask, garments)[0]
        return found
