"""The rows behind a counted reason: who reads a number can open the people it counts."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import ngettext

from zhiyin.domain.catalog import queries as catalog
from zhiyin.domain.content import queries as content
from zhiyin.domain.matching.types import Reason
from zhiyin.interfaces import wording
from zhiyin.interfaces.shop.presenting import Presenter

ROWS_SHOWN = 20


def counted(presenter: Presenter, reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """Each reason that was counted from shows, as `parts/evidence.html` wants it.

    The first `ROWS_SHOWN` rows of each are named, and how many more there are. Two queries for
    the shows, two for those of their products that the page has not read.
    """
    behind = [reason for reason in reasons if reason.show_ids]
    first = {show_id for reason in behind for show_id in reason.show_ids[:ROWS_SHOWN]}
    shows = content.shows_by_id(brand_id=presenter.brand_id, show_ids=sorted(first))
    unread = {show.product_id for show in shows.values()} - set(presenter.products)
    products = catalog.products_by_id(brand_id=presenter.brand_id, product_ids=sorted(unread))
    presenter.know(products=list(products.values()))
    return [
        {
            "count": len(reason.show_ids),
            "text": wording.reason(
                reason, taxonomy=presenter.taxonomy, language=presenter.request.language
            ),
            "details": _details(
                presenter, [shows[i] for i in reason.show_ids[:ROWS_SHOWN] if i in shows]
            )
            + _more(len(reason.show_ids) - ROWS_SHOWN),
        }
        for reason in behind
    ]


def _details(presenter: Presenter, shows: Sequence[Any]) -> list[str]:
    rows = [presenter.show(show) for show in shows]
    return [
        " · ".join(
            words for key in ("body", "size", "fit", "when", "source") if (words := str(row[key]))
        )
        for row in rows
    ]


def _more(count: int) -> list[str]:
    if count <= 0:
        return []
    return [ngettext("and %(count)d more", "and %(count)d more", count) % {"count": count}]
