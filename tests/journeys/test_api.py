"""A brand's developer calls the API: what it gives, what it refuses, and never another brand's."""

import json
import re
import tempfile
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from tests.cast import NOW
from tests.journeys import api_town, importing_files
from tests.journeys.api_town import Caller
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as brand_queries
from zhiyin.domain.brands.types import Role
from zhiyin.domain.content import queries as content
from zhiyin.flows.importing import uploads
from zhiyin.interfaces.api.access import named
from zhiyin.interfaces.api.urls import api
from zhiyin.interfaces.matrix import API, Actor
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def town(own_database):
    return api_town.found("cedar")


@pytest.fixture
def call(town):
    return Caller(api_town.key(town))


def operations():
    return [
        (method, named(f"api/v1{path}"), operation)
        for _, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def test_every_call_stands_in_the_matrix_and_the_matrix_names_no_other():
    called = {f"{method} {path.replace('{uuid:', '{')}" for method, path, _ in operations()}
    open_pages = {"GET api/v1/", "GET api/v1/openapi.json", "GET api/v1/docs"}
    assert called | open_pages == set(API)
    addresses = {
        named(f"api/v1/{pattern.pattern}")
        for include in get_resolver().url_patterns
        if str(include.pattern) == "api/v1/"
        for pattern in include.url_patterns
    }
    assert {route.split(" ")[1] for route in API} == addresses


def test_every_handler_runs_inside_its_brand():
    assert operations()
    for method, path, operation in operations():
        assert getattr(operation.view_func, "is_in_brand", False), f"{method} {path}"


def test_without_a_key_that_works_nothing_is_given(town, call):
    revoked = api_town.key(town)
    with brand_tx(town.brand.id):
        for card in brand_queries.api_keys(brand_id=town.brand.id):
            brands.revoke_api_key(brand_id=town.brand.id, key_id=card.id, now=NOW)
    secret = revoked.split(".")[2]
    for key in ("", "x", revoked, f"zy.maple.{secret}", f"zy..{secret}", "zy.ce\tdar.x"):
        answer = Client().get("/api/v1/stores", headers={"X-Api-Key": key})
        assert answer.status_code == 401
        assert answer.json()["code"] == "api_key_needed"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_matrix_says(town, role):
    caller = Caller(api_town.key(town, role))
    for route, actors in API.items():
        method, path = route.split(" ")
        if path in ("api/v1/", "api/v1/docs", "api/v1/openapi.json"):
            continue
        filled = re.sub(r"\{\w+_id\}", str(uuid4()), path).replace("{", "").replace("}", "")
        answer = caller.client.generic(method, f"/{filled}", headers=caller.headers)
        refused = answer.status_code == 403 and answer.json()["code"] == "api_key_role_refused"
        assert refused == (Actor(role) not in actors), route
        assert answer.status_code < 500, (route, answer.content)


def test_stores_products_and_stock_are_put_and_found(town, call):
    assert call("GET", "brand") | {"id": 0} == {
        "id": 0,
        "slug": "cedar",
        "name_zh": "品牌cedar",
        "name_en": "Brand cedar",
        "is_demo": False,
        "time_zone": "Asia/Shanghai",
        "role": "admin",
    }
    store = {"name_zh": "二店", "name_en": "Two", "city": "上海", "address": "路 2"}
    made = call("PUT", "stores/s2", store)
    assert call("PUT", "stores/s2", store | {"hours": "10-22"}) == made | {"hours": "10-22"}
    assert [s["code"] for s in call("GET", "stores", search="二店")["items"]] == ["s2"]
    product = {
        "category": "skirt",
        "name_zh": "半身裙",
        "name_en": "Skirt",
        "attributes": {"length": "midi"},
        "skus": [
            {"code": "k1", "color": "red", "size_code": 1, "size_label": "S", "price_fen": 100}
        ],
    }
    call("PUT", "products/k", product)
    lines = [{"sku_code": "k1", "store_code": "s2", "on_hand": n} for n in (9, 7)]
    assert call("PUT", "stock", {"lines": lines}) == {"lines": 1}
    found = call("GET", "products/k")
    assert [(s["code"], s["price_fen"], s["on_hand"]) for s in found["skus"]] == [("k1", 100, 7)]
    pages = [call("GET", "products", offset=n, limit=1)["items"] for n in range(8)]
    codes = [item["code"] for page in pages for item in page]
    assert len(codes) == len(set(codes)) == api_town.PRODUCTS + 1
    assert [p["code"] for p in call("GET", "products", search="半身")["items"]] == ["k"]


def test_looks_are_published_and_corrected(town, call):
    look = {
        "code": "new",
        "name_zh": "新",
        "name_en": "New",
        "items": [{"product_id": str(town.product_id), "color": "beige"}],
        "koc_id": str(town.koc_id),
    }
    made = call("POST", "looks", look)
    assert call("POST", "looks", look, status=409)["code"] == "look_code_taken"
    changed = call("PUT", f"looks/{made['id']}", look | {"name_en": "Newer"})
    assert call("GET", f"looks/{made['id']}") == changed == made | {"name_en": "Newer"}
    twice = look | {"code": "twice", "items": look["items"] * 2}
    assert call("POST", "looks", twice, status=409)["code"] == "rows_conflict"
    assert len(call("GET", "looks")["items"]) == 2


def test_members_are_found_by_their_id_elsewhere_and_bear_no_phone(town, call):
    found = call("GET", f"members/{town.member}")
    assert (found["external_id"], found["nickname"]) == (town.member, "cedar-nick")
    listed = call("GET", "members", external_id=["cedar-0", "cedar-1", "nobody"])
    assert [row["external_id"] for row in listed["items"]] == ["cedar-0", "cedar-1"]
    assert "138000" not in json.dumps([found, listed])


def test_a_show_is_judged_in_the_name_of_a_person(town, call):
    user = User.objects.create(username="lin")
    path = f"shows/{town.pending_id}/verdict"
    verdict = {"state": "published", "by": "lin"}
    assert call("POST", path, verdict, status=404)["code"] == "staff_not_found"
    assert [s["id"] for s in call("GET", "shows")["items"]] == [str(town.pending_id)]
    assert all("facts" not in show for show in call("GET", "shows")["items"])
    with brand_tx(town.brand.id):
        brands.grant_role(
            brand_id=town.brand.id, user_id=user.id, role=Role.MODERATOR, store_id=None, now=NOW
        )
    unsaid = {"state": "refused", "by": "lin"}
    assert call("POST", path, unsaid, status=422)["code"] == "show_reason_missing"
    assert len(call("GET", "shows")["items"]) == 1
    call("POST", path, verdict)
    assert call("GET", "shows")["items"] == []
    with brand_tx(town.brand.id):
        shown = content.shows_by_id(brand_id=town.brand.id, show_ids=[town.pending_id])
    assert town.pending_id in shown


def test_a_need_is_read_into_chips_with_what_is_left(call):
    read = call("POST", "needs/read", {"text": "160，梨形，想显瘦，身高16米，喵喵星"})
    assert read["slots"]["height_cm"] == 160
    assert {"slot": "goals", "value": "slimming"}.items() <= {
        **next(chip for chip in read["understood"] if chip["slot"] == "goals")
    }.items()
    assert [problem["code"] for problem in read["problems"]] == ["fact_implausible"]
    assert any("喵" in words for words in read["not_understood"])


def test_a_need_is_answered_with_picks_that_can_be_opened(town, call):
    assert call("POST", "match", {"text": "连衣裙"}, status=503)["code"] == "not_trained"
    api_town.trained(town)
    answer = call("POST", "match", {"text": "160cm 52kg pear, a dress for a wedding, under 400"})
    assert answer["brand"] == "cedar"
    assert answer["picks"]
    for pick in answer["picks"]:
        assert {"koc", "look", "size", "reasons", "evidence"} <= set(pick)
        assert pick["total_fen"] <= 40_000
        assert pick["reasons"]
    assert answer["picks"][0]["koc"]["handle"] == "cedar-koc"
    by_slots = call("POST", "match", {"slots": {"categories": ["dress"]}, "member": town.member})
    assert by_slots["understood"][0]["value"] == "dress"
    refused = call("POST", "match", {"text": "a dress under 1 yuan"}, status=409)
    assert refused["code"] == "nothing_to_pick"
    unknown = call("POST", "match", {"text": "", "member": "nobody"}, status=404)
    assert unknown["code"] == "member_not_found"


def test_every_part_of_every_score_is_told_and_of_those_behind_the_three_as_well(town, call):
    api_town.trained(town)
    answer = call("POST", "match", {"text": "160cm 52kg pear, a dress for a wedding, under 400"})
    ranked = answer["picks"] + answer["runners_up"]
    assert len(answer["picks"]) == 3 < len(ranked)
    for pick in ranked:
        assert {"fit", "demand"} <= {part["name"] for part in pick["parts"]}
        assert sum(part["share"] for part in pick["parts"]) == pytest.approx(
            pick["score"], abs=1e-3
        )
    assert ranked[2]["score"] >= ranked[3]["score"]


def test_the_taxonomy_is_edited_by_version(call):
    assert call("GET", "taxonomy")["version"] == 0
    label = {"zh-Hans": "木琴节", "en": "Xylofest"}
    word = {"slot": "occasion", "value": "xylofest", "label": label}
    edit = {"extension": {"values": [word | {"en": ["xylofest"]}]}, "based_on": 0}
    assert call("PUT", "taxonomy", edit)["version"] == 1
    assert call("PUT", "taxonomy", edit, status=409)["code"] == "taxonomy_conflict"
    assert call("POST", "needs/read", {"text": "xylofest"})["slots"] == {"occasion": "xylofest"}
    broken = {"extension": {"values": 3}, "based_on": 1}
    assert call("PUT", "taxonomy", broken, status=422)["code"] == "taxonomy_malformed"


def upload(call, name, text, kind, mapping, **more):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = call.client.post(
        "/api/v1/imports",
        {
            "kind": kind,
            "mapping": json.dumps(mapping),
            "file": SimpleUploadedFile(name, text.encode()),
            **more,
        },
        headers=call.headers,
    )
    return answer.status_code, answer.json()


def test_an_import_is_sent_once_and_taken_on_step_by_step(town, call, monkeypatch, tmp_path):
    # No plain copy outside the state folder, which is reaped: there is no other place to write to.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    rows = importing_files.store_rows(6_500)
    rows[10]["city"] = ""
    text = importing_files.csv_text(rows)
    status, run = upload(call, "stores.csv", text, "stores", importing_files.STORES)
    assert (status, run["state"], run["rows_read"]) == (200, "running", 5_000)
    kept = settings.STATE / "imports" / str(town.brand.id) / run["id"]
    assert kept.stat().st_mode & 0o077 == 0
    assert "门店".encode() not in kept.read_bytes()
    done = call("POST", f"imports/{run['id']}/steps")
    assert (done["state"], done["rows_read"], done["rows_bad"]) == ("done", 6_500, 1)
    assert not kept.exists()
    assert call("POST", f"imports/{run['id']}/steps") == done
    problems = call("GET", f"imports/{run['id']}/problems")["items"]
    assert [(p["line"], p["column"], p["code"]) for p in problems] == [
        (12, "city", "value_missing")
    ]
    assert call("GET", "imports")["items"] == [done]
    status, again = upload(call, "stores.csv", text, "stores", importing_files.STORES)
    assert again == done
    assert list(kept.parent.iterdir()) == []


def test_an_upload_that_cannot_be_read_is_refused_by_name(town, call):
    for name, text, mapping, code in (
        ("a.csv", "code\n", {"columns": {"code": "code"}}, "mapping_field_missing"),
        ("a.csv", "code\n", [], "mapping_malformed"),
        ("a.xlsx", "code\n", importing_files.STORES, "file_format_unknown"),
        ("a.csv", "code\nx\n", importing_files.STORES, "mapping_column_missing"),
    ):
        status, answer = upload(call, name, text, "stores", mapping)
        assert (status, answer["code"]) == (422, code)
    assert call("GET", "imports")["total"] == 0


def test_a_lost_upload_says_so_and_can_be_sent_again(town, call):
    text = importing_files.csv_text(importing_files.store_rows(5_001))
    _, run = upload(call, "stores.csv", text, "stores", importing_files.STORES)
    (settings.STATE / "imports" / str(town.brand.id) / run["id"]).unlink()
    lost = call("POST", f"imports/{run['id']}/steps", status=409)
    assert lost["code"] == uploads.UploadGone.code
    _, done = upload(call, "stores.csv", text, "stores", importing_files.STORES)
    assert (done["id"], done["state"], done["rows_read"]) == (run["id"], "done", 5_001)


def test_another_brands_rows_are_not_there(town, call):
    other = api_town.trained(api_town.found("maple"))
    product = {"category": "dress", "name_zh": "x", "name_en": "x"}
    look = {"code": "x", "name_zh": "x", "name_en": "x"}
    items = [{"product_id": str(other.product_id), "color": "beige"}]
    mine = [{"product_id": str(town.product_id), "color": "beige"}]
    sku = {"color": "red", "size_code": 9, "size_label": "S", "price_fen": 100}
    line = {"sku_code": "cedar-p0-2", "store_code": "cedar-s1", "on_hand": 1}
    missing = [
        ("GET", "stores/maple-s1", None),
        ("GET", "products/maple-p0", None),
        ("GET", f"looks/{other.look_id}", None),
        ("PUT", f"looks/{other.look_id}", look | {"items": mine}),
        ("POST", "looks", look | {"items": items}),
        ("POST", "looks", look | {"items": mine, "koc_id": str(other.koc_id)}),
        ("GET", f"members/{other.member}", None),
        ("POST", "match", {"text": "", "member": other.member}),
        ("POST", f"shows/{other.pending_id}/verdict", {"state": "published", "by": "nobody"}),
        ("GET", f"koc-applications/{uuid4()}", None),
        ("PUT", "stock", {"lines": [line | {"sku_code": "maple-p0-2"}]}),
        ("PUT", "stock", {"lines": [line | {"store_code": "maple-s1"}]}),
    ]
    for method, path, body in missing:
        assert call(method, path, body, status=404)["kind"] == "missing"
    assert call("GET", "members", external_id=[other.member])["items"] == []
    call("PUT", "products/maple-p0", product | {"skus": [sku | {"code": "maple-p0-2"}]})
    for path in ("stores", "products", "looks", "kocs", "shows", "imports", "taxonomy"):
        text = json.dumps(
            call(
                "GET",
                path,
                **({"limit": 200} if path != "taxonomy" and path not in ("looks", "kocs") else {}),
            )
        )
        assert "maple" not in text.replace("maple-p0", "")
    theirs = Caller(api_town.key(other))
    assert theirs("GET", "products/maple-p0")["name_en"] == "maple dress"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "needs/read", {"text": "x", "more": 1}),
        ("POST", "needs/read", {}),
        ("POST", "needs/read", {"text": 3}),
        ("PUT", "stores/s", {"name_zh": "a\0b", "name_en": "b", "city": "c", "address": "d"}),
        ("PUT", "stores/s", {"name_zh": "\ud800", "name_en": "b", "city": "c", "address": "d"}),
        ("GET", "looks/not-an-id", None),
        ("GET", "stores?limit=0", None),
        ("GET", "stores?limits=1", None),
        ("GET", "stores?search=%00", None),
        ("GET", "stores/%00", None),
        ("GET", f"stores?offset={10**30}", None),
    ],
)
def test_a_malformed_request_is_told_where(call, method, path, body):
    answer = call(method, path, body, status=422)
    assert set(answer) == {"code", "kind", "message", "details"}
    assert answer["code"] == "request_malformed"
    assert answer["details"]["problems"][0]["at"]


def test_bodies_that_are_not_json_and_needs_that_are_too_long(call):
    answer = call.client.post(
        "/api/v1/match", "{", content_type="application/json", headers=call.headers
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "request_malformed")
    long = call("POST", "needs/read", {"text": "裙" * 5_000}, status=422)
    assert long["code"] == "need_too_long"
    assert call("POST", "needs/read", {"text": "a\0"}, status=422)["code"] == "need_has_nul"


def test_refusals_speak_the_readers_language(town):
    api_key = api_town.key(town)
    english = Caller(api_key)("GET", "stores/none", status=404)
    chinese = Caller(api_key, "zh-CN")("GET", "stores/none", status=404)
    assert english["message"] == "The brand has no such store."
    assert (english["code"], english["details"]) == (chinese["code"], chinese["details"])


def test_the_document_and_its_page_are_open_and_need_no_script(db):
    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    html = page.content.decode()
    assert "<script" not in html
    assert "style=" not in html
    assert "//" not in re.sub(r"</?[a-z!]", "", html).replace("://", "")
    for path in document["paths"]:
        assert path.replace("{", "{") in html
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
