"""Naming the account into which a brand is paid, and trying it without moving money."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiyin.domain.brands import operations, queries
from zhiyin.domain.brands.types import (
    PaymentAccountFacts,
    PayProvider,
    PlatformKeyFacts,
)
from zhiyin.flows.paying import PaymentError, PaymentNotFound
from zhiyin.flows.ports import PaymentAccountRefused, PaymentProviders
from zhiyin.storage.tenancy import brand_tx

NOBODYS_NUMBER = "zhiyin-check-0"
CHARS_MAX = {"merchant_id": 32, "app_id": 32, "serial": 64, "base_url": 200}
SECRET_CHARS_MAX = 8_000
KEYS_MAX = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying an account. `code` and `why` are empty where all is well."""

    code: str = ""
    why: str = ""


def facts_of(said: Mapping[str, Any]) -> PaymentAccountFacts:
    """The account that a JSON object names. Raises PaymentAccountRefused."""
    known = {field.name for field in fields(PaymentAccountFacts)}
    if unknown := sorted(set(said) - known):
        raise PaymentAccountRefused(why=f"{unknown[0]} is no setting")
    try:
        provider = PayProvider(said.get("provider", PayProvider.WXPAY))
    except ValueError:
        raise PaymentAccountRefused(why="provider is wxpay or sandbox") from None
    texts = {name: said.get(name, "") for name in known - {"provider", "platform_keys"}}
    for name, value in texts.items():
        if not isinstance(value, str) or "\x00" in value:
            raise PaymentAccountRefused(why=f"{name} is a text")
        if len(value) > CHARS_MAX.get(name, SECRET_CHARS_MAX):
            raise PaymentAccountRefused(why=f"{name} is too long")
    return PaymentAccountFacts(
        provider=provider,
        platform_keys=_keys_of(said.get("platform_keys", [])),
        **{name: value.strip() for name, value in texts.items()},
    )


def set_account(
    *, brand_id: UUID, facts: PaymentAccountFacts, providers: PaymentProviders, now: datetime
) -> UUID:
    """Have the brand paid into an account from now on; returns the account's id.

    A secret left empty stays what it was for this merchant and app. Nobody is called.
    Raises PaymentAccountRefused, with nothing changed.
    """
    if not facts.merchant_id or not facts.app_id:
        raise PaymentAccountRefused(why="merchant_id and app_id are needed")
    with brand_tx(brand_id):
        facts = _completed(brand_id, facts)
    providers.try_out(brand_id=brand_id, facts=facts)
    with brand_tx(brand_id):
        account_id = operations.set_payment_account(brand_id=brand_id, facts=facts, now=now)
    providers.look_again(brand_id=brand_id)
    return account_id


def check(*, brand_id: UUID, providers: PaymentProviders) -> Tried:
    """Ask the provider for a payment that nobody opened: if it knows of none, all is well.

    Calls the provider, so not inside a transaction. Raises PaymentAccountMissing.
    """
    try:
        providers.of(brand_id=brand_id).query_payment(payment_no=NOBODYS_NUMBER)
    except PaymentNotFound:
        return Tried()
    except (PaymentError, PaymentAccountRefused) as refused:
        return Tried(refused.code, str(refused.details.get("why", "")))
    return Tried()


def _completed(brand_id: UUID, facts: PaymentAccountFacts) -> PaymentAccountFacts:
    for card in queries.payment_accounts(brand_id=brand_id):
        known = card.facts
        if (known.provider, known.merchant_id, known.app_id) == (
            facts.provider,
            facts.merchant_id,
            facts.app_id,
        ):
            return replace(
                facts,
                private_key_pem=facts.private_key_pem or known.private_key_pem,
                api_key=facts.api_key or known.api_key,
                app_secret=facts.app_secret or known.app_secret,
                platform_keys=facts.platform_keys or known.platform_keys,
            )
    return facts


def _keys_of(said: object) -> tuple[PlatformKeyFacts, ...]:
    if not isinstance(said, list) or len(said) > KEYS_MAX:
        raise PaymentAccountRefused(why="platform_keys is a short list")
    keys = []
    for one in said:
        if not isinstance(one, dict) or not isinstance(one.get("pem"), str):
            raise PaymentAccountRefused(why="each of platform_keys has a pem")
        serial = one.get("serial", "")
        if not isinstance(serial, str) or len(serial) > CHARS_MAX["serial"]:
            raise PaymentAccountRefused(why="the serial of a platform key is a text")
        keys.append(PlatformKeyFacts(serial=serial, pem=one["pem"]))
    return tuple(keys)
