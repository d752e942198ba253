"""The sentences of a decision board: what was counted, by whom, and how thin it is.

Both languages stand side by side, as in `wording`: a sentence is one in either.
"""

from collections.abc import Sequence

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.conversations.boards import Tally, Told, TopicKind
from zhiyin.flows.board import ItemAnswer
from zhiyin.interfaces import chips

LIKE_BPS = {"very": 7_500, "like": 6_000}
LIKENESS = {"very": ("和你很像", "very like you"), "like": ("和你像", "like you")}


def answer(found: ItemAnswer, *, taxonomy: Taxonomy, language: str) -> str:
    """What buyers answer about one product, counted, in zh-Hans or English."""
    tally = found.tally
    who = _who(found.is_like_her, tally.heard)
    if tally.topic.kind is TopicKind.FIT:
        pair = _fit(tally, who)
    elif tally.topic.kind is TopicKind.OCCASION:
        name = [
            chips.label("occasion", tally.topic.value, taxonomy=taxonomy, language=tongue)
            for tongue in ("zh-hans", "en")
        ]
        pair = _occasion(tally, who, name)
    else:
        pair = _words(tally, who, _who(found.is_like_her, tally.asked))
    return pair[language.startswith("en")]


def short(found: ItemAnswer, *, language: str) -> str:
    """The same in a few words, for the row in which the products stand side by side."""
    tally = found.tally
    yes, no, unclear = (tally.count(told) for told in (Told.YES, Told.NO, Told.UNCLEAR))
    if tally.topic.kind is TopicKind.FIT and tally.heard:
        fits = tally.fits.get("fit", 0)
        pair = f"{fits}/{tally.heard} 位合身", f"{fits} of {tally.heard} fit"
    elif tally.topic.kind is TopicKind.OCCASION and yes:
        pair = f"{yes} 位穿去过", f"{yes} wore it there"
    elif yes or no:
        zh = [f"{count} 位说{word}" for count, word in ((no, "不会"), (yes, "会")) if count]
        en = [f"{count} {word}" for count, word in ((no, "no"), (yes, "yes")) if count]
        pair = "，".join(zh), ", ".join(en)
    elif unclear:
        pair = f"{unclear} 位提到", f"{unclear} mention it"
    else:
        pair = "还没人说到", "nobody says yet"
    return pair[language.startswith("en")]


def thin(tally: Tally, *, language: str) -> str:
    """How thin the evidence is; empty where it is not, or where there is nothing to count."""
    if not tally.is_thin or tally.topic.kind is TopicKind.NONE:
        return ""
    clear = tally.count(Told.YES) + tally.count(Told.NO)
    if not clear:
        pair = "还没有人明确回答这个问题。", "Nobody has plainly answered this yet."
    else:
        is_are = "person says" if clear == 1 else "people say"
        pair = f"只有 {clear} 位明确说了，证据还少。", f"Only {clear} {is_are} so plainly: thin."
    return pair[language.startswith("en")]


def likeness(bps: int | None, *, language: str) -> str:
    """How like her a wearer is, in words: no figure of a wearer can be found out by it."""
    if bps is None:
        return ""
    for word, least in LIKE_BPS.items():
        if bps >= least:
            return LIKENESS[word][language.startswith("en")]
    return ""


def _who(is_like_her: bool, count: int) -> tuple[str, str]:
    people = "person" if count == 1 else "people"
    if is_like_her:
        return "和你体型相近的人", f"{people} with a body like yours"
    return "人", people


def _fit(tally: Tally, who: tuple[str, str]) -> tuple[str, str]:
    if not tally.heard:
        nobody = "nobody with a body like yours" if "like yours" in who[1] else "nobody"
        return (f"还没有{who[0]}说过合不合身。", f"{nobody.capitalize()} has said how it fits yet.")
    fit, small, large = (tally.fits.get(one, 0) for one in ("fit", "small", "large"))
    return (
        f"{tally.heard} 位{who[0]}说了：{fit} 位合身，{small} 位偏小，{large} 位偏大。",
        f"{tally.heard} {who[1]} said: {fit} it fits, {small} it runs small, {large} large.",
    )


def _occasion(tally: Tally, who: tuple[str, str], name: Sequence[str]) -> tuple[str, str]:
    worn, fit = tally.count(Told.YES), tally.fits.get("fit", 0)
    if not tally.heard:
        return (f"还没有{who[0]}说过穿去哪里。", "Nobody has said yet what it was worn for.")
    if not worn:
        return (
            f"{tally.heard} 位{who[0]}说了场合，没有一位为{name[0]}穿它。",
            f"{tally.heard} {who[1]} named an occasion; for none was it: {name[1]}.",
        )
    return (
        f"{tally.heard} 位{who[0]}说了场合，{worn} 位为{name[0]}穿它，其中 {fit} 位说合身。",
        f"{tally.heard} {who[1]} named an occasion; {worn} wore it for: {name[1]}."
        f" {fit} of them said it fits.",
    )


def _words(tally: Tally, who: tuple[str, str], asked: tuple[str, str]) -> tuple[str, str]:
    if not tally.asked:
        nobody = "Nobody with a body like yours" if "like yours" in asked[1] else "Nobody"
        return f"还没有{asked[0]}说起它。", f"{nobody} has said anything of it yet."
    if tally.topic.kind is TopicKind.NONE:
        return (
            f"问题里没有能去数的词。{tally.asked} 位{asked[0]}穿过它，先看她们怎么说。",
            f"The question names nothing that could be counted. {tally.asked} {asked[1]}"
            " wore it: see what they say.",
        )
    if not tally.heard:
        return (
            f"{tally.asked} 位{asked[0]}穿过它，都没有留下文字。",
            f"{tally.asked} {asked[1]} wore it and left no words.",
        )
    wrote = (
        f"{tally.heard} 位{who[0]}写了话" + _read(tally, who)[0],
        f"{tally.heard} {who[1]} wrote about it" + _read(tally, who)[1],
    )
    if not tally.told:
        return f"{wrote[0]}，没有一位提到。", f"{wrote[1]}; none speaks of this."
    says = {told: tally.count(told) for told in Told}
    zh = [
        f"{says[told]} 位{word}"
        for told, word in ((Told.NO, "说不会"), (Told.YES, "说会"), (Told.UNCLEAR, "没说清"))
        if says[told]
    ]
    en = [
        f"{says[told]} {one if says[told] == 1 else many}"
        for told, one, many in (
            (Told.NO, "says no", "say no"),
            (Told.YES, "says yes", "say yes"),
            (Told.UNCLEAR, "leaves it open", "leave it open"),
        )
        if says[told]
    ]
    speaks = "speaks" if len(tally.told) == 1 else "speak"
    return (
        f"{wrote[0]}，{len(tally.told)} 位提到：{'，'.join(zh)}。",
        f"{wrote[1]}; {len(tally.told)} {speaks} of this: {', '.join(en)}.",
    )


def _read(tally: Tally, who: tuple[str, str]) -> tuple[str, str]:
    """Whose words were read, where they were not everybody's."""
    if tally.read == tally.heard:
        return "", ""
    if "like yours" in who[1]:
        return (
            f"，读了其中最像你的 {tally.read} 位",
            f", of whom the {tally.read} likest were read",
        )
    return f"，读了其中 {tally.read} 位", f", of whom {tally.read} were read"
