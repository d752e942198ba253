"""The sentences of a pick, in the house's voice: short, concrete, numbers before adjectives.

Both languages stand side by side here, because a reason is one sentence in either and the two
are written together. Only what was counted from rows is worded as counted, and where only the
newest were (`MOST_COUNTED`), the sentence says so.
"""

from collections.abc import Callable, Mapping

from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.matching.types import MOST_COUNTED, Reason, ReasonKind
from zhiyin.interfaces import chips

Sentence = tuple[str, str]
MEASURES = {
    "height_cm": ("身高", "height", "cm"),
    "weight_kg": ("体重", "weight", "kg"),
    "age": ("年龄", "age", ""),
    "band_cm": ("下胸围", "band", "cm"),
    "cup": ("罩杯", "cup", ""),
}
"""Traits in which two people are near rather than the same."""


def reason(found: Reason, *, taxonomy: Taxonomy, language: str) -> str:
    """A reason as one sentence, in zh-Hans or English."""
    is_english = language.startswith("en")
    names = [
        chips.label(slot, value, taxonomy=taxonomy, language=language)
        for slot, value in found.slots
        if slot not in MEASURES
    ]
    joined = (", " if is_english else "、").join(names)
    return SENTENCES[found.kind](found, joined)[is_english]


def _likeness(found: Reason, names: str) -> Sentence:
    counts = found.counts or {}
    apart_zh, apart_en = [], []
    alike = {slot for slot, _ in found.slots}
    for slot, (zh, en, unit) in MEASURES.items():
        if slot in counts:
            apart = counts[slot]
            apart_zh.append(f"{zh}差 {apart} {unit}" if apart else f"{zh}一样")
            apart_en.append(f"{apart} {unit} apart in {en}" if apart else f"the same {en}")
        elif slot in alike:
            apart_zh.append(f"{zh}相近")
            apart_en.append(f"a similar {en}")
    if names:
        apart_zh.append(f"同是{names}")
        apart_en.append(f"also {names}")
    return "和你" + "、".join(apart_zh), "Like you: " + ", ".join(apart_en)


def _worn(found: Reason, names: str) -> Sentence:
    counts = found.counts or {}
    worn, fit, same = counts["worn"], counts["fit"], counts.get("same_shape", 0)
    also_zh = f"，其中 {same} 位和你同是{names}" if same and names else ""
    also_en = f"; {same} of them also {names}" if same and names else ""
    like_zh, like_en = ("和你体型相近的人", "with a body like yours") if found.slots else ("人", "")
    told_zh = f"{worn} 位{like_zh}穿过，{fit} 位说合身{also_zh}"
    if worn >= MOST_COUNTED:
        told_en = f"Of the latest {worn} people {like_en} who wore it, {fit} said it fits{also_en}"
        return f"最近 {told_zh}", told_en.replace("  ", " ")
    told_en = f"{_people(worn)} {like_en} wore it, {fit} said it fits{also_en}"
    return told_zh, told_en.replace("  ", " ")


def _chosen(found: Reason, names: str) -> Sentence:
    counts = found.counts or {}
    chosen, fit = counts["chosen"], counts["fit"]
    told_zh = f"{chosen} 位为{names}选过它，{fit} 位说合身"
    if chosen >= MOST_COUNTED:
        told_en = f"Of the latest {chosen} people who chose it for {names}, {fit} said it fits"
        return f"最近 {told_zh}", told_en
    return told_zh, f"{_people(chosen)} chose it for {names}, {fit} said it fits"


def _advice(found: Reason, names: str) -> Sentence:
    return found.advice_zh, found.advice_en


def _caution(found: Reason, names: str) -> Sentence:
    return f"要留意：{found.advice_zh}", f"Mind that: {found.advice_en}"


def _budget(found: Reason, names: str) -> Sentence:
    counts = found.counts or {}
    left = counts.get("left_fen")
    if left is None:
        return f"合你说的预算：{names}", f"Within what you said: {names}"
    if left == 0:
        return "正好是你的预算", "Exactly your budget"
    return f"比你的预算少 ¥{left / 100:g}", f"¥{left / 100:g} below your budget"


def _skill(found: Reason, names: str) -> Sentence:
    return f"她常帮人解决：{names}", f"She often helps with: {names}"


def _color(found: Reason, names: str) -> Sentence:
    return f"颜色照你说的：{names}", f"The colours as you said: {names}"


def _category(found: Reason, names: str) -> Sentence:
    return f"是你要的{names}", f"It is what you came for: {names}"


def _in_stock(found: Reason, names: str) -> Sentence:
    on_hand = (found.counts or {})["on_hand"]
    return (
        f"门店现有 {on_hand} 件，{names}来得及取",
        f"{on_hand} in stores now, in time for pickup {names}",
    )


def _size(found: Reason, names: str) -> Sentence:
    per_cent = (found.counts or {})["fit_bps"] // 100
    return (
        f"按你的身材，这个尺码合身的可能是 {per_cent}%",
        f"For your measures this size fits with a chance of {per_cent}%",
    )


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


SENTENCES: Mapping[ReasonKind, Callable[[Reason, str], Sentence]] = {
    ReasonKind.LIKENESS: _likeness,
    ReasonKind.WORN: _worn,
    ReasonKind.CHOSEN: _chosen,
    ReasonKind.ADVICE: _advice,
    ReasonKind.CAUTION: _caution,
    ReasonKind.OWNED: _advice,
    ReasonKind.BUDGET: _budget,
    ReasonKind.SKILL: _skill,
    ReasonKind.COLOR: _color,
    ReasonKind.CATEGORY: _category,
    ReasonKind.IN_STOCK: _in_stock,
    ReasonKind.SIZE: _size,
}
