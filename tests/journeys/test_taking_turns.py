"""Two acts about one person, one picture or one name at once: the second waits for the first.

Nothing is left to chance: an act that must wait is given a moment to and says that it had to, and
an act that slips in between is played in the very place where it could.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import DataError, OperationalError, connection, transaction
from PIL import Image
from psycopg.errors import LockNotAvailable

from tests.cast import NOW, make_brand
from tests.databases import inside
from tests.journeys.answering import (
    a_koc,
    a_member,
    a_need,
    answer,
    ask,
    consent,
    inbox,
    unanswered,
)
from tests.journeys.visiting import a_sku
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.types import Chip, ChipSource, NeedSlots
from zhiyin.domain.brands.types import AccountTaken
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.content.types import (
    FitVerdict,
    ShowFacts,
    ShowReasonMissing,
    ShowRightsMissing,
    ShowSource,
    ShowState,
)
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations.models import Answer
from zhiyin.domain.conversations.types import DeclineReason
from zhiyin.domain.matching.types import NotTrained
from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberNotFound, MergeRefused, Purpose
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders.types import PurchaseFacts
from zhiyin.flows import answering, buyer_show, decide, merging, privacy
from zhiyin.flows.decide import Asker
from zhiyin.interfaces.console.accounts import new_account
from zhiyin.kit.ids import uuid7
from zhiyin.storage.media import MediaMissing, MediaRef, MediaStore, inspect_and_clean
from zhiyin.storage.tenancy import brand_tx

WORDS = "骨架大，160，参加婚礼"
BODY = ("height_cm", "weight_kg", "waist_cm", "body_shape")


@pytest.fixture(scope="module")
def brand(copy_database, django_db_blocker):
    """A brand of this module's own database, in which commits are real."""
    copy_database("zhiyin_turns")
    with inside("zhiyin_turns", django_db_blocker):
        yield make_brand("cedar")


@pytest.fixture(scope="module")
def sku(brand):
    """A product and its SKU, by their ids."""
    return a_sku(brand)


@pytest.fixture
def shopper(brand) -> UUID:
    """A member who agreed to have her body facts kept and shown to KOCs."""
    member_id = a_member(brand.id, "她")
    for purpose in (Purpose.BODY_FACTS, Purpose.SHARE_WITH_KOC):
        consent(brand.id, member_id, purpose)
    return member_id


@pytest.fixture
def media(tmp_path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def apart(act):
    """Do something in a thread and on a connection of its own. Returns what it returns."""

    def run():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def has_to_wait(act) -> bool:
    """Whether an act waits for the transaction that this thread has open."""

    def impatient():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            act()
        except OperationalError as late:
            return isinstance(late.__cause__, LockNotAvailable)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
        return False

    return apart(impatient)


@contextmanager
def just_before(words: str, act):
    """Let an act happen, whole, right before the next statement that has these words."""
    waiting = [act]

    def look(execute, sql, params, many, context):
        if words in sql and waiting:
            apart(waiting.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield
    assert not waiting, f"no statement had {words!r}"


def withdraw(brand, member_id, purpose=Purpose.BODY_FACTS) -> None:
    privacy.withdraw_consent(brand_id=brand.id, member_id=member_id, purpose=purpose, now=NOW)


def erase(brand, member_id) -> None:
    privacy.erase(
        brand_id=brand.id, member_id=member_id, media=MediaStore(Path("nowhere")), now=NOW
    )


def a_show(brand, product_id, author_id, **facts) -> UUID:
    stated = {"source": ShowSource.IMPORT, "external_ref": uuid7().hex, "facts": {}} | facts
    state = stated.pop("state", ShowState.PUBLISHED)
    show = ShowFacts(
        product_id=product_id, size_code=12, worn_at=NOW, author_id=author_id, **stated
    )
    with brand_tx(brand.id):
        (show_id,) = content.save_shows(brand_id=brand.id, shows=[show], state=state, now=NOW)
    return show_id


def a_picture(colour: str, tmp_path):
    path = tmp_path / f"{colour}.png"
    Image.new("RGB", (32, 32), colour).save(path)
    return inspect_and_clean(path.read_bytes())


def wear(brand, product_id, member_id, picture, media, size_code=12) -> UUID:
    wearing = buyer_show.Wearing(
        size_code=size_code,
        color="navy",
        fit=FitVerdict.FIT,
        words="好看",
        language="zh-hans",
        rights_granted=True,
    )
    return buyer_show.show(
        brand_id=brand.id,
        member_id=member_id,
        product_id=product_id,
        wearing=wearing,
        pictures=[picture],
        media=media,
        now=NOW,
    )


def buys(brand, member_id, sku) -> None:
    purchase = PurchaseFacts(
        external_ref=uuid7().hex, member_id=member_id, sku_id=sku[1], bought_at=NOW
    )
    with brand_tx(brand.id):
        orders.save_purchases(brand_id=brand.id, purchases=[purchase])


def test_an_answer_is_made_and_kept_before_her_consent_can_go(brand, shopper, tmp_path):
    need_id = a_need(brand.id, shopper)

    def answer():
        with pytest.raises(NotTrained):
            decide.answer_need(
                brand_id=brand.id,
                asker=Asker(member_id=shopper),
                need_id=need_id,
                folder=tmp_path,
                now=NOW,
            )

    def answer_apart():
        with brand_tx(brand.id):
            answer()

    with brand_tx(brand.id):
        answer()
        assert has_to_wait(lambda: withdraw(brand, shopper))
        assert not has_to_wait(answer_apart)
    with brand_tx(brand.id):
        members.hold_member(brand_id=brand.id, member_id=shopper)
        assert has_to_wait(answer_apart)


def test_who_writes_about_her_waits_for_who_erases_her(brand, shopper, sku):
    need_id = a_need(brand.id, shopper)
    show_id = a_show(brand, sku[0], a_member(brand.id, "别人"))
    own = {"brand_id": brand.id, "member_id": shopper}
    for act in (
        lambda: audience.take_chip(need_id=need_id, slot="waist_cm", value=71.4, **own),
        lambda: content.vote_useful(show_id=show_id, now=NOW, **own),
        lambda: content.report_show(
            brand_id=brand.id, show_id=show_id, reporter_id=shopper, reason="假的", now=NOW
        ),
    ):

        def in_brand(act=act):
            with brand_tx(brand.id):
                act()

        with brand_tx(brand.id):
            members.hold_member(brand_id=brand.id, member_id=shopper)
            assert has_to_wait(in_brand)
        in_brand()


def test_what_is_said_in_a_conversation_waits_for_who_erases_either_side(brand, shopper):
    koc = a_koc(brand.id, uuid7().hex)
    question_id = ask(brand.id, shopper, koc)

    def report(reporter_id):
        with brand_tx(brand.id):
            conversations.report(
                brand_id=brand.id,
                question_id=question_id,
                reporter_id=reporter_id,
                reason="假的",
                now=NOW,
            )

    said = {"brand_id": brand.id, "member_id": koc.member_id, "question_id": question_id}
    declined = said | {"reason": DeclineReason.NO_TIME, "now": NOW}
    for side, acts in (
        (shopper, (lambda: answer(brand.id, koc, question_id), lambda: report(shopper))),
        (koc.member_id, (lambda: answering.decline(**declined), lambda: report(koc.member_id))),
    ):
        with brand_tx(brand.id):
            members.hold_member(brand_id=brand.id, member_id=side)
            assert [has_to_wait(act) for act in acts] == [True, True]
    erased_first = just_before("FOR NO KEY UPDATE", lambda: erase(brand, koc.member_id))
    with erased_first, pytest.raises(MemberNotFound):
        answer(brand.id, koc, question_id)
    with brand_tx(brand.id):
        assert not Answer.objects.filter(brand_id=brand.id, question_id=question_id).exists()


def test_a_question_takes_along_what_stands_once_she_is_held(brand, shopper):
    first, second = a_koc(brand.id, "first"), a_koc(brand.id, "second")
    need_id = a_need(brand.id, shopper)
    with just_before("FOR NO KEY UPDATE", lambda: withdraw(brand, shopper)):
        ask(brand.id, shopper, first, need_id)
    (asked,) = inbox(brand.id, first).questions
    assert [chip.slot for chip in asked.chips] == ["occasion"]
    question_id = ask(brand.id, shopper, first)
    event = unanswered(brand.id, question_id)
    with just_before("FOR NO KEY UPDATE", lambda: withdraw(brand, shopper)):
        answering.ask_another(event)
    (handed_on,) = inbox(brand.id, second).questions
    assert handed_on.words == ""
    assert {chip.slot for chip in handed_on.chips}.isdisjoint(BODY)


def test_her_words_go_with_her_body_facts_even_where_no_chip_shows_one(brand, shopper):
    slots = NeedSlots(occasion="wedding")
    heard = (Chip("occasion", "wedding", 8, 12, "参加婚礼", ChipSource.SECOND),)
    with brand_tx(brand.id):
        need_id = audience.save_need(
            brand_id=brand.id,
            text=WORDS,
            slots=slots,
            heard=heard,
            taxonomy_version=0,
            member_id=shopper,
            now=NOW,
        )
    withdraw(brand, shopper)
    with brand_tx(brand.id):
        card = kept.need(brand_id=brand.id, need_id=need_id, member_id=shopper)
    assert (card.text, card.heard, card.slots) == ("", (), slots)


def test_a_koc_is_not_merged_away_but_may_absorb(brand, shopper):
    koc = a_koc(brand.id, "stays")
    merge = {"brand_id": brand.id, "now": NOW}
    with pytest.raises(MergeRefused):
        merging.merge_members(survivor_id=shopper, absorbed_id=koc.member_id, **merge)
    merging.merge_members(survivor_id=koc.member_id, absorbed_id=shopper, **merge)


def test_a_show_that_could_not_be_kept_leaves_no_picture_but_another_shows(
    brand, shopper, sku, media, tmp_path
):
    buys(brand, shopper, sku)
    red, blue = a_picture("red", tmp_path), a_picture("blue", tmp_path)
    wear(brand, sku[0], shopper, red, media)
    buys(brand, shopper, sku)
    for picture in (red, blue):
        with pytest.raises(DataError):
            wear(brand, sku[0], shopper, picture, media, size_code=70_000)
    media.open(brand.id, MediaRef.of(red)).close()
    with pytest.raises(MediaMissing):
        media.open(brand.id, MediaRef.of(blue))


def test_a_picture_added_while_she_is_erased_goes_and_a_shared_one_is_waited_for(
    brand, shopper, sku, media, tmp_path
):
    buys(brand, shopper, sku)
    blue, green = a_picture("blue", tmp_path), a_picture("green", tmp_path)
    wear(brand, sku[0], shopper, green, media)
    buys(brand, shopper, sku)

    def erase():
        privacy.erase(brand_id=brand.id, member_id=shopper, media=media, now=NOW)

    with brand_tx(brand.id):
        content.hold_pictures(brand_id=brand.id, refs=[str(MediaRef.of(green))])
        assert has_to_wait(erase)
        assert has_to_wait(lambda: wear(brand, sku[0], shopper, green, media))
    with just_before('UPDATE "members_member"', lambda: wear(brand, sku[0], shopper, blue, media)):
        erase()
    for picture in (blue, green):
        with pytest.raises(MediaMissing):
            media.open(brand.id, MediaRef.of(picture))


def test_no_show_of_a_purchase_is_published_without_its_authors_rights(brand, shopper, sku):
    bought = {"source": ShowSource.PURCHASE, "purchase_id": uuid7()}
    with pytest.raises(ShowRightsMissing):
        a_show(brand, sku[0], shopper, **bought)
    waiting = a_show(brand, sku[0], shopper, state=ShowState.PENDING, **bought)
    judged = {"brand_id": brand.id, "show_ids": [waiting], "now": NOW}
    user_id = User.objects.create(username="judge").id
    with brand_tx(brand.id):
        with pytest.raises(ShowRightsMissing):
            content.moderate_shows(state=ShowState.PUBLISHED, reason="", user_id=user_id, **judged)
        with pytest.raises(ShowReasonMissing):
            content.moderate_shows(state=ShowState.REFUSED, reason=" ", user_id=user_id, **judged)
        assert [one.id for one in shows.shows_by_author(brand_id=brand.id, member_id=shopper)] == [
            waiting
        ]
        record = shows.show_records(brand_id=brand.id, show_ids=[waiting])[waiting]
    assert record.moderated_at is None


def test_an_account_is_made_once_and_nobodys_is_replaced(brand):
    def another(name):
        return new_account(name=name, password="another long sentence")

    with transaction.atomic():
        user_id, _secret = new_account(name="ann", password="a long enough sentence")
        assert has_to_wait(lambda: another("Ann"))
    with pytest.raises(AccountTaken):
        another("ANN")
    assert User.objects.get(id=user_id).check_password("a long enough sentence")
