"""Decisions about content that need no database."""

from zhiyin.domain.content.types import (
    REPORT_CHARS_MAX,
    ShowFacts,
    ShowNotVerified,
    ShowReasonMissing,
    ShowReportEmpty,
    ShowRightsMissing,
    ShowSource,
    ShowState,
)
from zhiyin.kit.text import clean_line


def check_show(show: ShowFacts, state: ShowState) -> None:
    """Refuse a show that nothing verifies, or that is published without its author's rights.

    A purchase show names its purchase, an imported one its row in the source; an authored one is
    demo content by a demo KOC. A row of an import brings its own rights, a purchase does not.
    Raises ShowNotVerified, ShowRightsMissing.
    """
    proof = {
        ShowSource.PURCHASE: show.purchase_id,
        ShowSource.IMPORT: show.external_ref,
        ShowSource.AUTHORED: show.koc_id,
    }[show.source]
    if not proof:
        raise ShowNotVerified(source=show.source.value)
    if state is ShowState.PUBLISHED and show.purchase_id and not show.rights_granted:
        raise ShowRightsMissing(external_ref=show.external_ref)


def check_verdict(state: ShowState, reason: str) -> None:
    """A refusal says why. Raises ShowReasonMissing."""
    if state is ShowState.REFUSED and not reason.strip():
        raise ShowReasonMissing()


def checked_report(words: str) -> str:
    """What a report or its resolution says. Raises ShowReportEmpty, TextTooLong, TextHasNul."""
    cleaned = clean_line(words, REPORT_CHARS_MAX)
    if not cleaned:
        raise ShowReportEmpty()
    return cleaned
