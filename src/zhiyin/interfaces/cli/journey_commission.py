"""`zhiyin journey commission`: a sale that a KOC helped, what it earned her, and the money out."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import click

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

RATE_BPS = 800
WITHIN_S, LOOK_AGAIN_S = 20.0, 0.2
NAME, CARD = "示例", "11010519491231002X"
"""Of nobody: the number is the example of the standard (GB 11643-1999)."""


@click.command("commission")
@click.option("--brand", "slug", default="anning", show_default=True)
def commission(slug: str) -> None:
    """Sale, pending, unlocked, hers after the window, withdrawn: every ledger line. Demo only."""
    open_house()
    play(slug)


def play(slug: str) -> None:
    """Play it for a demo brand; may be repeated as long as a store has a piece left."""
    from zhiyin.domain.brands import queries as brands

    brand = brands.brand_by_slug(slug=slug)
    screen.print(f"\n[bold]commission[/]   {brand.name_zh}")
    koc = _who_earns(brand)
    placed = _sold(brand, koc)
    _earned(brand.id, placed, koc, "pending", "paid for: it waits for the goods")
    collect(brand.id, placed, _store_of(brand.id, placed), clerk_of(brand.id))
    work_off("unlocked: the goods are hers, and may still go back")
    _earned(brand.id, placed, koc, "unlocked", "from that day on, if nothing goes back")
    _settle(brand.id)
    _withdraw(brand, koc, placed)
    _lines(brand.id, placed, koc)


def _who_earns(brand: Any) -> Any:
    """The first KOC of the brand, who earns by a plan and has said who she is."""
    from zhiyin.domain.commissions import operations as commissions
    from zhiyin.domain.commissions import queries as plans
    from zhiyin.domain.commissions.types import Earner, PlanFacts, PlanState
    from zhiyin.domain.kocs import queries as kocs
    from zhiyin.domain.wallets.types import PayeeFacts
    from zhiyin.flows import settlement, withdrawing
    from zhiyin.storage.tenancy import brand_tx

    now, user_id = datetime.now(UTC), clerk_of(brand.id)
    with brand_tx(brand.id):
        running = [one for one in plans.plans(brand_id=brand.id) if one.state is PlanState.ON]
        if not any(one.earner is Earner.KOC for one in running):
            facts = PlanFacts(name="达人分佣", earner=Earner.KOC, rate_bps=RATE_BPS)
            by: dict[str, Any] = {"brand_id": brand.id, "user_id": user_id, "now": now}
            commissions.switch_on(plan_id=commissions.create_plan(facts=facts, **by), **by)
        koc = kocs.kocs(brand_id=brand.id)[0]
        settlement.let_earn(brand_id=brand.id, koc_id=koc.id, now=now)
        withdrawing.say_who(
            brand_id=brand.id, member_id=koc.member_id, facts=PayeeFacts(NAME, CARD), now=now
        )
    say("who earns", f"{koc.name_zh}: {RATE_BPS / 100:g} % of what was paid for the goods")
    return koc


def _sold(brand: Any, koc: Any) -> Any:
    """Somebody buys, pays and is served what the KOC showed."""
    from zhiyin.domain.catalog import queries as catalog
    from zhiyin.domain.catalog.types import SoldOut
    from zhiyin.domain.orders.types import Delivery
    from zhiyin.flows import ports, purchase
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand.id):
        products = catalog.products(brand_id=brand.id, limit=50).products
        found = (
            (sku.id, store)
            for card in products
            for sku in catalog.product(brand_id=brand.id, product_id=card.id).skus
            for store in catalog.stores_with(brand_id=brand.id, pieces={sku.id: 1}, limit=1)
        )
        sku_id, store_id = next(found, (None, None))
    if sku_id is None or store_id is None:
        raise SoldOut(short=[])
    provider, buyer = ports.payment_provider(brand_id=brand.id), shopper(brand.id)
    placed = purchase.place(
        brand_id=brand.id,
        member_id=buyer,
        request_key=uuid4(),
        basket=purchase.Basket(
            wanted=(purchase.Wanted(sku_id=sku_id, quantity=1, koc_id=koc.id),),
            delivery=Delivery.PICKUP,
            store_id=store_id,
        ),
        provider=provider.name,
        merchant_id=provider.merchant_id,
        now=datetime.now(UTC),
    )
    say("order", f"{placed.number}  {yuan(placed.payable_fen)}")
    pay(brand, placed, buyer)
    work_off("the commission is written down")
    return placed


def _store_of(brand_id: UUID, placed: Any) -> UUID:
    from zhiyin.domain.orders import queries as orders
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        store_id = orders.order(brand_id=brand_id, order_id=placed.order_id).store_id
    assert store_id is not None, "it is collected in a store"
    return store_id


def _earned(brand_id: UUID, placed: Any, koc: Any, state: str, words: str) -> None:
    """What the sale earned her, as soon as it stands where it should."""
    from zhiyin.domain.commissions import queries as earned
    from zhiyin.storage.tenancy import brand_tx

    def shares() -> tuple[Any, ...]:
        with brand_tx(brand_id):
            return earned.of_order(brand_id=brand_id, order_id=placed.order_id)

    _until(lambda: [one.state.value for one in shares()] == [state])
    for one in shares():
        due = f" {one.due_at:%Y-%m-%d}" if one.due_at else ""
        say(one.state.value, f"{koc.name_zh} {yuan(one.left_fen)}{due}  [dim]{words}[/]")


def _settle(brand_id: UUID) -> None:
    """The window is over: settled as of eight days later, for nobody waits here for a week."""
    from zhiyin.flows import settlement

    done = settlement.settle_due(brand_id=brand_id, now=datetime.now(UTC) + timedelta(days=8))
    say("payable", f"{done.commissions} settled, {yuan(done.amount_fen)}  [dim]8 days later[/]")


def _withdraw(brand: Any, koc: Any, placed: Any) -> None:
    """She withdraws what the sale earned her, and confirms it in the sandbox."""
    from zhiyin.domain.commissions import queries as earned
    from zhiyin.domain.wallets import queries as wallets
    from zhiyin.domain.wallets.types import WithdrawalState
    from zhiyin.flows import ports, transferring, withdrawing
    from zhiyin.flows.purchase.carriers import carrier
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    own: dict[str, Any] = {"brand_id": brand.id, "member_id": koc.member_id}
    with brand_tx(brand.id):
        shares = earned.of_order(brand_id=brand.id, order_id=placed.order_id)
        fen = sum(one.left_fen for one in shares)
        seen = withdrawing.quote(amount_fen=fen, now=now, **own)
    say("withdraw", f"{yuan(fen)} less {yuan(seen.tax_fen)} income tax: {yuan(seen.net_fen)}")
    card = withdrawing.withdraw(
        amount_fen=fen, tax_fen=seen.tax_fen, key=str(uuid4()), now=now, **own
    )
    work_off(f"asked for under {card.bill_no}")

    def is_asked() -> bool:
        with brand_tx(brand.id):
            found = wallets.withdrawal(brand_id=brand.id, withdrawal_id=card.id)
        return found.state is WithdrawalState.ASKED

    _until(is_asked)
    till = ports.wired().till
    assert till is not None
    till.receive(brand_id=brand.id, bill_no=card.bill_no)
    state = transferring.ask_about(
        brand_id=brand.id, withdrawal_id=card.id, carriers=carrier, now=datetime.now(UTC)
    )
    say("confirmed", f"{state.value}: she has {yuan(card.net_fen)}")


def _until(is_so: Callable[[], bool]) -> None:
    """Wait for what a worker does: that of a demo which is served may have taken the job."""
    began = time.monotonic()
    while not is_so() and time.monotonic() < began + WITHIN_S:
        time.sleep(LOOK_AGAIN_S)


def _lines(brand_id: UUID, placed: Any, koc: Any) -> None:
    """Every line of the ledger that this journey wrote."""
    from zhiyin.domain.commissions import queries as earned
    from zhiyin.domain.ledger import queries as ledger
    from zhiyin.domain.orders import queries as orders
    from zhiyin.domain.wallets import queries as wallets
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        own = {"brand_id": brand_id, "member_id": koc.member_id}
        (latest,) = wallets.withdrawals(limit=1, **own).withdrawals
        (share,) = earned.of_order(brand_id=brand_id, order_id=placed.order_id)
        subjects = [
            f"payment:{placed.payment_id}",
            f"commission:{share.id}",
            *(
                f"step:{step.id}"
                for step in orders.steps(brand_id=brand_id, order_id=placed.order_id)
            ),
            f"settlement:{share.settlement_id}",
            f"withdrawal:{latest.id}",
        ]
        for subject in subjects:
            entries = ledger.entries_about(brand_id=brand_id, subject=subject)
            for entry in sorted(entries, key=lambda one: one.at):
                for leg in entry.legs:
                    what = f"{entry.cause.split(':')[0]}:{entry.cause.rpartition(':')[2]}"
                    sides = f"{leg.debit.kind.value} < {leg.credit.kind.value}"
                    say("ledger", f"{what:<22} {sides:<42} {yuan(leg.amount_fen)}")
