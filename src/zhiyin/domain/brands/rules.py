"""Decisions about tenants that need no database."""

import hashlib


def hash_key(key: str) -> bytes:
    """What is kept of an API key. It is 24 random bytes, so a plain hash cannot be guessed."""
    return hashlib.sha256(key.encode()).digest()
