"""What runs for some goods now, and how a sale goes minute by minute."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.promotions.types.terms import Terms


@dataclass(frozen=True, slots=True)
class Running:
    """A promotion that runs now, and those of the asked SKUs that it is for."""

    terms: Terms
    sku_ids: tuple[UUID, ...]

    @property
    def left(self) -> int | None:
        """How many pieces it has left in all; None where that is not limited."""
        most = self.terms.most_uses
        return None if most is None else most - self.terms.used


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleNow:
    """How a sale stands. `sold`: pieces that orders hold or paid for, of a group-buy paid seats.

    `waiting` are seats of a group-buy whose orders wait to be paid, `free` those that its open
    groups have yet. `minutes` are those of the
    asked time in which something was sold, with how much. `order_ids` are the latest of its
    orders, as many as were asked for; `is_all`: there are no more.
    """

    sold: int
    people: int
    waiting: int
    free: int
    groups_open: int
    groups_won: int
    groups_lost: int
    minutes: tuple[tuple[datetime, int], ...]
    order_ids: tuple[UUID, ...]
    is_all: bool
