"""The only readers of content."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhiyin.domain.content.models import BuyerShow, Look, LookItem, ShowReport, ShowVote
from zhiyin.domain.content.types import (
    FitVerdict,
    LookCard,
    LookItemCard,
    LookNotFound,
    ShowCard,
    ShowNotFound,
    ShowRecord,
    ShowReportCard,
    ShowSource,
    ShowState,
)
from zhiyin.storage.fields import unseal_json
from zhiyin.storage.sql import many

THINLY_WORN = """
    SELECT listed.id
    FROM unnest(%(product_ids)s::uuid[]) WITH ORDINALITY AS listed (id, place)
    WHERE (
        SELECT count(*) FROM (
            SELECT 1 FROM content_buyershow worn
            WHERE worn.brand_id = %(brand_id)s AND worn.product_id = listed.id
              AND worn.state = 'published' AND worn.source <> 'authored'
            LIMIT %(below)s
        ) AS counted
    ) < %(below)s
    ORDER BY listed.place
"""


def shows_by_id(*, brand_id: UUID, show_ids: Sequence[UUID]) -> dict[UUID, ShowCard]:
    """Those of `show_ids` that are published, by id. Two queries."""
    rows = BuyerShow.objects.filter(
        brand_id=brand_id, id__in=list(show_ids), state=ShowState.PUBLISHED
    ).order_by("id")
    return {card.id: card for card in _show_cards(brand_id, rows)}


def shows_of_product(
    *, brand_id: UUID, product_id: UUID, limit: int = 2_000
) -> tuple[ShowCard, ...]:
    """The published shows of a product, newest first. Two queries."""
    rows = BuyerShow.objects.filter(
        brand_id=brand_id, product_id=product_id, state=ShowState.PUBLISHED
    ).order_by("-worn_at", "id")[:limit]
    return tuple(_show_cards(brand_id, rows))


def shows_by_koc(*, brand_id: UUID, koc_id: UUID, limit: int = 50) -> tuple[ShowCard, ...]:
    """A KOC's published shows, newest first. Two queries."""
    rows = BuyerShow.objects.filter(
        brand_id=brand_id, koc_id=koc_id, state=ShowState.PUBLISHED
    ).order_by("-worn_at", "id")[:limit]
    return tuple(_show_cards(brand_id, rows))


def shows_by_author(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 500
) -> tuple[ShowCard, ...]:
    """A member's own shows in whatever state, oldest first. Two queries."""
    rows = BuyerShow.objects.filter(brand_id=brand_id, author_id=member_id).order_by("id")
    return tuple(_show_cards(brand_id, rows[offset : offset + limit]))


def shows_of_purchases(*, brand_id: UUID, purchase_ids: Collection[UUID]) -> dict[UUID, ShowState]:
    """Purchase -> where its show stands, for those that have one; the last counts. One query."""
    rows = BuyerShow.objects.filter(brand_id=brand_id, purchase_id__in=list(purchase_ids))
    found = rows.order_by("worn_at", "id").values_list("purchase_id", "state")
    return {purchase_id: ShowState(state) for purchase_id, state in found}


def votes_by_member(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 500
) -> tuple[tuple[UUID, datetime], ...]:
    """The shows that a member found useful, and when, oldest first. One query."""
    rows = (
        ShowVote.objects.filter(brand_id=brand_id, member_id=member_id)
        .order_by("voted_at", "id")
        .values_list("show_id", "voted_at")
    )
    return tuple(rows[offset : offset + limit])


def found_useful(*, brand_id: UUID, member_id: UUID, show_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of some shows that a member found useful. One query."""
    given = ShowVote.objects.filter(brand_id=brand_id, member_id=member_id, show_id__in=show_ids)
    return frozenset(given.values_list("show_id", flat=True))


def media_of_others(
    *, brand_id: UUID, member_ids: Sequence[UUID], refs: Sequence[str]
) -> frozenset[str]:
    """Those of `refs` that shows of other authors use too: equal pictures are one file.

    One query, which reads every show of the brand: for who is deleted, not for a page.
    """
    if not refs:
        return frozenset()
    others = BuyerShow.objects.filter(brand_id=brand_id).exclude(author_id__in=list(member_ids))
    used = others.filter(media_refs__has_any_keys=list(refs)).values_list("media_refs", flat=True)
    return frozenset(refs) & {ref for one in used for ref in one}


def pictures_of_show_alone(*, brand_id: UUID, show_id: UUID, author_id: UUID) -> tuple[str, ...]:
    """The pictures of an author's show that no other show uses. Two queries.

    The second reads every show of the brand: for a show that is taken down, not for a page.
    Raises ShowNotFound, also for somebody else's.
    """
    shows = BuyerShow.objects.filter(brand_id=brand_id)
    own = shows.filter(id=show_id, author_id=author_id).values_list("media_refs", flat=True)
    refs = own.first()
    if refs is None:
        raise ShowNotFound(show_id=show_id)
    if not refs:
        return ()
    others = shows.exclude(id=show_id).filter(media_refs__has_any_keys=refs)
    used = {ref for one in others.values_list("media_refs", flat=True) for ref in one}
    return tuple(ref for ref in refs if ref not in used)


def has_picture(*, brand_id: UUID, show_id: UUID, ref: str, reader_id: UUID | None) -> bool:
    """Whether a show has this picture, and is published or the reader's own. One query, by key.

    Asked by the show: which show uses a picture no index tells the web role, because row security
    lets no index answer what a JSON array contains.
    """
    row = (
        BuyerShow.objects.filter(brand_id=brand_id, id=show_id)
        .values_list("media_refs", "state", "author_id")
        .first()
    )
    if row is None:
        return False
    refs, state, author_id = row
    is_hers = reader_id is not None and author_id == reader_id
    return ref in refs and (state == ShowState.PUBLISHED or is_hers)


def holds_picture(*, brand_id: UUID, show_id: UUID, ref: str) -> bool:
    """Whether a show has this picture, in whatever state: for who moderates. One query, by key."""
    refs = (
        BuyerShow.objects.filter(brand_id=brand_id, id=show_id)
        .values_list("media_refs", flat=True)
        .first()
    )
    return refs is not None and ref in refs


def shows_in_state(
    *, brand_id: UUID, state: ShowState, offset: int = 0, limit: int = 50
) -> tuple[tuple[ShowCard, ...], int]:
    """One page of the shows in a state, oldest first, and how many there are. Three queries."""
    found = BuyerShow.objects.filter(brand_id=brand_id, state=state)
    rows = found.order_by("worn_at", "id")[offset : offset + limit]
    return tuple(_show_cards(brand_id, rows)), found.count()


def show_records(*, brand_id: UUID, show_ids: Sequence[UUID]) -> dict[UUID, ShowRecord]:
    """What stands behind some shows, in whatever state, by id. One query."""
    rows = BuyerShow.objects.filter(brand_id=brand_id, id__in=list(show_ids)).values_list(
        "id", "purchase_id", "external_ref", "rights_granted_at", "state_reason", "moderated_at"
    )
    return {show_id: ShowRecord(*record) for show_id, *record in rows}


def show_reports(
    *, brand_id: UUID, resolved: bool = False, offset: int = 0, limit: int = 50
) -> tuple[tuple[ShowReportCard, ...], int]:
    """One page of reported shows, oldest first, and how many there are. Four queries."""
    found = ShowReport.objects.filter(brand_id=brand_id, resolved_at__isnull=not resolved)
    rows = list(found.order_by("reported_at", "id")[offset : offset + limit])
    reported = BuyerShow.objects.filter(brand_id=brand_id, id__in=[row.show_id for row in rows])
    shows = {card.id: card for card in _show_cards(brand_id, reported)}
    return tuple(
        ShowReportCard(
            row.id,
            shows[row.show_id],
            row.reason,
            row.reported_at,
            row.resolved_at,
            row.resolution,
        )
        for row in rows
    ), found.count()


def open_show_reports(*, brand_id: UUID) -> int:
    """How many reports of shows wait for a person. One query."""
    return ShowReport.objects.filter(brand_id=brand_id, resolved_at__isnull=True).count()


def reports_by_member(
    *, brand_id: UUID, member_id: UUID, offset: int = 0, limit: int = 500
) -> tuple[dict[str, object], ...]:
    """What a member reported, for her download, oldest first. One query."""
    rows = ShowReport.objects.filter(brand_id=brand_id, reporter_id=member_id)
    return tuple(
        rows.order_by("reported_at", "id").values(
            "show_id", "reason", "reported_at", "resolved_at", "resolution"
        )[offset : offset + limit]
    )


def counted_shows(*, brand_id: UUID, product_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Product -> how many of its published shows are real wearings, for those of `product_ids`.

    Authored shows are not counted; a product without any is left out. One query.
    """
    return dict(
        BuyerShow.objects.filter(
            brand_id=brand_id, product_id__in=list(product_ids), state=ShowState.PUBLISHED
        )
        .exclude(source=ShowSource.AUTHORED)
        .values_list("product_id")
        .annotate(Count("id"))
    )


def thinly_worn(*, brand_id: UUID, product_ids: Sequence[UUID], below: int) -> list[UUID]:
    """Those of `product_ids`, in their order, with fewer than `below` real wearings published.

    One query, which stops counting a product at `below`.
    """
    rows = many(THINLY_WORN, brand_id=brand_id, product_ids=list(product_ids), below=below)
    return [product_id for (product_id,) in rows]


def published_shows(*, brand_id: UUID) -> Iterator[ShowCard]:
    """Every published show, by id: what the matcher is trained on. Streamed in batches."""
    rows = BuyerShow.objects.filter(brand_id=brand_id, state=ShowState.PUBLISHED).order_by("id")
    for row in rows.iterator(chunk_size=5_000):
        yield _show_card(row, useful_votes=0)


def looks(*, brand_id: UUID, retired: bool = False) -> tuple[LookCard, ...]:
    """The looks on the shop, by code. Two queries."""
    rows = Look.objects.filter(brand_id=brand_id, retired_at__isnull=not retired)
    return _look_cards(brand_id, rows.order_by("code", "id"))


def look_page(
    *, brand_id: UUID, search: str = "", retired: bool = False, offset: int = 0, limit: int = 50
) -> tuple[tuple[LookCard, ...], int]:
    """One page of the looks on the shop or off it, by code, and how many there are. Three queries.

    `search` is a part of a code or a name.
    """
    found = Look.objects.filter(brand_id=brand_id, retired_at__isnull=not retired)
    if search:
        found = found.filter(
            Q(code__icontains=search) | Q(name_zh__icontains=search) | Q(name_en__icontains=search)
        )
    rows = found.order_by("code", "id")[offset : offset + limit]
    return _look_cards(brand_id, rows), found.count()


def looks_by_id(*, brand_id: UUID, look_ids: Sequence[UUID]) -> dict[UUID, LookCard]:
    """Those of `look_ids` that are on the shop, by id. Two queries."""
    rows = Look.objects.filter(brand_id=brand_id, id__in=list(look_ids), retired_at__isnull=True)
    return {card.id: card for card in _look_cards(brand_id, rows.order_by("id"))}


def looks_by_koc(*, brand_id: UUID, koc_id: UUID, limit: int = 50) -> tuple[LookCard, ...]:
    """A KOC's looks on the shop, by code. Two queries."""
    rows = Look.objects.filter(brand_id=brand_id, koc_id=koc_id, retired_at__isnull=True)
    return _look_cards(brand_id, rows.order_by("code", "id")[:limit])


def look(*, brand_id: UUID, look_id: UUID) -> LookCard:
    """One look, on the shop or retired. Two queries. Raises LookNotFound."""
    cards = _look_cards(brand_id, Look.objects.filter(brand_id=brand_id, id=look_id))
    if not cards:
        raise LookNotFound(look_id=look_id)
    return cards[0]


def _show_cards(brand_id: UUID, rows: QuerySet[BuyerShow]) -> list[ShowCard]:
    found = list(rows)
    votes = dict(
        ShowVote.objects.filter(brand_id=brand_id, show_id__in=[row.id for row in found])
        .values_list("show_id")
        .annotate(Count("id"))
    )
    return [_show_card(row, useful_votes=votes.get(row.id, 0)) for row in found]


def _show_card(row: BuyerShow, *, useful_votes: int) -> ShowCard:
    return ShowCard(
        id=row.id,
        product_id=row.product_id,
        koc_id=row.koc_id,
        author_id=row.author_id,
        color=row.color,
        size_code=row.size_code,
        fit=FitVerdict(row.fit) if row.fit else None,
        rating=row.rating,
        text_zh=row.text_zh,
        text_en=row.text_en,
        occasion=row.occasion,
        worn_at=row.worn_at,
        source=ShowSource(row.source),
        facts=unseal_json(
            brand_id=row.brand_id,
            model=BuyerShow,
            field="facts_sealed",
            row_id=row.id,
            sealed=row.facts_sealed,
        ),
        useful_votes=useful_votes,
        state=ShowState(row.state),
        media_refs=tuple(row.media_refs),
    )


def _look_cards(brand_id: UUID, rows: Iterable[Look]) -> tuple[LookCard, ...]:
    found = list(rows)
    items: defaultdict[UUID, list[LookItemCard]] = defaultdict(list)
    for look_id, product_id, color in (
        LookItem.objects.filter(brand_id=brand_id, look_id__in=[row.id for row in found])
        .order_by("look_id", "position")
        .values_list("look_id", "product_id", "color")
    ):
        items[look_id].append(LookItemCard(product_id, color))
    return tuple(
        LookCard(
            id=row.id,
            code=row.code,
            koc_id=row.koc_id,
            name_zh=row.name_zh,
            name_en=row.name_en,
            why_zh=row.why_zh,
            why_en=row.why_en,
            answers=row.answers,
            items=tuple(items[row.id]),
        )
        for row in found
    )
