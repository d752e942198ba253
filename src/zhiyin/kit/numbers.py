"""Whole numbers that people type and addresses carry."""


def whole(text: str, *, most: int) -> int | None:
    """A whole number from 0 to `most` written in the digits 0 to 9; None for anything else.

    Its digits are counted before they are read: `int` raises for a text of thousands of digits,
    and reads digits of other writings that no address here holds.
    """
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit()) or len(digits) > len(str(most)):
        return None
    number = int(digits or "0")
    return number if number <= most else None
