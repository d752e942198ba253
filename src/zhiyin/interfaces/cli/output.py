"""What a command prints on stdout."""

import sys
from typing import Any

import msgspec


def print_json(value: Any) -> None:
    """Print exactly one JSON object."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
