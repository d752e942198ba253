"""Money in whole fen: shared out without loss, written for a reader, read as she types it."""

import re
from collections.abc import Sequence

FEN_PER_CNY = 100
WHOLE_BPS = 10_000
_YUAN = re.compile(r"([0-9]{1,9})(?:[.．]([0-9]{1,2}))?")


def split_fen(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Share out `total_fen` by `weights` so that not one fen is lost or made.

    Largest remainder first; ties go to the earlier share, so the result is the same on every run.
    No share is above `total_fen * weight / sum(weights)` by a whole fen: one that may hold
    `weight` fen at most is never overfilled while `total_fen <= sum(weights)`.

    Units:   fen (1 CNY = 100 fen) in, fen out; weights are pure ratios.
    Shape:   len(result) == len(weights); sum(result) == total_fen.
    Raises:  ValueError if a weight or the total is negative, or no weight is positive.
    Source:  Hamilton's method.
    """
    whole = sum(weights)
    if whole <= 0 or total_fen < 0 or min(weights) < 0:
        raise ValueError(f"cannot split {total_fen} fen by {list(weights)}")
    shares = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for i in by_remainder[: total_fen - sum(shares)]:
        shares[i] += 1
    return shares


def format_cny(fen: int, lang: str) -> str:
    """Write a sum for a reader: "¥368", "¥368.50", "-¥0.05".

    Whole yuan carry no decimals and the rest carry two. English groups thousands ("¥1,280");
    Chinese shops do not ("¥1280").

    Units:   fen in.
    Shape:   `lang` is a language tag ("zh-Hans", "en"); what is not English reads as Chinese.
    """
    yuan, rest = divmod(abs(fen), FEN_PER_CNY)
    grouped = f"{yuan:,}" if lang.lower().partition("-")[0] == "en" else str(yuan)
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{grouped}.{rest:02d}" if rest else f"{sign}¥{grouped}"


def fen_of(typed: str) -> int | None:
    """A sum in yuan that somebody typed, in fen; None for anything else."""
    found = _YUAN.fullmatch(typed.strip())
    if found is None:
        return None
    return int(found[1]) * FEN_PER_CNY + int((found[2] or "").ljust(2, "0"))


def yuan_of(fen: int | None) -> str:
    """A sum as its field shows it again."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, FEN_PER_CNY)
    return f"{whole}.{rest:02d}" if rest else str(whole)
