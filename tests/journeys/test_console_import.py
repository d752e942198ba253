"""A file through the console: upload, columns, first rows, the job, the bad rows as a file."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.journeys.console_staff import Desk, open_desk
from zhiyin.domain.brands import queries as brands
from zhiyin.domain.brands.types import ImportState, Role
from zhiyin.interfaces import jobs
from zhiyin.interfaces.console import uploads
from zhiyin.storage.encryption import CiphertextMisplaced
from zhiyin.storage.tenancy import brand_tx

ROWS = "code,name,city,where\nA-1,One,Shanghai,1 Road\nA-2,Two,,2 Road\n=A-3,Three,Suzhou,3 Road\n"
SAID = {"field_0": "code", "field_1": "name_zh", "field_2": "city", "field_3": "address"}


@pytest.fixture
def desk(own_database) -> Desk:
    cache.clear()
    return open_desk("cedar", Role.OPERATOR)


def upload(desk: Desk, content: bytes, name: str = "stores.csv"):
    file = SimpleUploadedFile(name, content)
    return desk.browser.post(desk.url("imports/upload/"), {"kind": "stores", "file": file})


def test_a_file_is_loaded_and_its_bad_rows_are_told(desk):
    here = upload(desk, ROWS.encode()).headers["Location"]
    columns = desk.browser.get(here).content.decode()
    assert '<option value="code" selected>' in columns, "a column of a field's name is guessed"
    looked = desk.browser.post(here, SAID | {"act": "look"}).content.decode()
    assert looked.count("would load") >= 2
    assert looked.count("would not load") == 1
    with brand_tx(desk.brand.id):
        assert brands.stores(brand_id=desk.brand.id).total == 0
    run = desk.browser.post(here, SAID | {"act": "start"}).headers["Location"]
    waiting = desk.browser.get(run).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    upload_id = re.search(r"map/([0-9a-f-]+)/", here)[1]
    jobs.load_import(brand_slug="cedar", upload_id=upload_id)
    with brand_tx(desk.brand.id):
        (done,), _total = brands.import_runs(brand_id=desk.brand.id)
        assert (done.state, done.rows_read, done.rows_bad) == (ImportState.DONE, 3, 1)
        assert brands.stores(brand_id=desk.brand.id).total == 2
    assert "every 2s" not in desk.browser.get(run).content.decode()
    problems = desk.browser.get(f"{run}problems.csv").getvalue().decode("utf-8-sig")
    assert problems.splitlines()[1].startswith("3,city,")
    folder = settings.STATE / "imports" / str(desk.brand.id)
    assert list(folder.iterdir()) == [], "the file is thrown away when it is loaded"
    jobs.load_import(brand_slug="cedar", upload_id=upload_id)
    with brand_tx(desk.brand.id):
        assert brands.stores(brand_id=desk.brand.id).total == 2


def test_a_waiting_file_is_sealed_for_its_brand_and_abandoned_ones_are_reaped(desk):
    here = upload(desk, ROWS.encode()).headers["Location"]
    home = settings.STATE / "imports" / str(desk.brand.id)
    assert desk.browser.post(here, SAID | {"act": "look"}).status_code == 200
    waiting = sorted(home.iterdir())
    assert len(waiting) == 2
    for path in waiting:
        assert b"Shanghai" not in path.read_bytes()
        assert b"stores.csv" not in path.read_bytes()
    upload_id = UUID(re.search(r"map/([0-9a-f-]+)/", here)[1])
    other = open_desk("maple").brand.id
    (settings.STATE / "imports" / str(other)).mkdir()
    for path in waiting:
        shutil.copy(path, settings.STATE / "imports" / str(other) / path.name)
    with pytest.raises(CiphertextMisplaced):
        uploads.kept(brand_id=other, upload_id=upload_id)
    (home / "tmp-of-a-killed-process").mkdir()
    sent = datetime.now(UTC)
    for later, left in ((0, 5), (2, 4), (8, 0)):
        jobs.reap_uploads(timestamp=int((sent + timedelta(days=later)).timestamp()))
        assert len([*home.iterdir(), *(home.parent / str(other)).iterdir()]) == left
    assert desk.browser.get(here).status_code == 404


def test_a_file_that_is_too_large_keeps_nothing(desk, tmp_path):
    with pytest.raises(uploads.UploadTooLarge):
        uploads.keep(
            brand_id=desk.brand.id,
            chunks=(b"x" * 1024 * 1024 for _ in range(65)),
            file_name="big.csv",
            kind="stores",
            language="en",
        )
    assert not (settings.STATE / "imports" / str(desk.brand.id)).exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\xff\xfe\x00\x01" * 50, "odd.csv"),
        (b"a,a\n1,2\n", "twice.csv"),
        (b"not parquet", "x.parquet"),
        (b"MZ", "program.exe"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(desk, content, name):
    answered = upload(desk, content, name)
    page = desk.browser.get(answered.headers["Location"], follow=True)
    assert page.status_code == 200
    assert 'class="toast"' in page.content.decode()


def test_another_brands_upload_does_not_exist(desk):
    here = upload(desk, ROWS.encode()).headers["Location"]
    other = open_desk("maple")
    assert other.browser.get(here.replace("/cedar/", "/maple/")).status_code == 404


def test_a_missing_column_is_named(desk):
    here = upload(desk, ROWS.encode()).headers["Location"]
    page = desk.browser.post(here, {"field_0": "code", "act": "look"})
    assert page.status_code == 422
    assert "address" in page.content.decode()
