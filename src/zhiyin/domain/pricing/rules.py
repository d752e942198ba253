"""What an order costs, and what goes back for a part of it: pure functions of their arguments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from zhiyin.domain.pricing.types import (
    Adjustment,
    AdjustmentRefused,
    AmountOff,
    Applied,
    Calculator,
    FreightRefused,
    Line,
    LineRefused,
    PiecesRefused,
    PricedAt,
    PricedTogether,
    Quote,
    QuotedLine,
    RateOff,
    Reason,
    Refund,
    RefusedRule,
    Stage,
)
from zhiyin.kit.money import WHOLE_BPS, split_fen

MOST_PIECES = 999
MOST_LINES = 200
MOST_FEN = 10**11
"""A thousand million yuan, for one piece or one adjustment."""


@dataclass(frozen=True, slots=True)
class _Prices:
    """How far a quote has come; `closed` says which stages leave a line alone."""

    lines: tuple[Line, ...]
    unit_fen: Mapping[str, tuple[int, ...]]
    freight_fen: int
    closed: Mapping[str, frozenset[Stage]]

    def open_to(self, adjustment: Adjustment) -> list[Line]:
        """The lines that an adjustment applies to."""
        return [
            line
            for line in self.lines
            if (adjustment.lines is None or line.key in adjustment.lines)
            and adjustment.stage not in self.closed[line.key]
        ]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of some adjustments, and the prices after them."""

    prices: _Prices
    applied: tuple[Applied, ...] = ()
    refused: tuple[RefusedRule, ...] = ()

    @property
    def off_fen(self) -> int:
        return sum(applied.off_fen for applied in self.applied)


def quote(
    *,
    lines: Sequence[Line],
    adjustments: Sequence[Adjustment] = (),
    freight_fen: int = 0,
    refused: Sequence[RefusedRule] = (),
) -> Quote:
    """Price an order, and explain every fen and every rule that gave nothing.

    Stages follow one another (`Stage`); within one, rules apply by their codes, so that the order
    in which adjustments are given does not matter. A discount is shared out over the pieces by
    what each can still give above its floor: largest remainder first, ties to the earlier piece.
    `refused` are rules that were turned down before, and are passed on.

    Units:   fen in, fen out.
    Raises:  LineRefused, AdjustmentRefused, FreightRefused.
    Source:  docs/reference/pricing.md.
    """
    _check_lines(lines)
    for adjustment in adjustments:
        _check_adjustment(adjustment, {line.key for line in lines})
    if type(freight_fen) is not int or not 0 <= freight_fen <= MOST_FEN:
        raise FreightRefused(freight_fen=freight_fen)
    outcome = _Outcome(
        _Prices(
            lines=tuple(lines),
            unit_fen={line.key: (line.list_fen,) * line.quantity for line in lines},
            freight_fen=freight_fen,
            closed={line.key: frozenset() for line in lines},
        ),
        refused=tuple(refused),
    )
    for stage in Stage:
        asked = sorted((each for each in adjustments if each.stage is stage), key=_order)
        if asked:
            found = (_price if stage is Stage.PRICE else _discount)(outcome.prices, asked)
            outcome = _Outcome(
                found.prices, outcome.applied + found.applied, outcome.refused + found.refused
            )
    return Quote(
        lines=tuple(QuotedLine(line, outcome.prices.unit_fen[line.key]) for line in lines),
        applied=outcome.applied,
        refused=outcome.refused,
        list_freight_fen=freight_fen,
        freight_fen=outcome.prices.freight_fen,
    )


def breaches(quote: Quote) -> tuple[str, ...]:
    """What in a quote does not add up, recomputed from its lines (invariant C2). Mostly nothing."""
    return tuple(_breaches(quote))


def refundable(
    quote: Quote,
    *,
    pieces: Mapping[str, int],
    returned: Mapping[str, int] | None = None,
    with_freight: bool = True,
) -> Refund:
    """What goes back for `pieces` (line key -> how many), when `returned` went back before.

    Within a line the dearer pieces go back first. The freight goes back with the last piece of
    the order. So parts, in whatever order and number, sum to what was paid, to the fen.
    Raises PiecesRefused.
    """
    before = returned or {}
    units = {line.line.key: sorted(line.unit_fen, reverse=True) for line in quote.lines}
    if not set(pieces) | set(before) <= set(units) or not any(pieces.values()):
        raise PiecesRefused(lines=sorted(set(pieces) - set(units)))
    lines_fen: dict[str, int] = {}
    left = 0
    for key, prices in units.items():
        gone, count = before.get(key, 0), pieces.get(key, 0)
        if type(count) is not int or gone < 0 or count < 0 or gone + count > len(prices):
            raise PiecesRefused(line=key, asked=count, left=len(prices) - gone)
        left += len(prices) - gone - count
        if count:
            lines_fen[key] = sum(prices[gone : gone + count])
    return Refund(lines_fen, quote.freight_fen if with_freight and not left else 0)


def pieces_of_look(
    quote: Quote, look_id: UUID, *, returned: Mapping[str, int] | None = None
) -> dict[str, int]:
    """All that is left of a look, as `refundable` takes it."""
    before = returned or {}
    return {
        line.line.key: line.line.quantity - before.get(line.line.key, 0)
        for line in quote.lines
        if line.line.look_id == look_id and line.line.quantity > before.get(line.line.key, 0)
    }


def _price(prices: _Prices, asked: Sequence[Adjustment]) -> _Outcome:
    """Give each line the lowest of the prices that are lower than its list price."""
    winners: dict[str, tuple[int, int, tuple[int, ...]]] = {}
    reasons = [Reason.NO_ELIGIBLE_LINE] * len(asked)
    for n, adjustment in enumerate(asked):
        for line in prices.open_to(adjustment):
            reason, units = _priced(line, adjustment.calculator)
            if reason is None and line.key in winners and winners[line.key][0] <= sum(units):
                reason = Reason.ANOTHER_PRICE_IS_LOWER
            reasons[n] = reason or Reason.ANOTHER_PRICE_IS_LOWER
            if reason is None:
                winners[line.key] = sum(units), n, units
    unit_fen, closed = dict(prices.unit_fen), dict(prices.closed)
    given: dict[int, dict[str, tuple[int, ...]]] = {}
    for key, (_total, n, units) in winners.items():
        offs = zip(unit_fen[key], units, strict=True)
        given.setdefault(n, {})[key] = tuple(was - now for was, now in offs)
        unit_fen[key], closed[key] = units, asked[n].closes_to
    return _Outcome(
        replace(prices, unit_fen=unit_fen, closed=closed),
        tuple(_applied(each, given[n]) for n, each in enumerate(asked) if n in given),
        tuple(RefusedRule(each.rule, reasons[n]) for n, each in enumerate(asked) if n not in given),
    )


def _priced(line: Line, calculator: Calculator) -> tuple[Reason | None, tuple[int, ...]]:
    """The pieces of a line at another price, or why that price is not for them."""
    assert isinstance(calculator, PricedAt)
    if calculator.unit_fen >= line.list_fen:
        return Reason.NOT_LOWER, ()
    if calculator.unit_fen < line.floor_fen:
        return Reason.BELOW_FLOOR, ()
    count = min(line.quantity, calculator.most_units or line.quantity)
    rest = line.quantity - count
    return None, (calculator.unit_fen,) * count + (line.list_fen,) * rest


def _discount(prices: _Prices, asked: Sequence[Adjustment]) -> _Outcome:
    """Apply what may stand together, or the one that may not, whichever gives most."""
    together = [n for n, each in enumerate(asked) if each.is_stackable]
    choices = [together] if together else []
    choices += [[n] for n, each in enumerate(asked) if not each.is_stackable]
    outcomes = [_one_after_another(prices, [asked[n] for n in choice]) for choice in choices]
    best = max(range(len(choices)), key=lambda n: (outcomes[n].off_fen, -n))
    left_out = (each for n, each in enumerate(asked) if n not in choices[best])
    return replace(
        outcomes[best],
        refused=outcomes[best].refused + tuple(_left_out(prices, each) for each in left_out),
    )


def _left_out(prices: _Prices, adjustment: Adjustment) -> RefusedRule:
    """Why a rule was not chosen: its own reason, or that another gave more."""
    alone = _one_after_another(prices, [adjustment])
    return (
        alone.refused[0]
        if alone.refused
        else RefusedRule(adjustment.rule, Reason.NOT_STACKABLE, {"off_fen": alone.off_fen})
    )


def _one_after_another(prices: _Prices, asked: Sequence[Adjustment]) -> _Outcome:
    applied: list[Applied] = []
    refused: list[RefusedRule] = []
    for adjustment in asked:
        prices, given = _give(prices, adjustment)
        if isinstance(given, Applied):
            applied.append(given)
        else:
            refused.append(given)
    return _Outcome(prices, tuple(applied), tuple(refused))


def _give(prices: _Prices, adjustment: Adjustment) -> tuple[_Prices, Applied | RefusedRule]:
    """Apply one discount to the pieces it is for, or to the freight."""
    lines = prices.open_to(adjustment)
    if not lines:
        return prices, RefusedRule(adjustment.rule, Reason.NO_ELIGIBLE_LINE)
    goods_fen = sum(sum(prices.unit_fen[line.key]) for line in lines)
    if goods_fen < adjustment.from_fen:
        details = {
            "from_fen": adjustment.from_fen,
            "found_fen": goods_fen,
            "missing_fen": adjustment.from_fen - goods_fen,
        }
        return prices, RefusedRule(adjustment.rule, Reason.THRESHOLD_NOT_MET, details)
    is_freight = adjustment.stage is Stage.FREIGHT
    base_fen = prices.freight_fen if is_freight else goods_fen
    wanted_fen = min(_wanted_fen(adjustment.calculator, base_fen), base_fen)
    rooms = [unit - line.floor_fen for line in lines for unit in prices.unit_fen[line.key]]
    off_fen = min(wanted_fen, base_fen if is_freight else sum(rooms))
    if off_fen <= 0:
        return prices, RefusedRule(adjustment.rule, Reason.NOTHING_LEFT)
    if is_freight:
        lower = replace(prices, freight_fen=prices.freight_fen - off_fen)
        return lower, Applied(adjustment.rule, adjustment.stage, adjustment.words, off_fen, {})
    shares = iter(split_fen(off_fen, rooms))
    offs = {line.key: tuple(next(shares) for _ in range(line.quantity)) for line in lines}
    unit_fen = dict(prices.unit_fen)
    for key, off in offs.items():
        unit_fen[key] = tuple(was - less for was, less in zip(unit_fen[key], off, strict=True))
    given = {key: off for key, off in offs.items() if any(off)}
    held_back = wanted_fen - off_fen
    return replace(prices, unit_fen=unit_fen), _applied(adjustment, given, held_back)


def _wanted_fen(calculator: Calculator, base_fen: int) -> int:
    match calculator:
        case AmountOff(off_fen):
            return off_fen
        case RateOff(off_bps, most_fen):
            off = base_fen * off_bps // WHOLE_BPS
            return off if most_fen is None else min(off, most_fen)
        case PricedTogether(together_fen):
            return base_fen - together_fen
        case PricedAt():
            raise AdjustmentRefused(calculator="PricedAt")


def _applied(
    adjustment: Adjustment, given: Mapping[str, tuple[int, ...]], held_back_fen: int = 0
) -> Applied:
    off_fen = sum(sum(off) for off in given.values())
    return Applied(
        adjustment.rule, adjustment.stage, adjustment.words, off_fen, given, held_back_fen
    )


def _order(adjustment: Adjustment) -> tuple[str, list[str], str]:
    return adjustment.rule, sorted(adjustment.lines or ()), repr(adjustment.calculator)


def _check_lines(lines: Sequence[Line]) -> None:
    if not 0 < len(lines) <= MOST_LINES:
        raise LineRefused(lines=len(lines), most=MOST_LINES)
    if len({line.key for line in lines}) < len(lines):
        raise LineRefused(field="key")
    for line in lines:
        if type(line.quantity) is not int or not 0 < line.quantity <= MOST_PIECES:
            raise LineRefused(line=line.key, field="quantity", most=MOST_PIECES)
        if not _is_fen(line.list_fen) or not _is_fen(line.floor_fen):
            raise LineRefused(line=line.key, field="list_fen")
        if line.floor_fen > line.list_fen:
            raise LineRefused(line=line.key, field="floor_fen")


def _check_adjustment(adjustment: Adjustment, keys: set[str]) -> None:
    if (adjustment.stage is Stage.PRICE) != isinstance(adjustment.calculator, PricedAt):
        raise AdjustmentRefused(rule=adjustment.rule, field="calculator")
    if not (adjustment.lines or frozenset()) <= keys:
        raise AdjustmentRefused(rule=adjustment.rule, field="lines")
    if adjustment.closes_to and adjustment.stage is not Stage.PRICE:
        raise AdjustmentRefused(rule=adjustment.rule, field="closes_to")
    match adjustment.calculator:
        case PricedAt(fen, most):
            is_sound = _is_fen(fen) and (most is None or (type(most) is int and most > 0))
        case RateOff(bps, most):
            is_sound = type(bps) is int and 0 < bps <= WHOLE_BPS
            is_sound = is_sound and (most is None or (_is_fen(most) and most > 0))
        case AmountOff(fen):
            is_sound = _is_fen(fen) and fen > 0
        case PricedTogether(fen):
            is_sound = _is_fen(fen)
    if not is_sound or not _is_fen(adjustment.from_fen):
        raise AdjustmentRefused(rule=adjustment.rule, field="amount")


def _is_fen(fen: int) -> bool:
    return type(fen) is int and 0 <= fen <= MOST_FEN


def _breaches(quote: Quote) -> Iterator[str]:
    for quoted in quote.lines:
        line, expected = quoted.line, [quoted.line.list_fen] * quoted.line.quantity
        for applied in quote.applied:
            for n, off in enumerate(applied.unit_off_fen.get(line.key, ())):
                expected[n] -= off
        if tuple(expected) != quoted.unit_fen:
            yield f"{line.key}: its pieces are not their list price less what was given"
        if min(quoted.unit_fen) < line.floor_fen:
            yield f"{line.key}: a piece is below its floor"
    freight_off = 0
    for applied in quote.applied:
        shared = sum(sum(off) for off in applied.unit_off_fen.values())
        if applied.stage is Stage.FREIGHT:
            freight_off += applied.off_fen
        elif shared != applied.off_fen:
            yield f"{applied.rule}: its shares are not what it gave"
    if not 0 <= quote.freight_fen == quote.list_freight_fen - freight_off:
        yield "freight: it is not its list price less what was given"
    if quote.payable_fen != quote.list_goods_fen + quote.list_freight_fen - quote.off_fen:
        yield "payable: it is not the list prices less what was given"
