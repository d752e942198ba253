"""Providers of payments from the brands' accounts: made once for each version of an account."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from uuid import UUID

from django.urls import reverse

from zhiyin.connectors.sandbox.books import Books
from zhiyin.connectors.sandbox.pay import SandboxPay
from zhiyin.connectors.wechat.oauth import WechatDoor
from zhiyin.connectors.wxpay.account import (
    BASE_URL,
    PUBLIC_KEY_PREFIX,
    PlatformKey,
    WxPayMisconfigured,
    account,
    certificate,
    public_key,
)
from zhiyin.connectors.wxpay.client import WxPay
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import (
    PaymentAccountCard,
    PaymentAccountFacts,
    PaymentAccountMissing,
    PayProvider,
    PlatformKeyFacts,
)
from zhiyin.flows.paying import PaymentProvider
from zhiyin.flows.ports import PaymentAccountRefused
from zhiyin.storage.tenancy import brand_tx

FRESH_S = 3.0
Make = Callable[[UUID, PaymentAccountFacts], PaymentProvider]
Made = PaymentProvider | PaymentAccountRefused


@dataclass(frozen=True, slots=True)
class Known:
    """What a brand's accounts were when they were last read."""

    read_at: float
    accounts: tuple[PaymentAccountCard, ...]


class Providers:
    """The `PaymentProviders` of a process. `makes` says who is made of an account.

    The rows are read again after `fresh_s` seconds; a provider, with its connections and its
    ring of keys, stays until the version of its row is another. A forked process begins anew.
    """

    def __init__(self, makes: Mapping[PayProvider, Make], *, fresh_s: float = FRESH_S) -> None:
        self._makes = makes
        self._fresh_s = fresh_s
        self._turns = Lock()
        self._forget()

    def of(self, *, brand_id: UUID, merchant_id: str | None = None) -> PaymentProvider:
        """Raises PaymentAccountMissing, PaymentAccountRefused."""
        for card in self._accounts(brand_id):
            is_it = (
                card.retired_at is None
                if merchant_id is None
                else (card.facts.merchant_id == merchant_id)
            )
            if is_it:
                made = self._made(brand_id, card)
                if isinstance(made, PaymentAccountRefused):
                    raise PaymentAccountRefused(**made.details)
                return made
        raise PaymentAccountMissing(merchant_id=merchant_id)

    def all_of(self, *, brand_id: UUID) -> tuple[PaymentProvider, ...]:
        """Raises PaymentAccountMissing."""
        accounts = self._accounts(brand_id)
        if not accounts:
            raise PaymentAccountMissing()
        made = (self._made(brand_id, card) for card in accounts)
        return tuple(one for one in made if not isinstance(one, PaymentAccountRefused))

    def try_out(self, *, brand_id: UUID, facts: PaymentAccountFacts) -> PaymentProvider:
        """Raises PaymentAccountRefused."""
        make = self._makes.get(facts.provider)
        if make is None:
            raise PaymentAccountRefused(why=f"{facts.provider} is not for this installation")
        try:
            return make(brand_id, facts)
        except WxPayMisconfigured as wrong:
            raise PaymentAccountRefused(why=str(wrong)) from None

    def sign_in_of(self, *, brand_id: UUID) -> WechatDoor | None:
        """The official account of the payment account, if its secret is known."""
        for card in self._accounts(brand_id):
            facts = card.facts
            if card.retired_at is None and facts.provider is PayProvider.WXPAY:
                if not facts.app_secret or isinstance(
                    self._made(brand_id, card), PaymentAccountRefused
                ):
                    return None
                return WechatDoor(
                    app_id=facts.app_id, app_secret=facts.app_secret, base_url=facts.base_url
                )
        return None

    def look_again(self, *, brand_id: UUID) -> None:
        """Other processes see it after `fresh_s` seconds."""
        self._known.pop(brand_id, None)

    def _accounts(self, brand_id: UUID) -> tuple[PaymentAccountCard, ...]:
        if self._pid != os.getpid():
            self._forget()
        known = self._known.get(brand_id)
        if known is None or monotonic() - known.read_at > self._fresh_s:
            with brand_tx(brand_id):
                known = Known(monotonic(), brands.payment_accounts(brand_id=brand_id))
            # an account that is not there yet is looked for each time
            if known.accounts:
                self._known[brand_id] = known
        return known.accounts

    def _made(self, brand_id: UUID, card: PaymentAccountCard) -> Made:
        with self._turns:
            version, made = self._providers.get(card.id, (0, None))
            if made is None or version != card.version:
                try:
                    made = self.try_out(brand_id=brand_id, facts=card.facts)
                except PaymentAccountRefused as refused:
                    made = refused
                self._providers[card.id] = (card.version, made)
            return made

    def _forget(self) -> None:
        self._pid = os.getpid()
        self._known: dict[UUID, Known] = {}
        self._providers: dict[UUID, tuple[int, Made | None]] = {}


def wxpay(*, may_move: bool) -> Make:
    """WeChat Pay of an account; `may_move`: elsewhere than at WeChat Pay's own address."""

    def make(_brand_id: UUID, facts: PaymentAccountFacts) -> PaymentProvider:
        if facts.base_url and not may_move:
            raise PaymentAccountRefused(why="base_url is for installations that are not live")
        return WxPay(
            account(
                merchant_id=facts.merchant_id,
                app_id=facts.app_id,
                serial=facts.serial,
                private_key_pem=facts.private_key_pem,
                api_key=facts.api_key,
                platform_keys=[_platform_key(key) for key in facts.platform_keys],
            ),
            base_url=facts.base_url or BASE_URL,
        )

    return make


def sandbox(folder: Path, *, secret: bytes) -> Make:
    """The sandbox's provider of a brand."""
    books = Books(folder)

    def make(brand_id: UUID, facts: PaymentAccountFacts) -> PaymentProvider:
        slug = brands.brand_by_id(brand_id=brand_id).slug
        return SandboxPay(
            books,
            brand_id=brand_id,
            merchant_id=facts.merchant_id,
            app_id=facts.app_id,
            secret=secret,
            page_of=lambda number: reverse(
                "shop:sandbox-pay", kwargs={"slug": slug, "payment_no": number}
            ),
            transfer_page_of=lambda number: reverse(
                "shop:sandbox-transfer", kwargs={"slug": slug, "bill_no": number}
            ),
        )

    return make


def _platform_key(key: PlatformKeyFacts) -> PlatformKey:
    if key.serial.startswith(PUBLIC_KEY_PREFIX):
        return public_key(serial=key.serial, pem=key.pem)
    return certificate(pem=key.pem)
