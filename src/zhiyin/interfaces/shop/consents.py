"""The sentences of the consents, each to be read in five seconds beside the field that needs it."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import CONSENT_TEXT_VERSION, Purpose
from zhiyin.flows import privacy
from zhiyin.interfaces.shop.access import ShopRequest

CHANNEL = "h5"
SENTENCES: Mapping[Purpose, str | Promise] = {
    Purpose.BODY_FACTS: _(
        "Keep my body facts, so that I need not say them again. Only used to match me."
    ),
    Purpose.SHARE_WITH_KOC: _(
        "The KOC I ask may see the body chips of my question. Never my phone, name or exact weight."
    ),
    Purpose.MARKETING: _("Write to me about new things, now and then."),
}
REFUSED: Mapping[Purpose, str | Promise] = {
    Purpose.BODY_FACTS: _("Without it you still get picks, from what you say each time."),
    Purpose.SHARE_WITH_KOC: _("Without it she answers from your other chips and your words."),
    Purpose.MARKETING: _("Without it you hear from us only about what you asked for."),
}
TAKEN_BACK: Mapping[Purpose, str | Promise] = {
    Purpose.BODY_FACTS: _(
        "Taken back. Your body facts are deleted here, in your needs, shows and KOC page."
    ),
    Purpose.SHARE_WITH_KOC: _("Taken back. The body chips of your questions are gone."),
    Purpose.MARKETING: _("Taken back. We will not write to you unasked."),
}


def has_given(request: ShopRequest, purpose: Purpose) -> bool:
    """Whether her consent covers a purpose now; never for a guest. One query."""
    member = request.visitor.member
    return member is not None and (
        people.active_consent(
            brand_id=request.visitor.brand.id, member_id=member.id, purpose=purpose
        )
        is not None
    )


def give(request: ShopRequest, purpose: Purpose) -> None:
    """Write down that she agreed here and now. Opens its own transaction."""
    privacy.grant_consent(
        brand_id=request.visitor.brand.id,
        member_id=member_id(request),
        purpose=purpose,
        text_version=CONSENT_TEXT_VERSION,
        channel=CHANNEL,
        now=request.now,
    )


def member_id(request: ShopRequest) -> UUID:
    """Who she is, on a page that the matrix keeps for members."""
    member = request.visitor.member
    assert member is not None, "the matrix names members only"
    return member.id
