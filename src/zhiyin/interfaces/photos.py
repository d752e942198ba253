"""Photos that she sends: counted, judged and drawn anew, and what to say of a refused one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhiyin.domain.orders import queries as ordered
from zhiyin.kit.errors import DomainError
from zhiyin.storage.media import (
    CleanImage,
    ImageAnimated,
    ImageTooLarge,
    ImageTooManyPixels,
    ImageTypeRefused,
    ImageUnreadable,
    MediaMissing,
    MediaRef,
    MediaStore,
    Size,
    inspect_and_clean,
)

MOST_PHOTOS = 3
ACCEPTED = "image/jpeg,image/png,image/webp"
REFUSED = (ImageTooLarge, ImageTooManyPixels, ImageTypeRefused, ImageAnimated, ImageUnreadable)


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to three files. They are not opened here: that costs much more than to count them."""

    def __init__(self, **options: Any) -> None:
        widget = _ManyFiles(attrs={"class": "control", "accept": ACCEPTED})
        super().__init__(
            **{
                "required": False,
                "label": gettext_lazy("Photos, up to three"),
                "help_text": gettext_lazy(
                    "JPEG, PNG or WebP, up to 8 MB each. Place and camera are removed."
                ),
                "widget": widget,
                **options,
            }
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files. Says so if there are too many."""
        files = [super(PhotosField, self).clean(one, initial) for one in data or []]
        if len(files) > MOST_PHOTOS:
            raise forms.ValidationError(too_many())
        return files


def cleaned(files: Sequence[UploadedFile]) -> tuple[CleanImage, ...]:
    """Each picture judged and drawn anew; the same one sent twice is one. Raises REFUSED."""
    images = [inspect_and_clean(one) for one in files]
    return tuple({str(MediaRef.of(image)): image for image in images}.values())


def why_not(refused: DomainError) -> str:
    """What is wrong with a picture, and what to send instead."""
    if isinstance(refused, ImageTooLarge | ImageTooManyPixels):
        return _("That picture is too large. Send one of at most 8 MB.")
    if isinstance(refused, ImageTypeRefused | ImageAnimated):
        return _("A still JPEG, PNG or WebP, please.")
    return _("That picture cannot be read. Save it again and retry.")


def too_many() -> str:
    """What to say of a fourth picture."""
    return _("At most %(most)d photos.") % {"most": MOST_PHOTOS}


def served(store: MediaStore, brand_id: UUID, ref: str, *, small: bool) -> HttpResponse:
    """A stored picture, for the browser that asked and not for long: a deleted one must be gone.

    Raises MediaRefInvalid, MediaMissing.
    """
    media_ref = MediaRef.parse(ref)
    with store.open(brand_id, media_ref, Size.THUMBNAIL if small else Size.FULL) as picture:
        answer = HttpResponse(picture.read(), content_type=media_ref.format.media_type)
    answer["Cache-Control"] = "private, max-age=300"
    return answer


def of_case(brand_id: UUID, case_id: UUID, place: int, *, small: bool) -> HttpResponse:
    """A photo of a case that the caller may see. One query. Raises MediaMissing."""
    refs = ordered.case_photos(brand_id=brand_id, case_id=case_id)
    if not 1 <= place <= len(refs):
        raise MediaMissing(place=place)
    store = MediaStore(settings.MEDIA_FOLDER).of(case_id)
    return served(store, brand_id, refs[place - 1], small=small)
