"""People a file speaks of: held while it is written down, and only as they agreed."""

from collections.abc import Collection, Sequence
from uuid import UUID

from zhiyin.domain.members import operations as members
from zhiyin.domain.members import queries as people
from zhiyin.domain.members.types import Purpose
from zhiyin.flows.importing.target import Target

IMPORT_CHANNEL = "import"


def held(target: Target, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the members who are not erased, locked, so that no erasure slips in between."""
    living = people.members_by_id(brand_id=target.brand_id, member_ids=list(set(member_ids))).keys()
    members.hold_members(brand_id=target.brand_id, member_ids=living)
    return frozenset(living)


def without_consent(target: Target, member_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those who took their consent back. Who never gave one gives it now, as the file says."""
    basis = target.mapping.consent
    if not member_ids or basis is None:
        return frozenset(member_ids)
    told = frozenset(member_ids)
    members.hold_members(brand_id=target.brand_id, member_ids=told)
    agrees = people.stances(brand_id=target.brand_id, member_ids=told, purpose=Purpose.BODY_FACTS)
    members.grant_consents(
        brand_id=target.brand_id,
        member_ids=told - agrees.keys(),
        purpose=Purpose.BODY_FACTS,
        channel=IMPORT_CHANNEL,
        now=basis.obtained_at,
        text_version=basis.text_version,
    )
    return frozenset(member_id for member_id, still in agrees.items() if not still)
