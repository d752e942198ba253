"""Decisions about content that need no database."""

from zhiyin.domain.content.types import ShowFacts, ShowNotVerified, ShowSource


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
