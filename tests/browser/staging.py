"""The demo world with a little of everything in it: what each page of the product needs to show."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from tests.browser import staged_orders
from tests.paying import asked, sandboxed
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import TraitSource
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.bills import operations as bills
from zhiyin.domain.bills import queries as closed
from zhiyin.domain.bills.types import BillKind, BillLine, Difference, DifferenceFacts
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import BrandCard, ImportFacts, ImportKind, Role, RowProblem
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.commissions.types import Earner, PlanFacts
from zhiyin.domain.content import queries as content
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs import operations as koc_desk
from zhiyin.domain.kocs import queries as kocs
from zhiyin.domain.kocs.types import ApplicationFacts, FollowFor, KocCard
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Purpose
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as bought
from zhiyin.domain.orders.care import (
    AddressFacts,
    CaseAsked,
    CaseKind,
    CaseReason,
    InvoiceFacts,
    TitleKind,
)
from zhiyin.domain.orders.types import Buyer, Delivery
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions.types import CouponFacts, FlashSaleFacts, GroupBuyFacts
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets.types import PayeeFacts
from zhiyin.domain.webhooks import operations as webhooks
from zhiyin.domain.webhooks.types import Attempt, Failure
from zhiyin.flows import answering, decide, koc_review, privacy, purchase
from zhiyin.flows import board as boards
from zhiyin.flows.paying import PaymentFact, PaymentState
from zhiyin.flows.paying_out import TransferAsked
from zhiyin.flows.purchase import Basket, Wanted, cases
from zhiyin.interfaces.console import uploads
from zhiyin.interfaces.console.accounts import add_account
from zhiyin.kit.ids import uuid7
from zhiyin.storage.media import MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx
from zhiyin.storage.tests.pictures import file_of

SLUG = "anning"
NEED = "160，100斤，梨形，小腿粗，下个月参加婚礼，想显瘦，配我的米色鞋，400以内，要会发光"
BODY = NeedSlots(height_cm=160.0, weight_kg=50.0, age=30.0, body_shape="pear")
ROWS = "编号,昵称\nm-1,小禾\nm-2,小满的妹妹\n".encode()


@dataclass(frozen=True)
class Stage:
    """Ids that stand for the parameters of addresses, and who may open the pages."""

    ids: dict[str, Any]
    asker_id: UUID
    koc_member_id: UUID
    user_id: int


def a_member(brand: BrandCard, nickname: str, body: NeedSlots | None = None) -> UUID:
    """A member; with a body, she agreed to have it kept and shared, and it is kept."""
    now = datetime.now(UTC)
    with brand_tx(brand.id):
        member_id = members.create_member(brand_id=brand.id, nickname=nickname, now=now)
    if body is None:
        return member_id
    for purpose in (Purpose.BODY_FACTS, Purpose.SHARE_WITH_KOC):
        privacy.grant_consent(
            brand_id=brand.id,
            member_id=member_id,
            purpose=purpose,
            text_version="2026-11",
            channel="h5",
            now=now,
        )
    with brand_tx(brand.id):
        audience.state_traits(
            brand_id=brand.id,
            member_id=member_id,
            slots=body,
            source=TraitSource.FORM,
            now=now,
        )
    return member_id


def session_of(member_id: UUID) -> str:
    """A session in which this member of the demo brand is signed in."""
    client = Client()
    session = client.session
    session[f"member:{SLUG}"] = str(member_id)
    session.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def staff_session(user_id: int) -> str:
    """A session in which this account is signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def set_stage() -> Stage:
    """Play in the demo brand what its pages show: a need, a talk, an application, an import."""
    now = datetime.now(UTC)
    brand = tenants.brand_by_slug(slug=SLUG)
    user_id, _secret = add_account(name="stagehand", password="a long enough sentence")
    asker_id, author_id = a_member(brand, "小禾", BODY), a_member(brand, "晓雯", BODY)
    ids: dict[str, Any] = {"slug": SLUG, "user_id": user_id, "rank": 1, "slot": "styles"}
    ids["kind"] = "commission_payable"
    with brand_tx(brand.id):
        koc, other = kocs.kocs(brand_id=brand.id)[:2]
        ids["koc_id"] = koc.id
        _house(brand, user_id, ids, now)
        _sales(brand, user_id, asker_id, ids, now)
        _help(brand, user_id, koc, ids, now)
        _closed_day(brand, ids, now)
        _need(brand, asker_id, ids, now)
        koc_desk.follow(
            brand_id=brand.id,
            member_id=asker_id,
            koc_id=koc.id,
            follow_for=FollowFor.BODY,
            now=now,
        )
    ids["application_id"] = koc_review.apply(
        brand_id=brand.id,
        member_id=author_id,
        application=ApplicationFacts(
            name="晓雯", statement="三个姐妹的衣服都是我挑的。", good_at={"occasion": ["wedding"]}
        ),
        body=BODY,
        now=now,
    )
    _talk(brand, asker_id, koc, other, ids, now)
    _buying(brand, asker_id, ids, now)
    _after_sales(brand, asker_id, ids, now)
    staged_orders.set_orders(brand, asker_id, user_id, ids, now)
    ids["payment_no"] = "staged-payment"
    provider = sandboxed(brand.id, "sandbox-anning")
    provider.open_payment(asked=asked(ids["payment_no"]))
    ids["bill_no"] = "stagedtransfer"
    provider.transfer(
        asked=TransferAsked(
            bill_no=ids["bill_no"],
            amount_fen=60_000,
            payee="koc",
            name="林小满",
            remark="安宁 佣金",
            notify_url="",
        )
    )
    return Stage(ids, asker_id, koc.member_id, user_id)


def _sales(
    brand: BrandCard, user_id: int, asker_id: UUID, ids: dict[str, Any], now: datetime
) -> None:
    """A group-buy that runs, with a group in it, a flash sale to come and a coupon."""
    at = {"brand_id": brand.id, "now": now}
    skus = [sku.id for sku in goods.product(brand_id=brand.id, product_id=ids["product_id"]).skus]
    hour = timedelta(hours=1)
    said: dict[str, Any] = {"starts_at": now, "ends_at": now + 72 * hour}
    group_buy = GroupBuyFacts(
        name_zh="三人拼连衣裙",
        name_en="A dress for three",
        sku_ids=skus,
        price_fen=25_900,
        seats=3,
        open_hours=24,
        per_person=2,
        **said,
    )
    ids["promotion_id"] = promotions.create(facts=group_buy, user_id=user_id, **at)
    order_id = uuid7()
    seat = promotions.open_group(
        group_buy_id=ids["promotion_id"], member_id=asker_id, order_id=order_id, **at
    )
    ids["group_id"] = seat.group_id
    promotions.seat_paid(order_id=order_id, **at)
    flash = FlashSaleFacts(
        name_zh="周五秒杀",
        name_en="Friday flash sale",
        sku_id=skus[0],
        price_fen=19_900,
        most_uses=50,
        starts_at=now + 24 * hour,
        ends_at=now + 26 * hour,
    )
    coupon = CouponFacts(
        name_zh="新客满 300 减 30",
        name_en="30 off from 300 for new customers",
        off_fen=3_000,
        from_fen=30_000,
        is_for_new_customers=True,
        is_claimable=True,
        code="WELCOME30",
        per_person=1,
        **said,
    )
    promotions.create(facts=flash, user_id=user_id, **at)
    ids["coupon_id"] = promotions.create(facts=coupon, user_id=user_id, **at)


def _help(brand: BrandCard, user_id: int, koc: KocCard, ids: dict[str, Any], now: datetime) -> None:
    """A plan that is on, and the KOC who earns by it."""
    facts = PlanFacts(name="达人分佣", earner=Earner.KOC, rate_bps=800)
    by = {"brand_id": brand.id, "user_id": user_id, "now": now}
    ids["plan_id"] = commissions.create_plan(facts=facts, **by)
    commissions.switch_on(plan_id=ids["plan_id"], **by)
    at = {"brand_id": brand.id, "member_id": koc.member_id, "now": now}
    commissions.enrol(earner=Earner.KOC, koc_id=koc.id, **at)
    facts = PayeeFacts("林小满", "11010519491231002X")
    wallets.state_payee(facts=facts, zone=brand.time_zone, **at)
    expense = Account(AccountKind.COMMISSION_EXPENSE)
    payable = Account(AccountKind.COMMISSION_PAYABLE, koc.member_id)
    ledger.post(
        brand_id=brand.id, cause="bonus:staged", legs=[Leg(expense, payable, 500_000)], at=now
    )
    for n, (fen, tax) in enumerate([(60_000, 0), (250_000, 46_000)]):
        ids["withdrawal_id"] = wallets.withdraw(
            amount_fen=fen, tax_fen=tax, key=f"staged-{n}", zone=brand.time_zone, **at
        ).id


def _closed_day(brand: BrandCard, ids: dict[str, Any], now: datetime) -> None:
    """Yesterday's bill, with a difference that waits for somebody."""
    paid = {"kind": BillKind.PAYMENT, "transaction_id": "4200002026112212345678"}
    numbers = [f"01a206f47c9b7d8a9c0e{n:012d}" for n in range(3)]
    lines = [BillLine(number=one, amount_fen=36_800, at=now, **paid) for one in numbers]
    differs = DifferenceFacts(
        difference=Difference.CHANGED, number=numbers[0], billed_fen=36_800, ours_fen=36_700, **paid
    )
    bills.keep_bill(
        brand_id=brand.id,
        provider="wxpay",
        merchant_id="1900000109",
        day=now.date(),
        lines=lines,
        differences=[differs],
        now=now,
    )
    # the demo's worker may have closed yesterday meanwhile
    day = next(one for one in closed.days(brand_id=brand.id).days if one.differences)
    ids["bill_id"] = day.id
    ids["difference_id"] = closed.differences(brand_id=brand.id, bill_id=day.id)[0].id
    ledger.seal(brand_id=brand.id, now=now)


def _house(brand: BrandCard, user_id: int, ids: dict[str, Any], now: datetime) -> None:
    ids["role_id"] = brands.grant_role(
        brand_id=brand.id, user_id=user_id, role=Role.ADMIN, store_id=None, now=now
    )
    ids["store_id"] = tenants.stores(brand_id=brand.id).stores[0].id
    ids["product_id"] = goods.products(brand_id=brand.id, limit=1).products[0].id
    ids["show_id"] = content.shows_of_product(brand_id=brand.id, product_id=ids["product_id"])[0].id
    ids["look_id"] = content.looks(brand_id=brand.id)[0].id
    ids |= {"term_slot": "goals", "value": "slimming"}
    ids["run_id"] = brands.open_import(
        brand_id=brand.id,
        facts=ImportFacts(
            kind=ImportKind.MEMBERS,
            file_name="2026 年 11 月会员（含身材数据，已获同意）.csv",
            file_hash="staged",
            mapping={"columns": {"昵称": "nickname"}},
            rows_total=3,
        ),
        now=now,
    )
    brands.advance_import(
        brand_id=brand.id,
        run_id=ids["run_id"],
        rows_read=3,
        rows_bad=1,
        problems=[RowProblem(2, "手机", "row_refused", "不是大陆手机号")],
    )
    ids["endpoint_id"], _told = webhooks.add_endpoint(
        brand_id=brand.id,
        url="https://erp.anning.example/zhiyin/events/of-the-shop?token-free=1",
        note="仓库系统",
        event_types=["members.member_joined"],
        may_http=False,
        may_private=False,
        now=now,
    )
    ids["delivery_id"] = webhooks.queue_test(
        brand_id=brand.id, endpoint_id=ids["endpoint_id"], event_type="webhooks.test", now=now
    )
    webhooks.record(
        brand_id=brand.id,
        delivery_id=ids["delivery_id"],
        attempt=Attempt(
            at=now, took_ms=184, status=500, failure=Failure.STATUS, answer='{"error": "try later"}'
        ),
    )
    ids["upload_id"] = uploads.keep(
        brand_id=brand.id,
        chunks=[ROWS],
        file_name="会员.csv",
        kind=ImportKind.MEMBERS,
        language="zh-hans",
    ).id


def _need(brand: BrandCard, asker_id: UUID, ids: dict[str, Any], now: datetime) -> None:
    taxonomy = kept.taxonomy(brand_id=brand.id)
    ids["need_id"] = audience.save_need(
        brand_id=brand.id,
        text=NEED,
        slots=read(NEED, taxonomy, now.date()).slots,
        taxonomy_version=taxonomy.version,
        member_id=asker_id,
        now=now,
    )
    audience.set_saved(
        brand_id=brand.id, need_id=ids["need_id"], member_id=asker_id, saved=True, now=now
    )
    ids["decision_id"] = decide.answer_need(
        brand_id=brand.id,
        asker=decide.Asker(member_id=asker_id),
        folder=settings.MODEL_FOLDER,
        now=now,
        need_id=ids["need_id"],
    ).decision_id


def _buying(brand: BrandCard, asker_id: UUID, ids: dict[str, Any], now: datetime) -> None:
    """A whole look in the cart, and an order that waits to be collected."""
    with brand_tx(brand.id):
        look = content.look(brand_id=brand.id, look_id=ids["look_id"])
        known = goods.products_by_id(
            brand_id=brand.id, product_ids=[item.product_id for item in look.items]
        )
        skus = [
            next(sku for sku in known[item.product_id].skus if sku.on_hand) for item in look.items
        ]
        for sku in skus:
            ids["item_id"] = orders.put_in_cart(
                brand_id=brand.id,
                buyer=Buyer(member_id=asker_id),
                sku_id=sku.id,
                quantity=1,
                look_id=look.id,
                koc_id=look.koc_id,
                now=now,
            )
        store_id = goods.stores_with(brand_id=brand.id, pieces={skus[0].id: 1})[0]
    placed = purchase.place(
        brand_id=brand.id,
        member_id=asker_id,
        request_key=uuid4(),
        basket=Basket(
            wanted=(Wanted(sku_id=skus[0].id, quantity=1),),
            delivery=Delivery.PICKUP,
            store_id=store_id,
        ),
        provider="sandbox",
        now=now,
    )
    ids["order_id"] = placed.order_id
    purchase.settle(
        brand_id=brand.id,
        provider="sandbox",
        fact=PaymentFact(
            payment_no=placed.payment_id.hex,
            state=PaymentState.PAID,
            merchant_id="staged",
            app_id="staged",
            amount_fen=placed.payable_fen,
            currency="CNY",
            transaction_id=f"staged-{placed.order_id.hex[:12]}",
            paid_at=now,
        ),
        now=now,
    )


def _after_sales(brand: BrandCard, asker_id: UUID, ids: dict[str, Any], now: datetime) -> None:
    """Money asked back for the order, an address of hers, and an invoice that is asked for."""
    own = {"brand_id": brand.id, "member_id": asker_id}
    with brand_tx(brand.id):
        (line,) = bought.order(brand_id=brand.id, order_id=ids["order_id"]).lines
        facts = AddressFacts(name="小禾", phone="13900001111", region="上海", street="一路 2 号")
        ids["address_id"] = orders.add_address(**own, facts=facts, now=now)
        title = InvoiceFacts(kind=TitleKind.PERSONAL, title="小禾")
        ids["invoice_id"] = orders.ask_invoice(
            **own, order_id=ids["order_id"], facts=title, now=now
        )
    asked_back = CaseAsked(
        kind=CaseKind.REFUND_ONLY,
        reason=CaseReason.SIZE,
        pieces={line.key: 1},
    )
    seam = Image.new("RGB", (640, 480), "#8C3B2E")
    case = cases.ask(
        **own,
        order_id=ids["order_id"],
        request_key=uuid4(),
        asked=asked_back,
        photos=[inspect_and_clean(file_of(seam, "JPEG"))],
        media=MediaStore(settings.MEDIA_FOLDER),
        now=now,
    )
    ids["case_id"], ids["place"] = case.id, 1


def _talk(
    brand: BrandCard, asker_id: UUID, koc: Any, other: Any, ids: dict[str, Any], now: datetime
) -> None:
    ids["question_id"] = answering.ask(
        brand_id=brand.id,
        member_id=asker_id,
        need_id=ids["need_id"],
        koc_id=koc.id,
        words="坐下来肚子会不会明显？",
        now=now,
    )
    with brand_tx(brand.id):
        ids["report_id"] = conversations.report(
            brand_id=brand.id,
            question_id=ids["question_id"],
            reporter_id=asker_id,
            reason="说话不客气",
            now=now,
        )
        ids["away_id"] = koc_desk.go_away(
            brand_id=brand.id,
            koc_id=koc.id,
            starts_at=now + timedelta(days=60),
            ends_at=now + timedelta(days=67),
            now=now,
        )
    ids["board_id"] = _board(brand, asker_id, ids, now)
    ids["block_id"] = answering.block_koc(
        brand_id=brand.id, member_id=asker_id, koc_id=other.id, now=now
    )


def _board(brand: BrandCard, asker_id: UUID, ids: dict[str, Any], now: datetime) -> UUID:
    """A decision board of the asker on which a friend has voted."""
    with brand_tx(brand.id):
        products = [one.id for one in goods.products(brand_id=brand.id, limit=3).products]
    asker = decide.Asker(member_id=asker_id)
    question, found = boards.read_question(
        brand_id=brand.id, text="160，会不会显腿短？", today=now.date(), second=None
    )
    with brand_tx(brand.id):
        board_id = boards.make(
            brand_id=brand.id,
            asker=asker,
            question=question,
            found=found,
            product_ids=products,
            request_key=uuid4(),
            now=now,
        )
        who = boards.who(asker)
        ids["link"] = talks.board(brand_id=brand.id, board_id=board_id, who=who).link
    ids["vote_id"] = boards.vote(
        brand_id=brand.id,
        friend=decide.Asker(guest_key=uuid4()),
        link=ids["link"],
        product_id=products[0],
        words="中间那件更衬你",
        now=now,
    )
    return board_id
