"""Pictures that people upload: judged by content, drawn anew, and kept under their own hash.

What is stored is never what was sent: every picture is decoded, turned upright, brought to
sRGB, reduced and encoded again, so that no metadata (place, camera, hidden thumbnail) and no
second file hidden in the first survives. Pure Python with Pillow.
"""

import hashlib
import io
import os
import re
import secrets
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol
from uuid import UUID

from PIL import Image, ImageCms

from zhiyin.kit.errors import DomainError, Kind

# A progressive JPEG of 8 MiB can hold 200,000 empty scans, and at 25 megapixels each costs 25 ms:
# more than an hour. Encoders write some ten, and a picture may carry two more pictures inside.
MAX_JPEG_SCANS = 64

# A picture of few bytes may cost hundreds of megabytes while it is decoded: so many at once.
MOST_AT_ONCE = 2
_DECODING = threading.BoundedSemaphore(MOST_AT_ONCE)

QUALITY = 85
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageTooLarge(DomainError):
    """The file has too many bytes. Details: `max_bytes`."""

    code: ClassVar[str] = "image_too_large"
    kind: ClassVar[Kind] = Kind.INVALID


class ImageTooManyPixels(DomainError):
    """The picture is too wide or high to be decoded. Details: `max_pixels`."""

    code: ClassVar[str] = "image_too_many_pixels"
    kind: ClassVar[Kind] = Kind.INVALID


class ImageTypeRefused(DomainError):
    """The content is not one of the allowed types, whatever its name. Details: `allowed`."""

    code: ClassVar[str] = "image_type_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class ImageAnimated(DomainError):
    """The picture moves; only still ones are kept. Details: `frames`."""

    code: ClassVar[str] = "image_animated"
    kind: ClassVar[Kind] = Kind.INVALID


class ImageUnreadable(DomainError):
    """The picture is empty, cut off, damaged, or made to cost too much."""

    code: ClassVar[str] = "image_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID


class MediaRefInvalid(DomainError):
    """The text is not the reference of a stored picture."""

    code: ClassVar[str] = "media_ref_invalid"
    kind: ClassVar[Kind] = Kind.INVALID


class MediaMissing(DomainError):
    """The brand has no such picture."""

    code: ClassVar[str] = "media_missing"
    kind: ClassVar[Kind] = Kind.MISSING


class ByteSource(Protocol):
    """An open upload."""

    def read(self, size: int, /) -> bytes: ...


class Format(StrEnum):
    """What is written: JPEG, or WebP where a picture has transparent parts. Value: extension."""

    JPEG = "jpg"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """The Content-Type to serve it with, next to `nosniff`."""
        return {Format.JPEG: "image/jpeg", Format.WEBP: "image/webp"}[self]


class Size(StrEnum):
    """The two renditions of a picture. Value: what the file's name adds to the hash."""

    FULL = ""
    THUMBNAIL = "-thumb"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLimits:
    """What is accepted (`max_*`) and what it is reduced to (`*_side_px`)."""

    max_bytes: int = 8 * 1024 * 1024
    # Decoding costs up to 16 bytes a pixel (WebP): 400 MB at this limit, which admits the
    # 24 megapixels of a current phone.
    max_pixels: int = 25_000_000
    full_side_px: int = 2048
    thumbnail_side_px: int = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanImage:
    """A picture drawn anew, in both sizes. Only `inspect_and_clean` makes one."""

    format: Format
    width_px: int
    height_px: int
    full: bytes = field(repr=False)
    thumbnail: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """The name of a stored picture within its brand. `str(ref)` is what a row keeps."""

    sha256: str
    format: Format

    _WRITTEN: ClassVar[re.Pattern[str]] = re.compile(r"([0-9a-f]{64})\.(jpg|webp)")

    def __post_init__(self) -> None:
        if not self._WRITTEN.fullmatch(str(self)):
            raise MediaRefInvalid()

    def __str__(self) -> str:
        return f"{self.sha256}.{self.format}"

    @classmethod
    def parse(cls, text: str) -> "MediaRef":
        """Read what `str(ref)` wrote. Raises MediaRefInvalid."""
        match = cls._WRITTEN.fullmatch(text)
        if match is None:
            raise MediaRefInvalid()
        return cls(sha256=match[1], format=Format(match[2]))

    @classmethod
    def of(cls, image: CleanImage) -> "MediaRef":
        """The name that a picture is stored under: what it looks like decides."""
        return cls(sha256=hashlib.sha256(image.full).hexdigest(), format=image.format)


DEFAULT_LIMITS = ImageLimits()
_SIGNATURES = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
}


def inspect_and_clean(data: bytes | ByteSource, limits: ImageLimits = DEFAULT_LIMITS) -> CleanImage:
    """Judge an uploaded picture and draw it anew. The same bytes give the same result.

    Of a stream, at most `max_bytes` + 1 bytes are read. Pixels are counted from the header,
    before anything is decoded.
    A process decodes two at a time, the others wait.
    Raises ImageTooLarge, ImageTypeRefused, ImageTooManyPixels, ImageAnimated, ImageUnreadable.
    """
    source = _read(data, limits.max_bytes)
    kind = _kind_of(source)
    if kind == "JPEG" and source.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise ImageUnreadable()
    with _DECODING:
        return _cleaned(source, kind, limits)


def _cleaned(source: bytes, kind: str, limits: ImageLimits) -> CleanImage:
    try:
        with Image.open(io.BytesIO(source), formats=[kind]) as image:
            _judge(image, kind, limits)
            drawn = _drawn(image, limits.full_side_px)
    except (DomainError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageTooManyPixels(max_pixels=limits.max_pixels) from None
    except Exception as error:
        # A decoder fed with hostile bytes fails in a dozen ways (OSError, SyntaxError,
        # struct.error, IndexError, ...); to the sender all of them say the same.
        raise ImageUnreadable() from error
    target = Format.WEBP if drawn.mode == "RGBA" else Format.JPEG
    small = drawn.copy()
    small.thumbnail((limits.thumbnail_side_px, limits.thumbnail_side_px), Image.Resampling.LANCZOS)
    return CleanImage(
        format=target,
        width_px=drawn.width,
        height_px=drawn.height,
        full=_encoded(drawn, target),
        thumbnail=_encoded(small, target),
    )


class MediaStore:
    """Pictures on disk: `root/<brand>/<aa>/<sha256>.<ext>`, thumbnails beside them.

    Two uploads of one picture are one file in a brand, so `delete` is for the caller who has
    made sure that no other row of the brand keeps the reference. `of` opens a drawer for what
    belongs to one thing alone: `root/<brand>/<thing>/<aa>/...`.
    """

    def __init__(self, root: Path, *, thing: UUID | None = None) -> None:
        self._root = root
        self._thing = thing

    def of(self, thing: UUID) -> "MediaStore":
        """The pictures of one thing: an equal one of another is another file, so that deleting
        this thing's needs no look at others.
        """
        return MediaStore(self._root, thing=thing)

    def save(self, brand_id: UUID, image: CleanImage) -> MediaRef:
        """Store both sizes and return the reference. Safe to repeat, and to stop half-way."""
        ref = MediaRef.of(image)
        # The thumbnail first: a reference whose full size exists is complete.
        _write(self._path(brand_id, ref, Size.THUMBNAIL), image.thumbnail)
        _write(self._path(brand_id, ref, Size.FULL), image.full)
        return ref

    def open(self, brand_id: UUID, ref: MediaRef, size: Size = Size.FULL) -> BinaryIO:
        """Open a stored picture for reading; the caller closes it. Raises MediaMissing."""
        try:
            handle = os.open(self._path(brand_id, ref, size), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise MediaMissing(ref=str(ref)) from None
        return os.fdopen(handle, "rb")

    def delete(self, brand_id: UUID, ref: MediaRef) -> None:
        """Remove both sizes. What is already gone stays gone: a repeated deletion is no fault."""
        for size in (Size.FULL, Size.THUMBNAIL):
            self._path(brand_id, ref, size).unlink(missing_ok=True)

    def _path(self, brand_id: UUID, ref: MediaRef, size: Size) -> Path:
        brand = UUID(int=brand_id.int)  # a text, which could climb out of the root, fails here
        name = f"{ref.sha256}{size}.{ref.format}"
        folder = self._root / str(brand)
        if self._thing is not None:
            folder /= str(UUID(int=self._thing.int))
        return folder / ref.sha256[:2] / name


def _read(data: bytes | ByteSource, max_bytes: int) -> bytes:
    if isinstance(data, bytes):
        source = data
    else:
        parts = bytearray()
        while len(parts) <= max_bytes and (part := data.read(max_bytes + 1 - len(parts))):
            parts += part
        source = bytes(parts)
    if len(source) > max_bytes:
        raise ImageTooLarge(max_bytes=max_bytes)
    if not source:
        raise ImageUnreadable()
    return source


def _kind_of(source: bytes) -> str:
    for kind, signature in _SIGNATURES.items():
        if signature.match(source):
            return kind
    raise ImageTypeRefused(allowed=", ".join(_SIGNATURES))


def _judge(image: Image.Image, kind: str, limits: ImageLimits) -> None:
    if image.width * image.height > limits.max_pixels:
        raise ImageTooManyPixels(max_pixels=limits.max_pixels)
    # A JPEG may carry a second picture (depth, gain map); its first one is a still.
    frames = 1 if kind == "JPEG" else getattr(image, "n_frames", 1)
    if frames > 1:
        raise ImageAnimated(frames=frames)


def _drawn(image: Image.Image, side_px: int) -> Image.Image:
    """The picture upright, in sRGB, at most `side_px` long; RGB, or RGBA where it is clear."""
    turn = _UPRIGHT.get(_orientation(image))
    profile = image.info.get("icc_profile")
    box = (side_px, side_px)
    if image.mode not in ("RGB", "RGBA", "L", "CMYK") or "transparency" in image.info:
        image = _plain(image)
    # A JPEG is decoded small at once; whatever else is held whole, so reduce it first.
    image.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if isinstance(profile, bytes):
        image = _in_srgb(image, profile)
    image = _plain(image)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    if turn is not None:
        image = image.transpose(turn)
    # Encoders copy some of what they find here (a JPEG comment) into the new file.
    image.info = {}
    return image


def _plain(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # Sixteen bits a pixel: Pillow would clip to white what is above 255.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    target = "RGBA" if image.has_transparency_data else "RGB"
    return image.copy() if image.mode == target else image.convert(target)


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(_ORIENTATION_TAG, 1)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  a damaged EXIF block is no fault of the picture itself
        return 1
    return found if isinstance(found, int) else 1


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Phones photograph in wider colours than sRGB: without this a red dress turns dull."""
    output = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=output)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a profile that does not fit says nothing about the colours
    return image if converted is None else converted


def _encoded(image: Image.Image, target: Format) -> bytes:
    out = io.BytesIO()
    if target is Format.JPEG:
        image.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    else:
        image.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Put a whole file in place or none, readable by owner and group, executable by nobody."""
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
