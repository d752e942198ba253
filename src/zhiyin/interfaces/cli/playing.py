"""What the journeys of the command line share: who acts in them, and how a line is printed."""

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rich.console import Console

from zhiyin.storage import addresses

screen = Console(highlight=False, soft_wrap=True)


def open_house() -> None:
    """Get the house ready for a journey of the demo."""
    addresses.start()
    os.environ["ZHIYIN_DEMO"] = "1"
    import django

    django.setup()


def shopper(brand_id: UUID) -> UUID:
    """Somebody new, who has said nothing of herself."""
    from zhiyin.domain.members import operations as members
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        return members.create_member(brand_id=brand_id, now=datetime.now(UTC))


def pay(brand: Any, placed: Any, buyer: UUID) -> None:
    """Open the payment, press "pay" in the sandbox, and let the house be told."""
    from zhiyin.flows import hearing, ports, purchase

    now = datetime.now(UTC)
    purchase.open_payment(
        brand=brand,
        order_id=placed.order_id,
        member_id=buyer,
        provider=ports.payment_provider(brand_id=brand.id),
        payer="demo",
        notify_url="https://shop.example/hooks",
        now=now,
    )
    till = ports.wired().till
    assert till is not None
    till.pay(brand_id=brand.id, payment_no=placed.payment_id.hex)
    hearing.hear_sandbox(
        till=till, providers=ports.wired().payments, now=datetime.now(UTC), brand_id=brand.id
    )
    say("paid", f"{placed.number}  {yuan(placed.payable_fen)}")


def collect(brand_id: UUID, placed: Any, store_id: UUID, clerk: int) -> None:
    """Her code is redeemed at the counter."""
    from zhiyin.domain.orders import queries as orders
    from zhiyin.flows import purchase
    from zhiyin.storage.tenancy import brand_tx

    with brand_tx(brand_id):
        code = orders.code_of(brand_id=brand_id, order_id=placed.order_id)
    purchase.collect(
        brand_id=brand_id, code=code, store_id=store_id, user_id=clerk, now=datetime.now(UTC)
    )
    say("collected", f"{placed.number}  code {code[:4]} {code[4:8]} {code[8:]}")


def work_off(came: str) -> None:
    """Let the jobs run that what happened has left behind, as the worker does."""
    from zhiyin.interfaces.cli.worker import work

    work(once=True)
    say("worker", came)


def clerk_of(brand_id: UUID) -> int:
    """Who hands over: somebody of the staff, the demo's own login if nobody else is there."""
    from zhiyin.domain.brands import queries as brands
    from zhiyin.interfaces.cli.demo.staff import demo_login
    from zhiyin.storage.tenancy import brand_tx

    demo_login(datetime.now(UTC))
    with brand_tx(brand_id):
        return brands.staff(brand_id=brand_id)[0].user_id


def say(name: str, words: str) -> None:
    """A line of the play: what happened, and with what."""
    screen.print(f"  [bold]{name:<10}[/] {words}")


def yuan(fen: int) -> str:
    """A sum as a Chinese reader has it."""
    from zhiyin.kit.money import format_cny

    return format_cny(fen, "zh-hans")
