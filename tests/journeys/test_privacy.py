"""Her data: consent taken back, everything downloaded, everything deleted (D1 to D3, T30)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F
from PIL import Image

from tests.cast import NOW, make_brand
from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import BODY_SLOTS, TraitSource
from zhiyin.domain.audience.models import Need, Trait
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.catalog import operations as catalog
from zhiyin.domain.catalog.models import Product, Sku
from zhiyin.domain.catalog.types import Category, Color, ProductFacts, SkuFacts
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.content.types import ShowFacts, ShowSource, ShowState
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs import queries as koc_pages
from zhiyin.domain.kocs.types import FollowFor, KocFacts
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching import queries as answers
from zhiyin.domain.matching.types import Answer, FeedbackKind
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.models import Consent, Erasure, Member, PhoneCode
from zhiyin.domain.members.types import (
    Channel,
    ConsentNeeded,
    MemberFacts,
    MemberNotFound,
    MergeNotFound,
    MergeRefused,
    Purpose,
)
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as purchases
from zhiyin.domain.orders.types import PurchaseFacts
from zhiyin.events.models import Event
from zhiyin.flows import answering, join, merging, privacy
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import SealedField, unseal_text
from zhiyin.storage.media import MediaMissing, MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx

CANARY = "金丝雀七号"
PHONE = "13912345678"
EXTERNAL = "CANARY-EXT-7"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


@pytest.fixture
def media(tmp_path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def picture(colour: str, tmp_path):
    path = tmp_path / f"{colour}.png"
    Image.new("RGB", (64, 64), colour).save(path)
    return inspect_and_clean(path.read_bytes())


def a_product(brand_id: UUID) -> UUID:
    facts = ProductFacts(code="D-1", category=Category.DRESS, name_zh="裙", name_en="Dress")
    catalog.save_products(brand_id=brand_id, products=[facts], now=NOW)
    return Product.objects.get().id


def wear(brand_id, product_id, author_id, ref, media_refs=(), text=CANARY):
    (show_id,) = content.save_shows(
        brand_id=brand_id,
        shows=[
            ShowFacts(
                product_id=product_id,
                size_code=38,
                worn_at=NOW,
                source=ShowSource.IMPORT,
                facts={"height_cm": 160, "note": text},
                author_id=author_id,
                text_zh=text,
                external_ref=ref,
                media_refs=media_refs,
            )
        ],
        state=ShowState.PUBLISHED,
        now=NOW,
    )
    return show_id


ANSWER = Answer(
    picks=(),
    runners_up=(),
    unproven=(("styles", CANARY),),
    set_aside=(),
    considered=1,
    model_version="v1",
)


def buy(brand_id, member_id):
    sku = SkuFacts(
        product_code="D-1",
        code="D-1-38",
        color=Color.RED,
        size_code=38,
        size_label="M",
        price_fen=39_900,
    )
    catalog.save_skus(brand_id=brand_id, skus=[sku])
    orders.save_purchases(
        brand_id=brand_id,
        purchases=[
            PurchaseFacts(
                external_ref="O-1", member_id=member_id, sku_id=Sku.objects.get().id, bought_at=NOW
            )
        ],
    )


def a_whole_life(brand_id, tmp_path, media) -> UUID:
    """A member who did everything this house lets her do, with her canary in every text."""
    sms = SandboxSms(tmp_path / "sms")
    join.request_code(brand_id=brand_id, phone=PHONE, language="zh-hans", sender=sms, now=NOW)
    code = sms.messages(brand_id=brand_id)[0].code
    member_id = join.sign_in(
        brand_id=brand_id, phone=PHONE, code=code, guest_key=None, language="zh-hans", now=NOW
    ).member_id
    own = {"brand_id": brand_id, "member_id": member_id}
    for purpose in (Purpose.BODY_FACTS, Purpose.SHARE_WITH_KOC):
        privacy.grant_consent(purpose=purpose, text_version="2026-11", channel="h5", now=NOW, **own)
    with brand_tx(brand_id):
        members.rename(nickname=CANARY, **own)
        members.import_members(
            brand_id=brand_id,
            members=[MemberFacts(external_id=EXTERNAL, nickname=CANARY, phone=PHONE)],
            now=NOW,
        )
        need_id = audience.save_need(
            text=f"160 {CANARY}",
            slots=NeedSlots(height_cm=160.0, occasion="wedding"),
            taxonomy_version=0,
            now=NOW,
            **own,
        )
        audience.state_traits(
            slots=NeedSlots(height_cm=160.0, styles=(CANARY,)),
            source=TraitSource.FORM,
            now=NOW,
            **own,
        )
        tag_id = audience.add_tag(brand_id=brand_id, group="来源", name="门店", now=NOW)
        audience.tag_members(brand_id=brand_id, tag_id=tag_id, member_ids=[member_id], now=NOW)
        hers = str(media.save(brand_id, picture("red", tmp_path)))
        shared = str(media.save(brand_id, picture("blue", tmp_path)))
        product_id = a_product(brand_id)
        wear(brand_id, product_id, member_id, "r-1", (hers, shared))
        other = members.create_member(brand_id=brand_id, nickname="别人", now=NOW)
        others_show = wear(brand_id, product_id, other, "r-2", (shared,), text="别人的话")
        content.vote_useful(show_id=others_show, now=NOW, **own)
        koc = KocFacts(handle="zhou", name_zh="阿舟", name_en="Zhou", facts={"height_cm": 161})
        koc_id = kocs.open_profile(brand_id=brand_id, member_id=other, koc=koc, now=NOW)
        kocs.follow(koc_id=koc_id, follow_for=FollowFor.BODY, now=NOW, **own)
        herself = KocFacts(
            handle="canary", name_zh=CANARY, name_en="Canary", facts={"note": CANARY}
        )
        kocs.open_profile(koc=herself, now=NOW, **own)
        buy(brand_id, member_id)
        picked = matching.record_decision(
            brand_id=brand_id, need_id=need_id, answer=ANSWER, personalised=True, now=NOW
        )
        matching.give_feedback(
            brand_id=brand_id,
            decision_id=picked,
            need_id=need_id,
            product_id=product_id,
            feedback=FeedbackKind.BODY,
            now=NOW,
        )
    question_id = answering.ask(
        need_id=need_id, koc_id=koc_id, words=f"{CANARY} 问一句", now=NOW, **own
    )
    answering.answer(
        brand_id=brand_id,
        member_id=other,
        question_id=question_id,
        text=f"回答 {CANARY}",
        product_ids=[product_id],
        now=NOW,
    )
    return member_id


def everything(brand_id: UUID) -> str:
    """Every row of every table as text, and every sealed value opened in its place."""
    found: list[str] = []
    with brand_tx(brand_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            found += [text for (text,) in cursor.fetchall()]
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, SealedField):
                    for row in model.objects.exclude(**{f"{field.name}__isnull": True}):
                        found.append(
                            unseal_text(
                                brand_id=brand_id,
                                model=model,
                                field=field.name,
                                row_id=row.id,
                                sealed=getattr(row, field.name),
                            )
                        )
    return "\n".join(found)


def unlawful_facts() -> int:
    """D2: body facts that no live consent of the same member covers."""
    return (
        Trait.objects.filter(slot__in=BODY_SLOTS)
        .exclude(consent__withdrawn_at__isnull=True, consent__member_id=F("member_id"))
        .count()
    )


def test_a_download_holds_what_she_told_us_and_opens_as_json(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    file = privacy.export(brand_id=brand_id, member_id=member_id, now=LATER)
    assert json.loads(json.dumps(file, ensure_ascii=False)) == file
    assert file["member"]["nickname"] == CANARY
    (her,) = file["members"]
    assert {row["value"] for row in her["identities"]} == {PHONE, EXTERNAL}
    assert [row["role"] for row in her["roles"]] == ["shopper"]
    assert [(row["purpose"], row["withdrawn_at"]) for row in her["consents"]] == [
        ("body_facts", None),
        ("share_with_koc", None),
    ]
    assert {row["slot"]: row["value"] for row in her["traits"]} == {
        "height_cm": 160,
        "styles": [CANARY],
    }
    assert [row["text"] for row in her["needs"]] == [f"160 {CANARY}"]
    assert [row["name"] for row in her["tags"]] == ["门店"]
    assert [row["facts"]["height_cm"] for row in her["shows"]] == [160]
    assert len(her["votes"]) == 1
    assert [row["answer"]["unproven"] for row in her["answers"]] == [[["styles", CANARY]]]
    assert [row["feedback"] for row in her["feedback"]] == ["body"]
    assert [row["external_ref"] for row in her["purchases"]] == ["O-1"]
    assert CANARY in json.dumps(her["koc"], ensure_ascii=False)
    (question,) = her["conversations"]["questions"]
    assert question["answer"]["text"] == f"回答 {CANARY}"
    assert "别人的话" not in json.dumps(file, ensure_ascii=False)


def test_a_download_is_complete_beyond_one_page(brand_id):
    with brand_tx(brand_id):
        member_id = members.create_member(brand_id=brand_id, now=NOW)
        for n in range(privacy.PAGE + 1):
            audience.save_need(
                brand_id=brand_id,
                text=f"第{n}次",
                slots=NeedSlots(),
                taxonomy_version=0,
                member_id=member_id,
                now=NOW,
            )
    file = privacy.export(brand_id=brand_id, member_id=member_id, now=NOW)
    assert len({row["text"] for row in file["members"][0]["needs"]}) == privacy.PAGE + 1


def test_a_deleted_member_is_gone_from_every_table_and_every_ciphertext(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    with brand_tx(brand_id):
        hers, shared = shows.shows_by_author(brand_id=brand_id, member_id=member_id)[0].media_refs
        phone_index = bytes(PhoneCode.objects.get().phone_index).hex()
    before = everything(brand_id)
    for trace in (CANARY, PHONE, EXTERNAL, phone_index, "height_cm", "别人的话"):
        assert trace in before
    privacy.erase(brand_id=brand_id, member_id=member_id, media=media, now=LATER)
    after = everything(brand_id)
    for trace in (CANARY, PHONE, EXTERNAL, phone_index):
        assert trace not in after
    assert "别人的话" in after
    with brand_tx(brand_id):
        row = Member.objects.get(id=member_id)
        assert (row.nickname_sealed, row.erased_at) == (None, LATER)
        assert Need.objects.get(member_id=member_id).hidden_at == LATER
        assert not Consent.objects.filter(member_id=member_id, withdrawn_at=None).exists()
        found = people.find_by_identity(brand_id=brand_id, channel=Channel.PHONE, value=PHONE)
        assert found is None
        with pytest.raises(MemberNotFound):
            people.member(brand_id=brand_id, member_id=member_id)
        assert Event.objects.filter(name="members.member_erased").count() == 1
        bought = purchases.purchases_of(brand_id=brand_id, member_id=member_id)
        assert [row.external_ref for row in bought] == ["O-1"]
    with pytest.raises(MediaMissing):
        media.open(brand_id, privacy.MediaRef.parse(hers))
    media.open(brand_id, privacy.MediaRef.parse(shared)).close()


def test_deleting_again_and_replaying_the_list_change_nothing(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    privacy.erase(brand_id=brand_id, member_id=member_id, media=media, now=LATER)
    with brand_tx(brand_id):
        listed = [row.member_id for row in people.erasures(brand_id=brand_id)]
        first = Erasure.objects.values().get()
    assert listed == [member_id]
    privacy.replay_erasures(
        brand_id=brand_id, member_ids=[*listed, uuid7()], media=media, now=LATER + timedelta(1)
    )
    with brand_tx(brand_id):
        assert Erasure.objects.values().get(member_id=member_id) == first
        assert Member.objects.get(id=member_id).erased_at == LATER
        assert Event.objects.filter(name="members.member_erased").count() == 1


def test_a_deletion_cut_short_is_known_and_can_be_finished(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    with brand_tx(brand_id):
        members.ask_erasure(brand_id=brand_id, member_id=member_id, now=NOW)
        (listed,) = people.erasures(brand_id=brand_id)
    assert listed.done_at is None
    privacy.erase(brand_id=brand_id, member_id=member_id, media=media, now=LATER)
    with brand_tx(brand_id):
        (listed,) = people.erasures(brand_id=brand_id)
    assert (listed.asked_at, listed.done_at) == (NOW, LATER)


def test_nothing_is_kept_about_somebody_who_was_deleted(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    privacy.erase(brand_id=brand_id, member_id=member_id, media=media, now=LATER)
    own = {"brand_id": brand_id, "member_id": member_id, "now": LATER}
    for act in (
        lambda: audience.save_need(text="回来", slots=NeedSlots(), taxonomy_version=0, **own),
        lambda: audience.state_traits(
            slots=NeedSlots(styles=("minimal",)), source=TraitSource.FORM, **own
        ),
        lambda: members.grant_consent(purpose=Purpose.MARKETING, channel="h5", **own),
    ):
        with brand_tx(brand_id), pytest.raises(MemberNotFound):
            act()
    assert "回来" not in everything(brand_id)


def test_taking_body_facts_back_deletes_them_at_once(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    own = {"brand_id": brand_id, "member_id": member_id}
    privacy.withdraw_consent(purpose=Purpose.BODY_FACTS, now=LATER, **own)
    with brand_tx(brand_id):
        assert [card.slot for card in kept.traits_of(replaced=True, **own)] == ["styles"]
        (need,) = kept.needs_of_member(**own)
        assert (need.text, need.slots.height_cm) == ("", None)
        (show,) = shows.shows_by_author(**own)
        assert (show.facts, show.text_zh) == ({}, CANARY)
        assert koc_pages.koc_of_member(**own).facts == {}
        assert answers.decisions_of_need(brand_id=brand_id, need_id=need.id) == ()
        (question,) = talks.export_member(**own)["questions"]
        assert [chip.slot for chip in question.chips] == ["occasion"]
        assert question.words == ""
        consent = people.consents_of(**own)[0]
        assert (consent.purpose, consent.withdrawn_at) == (Purpose.BODY_FACTS, LATER)
        event = Event.objects.get(name="members.consent_withdrawn")
        assert event.payload == {"member_id": str(member_id), "purpose": "body_facts"}
        with pytest.raises(ConsentNeeded):
            audience.state_traits(
                slots=NeedSlots(height_cm=160.0), source=TraitSource.FORM, now=LATER, **own
            )
    privacy.withdraw_consent(purpose=Purpose.BODY_FACTS, now=LATER + timedelta(1), **own)
    with brand_tx(brand_id):
        assert Event.objects.filter(name="members.consent_withdrawn").count() == 1


def test_taking_another_consent_back_leaves_the_facts(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    own = {"brand_id": brand_id, "member_id": member_id}
    marketing = {"purpose": Purpose.MARKETING, "text_version": "2026-11", "channel": "h5"}
    privacy.grant_consent(now=NOW, **marketing, **own)
    privacy.withdraw_consent(purpose=Purpose.MARKETING, now=LATER, **own)
    with brand_tx(brand_id):
        assert len(kept.traits_of(**own)) == 2
        assert people.active_consent(purpose=Purpose.BODY_FACTS, **own) is not None
        assert people.active_consent(purpose=Purpose.MARKETING, **own) is None
        said = {"brand_id": brand_id, "member_ids": [member_id], "purpose": Purpose.MARKETING}
        assert people.stances(**said) == {member_id: False}


def test_newer_words_keep_her_facts_under_the_newer_consent(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    own = {"brand_id": brand_id, "member_id": member_id}
    body = {"purpose": Purpose.BODY_FACTS, "channel": "h5", "now": LATER} | own
    newer = privacy.grant_consent(text_version="2027-01", **body)
    assert privacy.grant_consent(text_version="2027-01", **body) == newer
    with brand_tx(brand_id):
        assert Trait.objects.get(slot="height_cm").consent_id == newer
        assert unlawful_facts() == 0
        closed, _, active = people.consents_of(**own)
        assert (closed.withdrawn_at, active.withdrawn_at) == (LATER, None)


def test_a_fact_stated_while_consent_is_taken_back_does_not_stay(brand_id):
    for round_ in range(8):
        with brand_tx(brand_id):
            member_id = members.create_member(brand_id=brand_id, now=NOW)
            own = {"brand_id": brand_id, "member_id": member_id, "now": NOW}
            members.grant_consent(purpose=Purpose.BODY_FACTS, channel="h5", **own)
        gate = Barrier(2)

        def state(own=own, gate=gate):
            gate.wait()
            try:
                with brand_tx(brand_id):
                    audience.state_traits(
                        slots=NeedSlots(height_cm=160.0), source=TraitSource.FORM, **own
                    )
            except ConsentNeeded:
                return "refused"
            finally:
                connection.close()
            return "stated"

        def withdraw(own=own, gate=gate):
            gate.wait()
            try:
                privacy.withdraw_consent(purpose=Purpose.BODY_FACTS, **own)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            acts = (state, withdraw) if round_ % 2 else (withdraw, state)
            for running in [pool.submit(act) for act in acts]:
                running.result()
        with brand_tx(brand_id):
            assert Trait.objects.filter(member_id=member_id).count() == 0


def two_who_are_one(brand_id, *, both_consent: bool) -> tuple[UUID, UUID]:
    with brand_tx(brand_id):
        ids = []
        for n, consents in ((1, both_consent), (2, True)):
            member_id = members.create_member(brand_id=brand_id, nickname=f"她{n}", now=NOW)
            own = {"brand_id": brand_id, "member_id": member_id}
            ids.append(member_id)
            members.link_identity(channel=Channel.PHONE, value=f"1390000000{n}", now=NOW, **own)
            slots = NeedSlots(styles=("minimal",)) if n == 1 else NeedSlots(styles=("retro",))
            if consents:
                members.grant_consent(purpose=Purpose.BODY_FACTS, channel="h5", now=NOW, **own)
                cup = "c" if n == 2 else None
                slots = NeedSlots(height_cm=160.0 + n, cup=cup, styles=slots.styles)
            audience.state_traits(slots=slots, source=TraitSource.FORM, now=NOW, **own)
            audience.save_need(
                text=f"需要{n}", slots=NeedSlots(), taxonomy_version=0, now=NOW, **own
            )
    return ids[0], ids[1]


def belongings(brand_id, member_id):
    own = {"brand_id": brand_id, "member_id": member_id}
    with brand_tx(brand_id):
        assert unlawful_facts() == 0
        return {
            "phones": [row.value for row in people.identities_of(**own)],
            "facts": {card.slot: card.value for card in kept.traits_of(**own)},
            "consents": [row.id for row in people.consents_of(**own)],
            "roles": len(people.roles_of(**own)),
            "needs": sorted(card.text for card in kept.needs_of_member(**own)),
            "shows": sorted(show.text_zh for show in shows.shows_by_author(**own)),
            "follows": sorted(
                (follow.koc_id, follow.follow_for) for follow in koc_pages.follows_of(**own)
            ),
        }


def pages_they_follow(brand_id, survivor, absorbed) -> list[UUID]:
    """Each wears a dress. Both follow one KOC, the absorbed two more, of whom one is she."""
    koc_ids = []
    with brand_tx(brand_id):
        product_id = a_product(brand_id)
        for n, member_id in ((1, survivor), (2, absorbed)):
            wear(brand_id, product_id, member_id, f"r-{n}", text=f"话{n}")
        strangers = [members.create_member(brand_id=brand_id, now=NOW) for _ in range(2)]
        for n, member_id in enumerate([*strangers, survivor]):
            facts = KocFacts(handle=f"k-{n}", name_zh="她", name_en="She", facts={})
            koc_ids.append(
                kocs.open_profile(brand_id=brand_id, member_id=member_id, koc=facts, now=NOW)
            )
        for member_id, koc_id, why in (
            (survivor, koc_ids[0], FollowFor.BODY),
            (absorbed, koc_ids[0], FollowFor.BODY),
            (absorbed, koc_ids[0], FollowFor.STYLE),
            (absorbed, koc_ids[1], FollowFor.BODY),
            (absorbed, koc_ids[2], FollowFor.BODY),
        ):
            kocs.follow(
                brand_id=brand_id, member_id=member_id, koc_id=koc_id, follow_for=why, now=NOW
            )
    return koc_ids


@pytest.mark.parametrize("both_consent", [True, False])
def test_a_merge_is_undone_exactly(brand_id, both_consent):
    survivor, absorbed = two_who_are_one(brand_id, both_consent=both_consent)
    koc_ids = pages_they_follow(brand_id, survivor, absorbed)
    before = belongings(brand_id, survivor), belongings(brand_id, absorbed)
    merge_id = merging.merge_members(
        brand_id=brand_id, survivor_id=survivor, absorbed_id=absorbed, now=LATER
    )
    merged = belongings(brand_id, survivor)
    assert merged["phones"] == ["13900000001", "13900000002"]
    assert merged["needs"] == ["需要1", "需要2"]
    # Her own facts stand; the other's body facts come only together with their consent.
    body = {"height_cm": 161} if both_consent else {"height_cm": 162, "cup": "c"}
    assert merged["facts"] == body | {"styles": ["minimal"]}
    assert merged["shows"] == ["话1", "话2"]
    # Not twice for her body, and not her own page.
    both, only_hers, _her_own = koc_ids
    assert merged["follows"] == sorted(
        [(both, FollowFor.BODY), (both, FollowFor.STYLE), (only_hers, FollowFor.BODY)]
    )
    with brand_tx(brand_id):
        for asked in (survivor, absorbed):
            ids = people.person_ids(brand_id=brand_id, member_id=asked)
            assert set(ids) == {survivor, absorbed}
        listed = {card.id for card in people.members(brand_id=brand_id).members}
        assert listed & {survivor, absorbed} == {survivor}
    merging.undo_merge(brand_id=brand_id, merge_id=merge_id, now=LATER)
    assert (belongings(brand_id, survivor), belongings(brand_id, absorbed)) == before
    with pytest.raises(MergeNotFound):
        merging.undo_merge(brand_id=brand_id, merge_id=merge_id, now=LATER)


def test_what_cannot_be_merged_is_refused_and_left_alone(brand_id, media):
    survivor, absorbed = two_who_are_one(brand_id, both_consent=True)
    merge = {"brand_id": brand_id, "now": NOW}
    before = belongings(brand_id, survivor)
    for pair in ((survivor, survivor), (survivor, uuid7())):
        with pytest.raises(MergeRefused):
            merging.merge_members(survivor_id=pair[0], absorbed_id=pair[1], **merge)
    assert belongings(brand_id, survivor) == before
    merging.merge_members(survivor_id=survivor, absorbed_id=absorbed, **merge)
    for pair in ((survivor, absorbed), (absorbed, survivor)):
        with pytest.raises(MergeRefused):
            merging.merge_members(survivor_id=pair[0], absorbed_id=pair[1], **merge)


def test_download_and_deletion_cover_everybody_she_was_merged_with(brand_id, media):
    survivor, absorbed = two_who_are_one(brand_id, both_consent=True)
    merge_id = merging.merge_members(
        brand_id=brand_id, survivor_id=survivor, absorbed_id=absorbed, now=NOW
    )
    file = json.dumps(
        privacy.export(brand_id=brand_id, member_id=survivor, now=NOW), ensure_ascii=False
    )
    for held in ("13900000001", "13900000002", "161", "162", "需要1", "需要2"):
        assert held in file
    privacy.erase(brand_id=brand_id, member_id=survivor, media=media, now=LATER)
    after = everything(brand_id)
    for trace in ("她1", "她2", "13900000001", "13900000002", "需要1", "需要2"):
        assert trace not in after
    with brand_tx(brand_id):
        assert Trait.objects.count() == 0
        assert {row.member_id for row in people.erasures(brand_id=brand_id)} == {
            survivor,
            absorbed,
        }
    with pytest.raises(MergeNotFound):
        merging.undo_merge(brand_id=brand_id, merge_id=merge_id, now=LATER)


def test_another_brand_neither_downloads_nor_deletes_her(brand_id, tmp_path, media):
    member_id = a_whole_life(brand_id, tmp_path, media)
    other = make_brand("maple").id
    with pytest.raises(MemberNotFound):
        privacy.export(brand_id=other, member_id=member_id, now=NOW)
    privacy.erase(brand_id=other, member_id=member_id, media=media, now=NOW)
    assert CANARY in everything(brand_id)
    with transaction.atomic(), pytest.raises(MemberNotFound):
        people.member(brand_id=other, member_id=member_id)
