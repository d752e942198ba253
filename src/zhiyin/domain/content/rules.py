"""Decisions about content that need no database."""

from zhiyin.domain.content.types import (
    REPORT_CHARS_MAX,
    ShowFacts,
    ShowNotVerified,
    ShowReportEmpty,
    ShowSource,
)
from zhiyin.kit.text import clean_line


def check_show(show: ShowFacts) -> None:
    """Refuse a show that nothing verifies. Raises ShowNotVerified.

    A purchase show names its purchase, an imported one its row in the source; an authored one is
    demo content by a demo KOC.
    """
    proof = {
        ShowSource.PURCHASE: show.purchase_id,
        ShowSource.IMPORT: show.external_ref,
        ShowSource.AUTHORED: show.koc_id,
    }[show.source]
    if not proof:
        raise ShowNotVerified(source=show.source.value)


def checked_report(words: str) -> str:
    """What a report or its resolution says. Raises ShowReportEmpty, TextTooLong, TextHasNul."""
    cleaned = clean_line(words, REPORT_CHARS_MAX)
    if not cleaned:
        raise ShowReportEmpty()
    return cleaned
