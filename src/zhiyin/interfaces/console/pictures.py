"""Pictures of shows before somebody who decides on them, published or not."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from zhiyin.domain.content import queries as content
from zhiyin.domain.content.types import ShowCard
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.storage.media import MediaMissing, MediaRef, MediaStore, Size


@require_GET
@console_page
def picture(request: ConsoleRequest, show_id: UUID, ref: str) -> HttpResponse:
    """A picture of a show of the brand, small where `?small` asks. Nothing keeps a copy of it."""
    brand_id, media_ref = request.operator.brand.id, MediaRef.parse(ref)
    if not content.holds_picture(brand_id=brand_id, show_id=show_id, ref=ref):
        raise MediaMissing(ref=ref)
    size = Size.THUMBNAIL if "small" in request.GET else Size.FULL
    with MediaStore(settings.MEDIA_FOLDER).open(brand_id, media_ref, size) as file:
        return HttpResponse(file.read(), content_type=media_ref.format.media_type)


def pictures_of(request: ConsoleRequest, show: ShowCard) -> list[str]:
    """Where the pictures of a show are seen; none for who may not see them."""
    if not request.operator.can["show_photo"]:
        return []
    return [
        reverse(
            "console:show-photo",
            kwargs={"slug": request.brand.slug, "show_id": show.id, "ref": ref},
        )
        for ref in show.media_refs
    ]
