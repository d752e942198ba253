"""Every word of the pages has its Chinese, and every placeholder survives the translation."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

CATALOGUE = Path(__file__).resolve().parents[2] / "locale/zh_Hans/LC_MESSAGES/django.po"
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[ds]|%%")


def entries() -> list[tuple[str, str]]:
    """(English, Chinese) of every entry; of a plural the last form of each."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    found = []
    for entry in catalogue:
        if entry.id:
            english = entry.id if isinstance(entry.id, str) else entry.id[-1]
            chinese = entry.string if isinstance(entry.string, str) else entry.string[-1]
            found.append((english, chinese))
    return found


def test_every_word_has_its_chinese() -> None:
    assert [english for english, chinese in entries() if not chinese] == []


def test_no_placeholder_is_lost() -> None:
    assert [
        english
        for english, chinese in entries()
        if set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(chinese))
    ] == []
