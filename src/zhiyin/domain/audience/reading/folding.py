"""One spelling for what can be written in many ways, with the way back to what she typed.

Full-width forms, capitals, curly quotes, traditional characters and numbers in words are folded, so
the lexicon and the number rules meet one form. Every folded character remembers the
characters it came from, so a chip can point into the original text.
"""

import re
import unicodedata
from dataclasses import dataclass

from zhiyin.domain.audience.reading.numerals import digits_for_words

_TRADITIONAL = (
    "連褲襯禮顯長圍預算塊錢給媽買條雙顏膚黃藍綠紅個體臉圓參場約會請問適閨爸職辦學畢業"
    "試遊運動項鏈絲優雅簡約復古風貓氣質舊禮鞋襪帶飾領寬窄粗細腳腿頸頭腫遮擋藏蓋羽絨織開"
    "針線衫裝裙紗棉厘釐時間點樣歲實際對臺灣電話號碼數價費萬兩幾這還從為與於說話識種類東"
    "國際內無過後來週處邊當應該變異處麼嗎誰將讓覺歡愛亞麗潔溫馨龍鳳燈籠瑪莉儀單雞尾兒婦"
    "齡歐韓寶貝衛衝滿壽喬遷晚宴孫婿爺閒輕鬆軟顆艷貼緊厚離機師導購銀橘褐駝淺濃紺髮鬢髒麥"
    "銅獎頒譽聖誕節慶團聯誼課員務談劃術畫館館議選擇別難嬌膽壯豐滿纖瘦肌脅脹盤繞結婚訂喪葬禮"
    "鑲鑽戒錶鐲墜額籃毀廋庫斤筆記鋼鐵"
)
_SIMPLIFIED = (
    "连裤衬礼显长围预算块钱给妈买条双颜肤黄蓝绿红个体脸圆参场约会请问适闺爸职办学毕业"
    "试游运动项链丝优雅简约复古风猫气质旧礼鞋袜带饰领宽窄粗细脚腿颈头肿遮挡藏盖羽绒织开"
    "针线衫装裙纱棉厘厘时间点样岁实际对台湾电话号码数价费万两几这还从为与于说话识种类东"
    "国际内无过后来周处边当应该变异处么吗谁将让觉欢爱亚丽洁温馨龙凤灯笼玛莉仪单鸡尾儿妇"
    "龄欧韩宝贝卫冲满寿乔迁晚宴孙婿爷闲轻松软颗艳贴紧厚离机师导购银橘褐驼浅浓绀发鬓脏麦"
    "铜奖颁誉圣诞节庆团联谊课员务谈划术画馆馆议选择别难娇胆壮丰满纤瘦肌胁胀盘绕结婚订丧葬礼"
    "镶钻戒表镯坠额篮毁瘦库斤笔记钢铁"
)
_ALIKE = str.maketrans(_TRADITIONAL + "‘’‛′`´“”″＂—–−‐‑～〜", _SIMPLIFIED + "''''''\"\"\"\"-----~~")
_WIDEST = 4  # characters that one character may unfold to: ㎡ is two
_RUN = 3  # repeats of a sign that are kept
_BEFORE_NFKC = {"½": ".5", "¼": ".25", "¾": ".75"}


@dataclass(frozen=True, slots=True)
class Folded:
    """`text[i]` was written as `original[starts[i]:ends[i]]`."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that the folded span `start:end` came from."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """The folded text. Never longer than a few times the original; never fails."""
    chars: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        for folded in _fold_char(char):
            if not folded.isalnum() and chars[-_RUN:] == [folded] * _RUN:
                continue  # "!!!!!!!!" says no more than "!!!"
            chars.append(folded)
            origins.append(index)
    rewritten, spans = digits_for_words("".join(chars))
    if not rewritten:
        return Folded(text, "", (), ())
    return Folded(
        original=text,
        text=rewritten,
        starts=tuple(origins[start] for start, _ in spans),
        ends=tuple(origins[end - 1] + 1 for _, end in spans),
    )


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.lower() if char.isprintable() or char == "\n" else " "
    if char in _BEFORE_NFKC:
        return _BEFORE_NFKC[char]
    # one sign can stand for a sentence of eighteen letters (U+FDFA); no word of ours does
    plain = unicodedata.normalize("NFKC", char)[:_WIDEST].lower().translate(_ALIKE)
    kept = "".join(_without_marks(one) for one in plain)
    return re.sub(r"\s", " ", kept)


def _without_marks(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf", "Cs"):
        return ""
    if category == "Cc":
        return " "
    # fiancé and fiance are one word; Chinese characters have no marks to lose
    if char.isalpha() and not is_han(char):
        return unicodedata.normalize("NFD", char)[0]
    return char


def is_han(char: str) -> bool:
    """Whether a character is a Chinese one (the blocks that people type)."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char == "〇"
