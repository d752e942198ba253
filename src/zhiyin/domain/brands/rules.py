"""Decisions about tenants that need no database."""

import hashlib
import json
from collections.abc import Mapping


def hash_key(key: str) -> bytes:
    """What is kept of an API key. It is 24 random bytes, so a plain hash cannot be guessed."""
    return hashlib.sha256(key.encode()).digest()


def hash_mapping(mapping: Mapping[str, object]) -> str:
    """A mapping's identity: the same for the same JSON, in whatever order its keys stand."""
    text = json.dumps(mapping, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
