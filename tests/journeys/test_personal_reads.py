"""Who of the staff opened what is personal of a member: a line each time, for good."""

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, transaction

from tests.cast import make_brand
from tests.journeys.answering import a_koc
from tests.journeys.console_staff import open_desk, seat
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.models import PersonalRead
from zhiyin.storage.tenancy import brand_tx


def test_opening_a_koc_is_a_line_that_the_owner_reads_and_nobody_changes(own_database):
    cache.clear()
    owner = open_desk("cedar", name="owner-wu")
    moderator = seat(owner.brand, Role.MODERATOR, "moderator-lin")
    lin, mei = a_koc(owner.brand.id, "lin"), a_koc(owner.brand.id, "mei")
    assert "Nobody has looked yet" in owner.browser.get(owner.url("reads/")).content.decode()
    for koc in (lin, mei, lin):
        assert moderator.browser.get(moderator.url(f"kocs/{koc.id}/")).status_code == 200
    assert owner.browser.get(owner.url(f"kocs/{mei.id}/")).status_code == 200
    assert owner.browser.get(owner.url("kocs/")).status_code == 200
    assert moderator.browser.get(moderator.url("reads/")).status_code == 403
    assert b"Who looked" not in moderator.browser.get(moderator.url()).content
    rows = lines(owner)
    assert [(row.reader, row.member_id, row.page) for row in rows] == [
        ("owner-wu", mei.member_id, "console:koc"),
        ("moderator-lin", lin.member_id, "console:koc"),
        ("moderator-lin", mei.member_id, "console:koc"),
        ("moderator-lin", lin.member_id, "console:koc"),
    ]
    page = owner.browser.get(owner.url("reads/?q=LIN")).content.decode()
    assert (page.count("moderator-lin"), page.count("owner-wu</td>")) == (3, 0)
    page = owner.browser.get(owner.url(f"reads/?member={mei.member_id}")).content.decode()
    assert page.count("KOC page") == 2
    assert "No line is like that" in owner.browser.get(owner.url("reads/?q=zz")).content.decode()
    for change in (lambda all_: all_.update(what=""), lambda all_: all_.delete()):
        with pytest.raises(ProgrammingError), brand_tx(owner.brand.id), transaction.atomic():
            change(PersonalRead.objects.filter(brand_id=owner.brand.id))
    assert lines(owner) == rows
    with brand_tx(make_brand("maple").id):
        assert people.personal_reads(brand_id=owner.brand.id) == ((), 0)


def lines(desk):
    with brand_tx(desk.brand.id):
        return people.personal_reads(brand_id=desk.brand.id)[0]
