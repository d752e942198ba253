"""A developer imports files: what loads, what is refused by line, and what a second run does."""

import csv
import json
from datetime import UTC, datetime
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cast import NOW, make_brand
from tests.journeys import importing_files as files
from zhiyin.domain.audience import queries as audience
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import ImportBusy, ImportKind, ImportState
from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowSource, ShowState
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Purpose
from zhiyin.domain.orders import queries as orders
from zhiyin.flows.importing import columnar, loading, mapping, reading
from zhiyin.flows.importing.report import write_report
from zhiyin.kit.tables import harmless
from zhiyin.storage.tenancy import brand_tx


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


def look(brand_id, path, kind, said=None, *, language="en"):
    return loading.look_at(
        brand_id=brand_id,
        zone="Asia/Shanghai",
        path=path,
        file_name=path.name,
        kind=ImportKind(kind),
        mapping=said or files.KINDS[kind],
        language=language,
    )


def load(brand_id, path, kind, said=None, *, again=False):
    source = look(brand_id, path, kind, said)
    run = loading.open_run(source, now=NOW, again=again)
    return loading.load(source, run, now=NOW)


def problems(brand_id, run):
    with brand_tx(brand_id):
        found = brands.import_problems(brand_id=brand_id, run_id=run.id)
    return [(problem.line, problem.column, problem.code) for problem in found]


def load_all(brand_id, folder, kinds=tuple(files.KINDS)):
    return {kind: load(brand_id, files.written(folder, kind), kind) for kind in kinds}


def test_five_files_become_a_shop(brand_id, tmp_path):
    runs = load_all(brand_id, tmp_path)
    assert {(run.state, run.rows_bad) for run in runs.values()} == {(ImportState.DONE, 0)}
    with brand_tx(brand_id):
        assert [s.code for s in brands.stores(brand_id=brand_id).stores] == ["s1", "s2"]
        products = catalog.all_products(brand_id=brand_id)
        assert [(p.code, p.attributes) for p in products] == [
            ("p0", {"neckline": "v"}),
            ("p1", {"neckline": "v"}),
        ]
        assert [(s.code, s.color, s.price_fen, s.on_hand) for s in products[1].skus] == [
            ("p1-0", "beige", 39990, 2),
            ("p1-1", "beige", 39990, 3),
        ]
        her = people.members_by_external_id(brand_id=brand_id, external_ids=["m1"])["m1"]
        card = people.member(brand_id=brand_id, member_id=her)
        assert (card.nickname, card.joined_at) == (
            "会员1",
            datetime(2024, 2, 27, 16, tzinfo=UTC),
        )
        (consent,) = people.consents_of(brand_id=brand_id, member_id=her)
        assert (consent.text_version, consent.channel) == ("2025-03", "import")
        facts = audience.trait_slots(brand_id=brand_id, member_id=her)
        assert (facts.height_cm, facts.weight_kg) == (165.0, 55.0)
        (purchase,) = orders.purchases_of(brand_id=brand_id, member_id=her)
        assert (purchase.external_ref, purchase.paid_fen) == ("o1", 39990)
        (show,) = content.shows_of_product(brand_id=brand_id, product_id=products[1].id)
        assert (show.author_id, show.fit, show.rating, show.occasion) == (her, "fit", 4, "wedding")
        assert show.facts == {"height_cm": 162.6, "body_shape": "rectangle"}
        assert (show.source, show.state) == (ShowSource.IMPORT, ShowState.PUBLISHED)


def test_a_second_run_of_the_same_file_loads_nothing_and_again_loads_the_same(brand_id, tmp_path):
    path = files.written(tmp_path, "stores")
    first = load(brand_id, path, "stores")
    assert load(brand_id, path, "stores") == first
    again = load(brand_id, path, "stores", again=True)
    assert (again.id, again.rows_read, again.rows_bad) == (first.id, 2, 0)
    with brand_tx(brand_id):
        assert brands.stores(brand_id=brand_id).total == 2


def test_a_changed_file_of_the_same_name_is_a_new_run_and_so_is_a_changed_mapping(
    brand_id, tmp_path
):
    path = files.written(tmp_path, "stores")
    first = load(brand_id, path, "stores")
    files.written(tmp_path, "stores", files.store_rows(3))
    second = load(brand_id, path, "stores")
    third = load(brand_id, path, "stores", files.STORES | {"missing": ["-"]})
    assert len({first.id, second.id, third.id}) == 3
    reordered = dict(reversed(list((files.STORES | {"missing": ["-"]}).items())))
    assert load(brand_id, path, "stores", reordered).id == third.id


def test_bad_rows_are_told_by_line_and_the_good_ones_load(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores"])
    rows = files.product_rows(8)
    rows[1]["type"] = "飞船"
    rows[2]["price"] = "0"
    rows[3]["neck"] = "heart"
    rows[4]["s1"] = "many"
    rows[5]["color"] = ""
    path = files.written(tmp_path, "products", rows)
    run = load(brand_id, path, "products")
    assert (run.rows_read, run.rows_bad, run.state) == (8, 5, ImportState.DONE)
    assert problems(brand_id, run) == [
        (3, "type", "value_unknown"),
        (4, "price", "number_out_of_range"),
        (5, "neck", "attribute_unknown"),
        (6, "s1", "number_malformed"),
        (7, "color", "value_missing"),
    ]
    with brand_tx(brand_id):
        codes = [sku.code for p in catalog.all_products(brand_id=brand_id) for sku in p.skus]
    assert codes == ["p0-0", "p3-0", "p3-1"]


def test_what_a_room_refuses_costs_its_own_row_only(brand_id, tmp_path):
    rows = files.member_rows(40)
    rows[7]["phone"] = "call me"
    rows[31]["phone"] = "12"
    run = load(brand_id, files.written(tmp_path, "members", rows), "members")
    assert problems(brand_id, run) == [
        (9, "phone", "phone_invalid"),
        (33, "phone", "phone_invalid"),
    ]
    with brand_tx(brand_id):
        assert people.members(brand_id=brand_id).total == 38


def test_two_skus_of_one_colour_and_size_conflict_by_row(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores"])
    rows = files.product_rows(4)
    rows[3]["sku"], rows[3]["size"] = "other", rows[2]["size"]
    run = load(brand_id, files.written(tmp_path, "products", rows), "products")
    assert problems(brand_id, run) == [(5, "", "row_conflicts")]


def test_body_facts_need_the_consent_that_the_mapping_states(brand_id, tmp_path):
    said = {name: part for name, part in files.MEMBERS.items() if name != "consent"}
    rows = files.member_rows(3)
    rows[2] |= {"height": "", "weight": ""}
    run = load(brand_id, files.written(tmp_path, "members", rows), "members", said)
    assert [(line, code) for line, _, code in problems(brand_id, run)] == [
        (2, "consent_needed"),
        (2, "consent_needed"),
        (3, "consent_needed"),
        (3, "consent_needed"),
    ]
    assert run.rows_bad == 2
    with brand_tx(brand_id):
        assert people.members(brand_id=brand_id).total == 1


def test_a_consent_that_was_taken_back_is_not_given_again_by_a_file(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products", "members"])
    with brand_tx(brand_id):
        ids = people.members_by_external_id(brand_id=brand_id, external_ids=["m0", "m1"])
        members.withdraw_consent(
            brand_id=brand_id, member_ids=[ids["m1"]], purpose=Purpose.BODY_FACTS, now=NOW
        )
    reviews = load(brand_id, files.written(tmp_path, "reviews"), "reviews")
    assert problems(brand_id, reviews) == [(4, "", "consent_needed")]
    changed = files.written(tmp_path, "members", files.member_rows(2))
    run = load(brand_id, changed, "members")
    assert problems(brand_id, run) == [(3, "", "consent_needed")]
    with brand_tx(brand_id):
        stands = people.stances(
            brand_id=brand_id, member_ids=list(ids.values()), purpose=Purpose.BODY_FACTS
        )
    assert stands == {ids["m0"]: True, ids["m1"]: False}


def test_what_she_said_herself_stands_against_the_file(brand_id, tmp_path):
    from zhiyin.domain.audience import operations
    from zhiyin.domain.audience.kept import TraitSource
    from zhiyin.domain.audience.types import NeedSlots

    load_all(brand_id, tmp_path, ["members"])
    with brand_tx(brand_id):
        her = people.members_by_external_id(brand_id=brand_id, external_ids=["m0"])["m0"]
        operations.state_traits(
            brand_id=brand_id,
            member_id=her,
            slots=NeedSlots(height_cm=170.0),
            source=TraitSource.FORM,
            now=NOW,
        )
    rows = files.member_rows(1)
    rows[0] |= {"height": "1.60", "weight": "120"}
    load(brand_id, files.written(tmp_path, "members", rows), "members")
    with brand_tx(brand_id):
        facts = audience.trait_slots(brand_id=brand_id, member_id=her)
    assert (facts.height_cm, facts.weight_kg) == (170.0, 60.0)


def test_what_a_row_names_must_be_there_and_may_come_later(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products"])
    path = files.written(tmp_path, "purchases")
    run = load(brand_id, path, "purchases")
    assert [found[1:] for found in problems(brand_id, run)] == [("who", "member_not_found")] * 3
    load_all(brand_id, tmp_path, ["members"])
    assert load(brand_id, path, "purchases").rows_bad == 3
    again = load(brand_id, path, "purchases", again=True)
    assert (again.id, again.rows_bad) == (run.id, 0)
    assert problems(brand_id, again) == []


def test_a_review_is_verified_by_its_buyers_purchase_and_by_no_other(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products", "members", "purchases"])
    rows = files.review_rows(3)
    rows[0]["order"], rows[1]["order"], rows[2]["order"] = "o0", "o2", "nothing"
    run = load(brand_id, files.written(tmp_path, "reviews", rows), "reviews")
    assert [(column, code) for _, column, code in problems(brand_id, run)] == [
        ("order", "purchase_of_another"),
        ("order", "purchase_not_found"),
    ]
    with brand_tx(brand_id):
        shows = list(content.published_shows(brand_id=brand_id))
    assert [show.source for show in shows] == [ShowSource.PURCHASE]


def test_a_review_without_its_member_is_its_buyers_and_needs_her_consent(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products", "members", "purchases"])
    with brand_tx(brand_id):
        ids = people.members_by_external_id(brand_id=brand_id, external_ids=["m0", "m1", "m2"])
        members.withdraw_consent(
            brand_id=brand_id, member_ids=[ids["m1"]], purpose=Purpose.BODY_FACTS, now=NOW
        )
        members.erase_member(brand_id=brand_id, member_id=ids["m2"], now=NOW)
    rows = [
        row | {"who": "", "order": f"o{n}", "item": f"p{n // 2}"}
        for n, row in enumerate(files.review_rows(3))
    ]
    run = load(brand_id, files.written(tmp_path, "reviews", rows), "reviews")
    assert problems(brand_id, run) == [
        (4, "", "consent_needed"),
        (6, "order", "buyer_erased"),
    ]
    with brand_tx(brand_id):
        (show,) = content.published_shows(brand_id=brand_id)
    assert (show.author_id, show.facts["height_cm"]) == (ids["m0"], 162.6)


def test_a_purchase_of_another_product_verifies_nothing(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products", "members", "purchases"])
    rows = [files.review_rows(1)[0] | {"order": "o0", "item": "p1"}]
    run = load(brand_id, files.written(tmp_path, "reviews", rows), "reviews")
    assert problems(brand_id, run) == [(2, "order", "purchase_of_another")]
    with brand_tx(brand_id):
        assert list(content.published_shows(brand_id=brand_id)) == []


def test_a_buyers_words_are_published_only_with_the_right_to_show_them(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products", "members", "purchases"])
    rows = files.review_rows(2)
    rows[0]["order"] = "o0"
    path = files.written(tmp_path, "reviews", rows)
    run = load(brand_id, path, "reviews", files.REVIEWS | {"rights_granted": False})
    assert problems(brand_id, run) == [(2, "order", "rights_needed")]
    with brand_tx(brand_id):
        assert [s.source for s in content.published_shows(brand_id=brand_id)] == [ShowSource.IMPORT]
    assert load(brand_id, path, "reviews").rows_bad == 0
    with brand_tx(brand_id):
        sources = {show.source for show in content.published_shows(brand_id=brand_id)}
    assert sources == {ShowSource.IMPORT, ShowSource.PURCHASE}


def test_a_structure_in_a_cell_of_words_costs_its_row(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores", "products", "members"])
    rows = [row | {"order": None} for row in files.review_rows(2)]
    rows[0]["fit"] = {}
    path = tmp_path / "reviews.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run = load(brand_id, path, "reviews")
    assert (run.state, run.rows_read) == (ImportState.DONE, 2)
    assert problems(brand_id, run) == [(1, "fit", "value_unknown")]


def test_a_run_that_breaks_is_told_as_failed_and_goes_on_where_it_was(brand_id, tmp_path):
    path = files.written(tmp_path, "stores", files.store_rows(2_500))
    source = look(brand_id, path, "stores")

    def break_(read, _bad, _total):
        raise ZeroDivisionError(read)

    with pytest.raises(ZeroDivisionError):
        loading.load(source, loading.open_run(source, now=NOW), now=NOW, progress=break_)
    with brand_tx(brand_id):
        ((failed,), _) = brands.import_runs(brand_id=brand_id)
    assert (failed.state, failed.rows_read) == (ImportState.FAILED, 1_000)
    done = load(brand_id, path, "stores")
    assert (done.id, done.state, done.rows_read) == (failed.id, ImportState.DONE, 2_500)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("code,name,city,address\ns1,店,上海,路\ns2,café".encode("latin-1", "replace"), 3),
        ("code,name,city,address\ns1,门店,上海,路\n".encode("utf-16"), 1),
        (b"code,name,city,address\n" + "s1,门店,上海,路\n".encode()[:-6], 2),
        (("code,name,city,address\n" + "s1,门,上海,路\n" * 9).encode() + b"s2,\xff,x,y\n", 11),
    ],
)
def test_a_wrong_encoding_names_its_line_and_loads_nothing(brand_id, tmp_path, data, line):
    path = tmp_path / "stores.csv"
    path.write_bytes(data)
    with pytest.raises(reading.EncodingUnreadable) as refused:
        load(brand_id, path, "stores")
    assert refused.value.details["line"] == line
    with brand_tx(brand_id):
        assert brands.import_runs(brand_id=brand_id) == ((), 0)
        assert brands.stores(brand_id=brand_id).total == 0


@pytest.mark.parametrize(
    ("encoding", "said"), [("utf-8-sig", ""), ("gb18030", ""), ("gb18030", "gbk")]
)
def test_the_encodings_that_spreadsheets_write_are_read(brand_id, tmp_path, encoding, said):
    path = tmp_path / "stores.csv"
    path.write_bytes(files.csv_text(files.store_rows()).encode(encoding))
    run = load(brand_id, path, "stores", files.STORES | ({"encoding": said} if said else {}))
    assert (run.rows_read, run.rows_bad) == (2, 0)
    with brand_tx(brand_id):
        assert brands.stores(brand_id=brand_id).stores[0].name_zh == "门店1"


def test_half_a_file(brand_id, tmp_path):
    whole = files.written(tmp_path, "stores", files.store_rows(3)).read_bytes()
    csv_half, parquet_half = tmp_path / "half.csv", tmp_path / "half.parquet"
    csv_half.write_bytes(whole[: whole.rindex(",上海".encode())])
    assert problems(brand_id, load(brand_id, csv_half, "stores")) == [(4, "", "row_short")]
    pq.write_table(pa.Table.from_pylist(files.store_rows(500)), parquet_half)
    parquet_half.write_bytes(parquet_half.read_bytes()[:-200])
    with pytest.raises(reading.FileUnreadable):
        load(brand_id, parquet_half, "stores")


def test_an_open_quotation_mark_costs_one_row(brand_id, tmp_path):
    path = tmp_path / "stores.csv"
    lines = files.csv_text(files.store_rows(600)).splitlines(keepends=True)
    lines[5] = 's5,"门店5,上海,路\n'
    path.write_text("".join(lines), encoding="utf-8")
    run = load(brand_id, path, "stores")
    assert (run.rows_read, run.rows_bad) == (600, 1)
    assert problems(brand_id, run) == [(6, "", "row_broken")]


def test_a_quotation_mark_inside_a_cell_is_plain_text(brand_id, tmp_path):
    path = tmp_path / "members.csv"
    rows = ["m0,5'4\",a", "m1,5'5\",b", 'm2,"5\'6""",c', 'm3,,"two\nlines, ""one"" cell"', "m4,,e"]
    path.write_text("id,height,name\n" + "\n".join(rows) + "\n", encoding="utf-8")
    said = {
        "columns": {
            "id": "external_id",
            "height": {"field": "height_cm", "unit": "ft_in"},
            "name": "nickname",
        },
        "consent": {"text_version": "1", "obtained": "2025-01-01"},
    }
    run = load(brand_id, path, "members", said)
    assert (run.rows_read, problems(brand_id, run)) == (5, [])
    with brand_tx(brand_id):
        ids = people.members_by_external_id(
            brand_id=brand_id, external_ids=[f"m{n}" for n in range(5)]
        )
        told = {
            name: (
                people.member(brand_id=brand_id, member_id=her).nickname,
                audience.trait_slots(brand_id=brand_id, member_id=her).height_cm,
            )
            for name, her in ids.items()
        }
    assert told == {
        "m0": ("a", 162.6),
        "m1": ("b", 165.1),
        "m2": ("c", 167.6),
        "m3": ('two lines, "one" cell', None),
        "m4": ("e", None),
    }


def test_a_quotation_mark_that_meets_the_next_rows_costs_its_own_row_only(brand_id, tmp_path):
    path = tmp_path / "stores.csv"
    lines = files.csv_text(files.store_rows(6)).splitlines(keepends=True)
    lines[2] = 's2,"门店2,上海,路\n'
    lines[4] = 's4,"门店4",上海,路\n'
    path.write_text("".join(lines), encoding="utf-8")
    run = load(brand_id, path, "stores")
    assert (run.rows_read, problems(brand_id, run)) == (6, [(3, "", "row_broken")])


def test_a_small_file_that_unpacks_to_much_is_refused_without_unpacking_it(brand_id, tmp_path):
    path = tmp_path / "stores.parquet"
    rows = files.store_rows(400)
    rows[3] = rows[3] | {"address": "x" * 70_000}
    pq.write_table(pa.Table.from_pylist(rows), path)
    run = load(brand_id, path, "stores")
    assert problems(brand_id, run) == [(4, "", "row_too_large")]
    assert (run.rows_read, run.rows_bad) == (400, 1)

    long = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), ["x" * 400_000])
    table = pa.Table.from_pylist(files.store_rows(400))
    at = table.schema.names.index("address")
    pq.write_table(table.set_column(at, "address", long), path, store_schema=False)
    assert path.stat().st_size < 100_000
    mapping = files.STORES["columns"]
    before = pa.total_allocated_bytes()
    most = 0
    for row in columnar.rows(path, list(mapping)):
        assert row is None
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < 10_000_000, "the one text, not 400 of it (160 MB)"


def test_a_column_of_lists_without_end_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "lists.parquet"
    pq.write_table(pa.table({"goals": [[0] * 2_000]}), path)
    with pytest.raises(columnar.FileTooDense) as refused:
        next(columnar.rows(path, ["goals"]))
    assert refused.value.details == {"column": "goals.list.element"}


def test_json_lines_and_parquet_say_the_same_as_csv(brand_id, tmp_path):
    load_all(brand_id, tmp_path, ["stores"])
    rows = files.product_rows(4)
    lines = tmp_path / "products.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows) + "[1]\n", encoding="utf-8")
    run = load(brand_id, lines, "products")
    assert problems(brand_id, run) == [(5, "", "row_malformed")]
    with brand_tx(brand_id):
        first = catalog.all_products(brand_id=brand_id)
    table = pa.Table.from_pylist([row | {"price": 399.9} for row in rows])
    pq.write_table(table, tmp_path / "products.parquet")
    assert load(brand_id, tmp_path / "products.parquet", "products").rows_bad == 0
    with brand_tx(brand_id):
        assert catalog.all_products(brand_id=brand_id) == first


def test_a_dry_run_tells_the_same_problems_and_keeps_nothing(brand_id, tmp_path):
    rows = files.store_rows(2_500)
    rows[1]["code"] = rows[2_200]["city"] = ""
    source = look(brand_id, files.written(tmp_path, "stores", rows), "stores")
    found = []
    told = loading.rehearse(source, now=NOW, sink=found.append)
    assert (told.rows_read, told.rows_bad) == (2_500, 2)
    assert [(one.line, one.column) for one in found] == [(3, "code"), (2_202, "city")]
    with brand_tx(brand_id):
        assert brands.stores(brand_id=brand_id).total == 0
        assert brands.import_runs(brand_id=brand_id) == ((), 0)


def test_a_run_that_another_process_took_further_is_left_to_it(brand_id, tmp_path):
    path = files.written(tmp_path, "stores", files.store_rows(2_500))
    source = look(brand_id, path, "stores")
    stale = loading.open_run(source, now=NOW)
    ahead = loading.load(source, stale, now=NOW, batches=1)
    with pytest.raises(ImportBusy):
        loading.load(source, stale, now=NOW)
    with brand_tx(brand_id):
        assert brands.import_run(brand_id=brand_id, run_id=stale.id) == ahead
    assert loading.load(source, ahead, now=NOW).rows_read == 2_500


def test_a_file_written_to_while_it_is_read_is_refused_and_its_batch_rolled_back(
    brand_id, tmp_path
):
    path = files.written(tmp_path, "stores", files.store_rows(2_500))
    source = look(brand_id, path, "stores")
    run = loading.open_run(source, now=NOW)

    def append(read, _bad, _total):
        if read == 1_000:
            with path.open("a", encoding="utf-8") as file:
                file.write("late,晚,上海,路\n")

    with pytest.raises(loading.FileChanged):
        loading.load(source, run, now=NOW, progress=append)
    with brand_tx(brand_id):
        assert brands.stores(brand_id=brand_id).total == 1_000
        failed = brands.import_run(brand_id=brand_id, run_id=run.id)
    assert (failed.state, failed.rows_read) == (ImportState.FAILED, 1_000)


def test_stock_of_a_store_that_is_not_there_is_refused_before_the_first_row(brand_id, tmp_path):
    with pytest.raises(mapping.MappingStoreUnknown) as refused:
        load(brand_id, files.written(tmp_path, "products"), "products")
    assert refused.value.details == {"codes": ["s1"]}


def test_another_brands_members_products_and_stores_cannot_be_named(brand_id, tmp_path):
    load_all(brand_id, tmp_path)
    other = make_brand("maple").id
    with pytest.raises(mapping.MappingStoreUnknown):
        load(other, files.written(tmp_path, "products"), "products")
    run = load(other, files.written(tmp_path, "purchases"), "purchases")
    assert run.rows_bad == 3
    run = load(other, files.written(tmp_path, "reviews"), "reviews")
    assert {code for _, _, code in problems(other, run)} == {
        "product_not_found",
        "member_not_found",
    }
    with brand_tx(other):
        assert list(content.published_shows(brand_id=other)) == []
        assert brands.import_runs(brand_id=other)[1] == 2


def test_the_report_is_what_a_spreadsheet_may_open(brand_id, tmp_path):
    rows = [row | {"=HYPERLINK(1)": "x"} for row in files.store_rows(3)]
    said = {"columns": files.STORES["columns"] | {"=HYPERLINK(1)": "latitude"}}
    source = look(brand_id, files.written(tmp_path, "stores", rows), "stores", said)
    run = loading.load(source, loading.open_run(source, now=NOW), now=NOW)
    place = tmp_path / "problems.csv"
    assert write_report(place, lambda sink: loading.problems_of(source, run.id, sink)) == 3
    with place.open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.reader(file))
    assert listed[0] == ["line", "column", "code", "reason"]
    assert listed[1][:3] == ["2", "'=HYPERLINK(1)", "number_malformed"]
    assert write_report(place, lambda sink: 0) == 0
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []
    assert [harmless(cell) for cell in ("+1", "@x", "a=b")] == ["'+1", "'@x", "a=b"]
