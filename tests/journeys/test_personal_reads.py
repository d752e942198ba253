"""Who opened what is personal of a member, staff or a key: a line each time, for good."""

import pytest
from django.core.cache import cache
from django.db import ProgrammingError, transaction

from tests.cast import NOW, make_brand
from tests.journeys import api_town
from tests.journeys.answering import a_koc
from tests.journeys.api_town import Caller
from tests.journeys.console_staff import open_desk, seat
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience.kept import TraitSource
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.brands.types import Role
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.models import PersonalRead
from zhiyin.domain.members.types import Opened, Purpose
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
    assert [(row.reader, row.member_id, row.opened) for row in rows] == [
        ("owner-wu", mei.member_id, Opened.KOC),
        ("moderator-lin", lin.member_id, Opened.KOC),
        ("moderator-lin", mei.member_id, Opened.KOC),
        ("moderator-lin", lin.member_id, Opened.KOC),
    ]
    page = owner.browser.get(owner.url("reads/?q=LIN")).content.decode()
    assert (page.count("moderator-lin"), page.count("owner-wu</td>")) == (3, 0)
    page = owner.browser.get(owner.url(f"reads/?member={mei.member_id}")).content.decode()
    assert page.count("KOC page") == 2
    assert "No line is like that" in owner.browser.get(owner.url("reads/?q=zz")).content.decode()
    for change in (lambda all_: all_.update(opened=""), lambda all_: all_.delete()):
        with pytest.raises(ProgrammingError), brand_tx(owner.brand.id), transaction.atomic():
            change(PersonalRead.objects.filter(brand_id=owner.brand.id))
    assert lines(owner) == rows
    with brand_tx(make_brand("maple").id):
        assert people.personal_reads(brand_id=owner.brand.id) == ((), 0)


def lines(desk):
    with brand_tx(desk.brand.id):
        return people.personal_reads(brand_id=desk.brand.id)[0]


def test_a_key_is_told_of_a_member_only_in_roles_that_may_open_her_and_leaves_a_line(own_database):
    town = api_town.trained(api_town.found("cedar"))
    her = keeps_her_weight(town)
    asked = {"text": "参加婚礼", "member": town.member}
    clerk = Caller(api_town.key(town, Role.CLERK))
    refused = clerk("POST", "match", asked, status=403)
    assert (refused["code"], refused["details"]["field"]) == ("api_key_role_refused", "member")
    assert clerk("POST", "match", {"text": "参加婚礼"})["picks"]
    with brand_tx(town.brand.id):
        assert people.personal_reads(brand_id=town.brand.id) == ((), 0)
    assert Caller(api_town.key(town))("POST", "match", asked)["personalised"]
    with brand_tx(town.brand.id):
        ((line,), total) = people.personal_reads(brand_id=town.brand.id, search="TES")
    assert (line.reader, line.by_key, line.member_id, total) == ("test", True, her, 1)
    desk = seat(town.brand, Role.AUDITOR, "auditor-he")
    page = desk.browser.get(desk.url("reads/")).content.decode()
    assert "key: test" in page
    assert "Match over the API" in page


def keeps_her_weight(town):
    with brand_tx(town.brand.id):
        found = people.members_by_external_id(brand_id=town.brand.id, external_ids=[town.member])
        her = found[town.member]
        members.grant_consent(
            brand_id=town.brand.id,
            member_id=her,
            purpose=Purpose.BODY_FACTS,
            text_version="1",
            channel="h5",
            now=NOW,
        )
        audience.state_traits(
            brand_id=town.brand.id,
            member_id=her,
            slots=NeedSlots(weight_kg=57.4),
            source=TraitSource.FORM,
            now=NOW,
        )
    return her
