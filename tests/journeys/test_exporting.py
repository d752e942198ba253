"""Files for a spreadsheet: sent page by page, each in its brand, with a line for whom it shows."""

import csv
import io

import openpyxl
import pytest
from django.db import connection

from tests.cast import NOW, make_brand
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as tenants
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.models import Member
from zhiyin.domain.members.types import MemberFacts, Opened
from zhiyin.interfaces import exporting
from zhiyin.interfaces.exporting import csv_answer, in_pages, xlsx_answer
from zhiyin.kit.tables import TableTooLong
from zhiyin.storage.tenancy import brand_tx

COUNT = 7


@pytest.fixture
def shop(own_database, monkeypatch):
    """A brand with seven members, and a key; pages of three."""
    monkeypatch.setattr(exporting, "PAGE", 3)
    brand = make_brand("cedar")
    with brand_tx(brand.id):
        members.import_members(
            brand_id=brand.id,
            members=[MemberFacts(external_id=f"m-{n}", nickname="") for n in range(COUNT)],
            now=NOW,
        )
        brands.issue_api_key(brand_id=brand.id, slug="cedar", label="erp", role=Role.ADMIN, now=NOW)
    return brand


def rows_of(brand):
    """A formula of her id, page by page, with a line in the log of who looked."""
    with brand_tx(brand.id):
        (key,) = tenants.api_keys(brand_id=brand.id)

    def page(last):
        found = Member.objects.filter(brand_id=brand.id)
        if last is not None:
            found = found.filter(id__gt=last)
        taken = list(found.order_by("id").values_list("id", flat=True)[: exporting.PAGE])
        members.note_reads(
            brand_id=brand.id,
            member_ids=taken,
            opened=Opened.EXPORT,
            now=NOW,
            key_id=key.id,
        )
        return taken

    return ((f"={member_id}", -1) for member_id in in_pages(brand.id, page))


def formulas(brand):
    """What an export of the brand's members holds, in order."""
    with brand_tx(brand.id):
        found = Member.objects.filter(brand_id=brand.id).order_by("id")
        return [f"={member_id}" for member_id in found.values_list("id", flat=True)]


def looks(brand):
    with brand_tx(brand.id):
        found, total = people.personal_reads(brand_id=brand.id)
        assert {one.opened for one in found} <= {Opened.EXPORT}
        return total


def test_a_csv_is_sent_as_it_is_read_and_says_whom_it_shows(shop):
    answer = csv_answer(name="people", columns=("name", "n"), rows=rows_of(shop))
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert looks(shop) == 0, "nothing is read before it is sent"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["name", "n"]
    assert rows[1:] == [[f"'{formula}", "-1"] for formula in formulas(shop)]
    assert looks(shop) == COUNT


def test_an_xlsx_is_a_file_of_the_same_rows(shop):
    answer = xlsx_answer(name="people", columns=("name", "n"), rows=rows_of(shop))
    file = io.BytesIO(b"".join(answer.streaming_content))
    answer.close()
    sheet = openpyxl.load_workbook(file).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == formulas(shop)
    assert {row[0].data_type for row in sheet.iter_rows(min_row=2)} == {"s"}
    assert looks(shop) == COUNT


def test_a_page_is_never_read_outside_its_brand(shop):
    seen = []

    def page(_last):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.brand')")
            seen.append(cursor.fetchone()[0])
        return []

    assert list(in_pages(shop.id, page)) == []
    assert seen == [str(shop.id)]


def test_a_sheet_that_is_too_long_is_refused_and_not_sent(shop, monkeypatch):
    monkeypatch.setattr("zhiyin.kit.tables.XLSX_ROWS_MAX", 3)
    with pytest.raises(TableTooLong):
        xlsx_answer(name="people", columns=("name", "n"), rows=rows_of(shop))
