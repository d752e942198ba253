"""A brand in which every text that somebody wrote bears its mark, and a name for each id."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

from django.conf import settings
from PIL import Image

from tests.cast import NOW
from tests.journeys import (
    town_buying,
    town_help,
    town_orders,
    town_refunds,
    town_sales,
    town_talk,
)
from tests.paying import asked
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import (
    BrandCard,
    ImportFacts,
    ImportKind,
    PaymentAccountFacts,
    PayProvider,
    PlatformKeyFacts,
    Role,
    RowProblem,
    StoreFacts,
)
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog import queries as goods
from zhiyin.domain.catalog.types import (
    Category,
    Color,
    HoldLine,
    ProductFacts,
    SkuFacts,
    StockFacts,
)
from zhiyin.domain.content import operations as content
from zhiyin.domain.content.types import (
    FitVerdict,
    ShowFacts,
    ShowSource,
    ShowState,
)
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs.types import FollowFor, KocFacts
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Channel, MemberFacts, Opened, Purpose
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders.types import PurchaseFacts
from zhiyin.domain.webhooks import operations as webhooks
from zhiyin.domain.webhooks.types import Attempt
from zhiyin.flows import ports
from zhiyin.interfaces.console import uploads
from zhiyin.interfaces.console.accounts import add_account
from zhiyin.storage.media import MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx
from zhiyin.storage.tests.pictures import file_of

PRODUCTS, WORN = 6, 30
CROWD = ("asker", "koc", "applicant", "refused", "blocked", "author")
BODY = {"height_cm": 160, "weight_kg": 52, "body_shape": "pear"}


@dataclass(frozen=True)
class Town:
    """A brand, its mark, and what stands for each parameter of an address."""

    brand: BrandCard
    mark: str
    people: dict[str, UUID]
    user_id: int
    api_key: str
    ids: dict[str, Any]

    def style(self) -> str:
        """The word that this brand added to the taxonomy."""
        return f"{self.mark}-style"


def settle(mark: str) -> Town:
    """Make the brand whose short name is its mark, fill every room, and train its model."""
    brands.create_brand(
        slug=mark, name_zh=f"{mark}品牌", name_en=f"{mark} brand", is_demo=False, now=NOW
    )
    brand = tenants.brand_by_slug(slug=mark)
    user_id, _secret = add_account(name=f"{mark}-staff", password=f"{mark}-password-of-staff")
    ids: dict[str, Any] = {"slug": mark, "user_id": user_id, "kind": "sales"}
    with brand_tx(brand.id):
        api_key = _house(brand, mark, user_id, ids)
        people = _people(brand, mark)
        _goods(brand, mark, ids)
        _kocs(brand, mark, people, ids)
        _shows(brand, mark, people, ids)
        town_sales.sales(brand, mark, people, ids)
        town_help.help_paid_for(brand, mark, people, ids)
        town_help.help_paid_out(brand, mark, people, ids)
        town_help.closed_day(brand, mark, ids)
        town_talk.words(brand, mark, user_id)
    ids["payment_no"] = f"{mark}-pay"
    provider = ports.payment_provider(brand_id=brand.id)
    provider.open_payment(asked=asked(ids["payment_no"], subject=f"{mark} is paid for"))
    town_help.a_transfer(mark, ids, provider)
    town_buying.buying(brand, mark, people, ids)
    town_refunds.money(brand, mark, people, ids)
    town_talk.applications(brand, mark, people, user_id, ids)
    town_talk.need(brand, mark, people, ids)
    town_talk.talk(brand, mark, people, ids)
    town_talk.board(brand, mark, people, ids)
    town_orders.bought(brand, mark, people, user_id, ids)
    return Town(brand, mark, people, user_id, api_key, ids)


def _house(brand: BrandCard, mark: str, user_id: int, ids: dict[str, Any]) -> str:
    store = StoreFacts(
        code=f"{mark}-store",
        name_zh=f"{mark}店",
        name_en=f"{mark} store",
        city=f"{mark}城",
        address=f"{mark}路 1 号",
        hours=f"{mark} 10-22",
    )
    brands.save_stores(brand_id=brand.id, stores=[store], now=NOW)
    ids["store_id"] = tenants.store_ids_by_code(brand_id=brand.id, codes=[store.code])[store.code]
    ids["role_id"] = brands.grant_role(
        brand_id=brand.id, user_id=user_id, role=Role.ADMIN, store_id=None, now=NOW
    )
    ids["run_id"] = brands.open_import(
        brand_id=brand.id,
        facts=ImportFacts(
            kind=ImportKind.MEMBERS,
            file_name=f"{mark}.csv",
            file_hash=mark,
            mapping={"columns": {f"{mark}-column": "nickname"}},
            rows_total=3,
        ),
        now=NOW,
    )
    brands.advance_import(
        brand_id=brand.id,
        run_id=ids["run_id"],
        rows_read=3,
        rows_bad=1,
        problems=[RowProblem(2, f"{mark}-column", "row_refused", f"{mark} is no phone")],
    )
    ids["endpoint_id"], _secret = webhooks.add_endpoint(
        brand_id=brand.id,
        url=f"https://{mark}.example/hook",
        note=f"{mark} erp",
        event_types=[],
        may_http=False,
        may_private=False,
        now=NOW,
    )
    ids["delivery_id"] = webhooks.queue_test(
        brand_id=brand.id, endpoint_id=ids["endpoint_id"], event_type="webhooks.test", now=NOW
    )
    webhooks.record(
        brand_id=brand.id,
        delivery_id=ids["delivery_id"],
        attempt=Attempt(at=NOW, took_ms=9, status=200, answer=f"{mark} took it"),
    )
    answer_id = brands.claim_answer(
        brand_id=brand.id,
        actor="somebody",
        route="POST api/v1/stock/adjustments",
        key=f"{mark}-key",
        body_hash=bytes(32),
        now=NOW,
    )
    brands.keep_answer(brand_id=brand.id, answer_id=answer_id, status=200, body="{}")
    ids["upload_id"] = uploads.keep(
        brand_id=brand.id,
        chunks=[f"{mark}-id,name\n{mark}-1,{mark} uploaded\n".encode()],
        file_name=f"{mark}-upload.csv",
        kind=ImportKind.MEMBERS,
        language="en",
    ).id
    brands.set_payment_account(
        brand_id=brand.id,
        facts=PaymentAccountFacts(
            provider=PayProvider.SANDBOX,
            merchant_id=f"{mark}-merchant",
            app_id=f"{mark}-app",
            serial=f"{mark}-serial",
            platform_keys=(PlatformKeyFacts(serial=f"{mark}-key", pem=f"{mark}-pem"),),
            base_url=f"https://{mark}.example",
        ),
        now=NOW,
    )
    return brands.issue_api_key(
        brand_id=brand.id, slug=mark, label=f"{mark}-label", role=Role.ADMIN, now=NOW
    )


def _people(brand: BrandCard, mark: str) -> dict[str, UUID]:
    made = members.import_members(
        brand_id=brand.id,
        members=[
            MemberFacts(external_id=f"{mark}-{one}", nickname=f"{mark}{one}") for one in CROWD
        ],
        now=NOW,
    ).ids
    people = {one: made[f"{mark}-{one}"] for one in CROWD}
    for member_id in people.values():
        for purpose in (Purpose.BODY_FACTS, Purpose.SHARE_WITH_KOC):
            members.grant_consent(
                brand_id=brand.id,
                member_id=member_id,
                purpose=purpose,
                channel=f"{mark}-h5",
                text_version=f"{mark}-text",
                now=NOW,
            )
    members.link_identity(
        brand_id=brand.id,
        member_id=people["asker"],
        channel=Channel.WECHAT_OPENID,
        value=f"{mark}-openid",
        now=NOW,
    )
    tag_id = audience.add_tag(brand_id=brand.id, group=f"{mark}-group", name=f"{mark}-tag", now=NOW)
    audience.tag_members(
        brand_id=brand.id, tag_id=tag_id, member_ids=[people["asker"], people["koc"]], now=NOW
    )
    return people


def _goods(brand: BrandCard, mark: str, ids: dict[str, Any]) -> None:
    codes = [f"{mark}-p{n}" for n in range(PRODUCTS)]
    catalog.save_products(
        brand_id=brand.id,
        products=[
            ProductFacts(
                code=code,
                category=Category.DRESS,
                name_zh=f"{mark}连衣裙",
                name_en=f"{mark} dress",
                description_zh=f"{mark}的描述",
                description_en=f"{mark} described",
                care_zh=f"{mark}手洗",
                care_en=f"{mark} by hand",
                kind=f"{mark}-kind",
                attributes={"neckline": "v", "cut": "a_line"},
            )
            for code in codes
        ],
        now=NOW,
    )
    skus = [
        SkuFacts(
            product_code=code,
            code=f"{code}-{size}",
            color=Color.BEIGE,
            size_code=size,
            size_label=f"{mark}{size}",
            price_fen=29_900,
        )
        for code in codes
        for size in (2, 4, 6)
    ]
    catalog.save_skus(brand_id=brand.id, skus=skus)
    catalog.set_stock(
        brand_id=brand.id,
        stock=[StockFacts(sku_code=s.code, store_code=f"{mark}-store", on_hand=3) for s in skus],
        store_ids={f"{mark}-store": ids["store_id"]},
        now=NOW,
    )
    found = goods.product_ids_by_code(brand_id=brand.id, codes=codes)
    ids["products"] = [found[code] for code in codes]
    ids["product_id"] = ids["products"][0]
    _stock(brand, mark, ids)
    ids["code"] = codes[0]


def _stock(brand: BrandCard, mark: str, ids: dict[str, Any]) -> None:
    skus = goods.product(brand_id=brand.id, product_id=ids["product_id"]).skus
    at = {"brand_id": brand.id, "sku_id": skus[0].id, "store_id": ids["store_id"], "now": NOW}
    ids["sku_id"] = skus[0].id
    catalog.adjust_stock(
        change=1,
        reason=f"{mark} found one",
        user_id=ids["user_id"],
        key=f"{mark}-adjustment",
        **at,
    )
    catalog.keep_by_unit(**at)
    cause = f"{mark}-bought"
    catalog.hold(
        brand_id=brand.id,
        lines=[HoldLine(sku_id=skus[0].id, store_id=ids["store_id"], quantity=2)],
        cause=cause,
        until=NOW + timedelta(minutes=15),
        now=NOW,
    )
    catalog.keep(brand_id=brand.id, cause=cause, now=NOW)
    catalog.hand_over(
        brand_id=brand.id,
        cause=cause,
        key=f"{mark}-parcel",
        lines=[HoldLine(sku_id=skus[0].id, store_id=ids["store_id"], quantity=1)],
        now=NOW,
    )


def _kocs(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    ids["koc_id"] = kocs.open_profile(
        brand_id=brand.id,
        member_id=people["koc"],
        koc=KocFacts(
            handle=f"{mark}-koc",
            name_zh=f"{mark}姐",
            name_en=f"{mark} sister",
            city=f"{mark}城",
            persona_zh=f"{mark}的人设",
            persona_en=f"{mark} persona",
            good_at={"occasion": ["wedding"]},
            topics=[f"{mark}-topic"],
            facts=BODY,
        ),
        now=NOW,
    )
    ids["away_id"] = kocs.go_away(
        brand_id=brand.id,
        koc_id=ids["koc_id"],
        starts_at=NOW + timedelta(days=60),
        ends_at=NOW + timedelta(days=61),
        now=NOW,
    )
    kocs.follow(
        brand_id=brand.id,
        member_id=people["asker"],
        koc_id=ids["koc_id"],
        follow_for=FollowFor.BODY,
        now=NOW,
    )


def _shows(brand: BrandCard, mark: str, people: dict[str, UUID], ids: dict[str, Any]) -> None:
    # the picture is of a colour of the brand's own, so that its name (a hash) is too
    picture = Image.new("RGB", (64, 64), f"#{crc32(mark.encode()) & 0xFFFFFF:06x}")
    ref = MediaStore(settings.MEDIA_FOLDER).save(
        brand.id, inspect_and_clean(file_of(picture, "PNG"))
    )
    ids["ref"] = str(ref)

    def show(n: int, author: str, koc_id: UUID | None = None) -> ShowFacts:
        return ShowFacts(
            product_id=ids["products"][n % PRODUCTS],
            author_id=people[author],
            koc_id=koc_id,
            size_code=(2, 4, 6)[n % 3],
            color="beige",
            fit=FitVerdict.FIT,
            rating=9,
            text_zh=f"{mark}很合身",
            text_en=f"{mark} fits",
            occasion="wedding",
            worn_at=NOW - timedelta(days=n),
            source=ShowSource.IMPORT,
            external_ref=f"{mark}-r{n}",
            facts={"height_cm": 158 + n % 5, "weight_kg": 50 + n % 5, "body_shape": "pear"},
            media_refs=[ids["ref"]],
            rights_granted=True,
        )

    def save(state: ShowState, *shows: ShowFacts) -> list[UUID]:
        return content.save_shows(brand_id=brand.id, shows=shows, state=state, now=NOW)

    published = save(ShowState.PUBLISHED, *(show(n, "author") for n in range(WORN)))
    save(ShowState.PUBLISHED, show(WORN, "koc", ids["koc_id"]))
    pending = save(ShowState.PENDING, show(WORN + 1, "asker"), show(WORN + 2, "asker"))
    content.moderate_shows(
        brand_id=brand.id,
        show_ids=pending[:1],
        state=ShowState.REFUSED,
        reason=f"{mark} is blurred",
        user_id=ids["user_id"],
        now=NOW,
    )
    ids["show_id"], ids["pending_id"] = published[0], pending[1]
    content.vote_useful(brand_id=brand.id, show_id=published[0], member_id=people["asker"], now=NOW)
    for n, resolution in enumerate((f"{mark} stays", "")):
        report_id = content.report_show(
            brand_id=brand.id,
            show_id=published[n],
            reporter_id=people["asker"],
            reason=f"{mark} is not hers",
            now=NOW,
        )
        if resolution:
            content.resolve_show_report(
                brand_id=brand.id,
                report_id=report_id,
                resolution=resolution,
                takes_down=False,
                user_id=ids["user_id"],
                now=NOW,
            )
    members.note_read(
        brand_id=brand.id,
        member_id=people["asker"],
        opened=Opened.APPLICATION,
        now=NOW,
        user_id=ids["user_id"],
    )
    skus = goods.product(brand_id=brand.id, product_id=ids["product_id"]).skus
    orders.save_purchases(
        brand_id=brand.id,
        purchases=[
            PurchaseFacts(
                external_ref=f"{mark}-order",
                member_id=people["asker"],
                sku_id=skus[0].id,
                bought_at=NOW,
                paid_fen=29_900,
            )
        ],
    )
