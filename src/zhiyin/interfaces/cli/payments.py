"""`zhiyin pay-account`: into which merchant account a brand is paid."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from zhiyin.interfaces.cli.brands import as_json_option, brand_option, ready, say
from zhiyin.interfaces.cli.refused import one_object

FILE_BYTES_MAX = 1 << 16


@click.group(name="pay-account")
def pay_account() -> None:
    """The merchant account into which a brand is paid (docs/guide/wechat-pay.md)."""


@pay_account.command(name="set")
@brand_option
@click.option(
    "--file",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The account, a JSON object.",
)
@as_json_option
def set_account(slug: str, path: Path, as_json: bool) -> None:
    """Have the brand paid into this account from now on. No key of it is printed."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import queries
        from zhiyin.flows import pay_account, ports

        brand = queries.brand_by_slug(slug=slug)
        pay_account.set_account(
            brand_id=brand.id,
            facts=pay_account.facts_of(_read(path)),
            providers=ports.wired().payments,
            now=datetime.now(UTC),
        )
        found = _shown(slug)
    say(found, as_json)


@pay_account.command(name="show")
@brand_option
@as_json_option
def show(slug: str, as_json: bool) -> None:
    """The account paid into now, and those before it; never a key."""
    with one_object(as_json):
        ready()
        found = _shown(slug)
    say(found, as_json)


@pay_account.command(name="check")
@brand_option
@as_json_option
def check(slug: str, as_json: bool) -> None:
    """Ask the provider for a payment that nobody opened: no money moves."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import queries
        from zhiyin.flows import pay_account, ports

        brand = queries.brand_by_slug(slug=slug)
        tried = pay_account.check(brand_id=brand.id, providers=ports.wired().payments)
    say({"brand": slug, "works": not tried.code, "code": tried.code, "why": tried.why}, as_json)


def _read(path: Path) -> dict[str, Any]:
    from zhiyin.flows.ports import PaymentAccountRefused

    try:
        with path.open("rb") as file:
            said = json.loads(file.read(FILE_BYTES_MAX))
    except ValueError:
        raise PaymentAccountRefused(why="the file is no JSON") from None
    if not isinstance(said, dict):
        raise PaymentAccountRefused(why="the file holds no JSON object")
    return said


def _shown(slug: str) -> dict[str, Any]:
    from zhiyin.domain.brands import queries
    from zhiyin.storage.tenancy import brand_tx

    brand = queries.brand_by_slug(slug=slug)
    with brand_tx(brand.id):
        cards = queries.payment_accounts(brand_id=brand.id)
    rows = [
        {
            "provider": card.facts.provider.value,
            "merchant_id": card.facts.merchant_id,
            "app_id": card.facts.app_id,
            "version": card.version,
            "active_since": card.active_since,
            "retired_at": card.retired_at,
        }
        for card in cards
    ]
    return {"brand": slug, "accounts": rows}
