"""Decisions about the catalogue that need no database."""

from collections.abc import Mapping, Sequence

from zhiyin.domain.catalog.types import ATTRIBUTES, AttributeUnknown, PriceRefused


def check_attributes(attributes: Mapping[str, str | Sequence[str]]) -> None:
    """Refuse an attribute or a value that the vocabulary lacks. Raises AttributeUnknown."""
    for name, given in attributes.items():
        if name not in ATTRIBUTES:
            raise AttributeUnknown(attribute=name, allowed=sorted(ATTRIBUTES))
        for value in (given,) if isinstance(given, str) else given:
            if value not in ATTRIBUTES[name]:
                raise AttributeUnknown(
                    attribute=name, value=value, allowed=sorted(ATTRIBUTES[name])
                )


def check_price(price_fen: int) -> None:
    """Refuse a price of nothing or less. Raises PriceRefused."""
    if price_fen <= 0:
        raise PriceRefused(price_fen=price_fen)
