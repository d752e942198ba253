"""What a thing is called in the reader's language."""

from typing import Protocol


class Named(Protocol):
    """Whatever has its name in both languages."""

    @property
    def name_zh(self) -> str: ...

    @property
    def name_en(self) -> str: ...


def name_in(language: str, named: Named) -> str:
    """The English name for a reader of English, else the Chinese one."""
    return named.name_en if language.startswith("en") else named.name_zh
