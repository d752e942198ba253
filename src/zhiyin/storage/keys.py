"""The key ring of an installation: written down elsewhere, or made once in the state folder."""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.encryption import KEY_BYTES, KeyRing

KEY_FILE = "keys.json"


class KeyFileExposed(DomainError):
    """Others of this machine can reach the key file: take their rights away, then rotate.

    Details: `mode`, in octal; it must be 600.
    """

    code: ClassVar[str] = "key_file_exposed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


class KeyFileUnreadable(DomainError):
    """The key file is not what `load_or_create` writes. Restore it: without it nothing opens."""

    code: ClassVar[str] = "key_file_unreadable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenKeys:
    """A key ring as files and environments hold it: id -> base64 of 32 bytes.

    Printing it shows the ids only.
    """

    keys: Mapping[str, str]
    current: str
    index: str | None = None

    def __repr__(self) -> str:
        return f"WrittenKeys(ids={sorted(self.keys)}, current={self.current!r})"

    def ring(self) -> KeyRing:
        """The working ring. Raises ValueError if a key is not base64 of 32 bytes."""
        keys = {key_id: _decoded(key_id, text) for key_id, text in self.keys.items()}
        return KeyRing(keys, current=self.current, index=self.index)


def load_or_create(state_dir: Path) -> KeyRing:
    """The ring kept in the state folder, made on first use.

    The file is readable by its owner only (0600). Of two processes that start at once, one
    makes the key and both read it.
    Raises KeyFileExposed, KeyFileUnreadable.
    """
    path = state_dir / KEY_FILE
    if not path.exists():
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path)
    return _load(path).ring()


def _create(path: Path) -> None:
    key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    written = WrittenKeys(keys={"k1": key}, current="k1", index="k1")
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(written), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where a rename would overwrite the key that another process just made.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _load(path: Path) -> WrittenKeys:
    with path.open() as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise KeyFileExposed(mode=f"{mode:o}")
        text = file.read()
    try:
        written = WrittenKeys(**json.loads(text))
        written.ring()
    except (ValueError, TypeError, AttributeError):
        # Without its cause: the traceback would carry the keys.
        raise KeyFileUnreadable() from None
    return written


def _decoded(key_id: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(f"key {key_id!r} is not base64") from None
