"""Opening a member through the API: who is meant, and the line it leaves in who looked."""

from uuid import UUID

from zhiyin.domain.members import operations as member_writes
from zhiyin.domain.members import queries as members
from zhiyin.domain.members.types import MemberNotFound, Opened
from zhiyin.interfaces.api.access import ApiRequest


def member_named(request: ApiRequest, external_id: str) -> UUID:
    """The member of this id in the system she was imported from. Raises MemberNotFound."""
    found = members.members_by_external_id(brand_id=request.brand.id, external_ids=[external_id])
    if external_id not in found:
        raise MemberNotFound(external_id=external_id)
    return found[external_id]


def note_read(request: ApiRequest, member_id: UUID, opened: Opened) -> None:
    """Leave a line that this key opened something of hers, or did it in her name."""
    member_writes.note_read(
        brand_id=request.brand.id,
        member_id=member_id,
        key_id=request.key_id,
        opened=opened,
        now=request.now,
    )
