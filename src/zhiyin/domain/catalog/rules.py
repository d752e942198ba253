"""Decisions about the catalogue that need no database."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from zhiyin.domain.catalog.types import (
    ATTRIBUTES,
    AttributeUnknown,
    HoldLine,
    HoldMove,
    HoldMoveRefused,
    HoldState,
    PriceRefused,
    QuantityRefused,
    StockReasonNeeded,
)
from zhiyin.kit.text import clean_line

QUANTITY_MAX = 10_000
"""The most pieces of one line of a hold."""

UNITS_MAX = 20_000
"""The most pieces of a SKU in a store that are kept one row each."""

REASON_CHARS_MAX = 200

MOVES: dict[tuple[HoldState, HoldMove], HoldState] = {
    (HoldState.HELD, HoldMove.KEEP): HoldState.KEPT,
    (HoldState.HELD, HoldMove.HOLD_ANEW): HoldState.HELD,
    (HoldState.HELD, HoldMove.EXPIRE): HoldState.RELEASED,
    (HoldState.HELD, HoldMove.RELEASE): HoldState.RELEASED,
    (HoldState.HELD, HoldMove.RELEASE_PART): HoldState.HELD,
    (HoldState.KEPT, HoldMove.RELEASE): HoldState.RELEASED,
    (HoldState.KEPT, HoldMove.RELEASE_PART): HoldState.KEPT,
    (HoldState.KEPT, HoldMove.RELEASE_REST): HoldState.HANDED_OVER,
    (HoldState.KEPT, HoldMove.HAND_OVER): HoldState.HANDED_OVER,
    (HoldState.KEPT, HoldMove.HAND_OVER_PART): HoldState.KEPT,
    (HoldState.KEPT, HoldMove.UNDO_HAND_OVER): HoldState.KEPT,
    (HoldState.HANDED_OVER, HoldMove.UNDO_HAND_OVER): HoldState.KEPT,
    (HoldState.KEPT, HoldMove.TAKE_BACK): HoldState.KEPT,
    (HoldState.HANDED_OVER, HoldMove.TAKE_BACK): HoldState.HANDED_OVER,
    (HoldState.RELEASED, HoldMove.HOLD_ANEW): HoldState.HELD,
}
"""The states of a hold. `HOLD_ANEW` after a release is for a hold that expired (`operations`)."""


def after(state: HoldState, move: HoldMove) -> HoldState:
    """The state that `move` leads to. What the table does not allow is refused by name.

    Raises HoldMoveRefused.
    """
    try:
        return MOVES[state, move]
    except KeyError:
        raise HoldMoveRefused(state=state.value, move=move.value) from None


def released_as(*, is_whole: bool, handed_over: int) -> HoldMove:
    """Which move it is to release the rest of a line, or a part of it."""
    if not is_whole:
        return HoldMove.RELEASE_PART
    return HoldMove.RELEASE_REST if handed_over else HoldMove.RELEASE


def handed_over_as(*, is_whole: bool) -> HoldMove:
    """Which move it is to hand over the rest of a line, or a part of it."""
    return HoldMove.HAND_OVER if is_whole else HoldMove.HAND_OVER_PART


def summed(lines: Iterable[HoldLine]) -> dict[tuple[UUID, UUID], int]:
    """(SKU, store) -> pieces, each pair once, in the one order in which everybody locks them.

    `lines` is read once, so a generator will do. Raises QuantityRefused.
    """
    pieces: dict[tuple[UUID, UUID], int] = {}
    for line in lines:
        if type(line.quantity) is not int or line.quantity < 1:
            raise QuantityRefused(sku_id=line.sku_id, quantity=line.quantity, most=QUANTITY_MAX)
        key = line.sku_id, line.store_id
        pieces[key] = pieces.get(key, 0) + line.quantity
        if pieces[key] > QUANTITY_MAX:
            raise QuantityRefused(sku_id=line.sku_id, quantity=pieces[key], most=QUANTITY_MAX)
    if not pieces:
        raise QuantityRefused(quantity=0, most=QUANTITY_MAX)
    return {key: pieces[key] for key in sorted(pieces)}


def checked_reason(reason: str) -> str:
    """Why somebody changed the stock, on one line. Raises StockReasonNeeded."""
    said = clean_line(reason, REASON_CHARS_MAX)
    if not said:
        raise StockReasonNeeded
    return said


def check_attributes(attributes: Mapping[str, str | Sequence[str]]) -> None:
    """Refuse an attribute or a value that the vocabulary lacks. Raises AttributeUnknown."""
    for name, given in attributes.items():
        if name not in ATTRIBUTES:
            raise AttributeUnknown(attribute=name, allowed=sorted(ATTRIBUTES))
        for value in (given,) if isinstance(given, str) else given:
            if value not in ATTRIBUTES[name]:
                raise AttributeUnknown(
                    attribute=name, value=value, allowed=sorted(ATTRIBUTES[name])
                )


def check_price(price_fen: int) -> None:
    """Refuse a price of nothing or less. Raises PriceRefused."""
    if price_fen <= 0:
        raise PriceRefused(price_fen=price_fen)
