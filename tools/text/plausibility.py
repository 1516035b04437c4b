"""How much a string looks like a text that somebody wrote."""

import re
import unicodedata

# The most frequent characters of modern Chinese, simplified and traditional. About half of any running text
# is made of them; a text that was read in the wrong encoding hardly holds any.
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然"
    "家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机"
    "十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体相见被利什二等产或新己身果加西月话"
    "回特代内信表化老给世位次门任常先海通教儿东声走再听叫吗吧呢啊笑眼几真站坐吃打书名书父母妈爸爷哥姐弟妹女男孩"
    "這個們來為國說時會對過發後裡還進學現當沒動經麼樣開從實無與長機關點業將兩間問並應戰頭體見產話內門東聲聽嗎幾書媽爺"
    "，。：；！？、“”‘’「」『』…—（）《》"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff，。：；！？、“”‘’「」『』…（）《》]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_SAMPLE = 200_000  # characters that are looked at
_ODD = {"Cn", "Co", "Cs"}  # unassigned, private use, surrogates
_MOST_ODD = 0.02
_WESTERN_SIGNS = frozenset("“”‘’–—…•£€©®°§«»¡¿·\xa0")


def control_share(text: str) -> float:
    """The share of control characters other than those that lay out lines."""
    sample = text[:_SAMPLE]
    return len(_CONTROL.findall(sample)) / max(1, len(sample))


def chinese_score(text: str) -> float:
    """The share of common Chinese characters in what is not ASCII; 0 where little of that is Chinese."""
    sample = text[:_SAMPLE]
    han = _HAN.findall(sample)
    strange = sum(not character.isascii() for character in sample) - len(han)
    odd = sum(unicodedata.category(character) in _ODD for character in set(sample))
    if not han or strange > len(han) or odd > _MOST_ODD * len(sample):
        return 0.0
    return sum(character in _COMMON for character in han) / (len(han) + strange)


def looks_western(data: bytes, text: str) -> bool:
    """Whether ``text``, read from ``data`` one byte per character, is mostly ASCII with accents and signs.

    In such a text most bytes above 127 stand alone; in Chinese ones they stand in pairs.
    """
    sample, window = data[:_SAMPLE], text[:_SAMPLE]
    if _CONTROL.search(window):
        return False
    runs = re.findall(rb"[\x80-\xff]+", sample)
    alone = sum(len(run) == 1 for run in runs)
    letters = sum(byte < 128 for byte in sample)
    signs = [character for character in window if not character.isascii()]
    sensible = sum(character.isalpha() or character in _WESTERN_SIGNS for character in signs)
    return alone * 2 > len(runs) and letters > 4 * len(signs) and sensible >= 0.95 * len(signs)
