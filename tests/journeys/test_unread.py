"""The count in the tab bar: on every page that has the bar, for both sides, until each has seen."""

from django.utils import timezone

from tests.cast import NOW
from tests.journeys.answering import a_koc, a_need
from tests.journeys.visiting import KOC_PHONE, SHOPPER_PHONE, Visit, a_shop, a_sku, give_phone
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import Channel
from zhiyin.flows import answering
from zhiyin.storage.tenancy import brand_tx


def counts(visit: Visit, pages) -> set[str]:
    """What the tab bar says on some pages."""
    return {visit.read(page).partition('<span class="tabbar__count">')[2][:1] for page in pages}


def test_what_is_unseen_is_counted_on_every_page(own_database, django_assert_num_queries):
    brand, guest = a_shop()
    product_id, _sku_id = a_sku(brand)
    lin = a_koc(brand.id, "lin", weekly_capacity=5)
    give_phone(brand, lin, KOC_PHONE, NOW)
    with brand_tx(brand.id):
        shopper = members.create_member(brand_id=brand.id, now=NOW)
        members.link_identity(
            brand_id=brand.id,
            member_id=shopper,
            channel=Channel.PHONE,
            value=SHOPPER_PHONE,
            now=NOW,
        )
    need_id = a_need(brand.id, shopper)
    own = {"brand_id": brand.id, "now": timezone.now()}
    question_id = answering.ask(member_id=shopper, need_id=need_id, koc_id=lin.id, words="", **own)
    pages = [
        "",
        "browse/",
        f"products/{product_id}/",
        f"kocs/{lin.id}/",
        "me/",
        "form/",
        "sign-in/",
    ]
    hers, koc = Visit("cedar"), Visit("cedar")
    hers.sign_in(SHOPPER_PHONE)
    koc.sign_in(KOC_PHONE)
    assert counts(koc, [*pages, "messages/"]) == {"1"}
    assert counts(hers, [*pages, f"needs/{need_id}/"]) == {""}
    assert counts(koc, ["koc/", *pages]) == {""}
    answering.answer(
        member_id=lin.member_id, question_id=question_id, text="Take M.", product_ids=[], **own
    )
    assert counts(hers, [*pages, f"needs/{need_id}/", "messages/"]) == {"1"}
    assert "new answer" in hers.read("messages/")
    assert counts(hers, [f"messages/{question_id}/", *pages]) == {""}
    assert "new answer" not in hers.read("messages/")
    assert counts(guest, pages) == {""}
    with brand_tx(brand.id), django_assert_num_queries(1):
        assert talks.unseen(brand_id=brand.id, member_id=shopper, koc_id=lin.id) == 0
