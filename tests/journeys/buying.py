"""A town in which people buy: a brand with two stores, dresses at known prices, and shoppers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tests.cast import NOW, make_brand
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import StoreFacts
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as shelves
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts, StockFacts
from zhiyin.domain.ledger import queries as ledger
from zhiyin.domain.ledger.types import AccountKind
from zhiyin.domain.members import operations as members
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import Delivery, OrderCard, Placed
from zhiyin.flows import audits, purchase
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.flows.purchase import Basket, Wanted
from zhiyin.storage.tenancy import brand_tx

PROVIDER = "sandbox"
SOON = NOW + timedelta(minutes=1)


@dataclass
class Market:
    """What the tests of buying share. Every act is a transaction of its own, as in life."""

    brand_id: UUID
    stores: tuple[UUID, UUID]
    skus: tuple[UUID, ...]
    clerk: int
    provider: str = PROVIDER
    merchant_id: str = "sandbox-1"
    _paid: list[str] = field(default_factory=list)

    def shopper(self) -> UUID:
        with brand_tx(self.brand_id):
            return members.create_member(
                brand_id=self.brand_id, language="zh-hans", nickname="", now=NOW
            )

    def basket(
        self, *lines: tuple[int, int], delivery: Delivery = Delivery.PICKUP, store: int = 0
    ) -> Basket:
        return Basket(
            wanted=tuple(Wanted(sku_id=self.skus[n], quantity=count) for n, count in lines),
            delivery=delivery,
            store_id=self.stores[store] if delivery is Delivery.PICKUP else None,
        )

    def place(self, member_id: UUID, *lines: tuple[int, int], **more: object) -> Placed:
        return self.place_wanted(member_id, self.basket(*lines).wanted, **more)

    def place_wanted(
        self,
        member_id: UUID,
        wanted: tuple[Wanted, ...],
        key: UUID | None = None,
        now: datetime = NOW,
        **more: object,
    ) -> Placed:
        return purchase.place(
            brand_id=self.brand_id,
            member_id=member_id,
            request_key=key or uuid4(),
            basket=Basket(wanted=wanted, delivery=Delivery.PICKUP, store_id=self.stores[0]),
            provider=self.provider,
            merchant_id=self.merchant_id,
            now=now,
            **more,
        )

    def fact(self, placed: Placed, **other: object) -> PaymentFact:
        facts = {
            "payment_no": placed.payment_id.hex,
            "state": PaymentState.PAID,
            "merchant_id": self.merchant_id,
            "app_id": "a",
            "amount_fen": placed.payable_fen,
            "currency": "CNY",
            "transaction_id": f"t{placed.payment_id.hex[:20]}",
            "paid_at": SOON,
        }
        return PaymentFact(**(facts | other))

    def pay(self, placed: Placed, now: datetime = SOON, **other: object) -> None:
        purchase.settle(
            brand_id=self.brand_id,
            provider=self.provider,
            fact=self.fact(placed, **other),
            now=now,
        )

    def order(self, placed: Placed) -> OrderCard:
        with brand_tx(self.brand_id):
            return orders.order(brand_id=self.brand_id, order_id=placed.order_id)

    def code(self, placed: Placed) -> str:
        with brand_tx(self.brand_id):
            return orders.code_of(brand_id=self.brand_id, order_id=placed.order_id)

    def collect(self, code: str, now: datetime = SOON, store: int = 0) -> OrderCard:
        return purchase.collect(
            brand_id=self.brand_id,
            code=code,
            store_id=self.stores[store],
            user_id=self.clerk,
            now=now,
        )

    def left(self, sku: int, store: int = 0) -> tuple[int, int]:
        """On hand and held of a SKU in a store."""
        place = self.skus[sku], self.stores[store]
        with brand_tx(self.brand_id):
            count = shelves.counts(brand_id=self.brand_id, places=[place])[place]
        return count.on_hand, count.held

    def books(self) -> dict[str, int]:
        """Every account that is not at zero."""
        with brand_tx(self.brand_id):
            trial = ledger.trial_balance(brand_id=self.brand_id)
        assert trial.debit_fen == trial.credit_fen
        return {AccountKind(kind).value: fen for kind, fen in trial.balances_fen.items() if fen}

    def violations(self, now: datetime = SOON) -> dict[str, object]:
        """What `zhiyin audit` would print: nothing."""
        found = audits.run(brand_ids=[self.brand_id], now=now)
        return {each.audit.code: each.violations for each in found if each.violations}


def open_market(pieces: Sequence[int], prices: Sequence[int] = (), slug: str = "cedar") -> Market:
    """SKUs with so many pieces each in the first store, at these prices (100 yuan if not said)."""
    brand_id = make_brand(slug).id
    words = {"name_zh": "店", "name_en": "Store", "city": "上海", "address": "1", "hours": ""}
    codes = ["s1", "s2"]
    with brand_tx(brand_id):
        brands.save_stores(
            brand_id=brand_id, stores=[StoreFacts(code=code, **words) for code in codes], now=NOW
        )
        stores = tenants.store_ids_by_code(brand_id=brand_id, codes=codes)
        product = ProductFacts(code="p", category=Category.DRESS, name_zh="裙", name_en="Dress")
        catalog.save_products(brand_id=brand_id, products=[product], now=NOW)
        skus = [
            SkuFacts(
                product_code="p",
                code=f"k{n:02}",
                color=Color.RED,
                size_code=n,
                size_label=str(n),
                price_fen=prices[n] if n < len(prices) else 10_000,
            )
            for n in range(len(pieces))
        ]
        catalog.save_skus(brand_id=brand_id, skus=skus)
        stock = [
            StockFacts(sku_code=sku.code, store_code="s1", on_hand=n)
            for sku, n in zip(skus, pieces, strict=True)
        ]
        catalog.set_stock(brand_id=brand_id, stock=stock, store_ids=stores, now=NOW)
        ids = shelves.sku_ids_by_code(brand_id=brand_id, codes=[sku.code for sku in skus])
    clerk = brands.create_account(name=f"clerk-{slug}", password=uuid4().hex)
    return Market(
        brand_id, (stores["s1"], stores["s2"]), tuple(ids[sku.code] for sku in skus), clerk
    )
