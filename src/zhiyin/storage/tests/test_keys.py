"""The key file: made once, for its owner only, and never replaced."""

import base64
import json
import threading
from pathlib import Path

import pytest

from zhiyin.storage import keys
from zhiyin.storage.encryption import KeyRing


def test_the_ring_is_made_once_and_found_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = keys.load_or_create(state)
    again = keys.load_or_create(state)
    assert first.signing_key() == again.signing_key()
    assert keys.load_or_create(tmp_path / "other").signing_key() != first.signing_key()


def test_only_the_owner_can_read_it_and_no_draft_is_left(tmp_path: Path) -> None:
    state = tmp_path / "state"
    keys.load_or_create(state)
    assert [path.name for path in state.iterdir()] == [keys.KEY_FILE]
    assert (state / keys.KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    signing: list[str] = []
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        signing.append(keys.load_or_create(tmp_path / "state").signing_key())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signing) == 8
    assert len(set(signing)) == 1


def test_a_key_made_by_another_process_is_not_overwritten(tmp_path: Path) -> None:
    first = keys.load_or_create(tmp_path)
    keys._create(tmp_path / keys.KEY_FILE)
    assert keys.load_or_create(tmp_path).signing_key() == first.signing_key()


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.load_or_create(tmp_path)
    (tmp_path / keys.KEY_FILE).chmod(0o640)
    with pytest.raises(keys.KeyFileExposed) as refusal:
        keys.load_or_create(tmp_path)
    assert (refusal.value.code, refusal.value.details) == ("key_file_exposed", {"mode": "640"})


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"keys": {"k1": "!"}, "current": "k1"}', '{"keys": 1, "current": ""}'],
)
def test_a_broken_file_is_named_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / keys.KEY_FILE
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(keys.KeyFileUnreadable) as refusal:
        keys.load_or_create(tmp_path)
    assert refusal.value.code == "key_file_unreadable"
    assert path.read_text() == content


def test_written_keys_become_a_ring_and_show_no_key() -> None:
    text = base64.b64encode(bytes(32)).decode()
    written = keys.WrittenKeys(keys={"k1": text}, current="k1")
    assert written.ring().signing_key() == KeyRing({"k1": bytes(32)}, current="k1").signing_key()
    assert text not in repr(written)
    with pytest.raises(ValueError, match="k1"):
        keys.WrittenKeys(keys={"k1": "not base64!"}, current="k1").ring()


def test_the_file_holds_what_a_ring_needs(tmp_path: Path) -> None:
    ring = keys.load_or_create(tmp_path)
    written = keys.WrittenKeys(**json.loads((tmp_path / keys.KEY_FILE).read_text()))
    assert written.ring().signing_key() == ring.signing_key()
    assert (ring.current, ring.index) == ("k1", "k1")
