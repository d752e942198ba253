"""A member takes a show of hers off the shop for good, with its pictures."""

from uuid import UUID

from zhiyin.domain.content import operations as content
from zhiyin.domain.content import queries as shows
from zhiyin.domain.members import operations as members
from zhiyin.storage.media import MediaRef, MediaStore
from zhiyin.storage.tenancy import brand_tx


def take_down(*, brand_id: UUID, member_id: UUID, show_id: UUID, media: MediaStore) -> None:
    """Delete a show of hers, in whatever state, with what was said of it and its pictures.

    A picture that another show uses stays; the files go last before the commit, so that nothing
    but the commit itself can fail after them. The matcher counts the show until its next training;
    nobody reads it from now on.
    Raises ShowNotFound (also for somebody else's), MemberNotFound.
    """
    of_hers = {"brand_id": brand_id, "show_id": show_id, "author_id": member_id}
    with brand_tx(brand_id):
        members.hold_member(brand_id=brand_id, member_id=member_id)
        content.hold_pictures(brand_id=brand_id, refs=shows.pictures_of_show_alone(**of_hers))
        alone = shows.pictures_of_show_alone(**of_hers)
        content.withdraw_show(**of_hers)
        for ref in alone:
            media.delete(brand_id, MediaRef.parse(ref))
