"""She withdraws what is hers: to the fen, taxed as she saw, once, and never more than there is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from tests.cast import NOW
from tests.journeys.buying import Market, open_market
from tests.journeys.earning import a_clerk, a_helper, money
from tests.journeys.withdrawing import (
    a_card,
    a_payee,
    approve,
    confirm,
    earned,
    holds,
    paid_by_the_sandbox,
    pay_out,
    stands,
    terms,
    withdraw,
)
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.commissions import queries as promoters
from zhiyin.domain.ledger import operations as ledger
from zhiyin.domain.ledger.types import Account, AccountKind, Leg
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as kept
from zhiyin.domain.wallets.models import Payee, Withdrawal, WithdrawalMove
from zhiyin.domain.wallets.types import (
    PayeeCardTaken,
    PayeeFacts,
    PayeeMissing,
    PayeeRefused,
    PayeeTooYoung,
    PayoutTerms,
    PayoutTermsRefused,
    WithdrawalAct,
    WithdrawalAmountRefused,
    WithdrawalApproved,
    WithdrawalMoveRefused,
    WithdrawalOwn,
    WithdrawalState,
    WithdrawalTaxChanged,
    WithdrawalTooMuch,
    Withholding,
)
from zhiyin.flows import ports, privacy, transferring, withdrawing
from zhiyin.flows.paying import PaymentOutcomeUnknown
from zhiyin.flows.paying_out import TransferState
from zhiyin.flows.purchase.carriers import carrier, carrier_now
from zhiyin.storage.media import MediaStore
from zhiyin.storage.tenancy import brand_tx

YUAN = 100


@pytest.fixture
def market(own_database) -> Market:
    market = open_market([5], [10_000])
    paid_by_the_sandbox(market)
    return market


@pytest.fixture
def helper(market):
    return a_payee(market)


def say(market, helper, name="王小禾", card=None, now=NOW) -> None:
    with brand_tx(market.brand_id):
        withdrawing.say_who(
            brand_id=market.brand_id,
            member_id=helper.member_id,
            facts=PayeeFacts(name, a_card(7) if card is None else card),
            now=now,
        )


def test_it_arrives_less_the_tax_she_saw_and_the_books_say_so(market, helper) -> None:
    earned(market, helper, 3_500 * YUAN)
    terms(market, approve_above_fen=5_000 * YUAN)
    card = withdraw(market, helper, 3_000 * YUAN)
    assert (card.state, card.tax_fen, card.net_fen) == ("granted", 440 * YUAN, 2_560 * YUAN)
    assert holds(market, helper) == 500 * YUAN
    assert pay_out(market) == 1
    asked = stands(market, card)
    assert (asked.state, asked.provider) == (WithdrawalState.ASKED, "sandbox")
    assert asked.page["url"].endswith(f"/sandbox/transfers/{card.bill_no}/")
    confirm(market, card)
    confirm(market, card)
    assert stands(market, card).state is WithdrawalState.PAID
    assert market.books() == {
        "commission_expense": 3_500 * YUAN,
        "commission_payable": 500 * YUAN,
        "tax_withheld": 440 * YUAN,
        "sandbox_clearing": -2_560 * YUAN,
    }
    assert market.violations() == {}


def test_nothing_is_paid_out_before_she_said_who_she_is_and_signed(market) -> None:
    helper = a_helper(market)
    earned(market, helper, 10_000)
    with pytest.raises(PayeeMissing):
        withdraw(market, helper, 1_000)
    say(market, helper)
    with brand_tx(market.brand_id):
        Payee.objects.filter(member_id=helper.member_id).update(agreement="2020-01")
    with pytest.raises(PayeeMissing):
        withdraw(market, helper, 1_000)
    assert holds(market, helper) == 10_000
    say(market, helper)
    assert withdraw(market, helper, 1_000).state is WithdrawalState.GRANTED


@pytest.mark.parametrize(
    ("name", "card", "refusal"),
    [
        ("王", a_card(), PayeeRefused),
        ("王小禾1", a_card(), PayeeRefused),
        ("Anna Maria", a_card(), None),
        ("阿卜杜拉·买买提", a_card(), None),
        ("123", a_card(), PayeeRefused),
        ("王小禾", "11010519491231002X", None),
        ("王小禾", "11010519491231002x", None),
        ("王小禾", "110105194912310021", PayeeRefused),
        ("王小禾", "11010519491331002X", PayeeRefused),
        ("王小禾", "1101051949123100", PayeeRefused),
        ("王小禾", "１１０１０５１９４９１２３１００２X", PayeeRefused),
        ("王小禾", "", PayeeRefused),
    ],
)
def test_what_is_no_name_and_no_card_is_refused(market, name, card, refusal) -> None:
    helper = a_helper(market)
    if refusal is None:
        say(market, helper, name, card)
        return
    with pytest.raises(refusal):
        say(market, helper, name, card)
    with brand_tx(market.brand_id):
        assert kept.payee(brand_id=market.brand_id, member_id=helper.member_id) is None


def test_she_is_of_age_on_her_eighteenth_birthday(market) -> None:
    helper = a_helper(market)
    birthday = datetime(2008, 3, 6, 16, 0, tzinfo=UTC)  # the 7th in China
    with pytest.raises(PayeeTooYoung):
        say(market, helper, now=birthday - timedelta(seconds=1))
    say(market, helper, now=birthday)


def test_one_card_is_one_promoter_and_her_page_shows_only_its_end(market, helper) -> None:
    other = a_helper(market, "other")
    with pytest.raises(PayeeCardTaken):
        say(market, other, card=a_card(1))
    say(market, helper, name="王小满", card=a_card(1))
    with brand_tx(market.brand_id):
        shown = kept.payee(brand_id=market.brand_id, member_id=helper.member_id)
        assert (shown.name, shown.card_end) == ("王**", a_card(1)[-4:])
        opened = kept.payee_facts(brand_id=market.brand_id, member_id=helper.member_id)
        assert opened == PayeeFacts("王小满", a_card(1))


def test_never_more_than_is_hers_and_never_twice_for_one_press(market, helper) -> None:
    earned(market, helper, 10_000)
    with pytest.raises(WithdrawalTooMuch):
        withdraw(market, helper, 10_001)
    first = withdraw(market, helper, 6_000, "pressed")
    assert withdraw(market, helper, 6_000, "pressed").id == first.id
    with pytest.raises(WithdrawalTooMuch):
        withdraw(market, helper, 6_000, "again")
    assert holds(market, helper) == 4_000
    assert market.violations() == {}


@pytest.mark.parametrize("fen", [-1, 0, 99, 500_001])
def test_a_sum_outside_of_the_brands_terms_is_refused(market, helper, fen) -> None:
    earned(market, helper, 1_000_000)
    terms(market, least_fen=100, most_fen=500_000)
    with pytest.raises(WithdrawalAmountRefused):
        withdrawing.withdraw(
            brand_id=market.brand_id,
            member_id=helper.member_id,
            amount_fen=fen,
            tax_fen=0,
            key="k",
            now=NOW,
        )
    assert holds(market, helper) == 1_000_000


@pytest.mark.parametrize(
    "said", [{"least_fen": 29}, {"most_fen": 50}, {"most_fen": 10**8}, {"approve_above_fen": -1}]
)
def test_terms_that_cannot_be_are_refused(market, said) -> None:
    with pytest.raises(PayoutTermsRefused):
        terms(market, **said)
    with brand_tx(market.brand_id):
        assert kept.terms(brand_id=market.brand_id) == PayoutTerms()


def test_a_month_is_taxed_as_one_payment_however_it_is_split(market, helper) -> None:
    earned(market, helper, 10_000 * YUAN)
    terms(market, approve_above_fen=5_000 * YUAN)
    parts = [withdraw(market, helper, fen * YUAN, str(fen)) for fen in (700, 900, 1_400, 2_000)]
    assert [one.tax_fen for one in parts] == [0, 16_000, 28_000, 36_000]
    assert sum(one.tax_fen for one in parts) == 800 * YUAN
    next_month = withdraw(market, helper, 700 * YUAN, "later", now=NOW + timedelta(days=15))
    assert next_month.tax_fen == 0


def test_a_returned_sum_is_no_income(market, helper) -> None:
    earned(market, helper, 10_000 * YUAN)
    terms(market, approve_above_fen=0)
    first = withdraw(market, helper, 3_000 * YUAN, "first")
    with brand_tx(market.brand_id):
        withdrawing.refuse(
            brand_id=market.brand_id,
            withdrawal_id=first.id,
            user_id=market.clerk,
            reason="请先补签协议",
            now=NOW,
        )
    assert withdraw(market, helper, 3_000 * YUAN, "again").tax_fen == 440 * YUAN


def test_months_in_a_row_count_together_and_a_gap_begins_anew(market, helper) -> None:
    """The vectors of the law (compliance.md), month by month; then one after a gap."""
    terms(market, withholding=Withholding.CUMULATIVE, approve_above_fen=10**7, most_fen=10**7)
    earned(market, helper, 200_000 * YUAN)
    first = datetime(2026, 2, 20, 4, 0, tzinfo=UTC)
    taxes = [
        withdraw(market, helper, income * YUAN, str(n), now=first + timedelta(days=30 * n)).tax_fen
        for n, income in ((0, 10_000), (1, 10_000), (2, 3_000), (3, 60_000), (5, 10_000))
    ]
    assert taxes == [90 * YUAN, 90 * YUAN, 0, 1_940 * YUAN, 90 * YUAN]


def test_a_tax_that_changed_meanwhile_is_shown_before_anything_happens(market, helper) -> None:
    earned(market, helper, 10_000 * YUAN)
    with brand_tx(market.brand_id):
        seen = withdrawing.quote(
            brand_id=market.brand_id, member_id=helper.member_id, amount_fen=80_000, now=NOW
        )
    assert seen.tax_fen == 0
    withdraw(market, helper, 80_000, "on another phone")
    with pytest.raises(WithdrawalTaxChanged) as changed:
        withdrawing.withdraw(
            brand_id=market.brand_id,
            member_id=helper.member_id,
            amount_fen=80_000,
            tax_fen=seen.tax_fen,
            key="here",
            now=NOW,
        )
    assert changed.value.details == {"tax_fen": 16_000}
    assert holds(market, helper) == 920_000


def test_what_is_large_waits_for_two_people_neither_of_them_herself(market) -> None:
    clerks = [
        brands.create_account(name=f"boss-{n}", password="a long enough sentence") for n in range(2)
    ]
    helper = a_clerk(market, clerks[0])
    say(market, helper)
    earned(market, helper, 300_000)
    card = withdraw(market, helper, 250_000)
    assert (card.state, card.needed) == (WithdrawalState.WAITING, 2)
    assert pay_out(market) == 0
    with pytest.raises(WithdrawalOwn):
        approve(market, card, clerks[0])
    approve(market, card, clerks[1])
    with pytest.raises(WithdrawalApproved):
        approve(market, card, clerks[1])
    assert stands(market, card).state is WithdrawalState.WAITING
    approve(market, card, market.clerk)
    assert stands(market, card).state is WithdrawalState.GRANTED
    with pytest.raises(WithdrawalMoveRefused):
        approve(market, card, market.clerk)
    assert pay_out(market) == 1
    confirm(market, card)
    assert market.violations() == {}
    with brand_tx(market.brand_id):
        acts = [one.act for one in kept.moves(brand_id=market.brand_id, withdrawal_id=card.id)]
    assert acts == [
        WithdrawalAct.REQUESTED,
        WithdrawalAct.APPROVED,
        WithdrawalAct.APPROVED,
        WithdrawalAct.ASKED,
        WithdrawalAct.PAID,
    ]


def test_one_that_slipped_past_the_second_person_is_found_by_the_audit(market, helper) -> None:
    earned(market, helper, 300_000)
    card = withdraw(market, helper, 250_000)
    approve(market, card, market.clerk)
    with brand_tx(market.brand_id):
        Withdrawal.objects.filter(id=card.id).update(state=WithdrawalState.GRANTED)
    assert list(market.violations()) == ["W2"]


def test_a_refused_one_is_hers_again_and_she_reads_why(market, helper) -> None:
    earned(market, helper, 300_000)
    card = withdraw(market, helper, 250_000)
    with brand_tx(market.brand_id):
        withdrawing.refuse(
            brand_id=market.brand_id,
            withdrawal_id=card.id,
            user_id=market.clerk,
            reason="金额待核对",
            now=NOW,
        )
        reasons = kept.reasons(brand_id=market.brand_id, withdrawal_ids=[card.id])
    assert reasons == {card.id: "金额待核对"}
    assert (stands(market, card).state, holds(market, helper)) == ("returned", 300_000)
    assert market.violations() == {}


def test_what_she_owes_is_paid_before_anything_goes_out(market, helper) -> None:
    earned(market, helper, 10_000)
    with brand_tx(market.brand_id):
        ledger.post(
            brand_id=market.brand_id,
            cause="reversal:1",
            legs=[
                Leg(
                    Account(AccountKind.COMMISSION_DEBT, helper.member_id),
                    Account(AccountKind.COMMISSION_EXPENSE),
                    4_000,
                )
            ],
            at=NOW,
        )
    with pytest.raises(WithdrawalTooMuch):
        withdraw(market, helper, 6_001)
    withdraw(market, helper, 6_000)
    assert (money(market, helper).payable_fen, money(market, helper).debt_fen) == (0, 0)


def test_an_answer_that_was_lost_is_asked_about_and_never_paid_twice(
    market, helper, monkeypatch
) -> None:
    """The provider took it and the answer got lost: the next try asks under the same number."""
    earned(market, helper, 10_000)
    card = withdraw(market, helper, 5_000)
    provider = carrier_now(market.brand_id)
    true, calls = type(provider).transfer, []

    def lost(self, *, asked):
        calls.append(asked.bill_no)
        true(self, asked=asked)
        raise PaymentOutcomeUnknown(why="ReadTimeout")

    monkeypatch.setattr(type(provider), "transfer", lost)
    pay_out(market)
    assert (stands(market, card).state, stands(market, card).why) == (
        WithdrawalState.GRANTED,
        "payment_outcome_unknown",
    )
    pay_out(market, now=NOW + timedelta(hours=1))
    assert (stands(market, card).state, calls) == (WithdrawalState.ASKED, [card.bill_no])
    confirm(market, card)
    assert market.books()["sandbox_clearing"] == -5_000
    assert market.violations() == {}


def test_what_came_back_is_hers_again_once_however_often_it_is_told(market, helper) -> None:
    earned(market, helper, 10_000)
    card = withdraw(market, helper, 5_000)
    pay_out(market)
    provider = carrier_now(market.brand_id)
    failed = replace(
        provider.query_transfer(bill_no=card.bill_no),
        state=TransferState.FAILED,
        why="OVERDUE_CLOSE",
    )
    for _ in range(3):
        transferring.hear(brand_id=market.brand_id, fact=failed, now=NOW)
    assert (stands(market, card).state, stands(market, card).why) == ("returned", "OVERDUE_CLOSE")
    assert holds(market, helper) == 10_000
    transferring.hear(
        brand_id=market.brand_id, fact=replace(failed, state=TransferState.SUCCEEDED), now=NOW
    )
    assert stands(market, card).state is WithdrawalState.RETURNED
    assert market.violations() == {}


def test_another_sum_than_was_asked_for_is_for_a_person_to_look_at(market, helper) -> None:
    earned(market, helper, 10_000)
    card = withdraw(market, helper, 5_000)
    pay_out(market)
    fact = replace(
        carrier_now(market.brand_id).query_transfer(bill_no=card.bill_no),
        state=TransferState.SUCCEEDED,
        amount_fen=4_999,
    )
    transferring.hear(brand_id=market.brand_id, fact=fact, now=NOW)
    assert (stands(market, card).state, stands(market, card).why) == ("stuck", "other_sum")
    assert "sandbox_clearing" not in market.books()


def test_without_somebody_who_carries_money_it_waits_and_a_stuck_one_can_be_given_up(
    market, helper
) -> None:
    earned(market, helper, 10_000)
    card = withdraw(market, helper, 5_000)
    with brand_tx(market.brand_id):
        wallets.answered(
            brand_id=market.brand_id,
            withdrawal_id=card.id,
            state=WithdrawalState.STUCK,
            provider="sandbox",
            merchant_id="sandbox-1",
            now=NOW,
            why="payment_provider_refused",
        )
    transferring.give_up(brand_id=market.brand_id, withdrawal_id=card.id, carriers=carrier, now=NOW)
    assert (stands(market, card).state, holds(market, helper)) == ("returned", 10_000)
    with pytest.raises(WithdrawalMoveRefused):
        transferring.give_up(
            brand_id=market.brand_id, withdrawal_id=card.id, carriers=carrier, now=NOW
        )
    assert market.violations() == {}


def test_one_that_the_provider_has_is_not_given_up(market, helper) -> None:
    earned(market, helper, 10_000)
    card = withdraw(market, helper, 5_000)
    pay_out(market)
    with brand_tx(market.brand_id):
        wallets.answered(
            brand_id=market.brand_id, withdrawal_id=card.id, state=WithdrawalState.STUCK, now=NOW
        )
    with pytest.raises(WithdrawalMoveRefused):
        transferring.give_up(
            brand_id=market.brand_id, withdrawal_id=card.id, carriers=carrier, now=NOW
        )
    with brand_tx(market.brand_id):
        withdrawing.retry(
            brand_id=market.brand_id, withdrawal_id=card.id, user_id=market.clerk, now=NOW
        )
    pay_out(market)
    confirm(market, card)
    assert stands(market, card).state is WithdrawalState.PAID


def test_a_line_of_its_history_is_never_changed(market, helper) -> None:
    earned(market, helper, 300_000)
    withdraw(market, helper, 250_000)
    with pytest.raises(DatabaseError), brand_tx(market.brand_id):
        WithdrawalMove.objects.all().delete()


def test_the_sandbox_is_the_only_one_who_knows_the_page(market, helper) -> None:
    till = ports.wired().till
    earned(market, helper, 10_000)
    card = withdraw(market, helper, 5_000)
    pay_out(market)
    shown = till.transfer(brand_id=market.brand_id, bill_no=card.bill_no)
    assert (shown.amount_fen, shown.bill_no) == (5_000, card.bill_no)


def test_her_download_has_it_and_her_deletion_keeps_only_what_tax_law_wants(
    market, helper, tmp_path
) -> None:
    paid, unpaid = helper, a_payee(market, 2)
    earned(market, paid, 10_000)
    card = withdraw(market, paid, 5_000)
    pay_out(market)
    confirm(market, card)
    (said,) = privacy.export(brand_id=market.brand_id, member_id=paid.member_id, now=NOW)["members"]
    assert said["payee"]["card_end"] == a_card(1)[-4:]
    assert [one["amount_fen"] for one in said["withdrawals"]] == [5_000]
    for one in (paid, unpaid):
        media = MediaStore(tmp_path)
        privacy.erase(brand_id=market.brand_id, member_id=one.member_id, media=media, now=NOW)
    with brand_tx(market.brand_id):
        left = [
            kept.payee(brand_id=market.brand_id, member_id=one.member_id) for one in (paid, unpaid)
        ]
        gone = promoters.promoter_of(brand_id=market.brand_id, member_id=paid.member_id)
    assert (left[0].name, left[1], gone) == ("王**", None, None)
    assert market.violations() == {}
