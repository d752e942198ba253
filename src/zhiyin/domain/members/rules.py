"""Decisions about people that need no database."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from zhiyin.domain.members.types import LANGUAGES, IdentityEmpty, PhoneInvalid
from zhiyin.kit.text import clean_line

IDENTITY_CHARS_MAX = 80

_SEPARATORS = re.compile(r"[\s\-().·]+")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1[0-9]{10}$))")
_MOBILE = re.compile(r"1[0-9]{10}")


def normal_phone(typed: str) -> str:
    """A mainland mobile number in one form: eleven ASCII digits.

    Full-width digits, spaces, hyphens and the country code (+86, 0086, 86) are understood.
    Raises PhoneInvalid, which never repeats the number.
    """
    if len(typed) > IDENTITY_CHARS_MAX:
        raise PhoneInvalid()
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    digits = _COUNTRY.sub("", digits)
    if not _MOBILE.fullmatch(digits):
        raise PhoneInvalid()
    return digits


def normal_identity(value: str) -> str:
    """An id of another system as it is indexed: cleaned, its case kept. Raises IdentityEmpty."""
    cleaned = clean_line(value, IDENTITY_CHARS_MAX)
    if not cleaned:
        raise IdentityEmpty()
    return cleaned


def known_language(asked: str) -> str:
    """The language we speak that comes nearest to the one asked for."""
    low = asked.lower()
    if low in LANGUAGES:
        return low
    return "en" if low.startswith("en") else LANGUAGES[0]


def mask_phone(phone: str) -> str:
    """A phone as lists show it: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"


def moved_more(
    moved: Mapping[str, Iterable[str]], kind: str, ids: Iterable[str]
) -> dict[str, list[str]]:
    """What a merge moved, with one more kind of row; an empty kind is left out."""
    more = {name: list(held) for name, held in moved.items()}
    added = list(ids)
    if added:
        more[kind] = [*more.get(kind, []), *added]
    return more
