"""Two brands in one house: nothing of one in any answer, file, log or export of the other."""

import json
import logging
from collections import defaultdict
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from tests.cast import NOW
from tests.journeys import two_towns
from tests.journeys.crawling import (
    Seen,
    a_client,
    difference,
    get,
    guest,
    keyed,
    member,
    quiet,
    routes,
    send,
    staff,
    values,
)
from tests.journeys.foreign_fields import fields
from tests.journeys.town_talk import need_text
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.flows import answering
from zhiyin.interfaces.api.access import named
from zhiyin.interfaces.matrix import API
from zhiyin.storage.tenancy import BrandOwned, brand_tx

HERE, THERE = "zqcedar", "zqmaple"
NOWHERE = "zqnobody"

# Columns of text that nobody writes: codes and figures of ours, hashes, ids, words of enums.
NOT_WRITTEN = {
    "audience.TaxonomyVersion.category",
    "audience.Trait.slot",
    "bills.BillDay.provider",
    "brands.ImportProblem.code",
    "brands.ImportRun.mapping_hash",
    "brands.KeptAnswer.actor",
    "brands.KeptAnswer.route",
    "catalog.Product.attributes",
    "commissions.Plan.categories",
    "commissions.PlanMove.act",
    "content.BuyerShow.color",
    "content.BuyerShow.media_refs",
    "content.BuyerShow.occasion",
    "content.LookItem.color",
    "events.Event.name",
    "events.Event.payload",
    "kocs.KocApplication.score",
    "kocs.KocApplication.show_ids",
    "kocs.KocProfile.good_at",
    "ledger.Balance.kind",
    "ledger.Transfer.credit_kind",
    "ledger.Transfer.debit_kind",
    "matching.Decision.model_version",
    "matching.TrainedModel.figures",
    "matching.TrainedModel.version",
    "members.Member.language",
    "members.Merge.moved",
    "promotions.Promotion.categories",
    "promotions.Promotion.deliveries",
    "promotions.Promotion.store_ids",
    "promotions.PromotionMove.act",
    "orders.CasePhoto.ref",
    "orders.Heard.provider",
    "orders.Order.explained",
    "orders.Order.number",
    "orders.OrderLine.color",
    "orders.OrderLine.key",
    "orders.OrderLine.units",
    "orders.Payment.provider",
    "orders.Refund.pieces",
    "orders.StrayReceipt.provider",
    "orders.StrayReceipt.why",
    "wallets.Payee.agreement",
    "wallets.Withdrawal.merchant_id",
    "wallets.Withdrawal.page",
    "wallets.Withdrawal.provider",
    "wallets.Withdrawal.why",
    "webhooks.WebhookDelivery.body",
    "webhooks.WebhookDelivery.event_type",
    "webhooks.WebhookEndpoint.event_types",
}

# Addresses that only lead elsewhere when somebody opens them, or answer only half-way through
# signing in: what they send is still searched.
LEADS_ELSEWHERE = {
    "account_logout",
    "account_signup",
    "api-1:api-root",
    "console:home",
    "front",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "set_language",
    "shop:wechat",
    "shop:wechat-back",
}

# Words of the brand that its own pages must show, or this crawl would see nothing anywhere.
SHOWN = (
    "{}连衣裙",
    "{}的描述",
    "{}手洗",
    "{}4",
    "{}-p0",
    "{} store",
    "{}城",
    "{}姐",
    "{}的人设",
    "{}-topic",
    "{}很合身",
    "{}搭配",
    "{}因为",
    "{}needed",
    "{}风",
    "{}的建议",
    "{} asks",
    "{} answers",
    "{} reports",
    "{} is not hers",
    "{} stays",
    "{} stated",
    "{} found one",
    "{}asker",
    "{}-openid",
    "{}-tag",
    "{}-order",
    "{}.csv",
    "{} is no phone",
    "{} uploaded",
    "{}-staff",
    "{}-merchant",
    "{} is paid for",
    "https://{}.example/hook",
    "{} erp",
    "{} took it",
    "{} 会不会显胖？",
    "{} votes",
    "{} is torn",
    "{} is low",
    "{}-strays",
    "{} is a stranger's",
    "{} too small",
    "{}收",
)

# Ids that make no difference, whoever's they are: a word that is not there yet may be added, what
# is not there is lifted or ended already, a vote is the show's, a coupon is not given out any more.
NOT_LOOKED_FOR = {
    ("console:term", "value"),
    ("shop:block-lift", "block_id"),
    ("shop:coupon-claim", "coupon_id"),
    ("shop:koc-back", "away_id"),
    ("shop:useful", "product_id"),
}

# Parameters of addresses that name a row, an account or a file of one brand.
NAMES_A_ROW = {"code", "external_id", "link", "payment_no", "ref", "user_id", "value"}


@pytest.fixture
def towns(own_database):
    return two_towns.settle(HERE), two_towns.settle(THERE)


def owned_models():
    return [model for model in apps.get_models() if issubclass(model, BrandOwned)]


def crawl(town) -> dict[str, list[Seen]]:
    """Every address of the product as a guest, a member, a KOC and staff of a town open it."""
    visitor, guest_need = guest(town)
    actors = [(member(town, "asker"), {}), (member(town, "koc"), {}), (staff(town), {})]
    actors.append((visitor, {"need_id": guest_need}))
    found = defaultdict(list)
    for route in routes():
        own = values(town, route)
        if route.name.startswith("api-"):
            found[route.name].append(get(quiet(), route.path(own), **keyed(town)))
            found[route.name].append(get(quiet(), route.path(own)))
            continue
        for client, special in actors:
            found[route.name].append(get(client, route.path(own | special)))
    found["api-1:list_members"].append(
        get(quiet(), "/api/v1/members", {"external_id": f"{town.mark}-asker"}, **keyed(town))
    )
    return found


def rows(town) -> dict[str, list[dict[str, object]]]:
    """Everything that the database holds of a town."""
    with brand_tx(town.brand.id):
        return {
            model._meta.label: list(
                model.objects.filter(brand_id=town.brand.id).order_by("id").values()
            )
            for model in owned_models()
        }


def ids_of(town) -> list[str]:
    return [str(row["id"]) for held in rows(town).values() for row in held] + [str(town.brand.id)]


def traces(text: str, town, ids) -> list[str]:
    """What of a town stands in a text: its mark, and its ids in either spelling."""
    low = text.lower()
    found = [low[max(0, at - 60) : at + 40] for at in [low.find(town.mark)] if at >= 0]
    return found + [one for one in ids if one in low or one.replace("-", "") in low]


def is_written(field) -> bool:
    texts = (models.CharField, models.TextField, models.JSONField, ArrayField)
    return isinstance(field, texts) and not field.choices


def test_every_text_that_somebody_writes_bears_its_brands_mark(own_database):
    town = two_towns.settle(HERE)
    held = rows(town)
    bare = {
        f"{model._meta.label}.{field.name}"
        for model in owned_models()
        for field in model._meta.local_fields
        if is_written(field)
        and not any(HERE in str(row[field.attname]).lower() for row in held[model._meta.label])
    }
    assert bare == NOT_WRITTEN


def test_the_database_shows_a_brand_no_row_of_another(towns):
    here, there = towns
    held = rows(there)
    assert sum(map(len, held.values())) > 100
    with brand_tx(here.brand.id), connection.cursor() as cursor:
        for model in owned_models():
            cursor.execute(
                f'SELECT count(*) FROM "{model._meta.db_table}" WHERE brand_id = %s',
                [there.brand.id],
            )
            assert cursor.fetchone() == (0,), model._meta.label


def test_no_answer_and_no_log_line_of_one_brand_holds_a_word_of_the_other(towns, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    here, there = towns
    foreign = ids_of(there)
    found = crawl(here)
    for name, answers in found.items():
        for seen in answers:
            assert seen.status < 500, seen.path
            assert traces(f"{seen.headers}\n{seen.body}", there, foreign) == [], seen.path
        statuses = {seen.status for seen in answers}
        is_sent_only = statuses == {405}
        assert 200 in statuses or is_sent_only or name in LEADS_ELSEWHERE, (name, statuses)
    pages = "".join(seen.body for answers in found.values() for seen in answers)
    assert [words for words in SHOWN if words.format(HERE) not in pages] == []
    printed = capfd.readouterr()
    logged = "\n".join([caplog.text, printed.out, printed.err])
    assert traces(logged, there, foreign) == []


def test_the_command_line_and_the_files_of_one_brand_hold_no_word_of_the_other(
    towns, zhiyin, own_database
):
    here, there = towns
    foreign = ids_of(there)
    runs = [
        ("match", "--brand", HERE, "--need", need_text(HERE), "--json"),
        ("staff", "list", "--brand", HERE, "--json"),
    ]
    for words in runs:
        ran = zhiyin(*words, database=own_database)
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout)
        assert traces(ran.stdout + ran.stderr, there, foreign) == [], words
    stranger = zhiyin(
        "match", "--brand", HERE, "--need", "160cm", "--member", f"{THERE}-asker", "--json",
        database=own_database,
    )  # fmt: skip
    nobody = zhiyin(
        "match", "--brand", HERE, "--need", "160cm", "--member", f"{NOWHERE}-asker", "--json",
        database=own_database,
    )  # fmt: skip
    assert stranger.returncode == nobody.returncode == 2
    assert stranger.stdout.replace(THERE, "") == nobody.stdout.replace(NOWHERE, "")
    for folder in (settings.MODEL_FOLDER, settings.MEDIA_FOLDER, settings.STATE / "imports"):
        home = folder / str(here.brand.id)
        files = [file for file in home.rglob("*") if file.is_file()]
        assert files, home
        for file in files:
            text = f"{file.relative_to(home)} {file.read_bytes().decode(errors='replace')}"
            assert traces(text, there, foreign) == [], file


def missing(value: object) -> object:
    """A value of the same kind that names nothing anywhere."""
    if isinstance(value, int):
        return 999_999_999
    if isinstance(value, str):
        return value.replace(THERE, NOWHERE) if THERE in value else "0" * 64 + ".jpg"
    return uuid4()


def test_an_address_with_another_brands_id_answers_as_one_with_no_such_id(towns):
    here, there = towns
    before = rows(there)
    shoppers, desk = [member(here, "asker"), member(here, "koc"), guest(here)[0]], [staff(here)]
    tried, not_found, unlike = set(), set(), []
    for route in routes():
        named = {p for p in route.params if p.endswith("_id") or p in NAMES_A_ROW}
        named |= {"slug"} & set(route.params) if route.name.startswith("console:") else set()
        own, foreign = values(here, route), values(there, route)
        for param in sorted(named):
            for ask in askers(route, here, shoppers, desk):
                theirs, nothing = foreign[param], missing(foreign[param])
                answers = [
                    ask(route.path(own | {param: one})).but_for(one) for one in (theirs, nothing)
                ]
                tried.add((route.name, param))
                if told := difference(*answers):
                    unlike.append(f"{route.name} {param}: {told}")
                if answers[0][0] == 404:
                    not_found.add((route.name, param))
    assert unlike == [], "\n".join(unlike)
    assert tried - not_found == NOT_LOOKED_FOR
    assert rows(there) == before


PARCEL = {"carrier": "sf", "tracking_no": "SF000001"}


def askers(route, town, shoppers, desk):
    """Ways to ask for a route: each who may, with each method that it may take."""
    if route.name.startswith("api-"):
        body = json.dumps(BODIES.get(route.name.split(":")[1], lambda _: {})(town))
        methods = (call.split(" ")[0] for call in API if call.endswith(f" {named(route.pattern)}"))
        return [
            lambda path, method=method: send(quiet(), method, path, body, **keyed(town))
            for method in methods
        ]
    clients = desk if route.name.startswith("console:") else shoppers
    return [
        ask
        for client in clients
        for ask in (
            lambda path, client=client: get(client, path),
            lambda path, client=client: send(client, "POST", path, form(town, route.name)),
        )
    ]


def form(town, route: str) -> dict[str, str]:
    """What a form needs so that the row its address names is looked for at all."""
    return {
        "act": "save",
        "confirmed": "1",
        "decision": "refuse"
        if route == "console:application-decide"
        else str(town.ids["decision_id"]),
        "drop": "goals|slimming",
        "for": "body",
        "reason": "no_time",
        "resolution": "seen",
        "text": "yes",
        "verdict": "not_my_style",
        "words": "hello",
        "product": str(town.ids["product_id"]),
    }


BODIES = {
    "put_in_cart": lambda town: {"sku_code": f"{town.mark}-p1-2", "quantity": 1},
    "change_cart_item": lambda _: {"quantity": 1},
    "place_order": lambda town: {
        "lines": [{"sku_code": f"{town.mark}-p1-2", "quantity": 1}],
        "store_code": f"{town.mark}-store",
    },
    "give_back": lambda _: {"reason": "torn"},
    "undo_pickup": lambda town: {"reason": "torn", "by": f"{town.mark}-staff"},
    "judge_show": lambda town: {"state": "published", "by": f"{town.mark}-staff"},
    "decide_application": lambda town: {
        "accepted": False,
        "by": f"{town.mark}-staff",
        "reason": "no",
    },
    "delete_member": lambda town: {"member": f"{town.mark}-asker"},
    "answer_question": lambda _: {"text": "yes"},
    "decline_question": lambda _: {"reason": "no_time"},
    "correct_her_need": lambda _: {"slots": {"height_cm": 160}},
    "keep_her_need": lambda _: {"text": "1米6"},
    "make_board": lambda town: {
        "question": "显瘦吗",
        "product_ids": [str(one) for one in town.ids["products"][:2]],
    },
    "decide_her_board": lambda town: {"product_id": str(town.ids["product_id"])},
    "vote": lambda town: {
        "product_id": str(town.ids["product_id"]),
        "member": f"{town.mark}-blocked",
    },
    "turn_down_pick": lambda town: verdict(town) | {"decision_id": str(town.ids["decision_id"])},
    "take_verdict_back": lambda town: verdict(town),
    "change_webhook": lambda _: {"event_types": []},
    "settle_stray_receipt": lambda _: {"settlement": "keep", "reason": "known"},
    "give_seat_back": lambda _: {"reason": "no time"},
    "claim_coupon": lambda _: {"code": "NOPE"},
    "get_promotion": lambda town: {
        "promotion": {
            "kind": "trial",
            "name_zh": "试用",
            "name_en": "Trial",
            "starts_at": "2040-01-01T00:00:00Z",
            "ends_at": "2040-01-02T00:00:00Z",
            "sku_codes": [f"{town.mark}-p0-2"],
            "price_fen": 900,
        }
    },
    "open_case": lambda _: {"kind": "refund_only", "reason": "size", "pieces": {"0" * 12: 1}},
    "send_goods_back": lambda _: PARCEL,
    "list_parcels": lambda _: PARCEL,
    "refuse_case": lambda _: {"answer": "no"},
    "take_goods_back": lambda _: {"restock": False},
    "change_address": lambda _: {
        "name": "吴女士",
        "phone": "13912345678",
        "region": "上海市",
        "street": "1",
    },
    "ask_invoice": lambda _: {"kind": "personal", "title": "吴女士"},
    "answer_invoice": lambda _: {"state": "issued", "answer": "1"},
}


def verdict(town):
    """What a member of the town says of a pick."""
    return {"product_id": str(town.ids["product_id"]), "verdict": "not_my_style"}


def a_waiting_question(town):
    """A question to the town's KOC that nobody answered yet."""
    with brand_tx(town.brand.id):
        need_id = audience.save_need(
            brand_id=town.brand.id,
            text="",
            slots=NeedSlots(height_cm=160.0),
            taxonomy_version=0,
            member_id=town.people["author"],
            now=NOW,
        )
    return answering.ask(
        brand_id=town.brand.id,
        member_id=town.people["author"],
        need_id=need_id,
        koc_id=town.ids["koc_id"],
        words="hello",
        now=NOW,
    )


def test_a_field_with_another_brands_id_is_answered_as_one_with_no_such_id(towns):
    here, there = towns
    question_id = a_waiting_question(here)
    before, own_before = rows(there), rows(here)
    theirs = there.ids | {
        "external_id": f"{THERE}-asker",
        "sku": f"{THERE}-p0-2",
        "store": f"{THERE}-store",
        "staff": f"{THERE}-staff",
    }
    unlike = []
    for who, method, path, key, sent in fields(here, question_id):
        answers = []
        for one in (theirs[key], missing(theirs[key])):
            headers = keyed(here) if who == "key" else {}
            client = a_client(here, who)
            body = sent(one if isinstance(one, int) else str(one))
            if method == "GET":
                seen = get(client, path, body, **headers)
            else:
                seen = send(client, method, path, json.dumps(body) if headers else body, **headers)
            answers.append(seen.but_for(one))
        if told := difference(*answers):
            unlike.append(f"{method} {path} {key}: {told}")
    assert unlike == [], "\n".join(unlike)
    assert rows(there) == before
    changed = {label for label, held in rows(here).items() if held != own_before[label]}
    assert changed == set()
