"""How thin the evidence of a pick is, in a sentence."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhiyin.domain.matching.types import Pick, ReasonKind


def how_thin(pick: Pick) -> str:
    """How few have said how it fits; nothing where they are enough.

    `Pick.worn_count` counts those who told how it fits, so nobody is said not to have worn it;
    as in the reason beside it, they have a body like hers only where hers is known.
    """
    if not pick.is_thin:
        return ""
    count = pick.worn_count
    if not count:
        return _("Nobody we could compare you with has said how it fits yet.")
    if any(reason.slots for reason in pick.reasons if reason.kind is ReasonKind.WORN):
        return ngettext(
            "Only %(count)d person with a body like yours has said how it fits.",
            "Only %(count)d people with a body like yours have said how it fits.",
            count,
        ) % {"count": count}
    return ngettext(
        "Only %(count)d person has said how it fits.",
        "Only %(count)d people have said how it fits.",
        count,
    ) % {"count": count}
