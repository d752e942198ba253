"""The only writers of content."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiyin.domain.content.models import BuyerShow, Look, LookItem, ShowReport, ShowVote
from zhiyin.domain.content.rules import check_show, check_verdict, checked_report
from zhiyin.domain.content.types import (
    LookCodeTaken,
    LookEmpty,
    LookFacts,
    LookNotFound,
    ShowFacts,
    ShowNotFound,
    ShowReportNotFound,
    ShowRightsMissing,
    ShowState,
)
from zhiyin.domain.members import operations as members
from zhiyin.kit.ids import uuid7
from zhiyin.storage.fields import seal_json
from zhiyin.storage.sql import one

LOOK_ITEMS_MAX = 5
STATE_REASON_CHARS = 200
PICTURE_IN_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%(queue)s, 0))"


def save_shows(
    *, brand_id: UUID, shows: Sequence[ShowFacts], state: ShowState, now: datetime
) -> list[UUID]:
    """Add buyer shows; one whose `external_ref` the brand has already is left as it is.

    The wearer's body facts are sealed with the row. Returns the ids of the shows that are new.
    Raises ShowNotVerified, ShowRightsMissing, and then writes nothing.
    """
    rows = []
    for show in shows:
        check_show(show, state)
        row_id = uuid7()
        rows.append(
            BuyerShow(
                id=row_id,
                brand_id=brand_id,
                product_id=show.product_id,
                author_id=show.author_id,
                koc_id=show.koc_id,
                color=show.color,
                size_code=show.size_code,
                fit=show.fit or "",
                rating=show.rating,
                text_zh=show.text_zh,
                text_en=show.text_en,
                occasion=show.occasion,
                worn_at=show.worn_at,
                facts_sealed=seal_json(
                    brand_id=brand_id,
                    model=BuyerShow,
                    field="facts_sealed",
                    row_id=row_id,
                    facts=show.facts,
                ),
                source=show.source,
                external_ref=show.external_ref,
                purchase_id=show.purchase_id,
                media_refs=list(show.media_refs),
                rights_granted_at=now if show.rights_granted else None,
                state=state,
                moderated_at=now if state is ShowState.PUBLISHED else None,
            )
        )
    known = set(
        BuyerShow.objects.filter(
            brand_id=brand_id, external_ref__in=[row.external_ref for row in rows]
        ).values_list("external_ref", flat=True)
    )
    new = [row for row in rows if row.external_ref is None or row.external_ref not in known]
    BuyerShow.objects.bulk_create(new)
    return [row.id for row in new]


def moderate_shows(
    *,
    brand_id: UUID,
    show_ids: Sequence[UUID],
    state: ShowState,
    reason: str,
    user_id: int,
    now: datetime,
) -> int:
    """Publish or refuse shows, with the reason; may be repeated. Returns how many changed.

    A show of a purchase is not published before its author granted the rights; a refusal needs its
    reason. Raises ShowRightsMissing, ShowReasonMissing, and then changes none.
    """
    check_verdict(state, reason)
    shows = BuyerShow.objects.filter(brand_id=brand_id, id__in=list(show_ids))
    if state is ShowState.PUBLISHED:
        lacking = shows.filter(rights_granted_at__isnull=True, purchase_id__isnull=False)
        held = list(lacking.order_by("id").values_list("id", flat=True))
        if held:
            raise ShowRightsMissing(show_ids=held)
    return shows.update(state=state, state_reason=reason, moderated_at=now, moderated_by_id=user_id)


def vote_useful(*, brand_id: UUID, show_id: UUID, member_id: UUID, now: datetime) -> None:
    """A member found a show useful; saying so twice changes nothing.

    Raises ShowNotFound, MemberNotFound.
    """
    members.hold_member(brand_id=brand_id, member_id=member_id)
    _hold_published(brand_id, show_id)
    ShowVote.objects.get_or_create(
        brand_id=brand_id, show_id=show_id, member_id=member_id, defaults={"voted_at": now}
    )


def unvote_useful(*, brand_id: UUID, show_id: UUID, member_id: UUID) -> None:
    """Undo `vote_useful`; nothing to undo is no error."""
    ShowVote.objects.filter(brand_id=brand_id, show_id=show_id, member_id=member_id).delete()


def report_show(
    *, brand_id: UUID, show_id: UUID, reporter_id: UUID, reason: str, now: datetime
) -> UUID:
    """Ask a person to look at a show. Each member may once a show; the first words stand.

    Returns the report's id. Raises ShowNotFound for one that is not on the shop, ShowReportEmpty,
    TextTooLong, TextHasNul, MemberNotFound.
    """
    kept = checked_report(reason)
    members.hold_member(brand_id=brand_id, member_id=reporter_id)
    _hold_published(brand_id, show_id)
    row, _ = ShowReport.objects.get_or_create(
        brand_id=brand_id,
        show_id=show_id,
        reporter_id=reporter_id,
        defaults={"reason": kept, "reported_at": now},
    )
    return UUID(str(row.id))


def resolve_show_report(
    *,
    brand_id: UUID,
    report_id: UUID,
    resolution: str,
    takes_down: bool,
    user_id: int,
    now: datetime,
) -> int:
    """Write down what was done about a reported show; taken down, it is refused with that reason.

    Every open report of that show is resolved with it. Returns how many were.
    Raises ShowReportNotFound, ShowReportEmpty, TextTooLong, TextHasNul.
    """
    kept = checked_report(resolution)
    waiting = ShowReport.objects.filter(brand_id=brand_id, resolved_at__isnull=True)
    show_id = waiting.filter(id=report_id).values_list("show_id", flat=True).first()
    if show_id is None:
        raise ShowReportNotFound(report_id=report_id)
    if takes_down:
        moderate_shows(
            brand_id=brand_id,
            show_ids=[show_id],
            state=ShowState.REFUSED,
            reason=kept[:STATE_REASON_CHARS],
            user_id=user_id,
            now=now,
        )
    return waiting.filter(show_id=show_id).update(resolved_at=now, resolution=kept)


def add_look(*, brand_id: UUID, look: LookFacts, now: datetime) -> UUID:
    """Publish a look. Raises LookEmpty, LookCodeTaken."""
    _check_items(look)
    try:
        with transaction.atomic():
            row = Look.objects.create(
                brand_id=brand_id, code=look.code, published_at=now, **_columns(look)
            )
    except IntegrityError:
        raise LookCodeTaken(code=look.code) from None
    _write_items(brand_id, row.id, look)
    return row.id


def change_look(*, brand_id: UUID, look_id: UUID, look: LookFacts) -> None:
    """Correct a look, its items included. Raises LookNotFound, LookEmpty."""
    _check_items(look)
    if not Look.objects.filter(brand_id=brand_id, id=look_id).update(**_columns(look)):
        raise LookNotFound(look_id=look_id)
    LookItem.objects.filter(brand_id=brand_id, look_id=look_id).delete()
    _write_items(brand_id, look_id, look)


def retire_look(*, brand_id: UUID, look_id: UUID, now: datetime) -> None:
    """Take a look off the shop from now on. Raises LookNotFound."""
    if not Look.objects.filter(brand_id=brand_id, id=look_id).update(retired_at=now):
        raise LookNotFound(look_id=look_id)


def relist_look(*, brand_id: UUID, look_id: UUID) -> None:
    """Undo `retire_look`. Raises LookNotFound."""
    if not Look.objects.filter(brand_id=brand_id, id=look_id).update(retired_at=None):
        raise LookNotFound(look_id=look_id)


def withdraw_show(*, brand_id: UUID, show_id: UUID, author_id: UUID) -> None:
    """Delete an author's show for good, with its votes and reports.

    Raises ShowNotFound, also for somebody else's.
    """
    own = BuyerShow.objects.filter(brand_id=brand_id, id=show_id, author_id=author_id)
    if not own.select_for_update().exists():
        raise ShowNotFound(show_id=show_id)
    ShowVote.objects.filter(brand_id=brand_id, show_id=show_id).delete()
    ShowReport.objects.filter(brand_id=brand_id, show_id=show_id).delete()
    own.delete()


def hold_pictures(*, brand_id: UUID, refs: Collection[str]) -> None:
    """Lock pictures until the transaction ends, in one order for everybody.

    Equal pictures of two shows are one file: whoever stores it for a new show, and whoever deletes
    it because no other show has it, hold it first.
    """
    for ref in sorted(refs):
        one(PICTURE_IN_TURN, queue=f"content.picture:{brand_id}:{ref}")


def forget_facts(*, brand_id: UUID, member_id: UUID) -> int:
    """Empty the body facts of an author's shows; the shows stay. Returns how many shows."""
    rows = list(
        BuyerShow.objects.filter(
            brand_id=brand_id, author_id=member_id, facts_sealed__isnull=False
        ).order_by("id")
    )
    for row in rows:
        row.facts_sealed = seal_json(
            brand_id=brand_id, model=BuyerShow, field="facts_sealed", row_id=row.id, facts={}
        )
    BuyerShow.objects.bulk_update(rows, ["facts_sealed"], batch_size=500)
    return len(rows)


def move_author(*, brand_id: UUID, from_id: UUID, to_id: UUID) -> list[UUID]:
    """Let one author's shows be another's, for a merge. Returns those that moved.

    Votes stay: a person has one voice on a show, and the two may each have used hers.
    """
    own = BuyerShow.objects.filter(brand_id=brand_id, author_id=from_id)
    moved = list(own.order_by("id").values_list("id", flat=True))
    own.filter(id__in=moved).update(author_id=to_id)
    return moved


def move_author_back(
    *, brand_id: UUID, show_ids: Collection[UUID], from_id: UUID, to_id: UUID
) -> None:
    """Undo `move_author`; a show that is gone since is no error."""
    BuyerShow.objects.filter(brand_id=brand_id, id__in=show_ids, author_id=from_id).update(
        author_id=to_id
    )


def erase_author(*, brand_id: UUID, member_id: UUID) -> int:
    """Delete an author's shows, votes and reports for good. Returns how many shows went."""
    ShowReport.objects.filter(brand_id=brand_id, reporter_id=member_id).delete()
    ShowVote.objects.filter(brand_id=brand_id, member_id=member_id).delete()
    own = BuyerShow.objects.filter(brand_id=brand_id, author_id=member_id)
    list(own.order_by("id").select_for_update().values_list("id"))  # nobody votes on them meanwhile
    ShowVote.objects.filter(brand_id=brand_id, show__in=own).delete()
    ShowReport.objects.filter(brand_id=brand_id, show__in=own).delete()
    count, _ = own.delete()
    return count


def _hold_published(brand_id: UUID, show_id: UUID) -> None:
    """Lock a show that is on the shop, so that it stays while something is said of it."""
    rows = BuyerShow.objects.filter(brand_id=brand_id, id=show_id, state=ShowState.PUBLISHED)
    if not rows.select_for_update(no_key=True).exists():
        raise ShowNotFound(show_id=show_id)


def _check_items(look: LookFacts) -> None:
    if not 1 <= len(look.items) <= LOOK_ITEMS_MAX:
        raise LookEmpty(items=len(look.items), most=LOOK_ITEMS_MAX)


def _columns(look: LookFacts) -> dict[str, object]:
    return {
        "koc_id": look.koc_id,
        "name_zh": look.name_zh,
        "name_en": look.name_en,
        "why_zh": look.why_zh,
        "why_en": look.why_en,
        "answers": {slot: list(values) for slot, values in look.answers.items()},
    }


def _write_items(brand_id: UUID, look_id: UUID, look: LookFacts) -> None:
    LookItem.objects.bulk_create(
        LookItem(
            brand_id=brand_id,
            look_id=look_id,
            product_id=item.product_id,
            color=item.color,
            position=position,
        )
        for position, item in enumerate(look.items)
    )
