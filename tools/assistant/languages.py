"""The names by which people call languages, in English and Chinese."""

import re

_NAMES = {
    "en": ("english", "英文", "英语"),
    "zh": ("chinese", "mandarin", "中文", "汉语", "简体"),
    "fr": ("french", "法文", "法语"),
    "de": ("german", "德文", "德语"),
    "es": ("spanish", "西班牙文", "西班牙语"),
    "it": ("italian", "意大利文", "意大利语"),
    "pt": ("portuguese", "葡萄牙文", "葡萄牙语"),
    "ru": ("russian", "俄文", "俄语"),
    "ja": ("japanese", "日文", "日语"),
    "ko": ("korean", "韩文", "韩语"),
    "ar": ("arabic", "阿拉伯文", "阿拉伯语"),
    "vi": ("vietnamese", "越南文", "越南语"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}
_NAMED = re.compile("|".join(sorted(_CODES, key=len, reverse=True)), re.IGNORECASE)
_FROM = re.compile(rf"(?:from|从|由|把|将)\s*({_NAMED.pattern})", re.IGNORECASE)


def languages_named(text: str) -> tuple[list[str], str | None]:
    """The languages that a wish names: those to translate into, in order, and the one it is from."""
    origin = _FROM.search(text)
    source = _CODES[origin[1].lower()] if origin else None
    named = dict.fromkeys(_CODES[match[0].lower()] for match in _NAMED.finditer(text))
    return [code for code in named if code != source], source
