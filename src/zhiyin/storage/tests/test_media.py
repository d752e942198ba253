"""Pictures are drawn anew: reduced, upright, in sRGB, and with nothing else inside."""

import io
import struct

import pytest
from PIL import Image, ImageCms, ImageOps

from zhiyin.storage.media import Format, inspect_and_clean
from zhiyin.storage.tests.pictures import (
    CANARY,
    RED,
    decoded,
    exif_with_place,
    file_of,
    png_chunk,
    two_halves,
)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_an_allowed_picture_is_drawn_anew(kind: str) -> None:
    clean = inspect_and_clean(file_of(two_halves(), kind))
    assert (clean.format, clean.width_px, clean.height_px) == (Format.JPEG, 64, 32)
    for data in (clean.full, clean.thumbnail):
        image = decoded(data)
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 32))
        red, blue = image.getpixel((8, 16)), image.getpixel((56, 16))
        assert isinstance(red, tuple)
        assert isinstance(blue, tuple)
        assert red[0] > 150 > red[2]
        assert blue[2] > 150 > blue[0]


def test_a_stream_is_the_same_as_its_bytes() -> None:
    data = file_of(two_halves(), "PNG")
    assert inspect_and_clean(io.BytesIO(data)) == inspect_and_clean(data)


def test_a_large_picture_is_reduced_by_its_long_side() -> None:
    clean = inspect_and_clean(file_of(two_halves(3000, 1500), "JPEG"))
    assert (clean.width_px, clean.height_px) == (2048, 1024)
    assert decoded(clean.full).size == (2048, 1024)
    assert decoded(clean.thumbnail).size == (480, 240)
    thin = inspect_and_clean(file_of(Image.new("RGB", (1, 9000)), "PNG"))
    assert (thin.width_px, thin.height_px) == (1, 2048)


def test_transparent_parts_are_kept_as_webp() -> None:
    image = two_halves().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 16, 32))
    for source in (image, image.quantize(8)):
        clean = inspect_and_clean(file_of(source, "PNG"))
        assert clean.format == Format.WEBP
        for data in (clean.full, clean.thumbnail):
            drawn = decoded(data)
            assert (drawn.format, drawn.mode) == ("WEBP", "RGBA")
            alpha = drawn.getchannel("A")
            assert (alpha.getpixel((4, 16)), alpha.getpixel((50, 16))) == (0, 255)


def test_a_colour_declared_clear_is_clear() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for options in ({}, {"icc_profile": profile}):
        source = file_of(two_halves(), "PNG", transparency=RED, **options)
        alpha = decoded(inspect_and_clean(source).full).getchannel("A")
        assert (alpha.getpixel((4, 16)), alpha.getpixel((50, 16))) == (0, 255)


def test_alpha_that_hides_nothing_becomes_jpeg() -> None:
    assert inspect_and_clean(file_of(two_halves().convert("RGBA"), "PNG")).format == Format.JPEG


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "I;16"])
def test_other_kinds_of_pixels_become_rgb(mode: str) -> None:
    if mode == "I;16":
        image = Image.frombytes("I;16", (64, 32), struct.pack("<H", 0x4000) * 64 * 32)
    else:
        image = Image.new("L", (64, 32), 0x40).convert(mode, dither=Image.Dither.NONE)
    data = file_of(image, "JPEG" if mode == "CMYK" else "PNG")
    drawn = decoded(inspect_and_clean(data).full)
    expected = 0 if mode == "1" else 0x40
    pixel = drawn.getpixel((32, 16))
    assert isinstance(pixel, tuple)
    assert drawn.mode == "RGB"
    assert all(abs(part - expected) <= 3 for part in pixel)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_upright(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = two_halves()
    image.paste((20, 200, 20), (0, 16, 32, 32))
    data = file_of(image, kind, exif=exif.tobytes(), quality=95)
    clean = inspect_and_clean(data)
    expected = ImageOps.exif_transpose(decoded(data)).convert("RGB")
    drawn = decoded(clean.full)
    assert drawn.size == expected.size == (clean.width_px, clean.height_px)
    for spot in ((4, 4), (drawn.width - 5, 4), (4, drawn.height - 5)):
        got, wanted = drawn.getpixel(spot), expected.getpixel(spot)
        assert isinstance(got, tuple)
        assert isinstance(wanted, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(got, wanted, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("clear", [False, True], ids=["opaque", "clear"])
def test_no_metadata_survives(kind: str, clear: bool) -> None:
    image = two_halves()
    if clear and kind != "JPEG":
        image.putalpha(100)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, object] = {"exif": exif_with_place(), "icc_profile": profile}
    if kind == "JPEG":
        options["comment"] = CANARY
    if kind != "PNG":
        options["xmp"] = b"<x:xmpmeta>" + CANARY + b"</x:xmpmeta>"
    source = file_of(image, kind, **options)
    assert CANARY in source
    clean = inspect_and_clean(source)
    for data in (clean.full, clean.thumbnail):
        assert not any(mark in data for mark in (CANARY, b"Exif", b"EXIF", b"ICC", b"xmp"))
        assert dict(decoded(data).getexif()) == {}


def test_the_comment_of_a_jpeg_does_not_survive() -> None:
    clean = inspect_and_clean(file_of(two_halves(), "JPEG", comment=CANARY))
    assert CANARY not in clean.full + clean.thumbnail


def test_text_in_a_png_does_not_survive() -> None:
    source = file_of(two_halves(), "PNG")
    note = png_chunk(b"tEXt", b"Comment\0" + CANARY)
    clean = inspect_and_clean(source[:33] + note + source[33:])
    assert CANARY not in clean.full + clean.thumbnail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("rider", [b"PK\x03\x04", b"<script>", b"<?php ", b"GIF89a", b"%PDF-1.7"])
def test_a_second_file_hidden_behind_the_first_does_not_survive(kind: str, rider: bytes) -> None:
    clean = inspect_and_clean(file_of(two_halves(), kind) + rider + CANARY)
    assert CANARY not in clean.full + clean.thumbnail


def test_wide_colours_are_brought_to_srgb() -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red_at, blue_at = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red_at : red_at + 4], profile[blue_at : blue_at + 4] = b"bXYZ", b"rXYZ"
    for kind, clear in (("JPEG", False), ("PNG", False), ("PNG", True)):
        image = Image.new("RGB", (32, 32), (255, 0, 0))
        if clear:
            image.putalpha(200)
        data = file_of(image, kind, icc_profile=bytes(profile))
        drawn = decoded(inspect_and_clean(data).full)
        pixel = drawn.getpixel((16, 16))
        assert isinstance(pixel, tuple)
        assert pixel[2] > 200 > 60 > pixel[0]
        assert pixel[3:] == ((200,) if clear else ())


def test_a_profile_that_does_not_fit_changes_nothing() -> None:
    for profile in (b"junk", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()):
        data = file_of(two_halves(), "PNG", icc_profile=profile)
        assert inspect_and_clean(data) == inspect_and_clean(file_of(two_halves(), "PNG"))


def test_the_same_upload_gives_the_same_files() -> None:
    source = file_of(two_halves(), "WEBP")
    assert inspect_and_clean(source) == inspect_and_clean(source)
