"""Files that are no still picture of a sane size are refused by name, before they cost anything."""

import io
import random
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis.strategies import binary, integers, sampled_from
from PIL import Image

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage import media
from zhiyin.storage.media import ImageLimits, inspect_and_clean
from zhiyin.storage.tests.pictures import (
    exif_with_place,
    file_of,
    jpeg_declaring,
    png_chunk,
    png_declaring,
    two_halves,
    webp_declaring,
)


def code_of(data: bytes) -> str:
    with pytest.raises(DomainError) as refusal:
        inspect_and_clean(data)
    assert refusal.value.kind == Kind.INVALID
    return refusal.value.code


def outcome_of(data: bytes) -> str:
    try:
        inspect_and_clean(data)
    except DomainError as refusal:
        return refusal.code
    return "clean"


class Endless(io.RawIOBase):
    """An upload without an end that gives a little at a time and counts what was taken."""

    taken = 0

    def read(self, size: int = -1, /) -> bytes:
        part = min(size, 10_000)
        self.taken += part
        return b"\xff\xd8\xff" + bytes(part - 3) if part >= 3 else bytes(part)


def test_too_many_bytes_are_refused_with_the_limit() -> None:
    data = file_of(two_halves(), "PNG")
    inspect_and_clean(data, ImageLimits(max_bytes=len(data)))
    with pytest.raises(media.ImageTooLarge) as refusal:
        inspect_and_clean(data, ImageLimits(max_bytes=len(data) - 1))
    assert refusal.value.code == "image_too_large"
    assert refusal.value.details == {"max_bytes": len(data) - 1}


def test_of_an_endless_upload_only_the_limit_is_read() -> None:
    upload = Endless()
    with pytest.raises(media.ImageTooLarge):
        inspect_and_clean(upload)
    assert upload.taken == 8 * 1024 * 1024 + 1


@pytest.mark.parametrize(
    "data",
    [
        png_declaring(50_000, 50_000),
        png_declaring(5_001, 5_000),
        png_declaring(12_000, 12_000),  # where Pillow itself only warns
        jpeg_declaring(50_000, 50_000),
        jpeg_declaring(5_001, 5_000),
        webp_declaring(16_383, 16_383),
        webp_declaring(5_001, 5_000),
    ],
    ids=["png", "png-by-one", "png-warned", "jpeg", "jpeg-by-one", "webp", "webp-by-one"],
)
def test_too_many_pixels_are_refused_from_the_header(data: bytes) -> None:
    # None of these holds the pixels it declares: decoding would say "unreadable".
    with pytest.raises(media.ImageTooManyPixels) as refusal:
        inspect_and_clean(data)
    assert refusal.value.code == "image_too_many_pixels"
    assert refusal.value.details == {"max_pixels": 25_000_000}


def test_what_pillow_only_warns_of_is_refused_in_production_too() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        assert code_of(png_declaring(12_000, 12_000)) == "image_too_many_pixels"


@pytest.mark.parametrize(
    "data",
    [
        file_of(two_halves(), "GIF"),
        file_of(two_halves(), "BMP"),
        file_of(two_halves(), "TIFF"),
        file_of(two_halves(), "ICO", sizes=[(16, 16)]),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg onload="alert(1)"/>',
        b"\0\0\0\x18ftypheic",
        b"GIF89a/*\xff\xd8\xff*/=alert(1)",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"<html>\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WAVE",
        b" \xff\xd8\xff",
    ],
    ids=range(13),
)
def test_other_types_are_refused_by_content(data: bytes) -> None:
    with pytest.raises(media.ImageTypeRefused) as refusal:
        inspect_and_clean(data)
    assert refusal.value.code == "image_type_refused"
    assert refusal.value.details == {"allowed": "JPEG, PNG, WEBP"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(kind: str) -> None:
    frames = [two_halves(), two_halves().rotate(180)]
    moving = file_of(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(media.ImageAnimated) as refusal:
        inspect_and_clean(moving)
    assert (refusal.value.code, refusal.value.details) == ("image_animated", {"frames": 2})


def test_the_second_picture_of_a_jpeg_is_left_behind() -> None:
    image = two_halves()
    pair = file_of(image, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    clean = inspect_and_clean(pair)
    assert (clean.width_px, clean.height_px) == (64, 32)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_file_is_unreadable(kind: str) -> None:
    noise = Image.frombytes("RGB", (100, 100), random.Random(0).randbytes(30_000))
    data = file_of(noise, kind)
    assert code_of(data[: len(data) // 2]) == "image_unreadable"


def test_nothing_is_unreadable() -> None:
    assert code_of(b"") == "image_unreadable"
    with pytest.raises(media.ImageUnreadable):
        inspect_and_clean(io.BytesIO())


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_bomb_in_the_notes_of_a_png_is_unreadable(name: bytes) -> None:
    source = file_of(two_halves(), "PNG")
    bomb = zlib.compress(bytes(100 * 1024 * 1024), 1)
    head = b"a\0\x01\0\0\0" if name == b"iTXt" else b"a\0\0"
    assert code_of(source[:33] + png_chunk(name, head + bomb) + source[33:]) == "image_unreadable"


def test_a_jpeg_of_endless_scans_is_unreadable() -> None:
    source = file_of(two_halves(), "JPEG", progressive=True)
    last_scan = source[source.rindex(b"\xff\xda") : -2]
    room = media.MAX_JPEG_SCANS - source.count(b"\xff\xda")
    assert code_of(source[:-2] + last_scan * (room + 1) + b"\xff\xd9") == "image_unreadable"
    inspect_and_clean(source[:-2] + last_scan * room + b"\xff\xd9")


SAMPLES = [
    file_of(two_halves(), "JPEG", exif=exif_with_place()),
    file_of(two_halves(), "JPEG", progressive=True),
    file_of(two_halves(), "PNG", exif=exif_with_place()),
    file_of(two_halves().quantize(4), "PNG"),
    file_of(two_halves(), "WEBP", exif=exif_with_place()),
    file_of(two_halves().convert("RGBA"), "WEBP", lossless=True),
]


@settings(deadline=None)
@given(source=sampled_from(SAMPLES), at=integers(0, 1 << 16), junk=binary(max_size=12))
def test_a_damaged_file_is_a_picture_or_a_refusal(source: bytes, at: int, junk: bytes) -> None:
    at %= len(source)
    for data in (source[:at] + junk, source[:at] + junk + source[at + len(junk) :]):
        assert outcome_of(data) in {
            "clean",
            "image_unreadable",
            "image_type_refused",
            "image_too_many_pixels",
            "image_animated",
        }


def test_so_many_are_decoded_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    data, judge = file_of(two_halves(), "PNG"), media._judge
    one_too_many = threading.Barrier(media.MOST_AT_ONCE + 1)
    met = []

    def meet(*args: object) -> None:
        try:
            met.append(one_too_many.wait(timeout=0.3))
        except threading.BrokenBarrierError:
            judge(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(media, "_judge", meet)
    with ThreadPoolExecutor(media.MOST_AT_ONCE + 1) as people:
        drawn = list(people.map(outcome_of, [data] * (media.MOST_AT_ONCE + 1)))
    assert met == []
    assert drawn == ["clean"] * len(drawn)
