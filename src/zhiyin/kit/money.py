"""Money in whole fen, written for a reader."""

FEN_PER_CNY = 100


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
