"""The commands as a developer runs them: one JSON object on stdout, a code when refused."""

import json

import pytest

from tests.cast import make_brand
from tests.journeys import api_town, importing_files


def only_object(done):
    """The one JSON object of stdout."""
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stdout + done.stderr
    return json.loads(lines[0])


def test_import_prints_one_object_and_writes_the_report(zhiyin, own_database, tmp_path):
    make_brand("cedar")
    rows = importing_files.store_rows(3)
    rows[1]["city"] = ""
    path = importing_files.written(tmp_path, "stores", rows)
    words = ["import", str(path), "--brand", "cedar", "--kind", "stores"]
    words += ["--mapping", str(tmp_path / "stores.json"), "--json"]
    rehearsed = only_object(zhiyin(*words, "--dry-run", database=own_database))
    done = only_object(zhiyin(*words, database=own_database))
    again = only_object(zhiyin(*words, database=own_database))
    for found in (rehearsed, done, again):
        assert (found["rows"], found["rows_loaded"], found["rows_bad"]) == (3, 2, 1)
    assert (done["was_done"], again["was_done"], again["resumed_at_row"]) == (False, True, 3)
    report = (tmp_path / "stores.csv.problems.csv").read_text(encoding="utf-8-sig")
    assert report.splitlines()[1].startswith("3,city,value_missing,")


@pytest.mark.parametrize(
    ("mapping", "code"),
    [("{", "mapping_unreadable"), ("{}", "mapping_field_missing")],
)
def test_a_refused_import_is_one_object_with_its_code(
    zhiyin, own_database, tmp_path, mapping, code
):
    make_brand("cedar")
    path = importing_files.written(tmp_path, "stores")
    (tmp_path / "stores.json").write_text(mapping)
    words = ["import", str(path), "--brand", "cedar", "--kind", "stores"]
    done = zhiyin(
        *words, "--mapping", str(tmp_path / "stores.json"), "--json", database=own_database
    )
    assert (done.returncode, only_object(done)["code"]) == (2, code)
    plain = zhiyin(*words, "--mapping", str(tmp_path / "stores.json"), database=own_database)
    assert (plain.returncode, plain.stdout) == (2, "")
    assert code in plain.stderr


def test_train_match_and_roll_back(zhiyin, own_database):
    api_town.found("cedar")
    need = ["match", "--need", "160cm 52kg pear, a dress for a wedding, under 400", "--json"]
    untrained = zhiyin(*need, database=own_database)
    assert (untrained.returncode, only_object(untrained)["code"]) == (2, "not_trained")
    first = only_object(zhiyin("train", "--brand", "cedar", "--json", database=own_database))
    second = only_object(zhiyin("train", "--brand", "cedar", "--json", database=own_database))
    answer = only_object(zhiyin(*need, "--member", "cedar-1", database=own_database))
    assert (answer["brand"], answer["model"]) == ("cedar", second["version"])
    assert {"slot": "height_cm", "value": "160.0"}.items() <= answer["understood"][0].items()
    assert answer["picks"]
    for pick in answer["picks"]:
        assert {"koc", "look", "size", "reasons", "evidence"} <= set(pick)
    back = zhiyin("train", "--brand", "cedar", "--roll-back", "--json", database=own_database)
    assert only_object(back)["version"] == first["version"]
    assert only_object(zhiyin(*need, database=own_database))["model"] == first["version"]
    shown = zhiyin(*need[:-1], database=own_database)
    assert shown.returncode == 0
    assert "cedar" in shown.stdout


def test_staff_and_keys(zhiyin, own_database):
    make_brand("cedar")
    words = ["staff", "add", "--brand", "cedar", "--name", "lin", "--json"]
    made = only_object(zhiyin(*words, "--role", "operator", database=own_database))
    assert len(made["password"]) >= 12
    assert len(made["six_digits"]) == 6
    more = only_object(zhiyin(*words, "--role", "moderator", database=own_database))
    assert "password" not in more
    listed = only_object(
        zhiyin("staff", "list", "--brand", "cedar", "--json", database=own_database)
    )
    assert {(row["name"], row["role"]) for row in listed["staff"]} == {
        ("lin", "operator"),
        ("lin", "moderator"),
    }
    now = only_object(zhiyin("staff", "code", "lin", "--json", database=own_database))
    assert now["six_digits"].isdigit()
    create = ["api-key", "create", "--brand", "cedar", "--label", "erp", "--role", "auditor"]
    key = only_object(zhiyin(*create, "--json", database=own_database))["key"]
    caller = api_town.Caller(key)
    assert caller("GET", "brand")["role"] == "auditor"
    keys = only_object(
        zhiyin("api-key", "list", "--brand", "cedar", "--json", database=own_database)
    )
    assert key not in json.dumps(keys)
    revoke = ["api-key", "revoke", "--brand", "cedar", "--id", keys["keys"][0]["id"], "--json"]
    assert only_object(zhiyin(*revoke, database=own_database))["revoked"]
    assert caller("GET", "brand", status=401)["code"] == "api_key_needed"
    assert only_object(zhiyin(*revoke, database=own_database))["code"] == "api_key_not_found"


def test_openapi_is_the_document_that_the_server_gives(zhiyin, client):
    document = only_object(zhiyin("openapi"))
    assert document["openapi"].startswith("3.1")
    assert document == client.get("/api/v1/openapi.json").json()


def test_evaluate_read_counts_slots(zhiyin, tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"text": "160cm", "expect": {"height_cm": 160}}\n', encoding="utf-8")
    found = only_object(zhiyin("evaluate", "read", "--cases", str(cases), "--json"))
    assert (found["cases"], found["slot_f1"]) == (1, 1.0)
    cases.write_text("{", encoding="utf-8")
    wrong = zhiyin("evaluate", "read", "--cases", str(cases), "--json")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "cases.jsonl" in wrong.stderr
