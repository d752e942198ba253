"""Placing an order: the order, its lines, its payment and its first step, in one statement."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders.models import FreightTerms, Order, Payment
from zhiyin.domain.orders.rules import check_fen, check_quantity
from zhiyin.domain.orders.types import (
    MOST_LINES,
    MOST_PIECES,
    LineFacts,
    NothingToPay,
    OrderFacts,
    OrderMove,
    OrderState,
    PaymentState,
    Placed,
    RequestReused,
)
from zhiyin.domain.pricing.types import Quote, QuotedLine
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json
from zhiyin.storage.sql import one

PLACE = """
    WITH placed AS (
        INSERT INTO orders_order (id, brand_id, number, member_id, store_id, delivery,
            state, group_id, list_goods_fen, goods_fen, freight_fen, payable_fen, explained,
            address_sealed, placed_at, pay_by, close_reason)
        VALUES (%(order_id)s, %(brand_id)s, %(number)s, %(member_id)s, %(store_id)s, %(delivery)s,
            %(unpaid)s, %(group_id)s, %(list_goods_fen)s, %(goods_fen)s,
            %(freight_fen)s, %(payable_fen)s, %(explained)s::jsonb, %(address)s, %(now)s,
            %(pay_by)s, '')
        ON CONFLICT (brand_id, id) DO NOTHING
        RETURNING id
    ), line AS (
        INSERT INTO orders_orderline (id, brand_id, order_id, key, sku_id, product_id, look_id,
            koc_id, name_zh, name_en, color, size_label, quantity, list_fen, units, payable_fen)
        SELECT asked.id, %(brand_id)s, placed.id, asked.key, asked.sku_id, asked.product_id,
            asked.look_id, asked.koc_id, asked.name_zh, asked.name_en, asked.color,
            asked.size_label, asked.quantity, asked.list_fen, asked.units, asked.payable_fen
        FROM placed, jsonb_to_recordset(%(lines)s::jsonb) AS asked (id uuid, key text, sku_id uuid,
            product_id uuid, look_id uuid, koc_id uuid, name_zh text, name_en text, color text,
            size_label text, quantity int, list_fen bigint, units jsonb, payable_fen bigint)
    ), step AS (
        INSERT INTO orders_orderstep (id, brand_id, order_id, move, state, at, member_id, reason)
        SELECT %(step_id)s, %(brand_id)s, id, %(place)s, %(unpaid)s, %(now)s, %(member_id)s, ''
        FROM placed
    ), payment AS (
        INSERT INTO orders_payment (id, brand_id, order_id, provider, merchant_id, state,
            amount_fen, transaction_id, opened_at)
        SELECT %(payment_id)s, %(brand_id)s, id, %(provider)s, %(merchant_id)s, %(open)s,
            %(payable_fen)s, '', %(now)s
        FROM placed
    )
    SELECT count(*) FROM placed
"""
"""The order's id lets a request in once: a double press writes nothing the second time."""


def place(*, brand_id: UUID, facts: OrderFacts, now: datetime) -> Placed:
    """Write an order down, waiting to be paid. One statement; a second for a repeated request.

    Its pieces must be held by the caller in the same transaction, for the order's id.
    Raises OrderEmpty, NothingToPay, RequestReused (by another buyer, or for other goods).
    """
    _check(facts)
    quote, number = facts.quote, _number(now)
    row = one(
        PLACE,
        brand_id=brand_id,
        order_id=facts.order_id,
        payment_id=facts.payment_id,
        step_id=uuid7(),
        number=number,
        member_id=facts.member_id,
        store_id=facts.store_id,
        delivery=facts.delivery,
        group_id=facts.group_id,
        list_goods_fen=quote.list_goods_fen,
        goods_fen=quote.goods_fen,
        freight_fen=quote.freight_fen,
        payable_fen=quote.payable_fen,
        explained=json.dumps(_explained(quote)),
        address=_sealed(brand_id, facts),
        lines=json.dumps(_lines(facts.lines, quote)),
        provider=facts.provider,
        merchant_id=facts.merchant_id,
        pay_by=facts.pay_by,
        now=now,
        place=OrderMove.PLACE,
        unpaid=OrderState.UNPAID,
        open=PaymentState.OPEN,
    )
    if not (row and row[0]):
        return _placed_before(brand_id, facts)
    return Placed(
        order_id=facts.order_id,
        number=number,
        payment_id=facts.payment_id,
        payable_fen=quote.payable_fen,
        pay_by=facts.pay_by,
        group_id=facts.group_id,
        is_new=True,
    )


def set_freight(*, brand_id: UUID, flat_fen: int, free_from_fen: int | None) -> None:
    """What a parcel costs from now on; orders that were placed keep theirs. Raises SumRefused."""
    check_fen(flat_fen, "flat_fen")
    if free_from_fen is not None:
        check_fen(free_from_fen, "free_from_fen")
    FreightTerms.objects.update_or_create(
        brand_id=brand_id, defaults={"flat_fen": flat_fen, "free_from_fen": free_from_fen}
    )


def _check(facts: OrderFacts) -> None:
    check_quantity(len(facts.lines), MOST_LINES)
    for line in facts.quote.lines:
        check_quantity(line.line.quantity, MOST_PIECES)
    if facts.quote.payable_fen <= 0:
        raise NothingToPay()


def _placed_before(brand_id: UUID, facts: OrderFacts) -> Placed:
    payment = Payment.objects.select_related("order").get(
        brand_id=brand_id, order_id=facts.order_id
    )
    order = payment.order
    if order.member_id != facts.member_id or order.payable_fen != facts.quote.payable_fen:
        raise RequestReused(order_id=facts.order_id)
    return Placed(
        order_id=order.id,
        number=order.number,
        payment_id=payment.id,
        payable_fen=order.payable_fen,
        pay_by=order.pay_by,
        group_id=order.group_id,
        is_new=False,
    )


def _number(now: datetime) -> str:
    """What people read out: the day, and nine digits that tell nobody how much a brand sells."""
    return f"{now:%y%m%d}{secrets.randbelow(10**9):09d}"


def _lines(facts: Sequence[LineFacts], quote: Quote) -> list[dict[str, object]]:
    quoted: dict[str, QuotedLine] = {line.line.key: line for line in quote.lines}
    return [
        {
            key: str(value) if isinstance(value, UUID) else value
            for key, value in asdict(line).items()
        }
        | {
            "id": str(uuid7()),
            "quantity": quoted[line.key].line.quantity,
            "list_fen": quoted[line.key].line.list_fen,
            "units": list(quoted[line.key].unit_fen),
            "payable_fen": quoted[line.key].payable_fen,
        }
        for line in facts
    ]


def _explained(quote: Quote) -> dict[str, object]:
    return {
        "list_freight_fen": quote.list_freight_fen,
        "applied": [
            {
                "rule": each.rule,
                "words": each.words.code,
                "details": dict(each.words.details),
                "off_fen": each.off_fen,
            }
            for each in quote.applied
        ],
        "refused": [
            {"rule": each.rule, "reason": str(each.reason), "details": dict(each.details)}
            for each in quote.refused
        ],
    }


def _sealed(brand_id: UUID, facts: OrderFacts) -> bytes | None:
    if not facts.address:
        return None
    return seal_json(
        brand_id=brand_id,
        model=Order,
        field="address_sealed",
        row_id=facts.order_id,
        facts=facts.address,
    )
