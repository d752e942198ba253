"""Signing in: a code to her phone, and what the guest typed becomes the member's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Channel, CodeExpired, CodeOutcome, CodeWrong
from zhiyin.domain.orders import operations as orders
from zhiyin.flows.ports import SmsSender
from zhiyin.storage.tenancy import brand_tx


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and whether this made her a member."""

    member_id: UUID
    is_new: bool


def request_code(
    *,
    brand_id: UUID,
    phone: str,
    language: str,
    sender: SmsSender,
    now: datetime,
    client: str | None = None,
) -> None:
    """Send a code to a phone. It is counted and committed before anything leaves the house, so a
    sender that hangs or fails cannot be used to send without end.

    The answer is the same whether or not the phone is a member's.
    `client` is the network address that asks. Raises PhoneInvalid, TooManyCodes,
    TooManyCodesFromHere, TooManyCodesAtOnce, SmsUnavailable.
    """
    with brand_tx(brand_id):
        issued = members.issue_code(brand_id=brand_id, phone=phone, now=now, client=client)
    sender.send(brand_id=brand_id, phone=issued.phone, code=issued.code, language=language)


def sign_in(
    *,
    brand_id: UUID,
    phone: str,
    code: str,
    guest_key: UUID | None,
    language: str,
    now: datetime,
) -> SignedIn:
    """Let the holder of a phone in; the first time makes her a member.

    What `guest_key` did, needs, boards, votes and her cart, becomes hers, in the transaction that
    uses up the code.
    Raises PhoneInvalid, CodeWrong, CodeExpired: after the commit, so that a wrong try stays
    counted.
    """
    signed_in = None
    with brand_tx(brand_id):
        tried = members.check_code(brand_id=brand_id, phone=phone, code=code, now=now)
        if tried.outcome is CodeOutcome.RIGHT:
            signed_in = _let_in(brand_id, phone, language, now)
            if guest_key is not None:
                hers = {"brand_id": brand_id, "member_id": signed_in.member_id}
                audience.claim_guest_needs(guest_key=guest_key, **hers)
                conversations.claim_votes(guest_key=guest_key, **hers)
                orders.adopt_cart(guest_key=guest_key, **hers)
    if signed_in is not None:
        return signed_in
    if tried.outcome is CodeOutcome.WRONG:
        raise CodeWrong(tries_left=tried.tries_left)
    raise CodeExpired()


def _let_in(brand_id: UUID, phone: str, language: str, now: datetime) -> SignedIn:
    known = people.find_by_identity(brand_id=brand_id, channel=Channel.PHONE, value=phone)
    if known is not None:
        return SignedIn(known, is_new=False)
    member_id = members.create_member(brand_id=brand_id, language=language, now=now)
    members.link_identity(
        brand_id=brand_id, member_id=member_id, channel=Channel.PHONE, value=phone, now=now
    )
    return SignedIn(member_id, is_new=True)
