"""The addresses below /__emu: the clock, the plan, the acts of people, the journal, the books."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from emulator.clock import beijing
from emulator.wechat.oauth import App
from emulator.world import World
from emulator.wxpay import crypto, merchants, platform, transfers
from emulator.wxpay.merchants import Merchant
from emulator.wxpay.orders import PAYABLE, Order, Refused

Said = dict[str, Any]


def clock(world: World, said: Said) -> Said:
    """Move on: `advance_s`, or `to` (ISO 8601), or `runs` (with the wall, or not)."""
    with world.lock:
        goal = world.clock.now()
        if "runs" in said:
            world.clock.run(bool(said["runs"]))
    if "to" in said:
        goal = datetime.fromisoformat(said["to"])
    world.catch_up(goal + timedelta(seconds=said.get("advance_s", 0)))
    return tell_clock(world, {})


def tell_clock(world: World, _said: Said) -> Said:
    """The moment."""
    with world.lock:
        return {"now": beijing(world.clock.now()), "runs": world.clock.runs}


def faults(world: World, said: Said) -> Said:
    """`clear` the plan, then add `rules`; `shuffle` what is sent at one moment, or not."""
    with world.lock:
        if said.get("clear"):
            world.plan.rules.clear()
        for rule in said.get("rules", ()):
            world.plan.add(rule)
        world.shuffles = bool(said.get("shuffle", world.shuffles))
    return tell_faults(world, {})


def tell_faults(world: World, _said: Said) -> Said:
    """The rules that may still strike."""
    with world.lock:
        return {
            "rules": [
                {"on": rule.on, "do": rule.do, "times": rule.times, "share": rule.share}
                for rule in world.plan.rules
                if rule.times != 0
            ],
            "shuffle": world.shuffles,
        }


def enrol(world: World, said: Said) -> Said:
    """A new merchant; answers what it must know, its private key too if one was made for it."""
    with world.lock:
        now = world.clock.now()
    merchant, private = merchants.register(said, now=now, dice=world.dice)
    with world.lock:
        if world.merchants.setdefault(merchant.mchid, merchant) is not merchant:
            raise ValueError("there is such a merchant")
    return {**merchants.told(merchant), "private_key_pem": private}


def app(world: World, said: Said) -> Said:
    """An official account (`appid`, `secret`), or what changed of it: `visitor`, `snapshot`."""
    with world.lock:
        found = world.apps.setdefault(said["appid"], App(said["appid"], said.get("secret", "")))
        found.secret = said.get("secret", found.secret)
        found.visitor = said.get("visitor", found.visitor)
        found.is_snapshot = bool(said.get("snapshot", found.is_snapshot))
        return {"appid": found.appid, "secret": found.secret, "openid": found.openid()}


def tell_merchants(world: World, _said: Said) -> Said:
    """Every merchant, without private keys."""
    with world.lock:
        return {"merchants": [merchants.told(each) for each in world.merchants.values()]}


def act(world: World, said: Said) -> Said:
    """What people do, in order: `{"acts": [...]}`, or one act by itself.

    Each says what came of it: `ok`, or the code by which the platform refused. What is due after
    the last one (notices, above all) is done before this returns.
    """
    results, told = [], []
    for one in said.get("acts", [said]):
        with world.lock:
            try:
                results.append({"ok": True, **(ACTS[one["do"]](world, one) or {})})
            except Refused as refused:
                results.append({"ok": False, "code": refused.code})
            told += world.fresh()
    world.catch_up_with(told)
    return {"results": results}


def books(world: World, _said: Said) -> Said:
    """The platform's books, merchant by merchant."""
    with world.lock:
        return {mchid: merchant.books() for mchid, merchant in world.merchants.items()}


def journal(world: World, said: Said) -> Said:
    """Lines `after` a number, at most `limit`, of one `kind`; or the `sums` of all."""
    if said.get("sums"):
        return {"sums": world.journal.sums()}
    lines = world.journal.read(
        after=int(said.get("after", 0)), limit=int(said.get("limit", 1000)), kind=said.get("kind")
    )
    return {"lines": lines}


def _merchant(world: World, said: Said) -> Merchant:
    if "mchid" not in said and len(world.merchants) == 1:
        return next(iter(world.merchants.values()))
    return world.merchants[said["mchid"]]


def _order(world: World, said: Said) -> tuple[Merchant, Order]:
    merchant = _merchant(world, said)
    if "package" in said:
        return merchant, platform.at_the_till(merchant, said)
    return merchant, merchant.orders[said["out_trade_no"]]


def _pay(world: World, said: Said) -> Said:
    merchant, order = _order(world, said)
    platform.pay(world, merchant, order)
    return {"transaction_id": order.transaction_id}


def _place(world: World, said: Said) -> Said:
    merchant = _merchant(world, said)
    return platform.place_order(world, merchant, said["order"])


def _state(state: str) -> Callable[[World, Said], None]:
    def move(world: World, said: Said) -> None:
        _, order = _order(world, said)
        if order.at(world.clock.now()).state not in PAYABLE:
            raise Refused(400, "ORDER_CLOSED", order.state)
        order.state = state

    return move


def _tell_again(world: World, said: Said) -> None:
    merchant, order = _order(world, said)
    if order.paid_at is None:
        raise Refused(400, "ORDERNOTPAID", order.state)
    platform.tell_paid(world, merchant, order)


def _announce_key(world: World, said: Said) -> Said:
    merchant = _merchant(world, said)
    key = crypto.new_platform_key(mode=merchant.mode, now=world.clock.now(), dice=world.dice)
    merchant.keys.append(key)
    return {"serial": key.serial, "public_key_pem": key.public_pem()}


def _switch_key(world: World, said: Said) -> Said:
    merchant = _merchant(world, said)
    merchant.signing = merchant.keys[-1]
    return {"serial": merchant.signing.serial}


def _retire_keys(world: World, said: Said) -> None:
    merchant = _merchant(world, said)
    merchant.keys[:] = [merchant.signing]


def _withdraw(world: World, said: Said) -> None:
    merchant, fen = _merchant(world, said), said["amount_fen"]
    if not 0 < fen <= merchant.balance_fen:
        raise Refused(403, "NOT_ENOUGH", "余额不足")
    merchant.post(
        at=world.clock.now(), what="withdrawal", number=world.number("60000"), amount_fen=-fen
    )


def _confirm(world: World, said: Said) -> None:
    merchant = _merchant(world, said)
    transfers.confirm(world, merchant, said["out_bill_no"], said.get("package"))


def _cancel_transfer(world: World, said: Said) -> None:
    transfers.cancel(world, _merchant(world, said), said["out_bill_no"])


ACTS: dict[str, Callable[[World, Said], Said | None]] = {
    "pay": _pay,
    "begin": _state("USERPAYING"),
    "cancel": _state("NOTPAY"),
    "fail": _state("PAYERROR"),
    "place": _place,
    "tell_again": _tell_again,
    "announce_key": _announce_key,
    "switch_key": _switch_key,
    "retire_keys": _retire_keys,
    "withdraw": _withdraw,
    "confirm_transfer": _confirm,
    "cancel_transfer": _cancel_transfer,
}

ADDRESSES: dict[tuple[str, str], Callable[[World, Said], Said]] = {
    ("POST", "clock"): clock,
    ("GET", "clock"): tell_clock,
    ("POST", "faults"): faults,
    ("GET", "faults"): tell_faults,
    ("POST", "merchants"): enrol,
    ("GET", "merchants"): tell_merchants,
    ("POST", "apps"): app,
    ("POST", "act"): act,
    ("GET", "journal"): journal,
    ("GET", "books"): books,
}
