"""Letters for figures: a font that has the texts' characters, where this machine has one."""

# matplotlib's types leave much open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterable

# What Debian, Fedora, macOS and Windows bring along; matplotlib knows no system's own order.
_CHINESE = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "PingFang SC", "Heiti SC"),
    *("Hiragino Sans GB", "Microsoft YaHei", "SimHei", "SimSun", "AR PL UMing CN"),
)
_PLAIN = "DejaVu Sans"  # comes with matplotlib


def families() -> list[str]:
    """Fonts in the order in which a character is looked for."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - a second, where figures are drawn

    there = set(fontManager.get_font_names())
    return [_PLAIN, *(name for name in _CHINESE if name in there)]


def unprintable(texts: Iterable[str]) -> list[str]:
    """Characters that none of the fonts has: figures show boxes in their place."""
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - as above

    wanted = {character for text in texts for character in text if not character.isspace()}
    for family in families():
        known = set(get_font(findfont(FontProperties(family=[family]))).get_charmap())
        wanted = {character for character in wanted if ord(character) not in known}
    return sorted(wanted)
