"""The operator's acts on people, as she types them: find, merge, undo, delete after a restore."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.cast import NOW, make_brand
from zhiyin.domain.members import operations, queries
from zhiyin.domain.members.types import Channel, MemberFacts, MemberNotFound, MergeRefused
from zhiyin.interfaces.cli.members import ErasuresUnreadable, members
from zhiyin.storage.tenancy import brand_tx

PHONE = "13800138000"


@pytest.fixture
def brand(own_database):
    return make_brand("cedar")


@pytest.fixture
def two(brand):
    """Her as she signed in with her phone, and as a file knows her."""
    with brand_tx(brand.id):
        her = operations.create_member(brand_id=brand.id, nickname="小满", now=NOW)
        operations.link_identity(
            brand_id=brand.id, member_id=her, channel=Channel.PHONE, value=PHONE, now=NOW
        )
        filed = operations.import_members(
            brand_id=brand.id, members=[MemberFacts(external_id="C-1")], now=NOW + timedelta(1)
        )
    return str(her), str(filed.ids["C-1"])


def typed(*words):
    """The one JSON object that the command prints; its refusal is raised."""
    act, *rest = words
    done = CliRunner().invoke(
        members, [act, "--brand", "cedar", *rest, "--json"], catch_exceptions=False
    )
    return done.exit_code, json.loads(done.stdout)


def test_two_who_are_one_are_found_merged_and_made_two_again(brand, two):
    her, filed = two
    by_phone, by_file = ("find", "--phone", PHONE), ("find", "--external-id", "C-1")
    assert [typed(*by_phone)[1]["id"], typed(*by_file)[1]["id"]] == [her, filed]
    merge = ("merge", "--keep", her, "--absorb", filed)
    _, done = typed(*merge)
    assert typed(*merge)[1]["code"] == MergeRefused.code
    found = typed(*by_file)[1]
    assert (found["id"], [(m["merge"], m["absorbed"]) for m in found["merges"]]) == (
        her,
        [(done["merge"], filed)],
    )
    undo = ("undo-merge", "--merge", done["merge"])
    assert typed(*undo) == (0, {"brand": "cedar", "merge": done["merge"], "undone": True})
    assert typed(*undo)[0] == 2
    assert typed(*by_file)[1]["id"] == filed


def test_who_was_deleted_is_deleted_again_after_a_restore(brand, two, tmp_path):
    her, filed = two
    kept = tmp_path / "erasures.json"
    # The backup is older than her deletion: the list names her, the database does not.
    kept.write_text(json.dumps({"brand": "cedar", "members": [her]}), encoding="utf-8")
    assert typed("erasures")[1] == {"brand": "cedar", "members": []}
    for _ in range(2):
        assert typed("replay-erasures", str(kept)) == (0, {"brand": "cedar", "replayed": 1})
    assert typed("erasures")[1] == {"brand": "cedar", "members": [her]}
    assert typed("find", "--phone", PHONE)[1]["code"] == MemberNotFound.code
    with brand_tx(brand.id):
        assert [str(c.id) for c in queries.members(brand_id=brand.id).members] == [filed]


def test_a_list_of_something_else_deletes_nobody(brand, two, tmp_path):
    kept = tmp_path / "erasures.json"
    for brand_named, listed in (("maple", [two[0]]), ("cedar", [two[0], 5]), ("cedar", two[0])):
        kept.write_text(json.dumps({"brand": brand_named, "members": listed}), encoding="utf-8")
        code, refusal = typed("replay-erasures", str(kept))
        assert (code, refusal["code"]) == (2, ErasuresUnreadable.code)
    kept.write_text("[]", encoding="utf-8")
    assert typed("replay-erasures", str(kept))[1]["code"] == ErasuresUnreadable.code
    with brand_tx(brand.id):
        assert queries.members(brand_id=brand.id).total == 2


def test_the_command_is_there_and_wants_one_name_for_her(zhiyin, brand):
    nobody = zhiyin("members", "find", "--brand", "cedar", "--json", database="postgres")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "--phone or --external-id" in nobody.stderr
