"""Signing in, with commits that are real: codes, tries, races, and what the guest typed."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from tests.cast import NOW, make_brand
from zhiyin.connectors.sandbox.sms import SandboxSms
from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as needs
from zhiyin.domain.audience.kept import NeedNotFound
from zhiyin.domain.audience.models import Need
from zhiyin.domain.audience.types import NeedSlots
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching.models import Decision
from zhiyin.domain.matching.types import Answer
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.models import Member, PhoneCode
from zhiyin.domain.members.types import (
    CODE_TRIES,
    CODES_PER_BRAND,
    CODES_PER_HOUR,
    CodeExpired,
    CodeWrong,
    PhoneInvalid,
    TooManyCodes,
    TooManyCodesAtOnce,
)
from zhiyin.flows import join
from zhiyin.flows.ports import SmsUnavailable
from zhiyin.interfaces import jobs
from zhiyin.storage.tenancy import brand_tx

PHONE = "13800138000"


@pytest.fixture
def brand_id(own_database) -> UUID:
    return make_brand("cedar").id


@pytest.fixture
def sms(tmp_path) -> SandboxSms:
    return SandboxSms(tmp_path)


def ask(brand_id, sms, now=NOW, phone=PHONE) -> str:
    join.request_code(brand_id=brand_id, phone=phone, language="en", sender=sms, now=now)
    return sms.messages(brand_id=brand_id)[0].code


def enter_code(brand_id, code, *, guest_key=None, now=NOW, phone=PHONE) -> join.SignedIn:
    return join.sign_in(
        brand_id=brand_id, phone=phone, code=code, guest_key=guest_key, language="en", now=now
    )


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_makes_her_a_member_once(brand_id, sms):
    code = ask(brand_id, sms)
    assert re.fullmatch(r"[0-9]{6}", code)
    first = enter_code(brand_id, f" {code} ")
    assert first.is_new
    again = enter_code(brand_id, ask(brand_id, sms), phone="+86 138 0013 8000")
    assert again == join.SignedIn(first.member_id, is_new=False)
    with brand_tx(brand_id):
        assert people.member(brand_id=brand_id, member_id=first.member_id).language == "en"


def test_what_the_guest_typed_is_hers_and_the_guest_key_opens_it_no_more(brand_id, sms):
    guest, stranger = uuid4(), uuid4()
    with brand_tx(brand_id):
        kept = [
            audience.save_need(
                brand_id=brand_id,
                text=text,
                slots=NeedSlots(height_cm=160.0),
                taxonomy_version=0,
                guest_key=key,
                now=NOW,
            )
            for key, text in ((guest, "160，梨形"), (stranger, "不是她的"))
        ]
    member_id = enter_code(brand_id, ask(brand_id, sms), guest_key=guest).member_id
    with brand_tx(brand_id):
        (hers,) = needs.recent_needs(brand_id=brand_id, member_id=member_id)
        assert (hers.id, hers.text, hers.slots.height_cm) == (kept[0], "160，梨形", 160.0)
        with pytest.raises(NeedNotFound):
            needs.need(brand_id=brand_id, need_id=kept[0], guest_key=guest)
        assert needs.need(brand_id=brand_id, need_id=kept[1], guest_key=stranger)


def test_a_wrong_code_stays_counted_and_the_fifth_kills_the_code(brand_id, sms):
    code = ask(brand_id, sms)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as refused:
            enter_code(brand_id, wrong(code))
        assert refused.value.details == {"tries_left": left}
    with pytest.raises(CodeExpired):
        enter_code(brand_id, code)
    with brand_tx(brand_id):
        assert PhoneCode.objects.get().tries == CODE_TRIES
        assert Member.objects.count() == 0


def test_a_code_is_good_once_and_for_five_minutes(brand_id, sms):
    late = NOW + timedelta(minutes=5)
    code = ask(brand_id, sms)
    with pytest.raises(CodeExpired):
        enter_code(brand_id, code, now=late)
    enter_code(brand_id, code, now=late - timedelta(seconds=1))
    with pytest.raises(CodeExpired):
        enter_code(brand_id, code)


def test_a_new_code_ends_the_one_before(brand_id, sms):
    old = ask(brand_id, sms)
    new = ask(brand_id, sms, now=NOW + timedelta(seconds=1))
    if old != new:
        with pytest.raises(CodeWrong):
            enter_code(brand_id, old, now=NOW + timedelta(seconds=2))
    assert enter_code(brand_id, new, now=NOW + timedelta(seconds=2)).is_new


def test_a_code_is_for_its_phone_and_its_brand(brand_id, sms):
    code = ask(brand_id, sms)
    other = make_brand("maple").id
    for elsewhere in ({"phone": "13800138001"}, {"brand_id": other}):
        with pytest.raises(CodeExpired):
            enter_code(**{"brand_id": brand_id, "code": code} | elsewhere)
    with pytest.raises(PhoneInvalid):
        enter_code(brand_id, code, phone="call me")


def test_a_phone_gets_so_many_codes_an_hour_and_then_more(brand_id, sms):
    for n in range(CODES_PER_HOUR):
        ask(brand_id, sms, now=NOW + timedelta(minutes=n))
    with pytest.raises(TooManyCodes):
        ask(brand_id, sms, now=NOW + timedelta(minutes=59))
    assert len(sms.messages(brand_id=brand_id)) == CODES_PER_HOUR
    ask(brand_id, sms, now=NOW + timedelta(minutes=61))
    ask(brand_id, sms, phone="13800138001", now=NOW)


def test_a_sender_that_fails_cannot_be_used_to_send_without_end(brand_id):
    class Broken:
        sent = 0

        def send(self, **_message):
            self.sent += 1
            raise SmsUnavailable()

    broken = Broken()
    for _ in range(CODES_PER_HOUR):
        with pytest.raises(SmsUnavailable):
            ask(brand_id, broken)
    with pytest.raises(TooManyCodes):
        ask(brand_id, broken)
    assert broken.sent == CODES_PER_HOUR


def at_once(count, act):
    """Run `act(n)` in as many threads, all released together, each on a connection of its own."""
    gate = Barrier(count)

    def run(n):
        gate.wait()
        try:
            return act(n)
        except (CodeWrong, CodeExpired, TooManyCodes) as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_guesses_at_the_same_time_are_five_and_no_more(brand_id, sms):
    code = ask(brand_id, sms)
    results = at_once(8, lambda _: enter_code(brand_id, wrong(code)))
    assert results.count(CodeWrong) == CODE_TRIES
    assert results.count(CodeExpired) == 8 - CODE_TRIES
    with pytest.raises(CodeExpired):
        enter_code(brand_id, code)


def test_a_right_code_lets_in_once_however_many_hands_enter_it(brand_id, sms):
    code = ask(brand_id, sms)
    results = at_once(6, lambda _: enter_code(brand_id, code))
    assert results.count(CodeExpired) == 5
    with brand_tx(brand_id):
        assert Member.objects.count() == 1


def test_codes_asked_for_at_the_same_time_keep_the_hours_cap(brand_id, sms):
    results = at_once(8, lambda _: ask(brand_id, sms))
    assert results.count(TooManyCodes) == 8 - CODES_PER_HOUR
    with brand_tx(brand_id):
        assert PhoneCode.objects.count() == CODES_PER_HOUR
        live = PhoneCode.objects.filter(expires_at__gt=NOW)
        assert live.count() == 1


def test_only_a_keyed_hash_of_a_code_is_kept(brand_id, sms):
    code = ask(brand_id, sms)
    with brand_tx(brand_id):
        row = PhoneCode.objects.get()
        assert len(bytes(row.code_hash)) == 32
        assert code.encode() not in bytes(row.code_hash) + bytes(row.phone_index)


def test_a_brand_sends_so_many_codes_an_hour_and_no_more(brand_id, sms):
    with brand_tx(brand_id):
        PhoneCode.objects.bulk_create(
            PhoneCode(
                brand_id=brand_id,
                phone_index=n.to_bytes(16),
                code_hash=bytes(32),
                sent_at=NOW,
                expires_at=NOW,
            )
            for n in range(CODES_PER_BRAND)
        )
    with pytest.raises(TooManyCodesAtOnce):
        ask(brand_id, sms)
    assert sms.messages(brand_id=brand_id) == ()
    assert ask(brand_id, sms, now=NOW + timedelta(hours=1))


def test_codes_of_yesterday_and_sessions_that_ended_are_purged(brand_id, sms):
    ask(brand_id, sms, now=NOW - timedelta(days=1, seconds=1))
    ask(brand_id, sms, now=NOW - timedelta(hours=23))
    for days in (-1, 1):
        Session.objects.create(
            session_key=f"{days}", session_data="", expire_date=timezone.now() + timedelta(days)
        )
    jobs.purge(timestamp=int(NOW.timestamp()))
    jobs.purge_brand(brand_id=str(brand_id), timestamp=int(NOW.timestamp()))
    with brand_tx(brand_id):
        sent = PhoneCode.objects.filter(brand_id=brand_id).values_list("sent_at", flat=True)
        assert list(sent) == [NOW - timedelta(hours=23)]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["1"]


def state(brand_id, guest_key, now) -> UUID:
    """A guest's need, with an answer that was kept."""
    with brand_tx(brand_id):
        need_id = audience.save_need(
            brand_id=brand_id,
            text="婚礼",
            slots=NeedSlots(occasion="wedding"),
            taxonomy_version=0,
            guest_key=guest_key,
            now=now,
        )
        matching.record_decision(
            brand_id=brand_id,
            need_id=need_id,
            answer=Answer(
                picks=(), runners_up=(), unproven=(), set_aside=(), considered=0, model_version="1"
            ),
            personalised=True,
            now=now,
        )
    return need_id


def test_what_guests_asked_a_month_ago_is_purged_and_a_members_is_not(brand_id):
    signed_in, guest = uuid4(), uuid4()
    hers, _old, fresh = (
        state(brand_id, key, now=NOW - timedelta(days=days, seconds=1))
        for key, days in ((signed_in, 300), (guest, 30), (guest, 29))
    )
    with brand_tx(brand_id):
        lin = members.create_member(brand_id=brand_id, now=NOW)
        audience.claim_guest_needs(brand_id=brand_id, guest_key=signed_in, member_id=lin)
    jobs.purge_brand(brand_id=str(brand_id), timestamp=int(NOW.timestamp()))
    with brand_tx(brand_id):
        left = Need.objects.filter(brand_id=brand_id).values_list("id", flat=True)
        assert set(left) == {hers, fresh}
        answered = Decision.objects.filter(brand_id=brand_id).values_list("need_id", flat=True)
        assert set(answered) == {hers, fresh}
