"""`zhiyin journey`; its `group-buy`: a need, a pick, three who buy together, a part given back."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import click

from zhiyin.interfaces.cli.journey_commission import commission
from zhiyin.interfaces.cli.playing import (
    clerk_of,
    collect,
    open_house,
    pay,
    say,
    screen,
    shopper,
    work_off,
    yuan,
)

NEED = "160，100斤，梨形，手臂粗，下个月参加婚礼，想显瘦"
SEATS = 3
OFF_PERCENT = 20
ARRIVES_WITHIN_S = 20.0
LOOK_AGAIN_S = 0.5


@click.group()
def journey() -> None:
    """Play a journey of the shop from its first step to its last, and print every move."""


journey.add_command(commission)


@journey.command("group-buy")
@click.option("--brand", "slug", default="anning", show_default=True)
def group_buy(slug: str) -> None:
    """Need, pick, group-buy of three, payment, pickup, and a refund of one part. Demo only."""
    open_house()
    play(slug)


def play(slug: str) -> None:
    """Play it for a demo brand; may be repeated as long as three pieces of a pick are left."""
    from zhiyin.domain.brands import queries as brands

    brand = brands.brand_by_slug(slug=slug)
    screen.print(f"\n[bold]group-buy[/]   {brand.name_zh}")
    scene = _scene(brand)
    say("need", NEED)
    say("pick", f"{scene.main.name_zh} {scene.main.size_label}  {yuan(scene.main.price_fen)}")
    group_buy_id = _set_up(brand.id, scene)
    buyers = [shopper(brand.id) for _ in range(SEATS)]
    orders = [_order(brand, scene, buyers[0], group_buy_id=group_buy_id)]
    joined = orders[0].group_id
    orders += [_order(brand, scene, buyer, group_id=joined) for buyer in buyers[1:]]
    for order, buyer in zip(orders, buyers, strict=True):
        pay(brand, order, buyer)
    work_off("the group is complete: all three orders may be collected")
    clerk = clerk_of(brand.id)
    for order in orders:
        collect(brand.id, order, scene.store_id, clerk)
    _give_back(brand.id, orders[0], clerk)
    work_off("the refund is asked for")
    _settle(brand.id)
    _stop(brand.id, group_buy_id)
    for order in orders:
        _history(brand.id, order)
    _books(brand.id, orders)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is bought: the picked garment in her size, and another part of its look if there is."""

    main: Any
    parts: tuple[Any, ...]
    store_id: UUID
    look_id: UUID | None


def _scene(brand: Any) -> _Scene:
    """The first pick that some store has three of. Raises SoldOut if none has."""
    from django.conf import settings

    from zhiyin.domain.catalog import queries as catalog
    from zhiyin.domain.catalog.types import SoldOut
    from zhiyin.flows import decide, ports
    from zhiyin.flows.reading import read_need
    from zhiyin.kit.times import day_of
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    heard = read_need(
        brand_id=brand.id,
        text=NEED,
        today=day_of(now, brand.time_zone),
        second=ports.wired().reader,
    )
    with brand_tx(brand.id):
        answered = decide.answer_need(
            brand_id=brand.id,
            asker=decide.Asker(),
            folder=settings.MODEL_FOLDER,
            now=now,
            slots=heard.reading.slots,
        )
        for pick in sorted(answered.answer.picks, key=lambda one: -len(one.items)):
            skus = [item.sku_id for item in pick.items]
            stores = catalog.stores_with(
                brand_id=brand.id, pieces=dict.fromkeys(skus, SEATS), limit=1
            )
            if stores:
                goods = catalog.sellable(brand_id=brand.id, sku_ids=skus, store_id=stores[0])
                main, *others = (goods[sku] for sku in skus)
                return _Scene(main, tuple(others), stores[0], pick.look_id)
    raise SoldOut(short=[])


def _set_up(brand_id: UUID, scene: _Scene) -> UUID:
    from zhiyin.domain.promotions import operations as promotions
    from zhiyin.domain.promotions.types import GroupBuyFacts
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    price_fen = scene.main.price_fen * (100 - OFF_PERCENT) // 100
    facts = GroupBuyFacts(
        name_zh="三人团",
        name_en="Three together",
        starts_at=now,
        ends_at=now + timedelta(days=1),
        sku_ids=(scene.main.sku_id,),
        price_fen=price_fen,
        seats=SEATS,
        open_hours=24,
    )
    with brand_tx(brand_id):
        made = promotions.create(brand_id=brand_id, facts=facts, user_id=None, now=now)
    say("group-buy", f"{SEATS} people, {yuan(price_fen)} instead of {yuan(scene.main.price_fen)}")
    return made


def _stop(brand_id: UUID, group_buy_id: UUID) -> None:
    """No shopper of the demo finds a group-buy that was set up to be played."""
    from zhiyin.domain.promotions import operations as promotions
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        promotions.stop(
            brand_id=brand_id, promotion_id=group_buy_id, user_id=None, now=datetime.now(UTC)
        )
    say("stopped", "the group-buy: those of the shop still run")


def _order(brand: Any, scene: _Scene, buyer: UUID, **group: UUID) -> Any:
    from zhiyin.domain.orders.types import Delivery
    from zhiyin.flows import ports, purchase

    wanted = tuple(
        purchase.Wanted(sku_id=goods.sku_id, quantity=1, look_id=scene.look_id)
        for goods in (scene.main, *scene.parts)
    )
    provider = ports.payment_provider(brand_id=brand.id)
    placed = purchase.place(
        brand_id=brand.id,
        member_id=buyer,
        request_key=uuid4(),
        basket=purchase.Basket(wanted=wanted, delivery=Delivery.PICKUP, store_id=scene.store_id),
        provider=provider.name,
        merchant_id=provider.merchant_id,
        asking=purchase.Asking(**group),
        now=datetime.now(UTC),
    )
    say("order", f"{placed.number}  {yuan(placed.payable_fen)}")
    return placed


def _give_back(brand_id: UUID, placed: Any, clerk: int) -> None:
    """One part goes back: the last line of the order."""
    from zhiyin.domain.orders import queries as orders
    from zhiyin.flows import purchase
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        line = orders.order(brand_id=brand_id, order_id=placed.order_id).lines[-1]
    refund = purchase.give_back(
        brand_id=brand_id,
        order_id=placed.order_id,
        cause=f"journey:{placed.order_id}",
        reason="尺码不合",
        pieces={line.key: 1},
        user_id=clerk,
        now=datetime.now(UTC),
    )
    say("given back", f"{placed.number}  {line.name_zh}  {yuan(refund.amount_fen)}")


def _settle(brand_id: UUID) -> None:
    """Wait for the sandbox to tell that the money has arrived, as a provider does after a while."""
    from zhiyin.flows import hearing, ports

    till = ports.wired().till
    assert till is not None
    began = time.monotonic()
    while time.monotonic() < began + ARRIVES_WITHIN_S:
        if hearing.hear_sandbox(
            till=till, providers=ports.wired().payments, now=datetime.now(UTC), brand_id=brand_id
        ):
            say("refunded", "the money has arrived")
            return
        time.sleep(LOOK_AGAIN_S)
    say("refunded", "not yet: the provider will tell")


def _history(brand_id: UUID, placed: Any) -> None:
    from zhiyin.domain.orders import queries as orders
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        steps = orders.steps(brand_id=brand_id, order_id=placed.order_id)
    words = " > ".join(f"{step.move.value} ({step.state.value})" for step in steps)
    screen.print(f"  [dim]{placed.number}  {words}[/]")


def _books(brand_id: UUID, placed: Any) -> None:
    """What the ledger has of these orders, summed by account."""
    from zhiyin.storage.tenancy import brand_tx

    sums: dict[str, int] = {}
    with brand_tx(brand_id):
        for leg in _legs(brand_id, placed):
            for account, change in ((leg.debit, 1), (leg.credit, -1)):
                sums[str(account)] = sums.get(str(account), 0) + change * leg.amount_fen
    words = "  ".join(f"{account} {yuan(fen)}" for account, fen in sorted(sums.items()) if fen)
    say("ledger", f"{words}  [dim](debit above zero; in all {sum(sums.values())})[/]")


def _legs(brand_id: UUID, placed: Any) -> Iterator[Any]:
    from zhiyin.domain.ledger import queries as ledger
    from zhiyin.domain.orders import queries as orders

    for one in placed:
        subjects = [f"payment:{one.payment_id}"]
        subjects += [
            f"step:{step.id}" for step in orders.steps(brand_id=brand_id, order_id=one.order_id)
        ]
        subjects += [
            f"refund:{refund.id}"
            for refund in orders.refunds_of(brand_id=brand_id, order_id=one.order_id)
        ]
        for subject in subjects:
            for entry in ledger.entries_about(brand_id=brand_id, subject=subject):
                yield from entry.legs
