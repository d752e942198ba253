"""Enumerations of a room's `types` as column choices."""

from enum import StrEnum


def choices(kinds: type[StrEnum]) -> list[tuple[str, str]]:
    """The values of `kinds` in the form a model field wants."""
    return [(kind.value, kind.value) for kind in kinds]
