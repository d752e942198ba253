"""Her data is hers: consent and its withdrawal, the download, and the deletion."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.commissions import operations as commissions
from zhiyin.domain.commissions import queries as earned
from zhiyin.domain.commissions.types import CommissionCard
from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.conversations import operations as conversations
from zhiyin.domain.conversations import queries as talks
from zhiyin.domain.kocs import operations as kocs
from zhiyin.domain.kocs import queries as koc_pages
from zhiyin.domain.matching import operations as matching
from zhiyin.domain.matching import queries as answers
from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Purpose
from zhiyin.domain.orders import operations as bought
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions import queries as offers
from zhiyin.domain.wallets import operations as wallets
from zhiyin.domain.wallets import queries as paid_out
from zhiyin.domain.wallets.types import WithdrawalCard
from zhiyin.storage.media import MediaRef, MediaStore
from zhiyin.storage.tenancy import brand_tx

EXPORT_FORMAT = "zhiyin.person/1"
PAGE = 500
# A guest's browser forgets who she is after two weeks; then nobody can open her needs any more.
GUESTS_KEPT_FOR = timedelta(days=30)

Row = TypeVar("Row")


def grant_consent(
    *,
    brand_id: UUID,
    member_id: UUID,
    purpose: Purpose,
    text_version: str,
    channel: str,
    now: datetime,
) -> UUID:
    """She agrees to one purpose, in the words of one text. Returns the consent's id.

    Agreeing to newer words keeps her body facts, now under the newer words.
    Raises MemberNotFound.
    """
    with brand_tx(brand_id):
        consent_id = members.grant_consent(
            brand_id=brand_id,
            member_id=member_id,
            purpose=purpose,
            text_version=text_version,
            channel=channel,
            now=now,
        )
        if purpose is Purpose.BODY_FACTS:
            audience.carry_traits(brand_id=brand_id, member_id=member_id, consent_id=consent_id)
    return consent_id


def withdraw_consent(*, brand_id: UUID, member_id: UUID, purpose: Purpose, now: datetime) -> None:
    """She takes a consent back, and what was kept under it goes in the same moment.

    For body facts: her facts, their history, the body chips and words of her needs, the answers
    that were made of them, the facts beside her shows and on her KOC's page, and what KOCs could
    see of them in her questions; her open boards are closed, because their questions are words of
    needs. For sharing, only what KOCs could see. Of every member she was merged
    with, too. Taking back what she never gave deletes all the same. Raises MemberNotFound.
    """
    with brand_tx(brand_id):
        members.hold_member(brand_id=brand_id, member_id=member_id)
        ids = people.person_ids(brand_id=brand_id, member_id=member_id)
        members.withdraw_consent(brand_id=brand_id, member_ids=ids, purpose=purpose, now=now)
        conversations.hold_boards_of(brand_id=brand_id, member_ids=ids)
        for one_id in ids:
            if purpose is Purpose.BODY_FACTS:
                matching.erase_answers(
                    brand_id=brand_id,
                    need_ids=kept.need_ids_of(brand_id=brand_id, member_ids=[one_id]),
                )
                audience.forget_body_facts(brand_id=brand_id, member_id=one_id)
                conversations.close_boards_of(brand_id=brand_id, member_id=one_id, now=now)
                content.forget_facts(brand_id=brand_id, member_id=one_id)
                kocs.forget_facts(brand_id=brand_id, member_id=one_id)
            if purpose in (Purpose.BODY_FACTS, Purpose.SHARE_WITH_KOC):
                conversations.forget_shared(brand_id=brand_id, member_id=one_id)


def export(*, brand_id: UUID, member_id: UUID, now: datetime) -> dict[str, object]:
    """Everything we hold about a person, opened, as JSON can hold it.

    Covers every member she was merged with; each row says under which it is kept.
    Raises MemberNotFound.
    """
    with brand_tx(brand_id):
        card = people.member(brand_id=brand_id, member_id=member_id)
        ids = people.person_ids(brand_id=brand_id, member_id=member_id)
        return {
            "format": EXPORT_FORMAT,
            "exported_at": now.isoformat(),
            "member": _plain(card),
            "members": [
                {"id": str(one_id)} | _of_member(brand_id=brand_id, member_id=one_id)
                for one_id in ids
            ],
        }


def erase(*, brand_id: UUID, member_id: UUID, media: MediaStore, now: datetime) -> None:
    """Delete a person for good. May be repeated, and stopped half-way and repeated.

    That she asked is committed first; then everything goes in one transaction: she is locked, so
    that nothing of hers is added meanwhile, then the pictures go, because afterwards no row says
    which they were, then every row. What remains is a member with a random id, a time of joining
    and leaving, her closed consents, and her orders and purchases, which name nobody; of a promoter
    who was paid, the sealed name and card that tax law wants kept.
    """
    with brand_tx(brand_id):
        ids = people.person_ids(brand_id=brand_id, member_id=member_id) or (member_id,)
        for one_id in ids:
            # Each of them: a backup may be older than the merge that made them one.
            members.ask_erasure(brand_id=brand_id, member_id=one_id, now=now)
    with brand_tx(brand_id):
        for one_id in ids:
            # First, and it locks her: whoever would write about her now waits, and is refused.
            members.erase_member(brand_id=brand_id, member_id=one_id, now=now)
        for ref in _pictures(brand_id, ids):
            media.delete(brand_id, MediaRef.parse(ref))
        conversations.hold_boards_of(brand_id=brand_id, member_ids=ids)
        for one_id in ids:
            for case_id, ref in orders.case_photos_of(brand_id=brand_id, member_id=one_id):
                media.of(case_id).delete(brand_id, MediaRef.parse(ref))
        for one_id in ids:
            conversations.erase_member(brand_id=brand_id, member_id=one_id)
            matching.erase_answers(
                brand_id=brand_id,
                need_ids=kept.need_ids_of(brand_id=brand_id, member_ids=[one_id]),
            )
            content.erase_author(brand_id=brand_id, member_id=one_id)
            kocs.erase_member(brand_id=brand_id, member_id=one_id)
            promotions.erase_member(brand_id=brand_id, member_id=one_id)
            commissions.leave_all(brand_id=brand_id, member_id=one_id, now=now)
            wallets.forget_payee(brand_id=brand_id, member_id=one_id)
            bought.forget_member(brand_id=brand_id, member_id=one_id)
            audience.erase_member(brand_id=brand_id, member_id=one_id, now=now)
            bought.forget_after_sales(brand_id=brand_id, member_id=one_id)
            members.finish_erasure(brand_id=brand_id, member_id=one_id, now=now)


def replay_erasures(
    *, brand_id: UUID, member_ids: Sequence[UUID], media: MediaStore, now: datetime
) -> None:
    """Delete again, after a restore, everybody on the list that was kept outside the database.

    `members.queries.erasures` gives that list. Repeating it changes nothing.
    """
    for member_id in member_ids:
        erase(brand_id=brand_id, member_id=member_id, media=media, now=now)


def forget_guests(*, brand_id: UUID, now: datetime) -> None:
    """Delete what guests asked longer ago than their browsers know it, what they were answered,
    the boards they made of it, their votes on others' boards, whose links ended long before, and
    what lies in their carts that long.

    Some at a time, each lot in a transaction of its own.
    """
    before, deleted = now - GUESTS_KEPT_FOR, PAGE
    while deleted == PAGE:
        with brand_tx(brand_id):
            need_ids = audience.hold_guest_needs(brand_id=brand_id, before=before, limit=PAGE)
            matching.erase_answers(brand_id=brand_id, need_ids=need_ids)
            conversations.erase_boards_of_needs(brand_id=brand_id, need_ids=need_ids)
            audience.delete_needs(brand_id=brand_id, need_ids=need_ids)
            deleted = len(need_ids)
    for forget in (conversations.forget_guest_votes, bought.forget_guest_carts):
        deleted = PAGE
        while deleted == PAGE:
            with brand_tx(brand_id):
                deleted = forget(brand_id=brand_id, before=before, limit=PAGE)


def _of_member(*, brand_id: UUID, member_id: UUID) -> dict[str, object]:
    own = {"brand_id": brand_id, "member_id": member_id}
    need_ids = kept.need_ids_of(brand_id=brand_id, member_ids=[member_id])
    tags = kept.tags_of(brand_id=brand_id, member_ids=[member_id], ended=True)
    return {
        "identities": _plain(people.identities_of(**own)),
        "roles": _plain(people.roles_of(**own)),
        "consents": _plain(people.consents_of(**own)),
        "traits": _plain(kept.traits_of(replaced=True, **own)),
        "needs": [_plain(row) for row in _pages(kept.needs_of_member, own)],
        "answers": [
            _plain(answer)
            for need_id in need_ids
            for answer in _pages(
                answers.decisions_of_need, {"brand_id": brand_id, "need_id": need_id}
            )
        ],
        "feedback": [
            _plain({"need_id": need_id, "given_at": given, "undone_at": undone} | asdict(said))
            for need_id, said, given, undone in answers.feedback_of_needs(
                brand_id=brand_id, need_ids=need_ids
            )
        ],
        "purchases": [_plain(row) for row in _pages(orders.purchases_of, own)],
        **_bought(**own),
        "promotions": [_plain(row) for row in _pages(offers.kept_of_member, own)],
        "after_sales": _plain(orders.export_after_sales(**own)),
        "commissions": [_plain(row) for row in _pages(_commissions, own)],
        "payee": _plain(paid_out.payee(**own)),
        "withdrawals": [_plain(row) for row in _pages(_withdrawals, own)],
        "tags": _plain(tags.get(member_id, ())),
        "shows": [_plain(row) for row in _pages(shows.shows_by_author, own)],
        "votes": [_plain(row) for row in _pages(shows.votes_by_member, own)],
        "show_reports": [_plain(row) for row in _pages(shows.reports_by_member, own)],
        "koc": _plain(koc_pages.export_member(**own)),
        "conversations": _plain(talks.export_member(**own)),
    }


def _commissions(**page: Any) -> Sequence[CommissionCard]:
    return earned.of_member(**page).commissions


def _withdrawals(**page: Any) -> Sequence[WithdrawalCard]:
    return paid_out.withdrawals(**page).withdrawals


def _bought(*, brand_id: UUID, member_id: UUID) -> dict[str, object]:
    hers = orders.export_member(brand_id=brand_id, member_id=member_id)
    return {name: _plain(held) for name, held in hers.items()}


def _pictures(brand_id: UUID, ids: Sequence[UUID]) -> list[str]:
    """The pictures of a person's shows that nobody else's show uses, nor can until the commit."""
    refs = sorted(
        {
            ref
            for one_id in ids
            for show in _pages(shows.shows_by_author, {"brand_id": brand_id, "member_id": one_id})
            for ref in show.media_refs
        }
    )
    content.hold_pictures(brand_id=brand_id, refs=refs)
    shared = shows.media_of_others(brand_id=brand_id, member_ids=ids, refs=refs)
    return [ref for ref in refs if ref not in shared]


def _pages(query: Callable[..., Sequence[Row]], own: Mapping[str, UUID]) -> Iterator[Row]:
    """Every row of a query that answers page by page."""
    offset = 0
    while page := query(**own, offset=offset, limit=PAGE):
        yield from page
        offset += len(page)


def _plain(value: object) -> object:
    """A value as JSON holds it: ids and times as text, cards as objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(held) for held in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
