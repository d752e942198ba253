"""Stored pictures: one file per content and brand, and no name that climbs out."""

import os
from pathlib import Path
from uuid import UUID

import pytest

from zhiyin.kit.errors import Kind
from zhiyin.storage.media import (
    CleanImage,
    Format,
    MediaMissing,
    MediaRef,
    MediaRefInvalid,
    MediaStore,
    Size,
    inspect_and_clean,
)
from zhiyin.storage.tests.pictures import CANARY, file_of, two_halves

BRAND, OTHER_BRAND = UUID(int=1), UUID(int=2)


@pytest.fixture
def clean() -> CleanImage:
    return inspect_and_clean(file_of(two_halves(1000, 500), "JPEG"))


def files_in(root: Path) -> list[Path]:
    return sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())


def test_what_is_saved_is_opened(tmp_path: Path, clean: CleanImage) -> None:
    store = MediaStore(tmp_path / "media")
    ref = store.save(BRAND, clean)
    assert MediaRef.parse(str(ref)) == ref
    with store.open(BRAND, ref) as full, store.open(BRAND, ref, Size.THUMBNAIL) as thumbnail:
        assert full.read() == clean.full
        assert thumbnail.read() == clean.thumbnail
    assert ref.format.media_type == "image/jpeg"


def test_files_lie_under_their_hash_and_nobody_may_run_them(
    tmp_path: Path, clean: CleanImage
) -> None:
    ref = MediaStore(tmp_path).save(BRAND, clean)
    folder = Path(str(BRAND)) / ref.sha256[:2]
    assert files_in(tmp_path) == [folder / f"{ref.sha256}-thumb.jpg", folder / f"{ref.sha256}.jpg"]
    for path in files_in(tmp_path):
        mode = (tmp_path / path).stat().st_mode
        assert mode & 0o137 == 0


def test_saving_again_changes_nothing(tmp_path: Path, clean: CleanImage) -> None:
    store = MediaStore(tmp_path)
    first = store.save(BRAND, clean)
    before = files_in(tmp_path)
    assert store.save(BRAND, clean) == first
    assert files_in(tmp_path) == before


def test_a_brand_does_not_see_the_pictures_of_another(tmp_path: Path, clean: CleanImage) -> None:
    store = MediaStore(tmp_path)
    ref = store.save(BRAND, clean)
    with pytest.raises(MediaMissing) as refusal:
        store.open(OTHER_BRAND, ref)
    assert (refusal.value.code, refusal.value.kind) == ("media_missing", Kind.MISSING)
    store.delete(OTHER_BRAND, ref)
    store.open(BRAND, ref).close()


def test_deleting_removes_both_sizes_and_may_be_repeated(tmp_path: Path, clean: CleanImage) -> None:
    store = MediaStore(tmp_path)
    ref = store.save(BRAND, clean)
    store.delete(BRAND, ref)
    store.delete(BRAND, ref)
    assert files_in(tmp_path) == []
    for size in Size:
        with pytest.raises(MediaMissing):
            store.open(BRAND, ref, size)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "a" * 64,
        "a" * 63 + ".jpg",
        "A" * 64 + ".jpg",
        "a" * 64 + ".jpg\n",
        "a" * 64 + ".jpg/..",
        "a" * 64 + ".svg",
        "a" * 64 + ".php",
        "../" + "a" * 61 + ".jpg",
        "a" * 64 + "-thumb.jpg",
        "\0" + "a" * 63 + ".jpg",
    ],
)
def test_a_reference_cannot_climb_out(text: str) -> None:
    with pytest.raises(MediaRefInvalid) as refusal:
        MediaRef.parse(text)
    assert refusal.value.code == "media_ref_invalid"
    with pytest.raises(MediaRefInvalid):
        MediaRef(sha256=text.removesuffix(".jpg") + "/", format=Format.JPEG)


def test_a_link_planted_in_the_store_is_not_followed(tmp_path: Path, clean: CleanImage) -> None:
    store = MediaStore(tmp_path / "media")
    ref = store.save(BRAND, clean)
    (path,) = (tmp_path / "media").rglob(str(ref))
    (tmp_path / "secret").write_bytes(CANARY)
    path.unlink()
    os.symlink(tmp_path / "secret", path)
    with pytest.raises(OSError, match="symbolic links"):
        store.open(BRAND, ref)


def test_a_write_that_fails_leaves_no_draft(tmp_path: Path, clean: CleanImage) -> None:
    store = MediaStore(tmp_path)
    ref = store.save(BRAND, clean)
    store.delete(BRAND, ref)
    (tmp_path / str(BRAND) / ref.sha256[:2] / str(ref)).mkdir()
    with pytest.raises(OSError, match="directory"):
        store.save(BRAND, clean)
    assert [path.name for path in files_in(tmp_path)] == [f"{ref.sha256}-thumb.jpg"]
