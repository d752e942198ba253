"""The laws of pricing, under any lines, any rules and any refunds."""

from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis.strategies import (
    booleans,
    builds,
    composite,
    data,
    frozensets,
    integers,
    lists,
    none,
    permutations,
    sampled_from,
)

from zhiyin.domain.pricing import rules
from zhiyin.domain.pricing.types import (
    Adjustment,
    AdjustmentRefused,
    AmountOff,
    FreightRefused,
    Line,
    LineRefused,
    PiecesRefused,
    PricedAt,
    PricedTogether,
    RateOff,
    Reason,
    RefusedRule,
    Stage,
    Words,
)

KEYS = ("a", "b", "c", "d")
LOOKS = (None, UUID(int=1), UUID(int=2))
fen = integers(0, 50_000)
discounts = (
    builds(AmountOff, integers(1, 60_000))
    | builds(RateOff, integers(1, 10_000), none() | integers(1, 20_000))
    | builds(PricedTogether, fen)
)


@composite
def lines(draw) -> list[Line]:
    found = []
    for key in KEYS[: draw(integers(1, 4))]:
        listed = draw(fen)
        floor = draw(integers(0, listed))
        found.append(a_line(key, draw(integers(1, 5)), listed, floor, draw(sampled_from(LOOKS))))
    return found


def a_line(key="a", quantity=1, listed=100, floor=0, look=None) -> Line:
    return Line(
        key=key,
        sku_id=UUID(int=10),
        product_id=UUID(int=11),
        quantity=quantity,
        list_fen=listed,
        floor_fen=floor,
        look_id=look,
    )


def a_rule(rule="r", stage=Stage.ORDER, calculator=None, **rest) -> Adjustment:
    return Adjustment(
        rule=rule,
        stage=stage,
        calculator=calculator or AmountOff(10),
        words=Words(rule),
        **rest,
    )


@composite
def adjustments(draw, priced) -> list[Adjustment]:
    keys = [line.key for line in priced]
    found = []
    for n in range(draw(integers(0, 6))):
        stage = draw(sampled_from(Stage))
        is_price = stage is Stage.PRICE
        found.append(
            a_rule(
                f"rule:{n}",
                stage,
                draw(builds(PricedAt, fen, none() | integers(1, 3)) if is_price else discounts),
                lines=draw(none() | frozensets(sampled_from(keys), min_size=1)),
                from_fen=draw(sampled_from([0, 0, 20_000])),
                is_stackable=draw(booleans()),
                closes_to=draw(frozensets(sampled_from(Stage))) if is_price else frozenset(),
            )
        )
    return found


@composite
def quotes(draw):
    priced = draw(lines())
    return rules.quote(
        lines=priced, adjustments=draw(adjustments(priced)), freight_fen=draw(integers(0, 3_000))
    )


@settings(deadline=None, max_examples=60)
@given(quote=quotes())
def test_every_fen_is_explained(quote) -> None:
    assert rules.breaches(quote) == ()
    assert 0 <= quote.payable_fen <= quote.list_goods_fen + quote.list_freight_fen
    for quoted in quote.lines:
        assert len(quoted.unit_fen) == quoted.line.quantity
        assert all(quoted.line.floor_fen <= unit for unit in quoted.unit_fen)
    assert all(applied.off_fen > 0 for applied in quote.applied)


@settings(deadline=None, max_examples=60)
@given(drawn=data())
def test_every_rule_is_answered_and_their_order_does_not_matter(drawn) -> None:
    priced = drawn.draw(lines())
    asked = drawn.draw(adjustments(priced))
    shuffled = drawn.draw(permutations(asked))
    quote = rules.quote(lines=priced, adjustments=asked)
    assert rules.quote(lines=priced, adjustments=shuffled) == quote
    answered = [applied.rule for applied in quote.applied] + [no.rule for no in quote.refused]
    assert sorted(answered) == sorted(adjustment.rule for adjustment in asked)
    stages = [applied.stage for applied in quote.applied]
    assert stages == sorted(stages)


@settings(deadline=None, max_examples=60)
@given(quote=quotes(), drawn=data())
def test_refunds_of_parts_end_at_what_was_paid(quote, drawn) -> None:
    """In handfuls of any size and order: never more than was paid, and at the end exactly that."""
    returned: dict[str, int] = {}
    given_back = 0
    while True:
        left = {
            line.line.key: line.line.quantity - returned.get(line.line.key, 0)
            for line in quote.lines
        }
        if not any(left.values()):
            break
        key = drawn.draw(sampled_from([key for key, count in left.items() if count]))
        pieces = {key: drawn.draw(integers(1, left[key]))}
        refund = rules.refundable(quote, pieces=pieces, returned=returned)
        given_back += refund.total_fen
        returned[key] = returned.get(key, 0) + pieces[key]
        assert given_back <= quote.payable_fen
        assert refund.freight_fen in (0, quote.freight_fen)
    assert given_back == quote.payable_fen
    with pytest.raises(PiecesRefused):
        rules.refundable(quote, pieces={quote.lines[0].line.key: 1}, returned=returned)


@settings(deadline=None, max_examples=60)
@given(quote=quotes(), look_id=sampled_from(LOOKS[1:]))
def test_a_look_goes_back_as_its_parts_do(quote, look_id) -> None:
    pieces = rules.pieces_of_look(quote, look_id)
    assume(pieces)
    whole = rules.refundable(quote, pieces=pieces, with_freight=False)
    parts = [line.payable_fen for line in quote.lines if line.line.look_id == look_id]
    assert whole.total_fen == sum(parts)
    assert rules.pieces_of_look(quote, look_id, returned=pieces) == {}


@given(amounts=lists(integers(1, 9_999), min_size=1, max_size=5))
def test_what_does_not_stack_is_the_best_of_its_stage(amounts) -> None:
    coupons = [
        a_rule(f"coupon:{n}", Stage.COUPON, AmountOff(off), is_stackable=False)
        for n, off in enumerate(amounts)
    ]
    quote = rules.quote(lines=[a_line(listed=10_000)], adjustments=coupons)
    assert [applied.off_fen for applied in quote.applied] == [max(amounts)]
    assert {no.reason for no in quote.refused} <= {Reason.NOT_STACKABLE}


CASES = [
    ("no_eligible_line", [a_rule(stage=Stage.COUPON)], {"closes_to": frozenset({Stage.COUPON})}),
    ("threshold_not_met", [a_rule(from_fen=91)], {}),
    ("nothing_left", [a_rule("q", calculator=RateOff(10_000)), a_rule()], {}),
]


@pytest.mark.parametrize(("reason", "asked", "price"), CASES)
def test_why_not(reason, asked, price) -> None:
    flash = a_rule("flash", Stage.PRICE, PricedAt(90), **price)
    quote = rules.quote(lines=[a_line()], adjustments=[flash, *asked])
    assert [(no.rule, no.reason) for no in quote.refused] == [("r", reason)]


@pytest.mark.parametrize(
    ("reason", "calculator"),
    [
        (Reason.NOT_LOWER, PricedAt(100)),
        (Reason.BELOW_FLOOR, PricedAt(19)),
        (Reason.ANOTHER_PRICE_IS_LOWER, PricedAt(60)),
    ],
)
def test_why_not_this_price(reason, calculator) -> None:
    asked = [a_rule("best", Stage.PRICE, PricedAt(50)), a_rule("z", Stage.PRICE, calculator)]
    quote = rules.quote(lines=[a_line(floor=20)], adjustments=asked)
    assert quote.refused == (RefusedRule("z", reason),)
    assert quote.payable_fen == 50


def test_a_limited_price_is_for_that_many_pieces_and_the_dearer_go_back_first() -> None:
    trial = a_rule("trial", Stage.PRICE, PricedAt(1, most_units=1))
    quote = rules.quote(lines=[a_line(quantity=3)], adjustments=[trial])
    assert quote.lines[0].unit_fen == (1, 100, 100)
    assert rules.refundable(quote, pieces={"a": 2}).total_fen == 200


def test_what_a_floor_holds_back_is_said() -> None:
    quote = rules.quote(lines=[a_line(floor=95)], adjustments=[a_rule()])
    assert (quote.applied[0].off_fen, quote.applied[0].held_back_fen) == (5, 5)


@pytest.mark.parametrize(
    ("refusal", "order"),
    [
        (LineRefused, {"lines": []}),
        (LineRefused, {"lines": [a_line(), a_line()]}),
        (LineRefused, {"lines": [a_line(quantity=0)]}),
        (LineRefused, {"lines": [a_line(quantity=-1)]}),
        (LineRefused, {"lines": [a_line(quantity=1.5)]}),
        (LineRefused, {"lines": [a_line(quantity=1_000)]}),
        (LineRefused, {"lines": [a_line(listed=-1)]}),
        (LineRefused, {"lines": [a_line(listed=99.5)]}),
        (LineRefused, {"lines": [a_line(floor=101)]}),
        (FreightRefused, {"freight_fen": -1}),
        (FreightRefused, {"freight_fen": 1.0}),
        (AdjustmentRefused, {"adjustments": [a_rule(stage=Stage.PRICE)]}),
        (AdjustmentRefused, {"adjustments": [a_rule(calculator=PricedAt(1))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(calculator=AmountOff(0))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(calculator=AmountOff(-5))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(calculator=RateOff(10_001))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(calculator=RateOff(1.5))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(lines=frozenset("z"))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(closes_to=frozenset({Stage.COUPON}))]}),
        (AdjustmentRefused, {"adjustments": [a_rule(from_fen=-1)]}),
    ],
)
def test_what_cannot_be_priced(refusal, order) -> None:
    with pytest.raises(refusal):
        rules.quote(**{"lines": [a_line()]} | order)


@pytest.mark.parametrize("pieces", [{}, {"a": 0}, {"a": -1}, {"a": 3}, {"z": 1}, {"a": 1.0}])
def test_pieces_that_cannot_go_back(pieces) -> None:
    with pytest.raises(PiecesRefused):
        rules.refundable(rules.quote(lines=[a_line(quantity=2)]), pieces=pieces)
