"""Applications, pages, absences and followers, in PostgreSQL."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from tests.cast import NOW, enter
from zhiyin.domain.kocs import operations, queries
from zhiyin.domain.kocs.models import Follow, KocApplication, KocAway, KocProfile
from zhiyin.domain.kocs.types import (
    AlreadyApplied,
    ApplicationClosed,
    ApplicationFacts,
    ApplicationNotFound,
    ApplicationState,
    AwayRefused,
    FollowFor,
    FollowHerself,
    GoodAtRefused,
    KocFacts,
    KocNotFound,
    PageFacts,
    ScoreFacts,
    ShowNotHers,
    TooYoung,
    WordsMissing,
)
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import ConsentNeeded, Purpose
from zhiyin.kit.ids import uuid7

VOCABULARY = {
    "occasion": frozenset({"wedding"}),
    "concerns": frozenset({"broad_shoulders"}),
    "weight_kg": frozenset({"50"}),
}
SCORE = queries.score_of(facts=ScoreFacts(weekly_capacity=5))
DAY = timedelta(days=1)


def a_member(brand, nickname="晓雯", *, consents=True):
    member_id = members.create_member(brand_id=brand.id, nickname=nickname, now=NOW)
    if consents:
        members.grant_consent(
            brand_id=brand.id,
            member_id=member_id,
            purpose=Purpose.BODY_FACTS,
            channel="h5",
            now=NOW,
        )
    return member_id


def a_koc(brand, handle="muzi", **facts):
    member_id = a_member(brand, handle)
    stated = {"name_zh": "木子", "name_en": "Muzi", "facts": {"height_cm": 165}} | facts
    koc_id = operations.open_profile(
        brand_id=brand.id, member_id=member_id, koc=KocFacts(handle=handle, **stated), now=NOW
    )
    return queries.koc(brand_id=brand.id, koc_id=koc_id)


def apply(brand, member_id, *, own_show_ids=(), age=29.0, now=NOW, **facts):
    stated = {
        "name": "小满",
        "statement": "我当过五次伴娘。",
        "good_at": {"occasion": ["wedding"]},
    } | facts
    return operations.apply(
        brand_id=brand.id,
        member_id=member_id,
        application=ApplicationFacts(**stated),
        vocabulary=VOCABULARY,
        own_show_ids=own_show_ids,
        age=age,
        now=now,
    )


def an_operator():
    return get_user_model().objects.get_or_create(username="operator")[0].id


def decide(brand, application_id, *, accepted, reason="谢谢你"):
    operations.decide(
        brand_id=brand.id,
        application_id=application_id,
        accepted=accepted,
        reason=reason,
        score=SCORE,
        user_id=an_operator(),
        now=NOW + DAY,
    )


def test_an_application_is_kept_cleaned_and_waits(brand):
    member_id, show_id = a_member(brand), uuid7()
    application_id = apply(
        brand, member_id, name=" 小  满 ", own_show_ids=[show_id], show_ids=[show_id, show_id]
    )
    card = queries.application(brand_id=brand.id, application_id=application_id)
    assert (card.name, card.show_ids, card.state) == ("小 满", (show_id,), ApplicationState.OPEN)
    assert queries.last_application(brand_id=brand.id, member_id=member_id) == card
    page = queries.applications(brand_id=brand.id, state=ApplicationState.OPEN)
    assert (page.applications, page.total) == ((card,), 1)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"age": 13.0}, TooYoung),
        ({"name": " "}, WordsMissing),
        ({"statement": ""}, WordsMissing),
        ({"good_at": {"weight_kg": ["50"]}}, GoodAtRefused),
        ({"show_ids": [uuid7()]}, ShowNotHers),
    ],
)
def test_an_application_that_does_not_hold_is_refused_whole(brand, facts, error):
    member_id = a_member(brand)
    with pytest.raises(error):
        apply(brand, member_id, **facts)
    assert KocApplication.objects.count() == 0


def test_no_application_without_the_consent_to_keep_body_facts(brand):
    member_id = a_member(brand, consents=False)
    with pytest.raises(ConsentNeeded):
        apply(brand, member_id)
    assert KocApplication.objects.count() == 0


def test_one_open_application_at_a_time_and_none_of_a_koc(brand):
    member_id = a_member(brand)
    application_id = apply(brand, member_id)
    with pytest.raises(AlreadyApplied):
        apply(brand, member_id)
    operations.withdraw_application(
        brand_id=brand.id, application_id=application_id, member_id=member_id, now=NOW
    )
    again = apply(brand, member_id, now=NOW + DAY)
    assert queries.last_application(brand_id=brand.id, member_id=member_id).id == again
    with pytest.raises(AlreadyApplied):
        apply(brand, a_koc(brand).member_id)
    assert KocApplication.objects.count() == 2


def test_only_the_applicant_takes_an_open_application_back(brand):
    member_id = a_member(brand)
    application_id = apply(brand, member_id)

    def withdraw(by):
        operations.withdraw_application(
            brand_id=brand.id, application_id=application_id, member_id=by, now=NOW
        )

    with pytest.raises(ApplicationNotFound):
        withdraw(a_member(brand, "别人"))
    withdraw(member_id)
    with pytest.raises(ApplicationClosed):
        withdraw(member_id)
    with pytest.raises(ApplicationClosed):
        decide(brand, application_id, accepted=True)
    card = queries.application(brand_id=brand.id, application_id=application_id)
    assert (card.state, card.score) == (ApplicationState.WITHDRAWN, None)


def test_a_decision_keeps_its_reason_and_its_score_and_stands(brand):
    member_id = a_member(brand)
    application_id = apply(brand, member_id)
    with pytest.raises(WordsMissing):
        decide(brand, application_id, accepted=False, reason=" ")
    decide(brand, application_id, accepted=False, reason="再发两条买家秀就好")
    with pytest.raises(ApplicationClosed):
        decide(brand, application_id, accepted=True)
    card = queries.last_application(brand_id=brand.id, member_id=member_id)
    assert (card.state, card.reason, card.score, card.decided_at) == (
        ApplicationState.REFUSED,
        "再发两条买家秀就好",
        SCORE,
        NOW + DAY,
    )
    with pytest.raises(ApplicationNotFound):
        decide(brand, uuid7(), accepted=True)


def test_a_page_is_replaced_whole_and_checked(brand):
    koc = a_koc(brand)

    def change(**facts):
        stated = {"name_zh": "木子", "name_en": "Muzi"} | facts
        operations.change_page(
            brand_id=brand.id, koc_id=koc.id, page=PageFacts(**stated), vocabulary=VOCABULARY
        )

    change(
        persona_zh="肩宽，\n\n\n\n爱穿衬衫",
        good_at={"concerns": ["broad_shoulders"]},
        topics=["肩宽"],
        weekly_capacity=3,
    )
    card = queries.koc(brand_id=brand.id, koc_id=koc.id)
    assert (card.persona_zh, card.topics, card.weekly_capacity) == (
        "肩宽，\n\n爱穿衬衫",
        ("肩宽",),
        3,
    )
    assert card.good_at == {"concerns": ["broad_shoulders"]}
    assert card.facts == {"height_cm": 165}
    with pytest.raises(GoodAtRefused):
        change(good_at={"occasion": ["coronation"]})
    assert queries.koc(brand_id=brand.id, koc_id=koc.id) == card


def test_body_facts_are_sealed_replaced_and_forgotten(brand):
    koc = a_koc(brand)
    operations.set_facts(brand_id=brand.id, koc_id=koc.id, facts={"body_shape": "pear"})
    assert b"pear" not in bytes(KocProfile.objects.get().facts_sealed)
    assert queries.koc(brand_id=brand.id, koc_id=koc.id).facts == {"body_shape": "pear"}
    operations.forget_facts(brand_id=brand.id, member_id=koc.member_id)
    assert queries.koc(brand_id=brand.id, koc_id=koc.id).facts == {}


def test_who_can_be_asked_is_here_and_has_room(brand):
    here, away, full = a_koc(brand, "a"), a_koc(brand, "b"), a_koc(brand, "c", weekly_capacity=2)
    operations.go_away(
        brand_id=brand.id, koc_id=away.id, starts_at=NOW - DAY, ends_at=NOW + DAY, now=NOW
    )

    def asked(now, load):
        found = queries.available_kocs(brand_id=brand.id, load=load, now=now)
        return [card.id for card in found]

    assert asked(NOW, {full.id: 2, here.id: 4}) == [here.id]
    assert asked(NOW, {full.id: 1}) == [here.id, full.id]
    assert asked(NOW + DAY, {}) == [here.id, away.id, full.id]
    resting = a_koc(brand, "d", weekly_capacity=0)
    assert resting.id not in asked(NOW, {})


def test_away_dates_are_a_list_that_she_edits(brand):
    koc, other = a_koc(brand, "a"), a_koc(brand, "b")

    def go(starts_at, ends_at):
        return operations.go_away(
            brand_id=brand.id, koc_id=koc.id, starts_at=starts_at, ends_at=ends_at, now=NOW
        )

    later, sooner = go(NOW + 5 * DAY, NOW + 6 * DAY), go(NOW + DAY, NOW + 2 * DAY)
    for wrong in ((NOW + DAY, NOW + DAY), (NOW - 2 * DAY, NOW - DAY)):
        with pytest.raises(AwayRefused):
            go(*wrong)
    listed = queries.aways(brand_id=brand.id, koc_id=koc.id, now=NOW)
    assert [away.id for away in listed] == [sooner, later]
    operations.come_back(brand_id=brand.id, away_id=sooner, koc_id=other.id)
    assert KocAway.objects.count() == 2
    operations.come_back(brand_id=brand.id, away_id=sooner, koc_id=koc.id)
    assert [away.id for away in queries.aways(brand_id=brand.id, koc_id=koc.id, now=NOW)] == [later]
    assert queries.aways(brand_id=brand.id, koc_id=koc.id, now=NOW + 6 * DAY) == ()


def test_body_and_style_are_followed_apart(brand):
    koc, one, two = a_koc(brand), a_member(brand, "一"), a_member(brand, "二")

    def follow(member_id, what, now=NOW):
        operations.follow(
            brand_id=brand.id, member_id=member_id, koc_id=koc.id, follow_for=what, now=now
        )

    for _ in range(2):
        follow(one, FollowFor.BODY)
    follow(one, FollowFor.STYLE, NOW + DAY)
    follow(two, FollowFor.BODY)
    counted = queries.followers(brand_id=brand.id, koc_ids=[koc.id])
    assert counted == {koc.id: {FollowFor.BODY: 2, FollowFor.STYLE: 1}}
    listed = queries.follows_of(brand_id=brand.id, member_id=one)
    assert [card.follow_for for card in listed] == [FollowFor.STYLE, FollowFor.BODY]
    for _ in range(2):
        operations.unfollow(
            brand_id=brand.id,
            member_id=one,
            koc_id=koc.id,
            follow_for=FollowFor.BODY,
            now=NOW + DAY,
        )
    follow(one, FollowFor.BODY, NOW + 2 * DAY)
    assert Follow.objects.filter(member_id=one).count() == 3
    assert queries.followers(brand_id=brand.id, koc_ids=[koc.id]) == counted


def test_nobody_follows_herself_or_who_is_no_koc(brand):
    koc, member_id = a_koc(brand), a_member(brand)
    follow = {"brand_id": brand.id, "follow_for": FollowFor.BODY, "now": NOW}
    with pytest.raises(FollowHerself):
        operations.follow(member_id=koc.member_id, koc_id=koc.id, **follow)
    operations.follow(member_id=member_id, koc_id=koc.id, **follow)
    operations.close_profile(brand_id=brand.id, koc_id=koc.id, now=NOW + DAY)
    with pytest.raises(KocNotFound):
        operations.follow(member_id=a_member(brand), koc_id=koc.id, **follow)
    assert queries.follows_of(brand_id=brand.id, member_id=member_id) == ()
    assert queries.koc_of_member(brand_id=brand.id, member_id=koc.member_id) is None


def a_whole_life(brand):
    koc = a_koc(brand, "canary", name_zh="金丝雀", persona_zh="金丝雀的话", city="金丝雀市")
    other = a_koc(brand, "other")
    operations.go_away(brand_id=brand.id, koc_id=koc.id, starts_at=NOW, ends_at=NOW + DAY, now=NOW)
    for member_id, followed in ((koc.member_id, other), (other.member_id, koc)):
        operations.follow(
            brand_id=brand.id,
            member_id=member_id,
            koc_id=followed.id,
            follow_for=FollowFor.STYLE,
            now=NOW,
        )
    KocApplication.objects.create(
        brand_id=brand.id,
        member_id=koc.member_id,
        name="金丝雀",
        statement="金丝雀",
        good_at={},
        weekly_capacity=5,
        state=ApplicationState.ACCEPTED,
        applied_at=NOW,
    )
    return koc, other


def test_an_erased_koc_is_blank_closed_and_followed_by_nobody(brand):
    koc, other = a_whole_life(brand)
    members.erase_member(brand_id=brand.id, member_id=koc.member_id, now=NOW + DAY)
    for _ in range(2):
        operations.erase_member(brand_id=brand.id, member_id=koc.member_id)
    row = KocProfile.objects.get(id=koc.id)
    assert (row.until, row.facts_sealed, row.good_at, row.topics) == (NOW + DAY, None, {}, [])
    told = (row.name_zh, row.name_en, row.city, row.persona_zh, row.persona_en)
    assert told == ("",) * 5
    assert row.handle == f"gone-{koc.id.hex}"
    assert KocApplication.objects.count() == KocAway.objects.count() == 0
    assert list(Follow.objects.values_list("member_id", "until")) == [(other.member_id, NOW + DAY)]
    assert [card.id for card in queries.kocs(brand_id=brand.id)] == [other.id]


def test_a_download_holds_all_that_is_kept_of_her(brand):
    koc, other = a_whole_life(brand)
    hers = queries.export_member(brand_id=brand.id, member_id=koc.member_id)
    assert [card.statement for card in hers["applications"]] == ["金丝雀"]
    assert [row["profile"] for row in hers["profiles"]] == [koc]
    assert [row["ends_at"] for row in hers["away"]] == [NOW + DAY]
    assert [row["koc_id"] for row in hers["follows"]] == [other.id]


def test_a_koc_is_her_brands_alone(two_brands):
    cedar, maple = two_brands
    enter(cedar.id)
    koc = a_koc(cedar)
    enter(maple.id)
    assert queries.kocs(brand_id=maple.id) == ()
    with pytest.raises(KocNotFound):
        queries.koc(brand_id=maple.id, koc_id=koc.id)
    with pytest.raises(KocNotFound):
        operations.close_profile(brand_id=maple.id, koc_id=koc.id, now=NOW)
