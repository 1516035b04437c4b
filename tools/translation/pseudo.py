"""Pseudo-localisation: words that look translated and can be read, to try a layout without a translator."""

import re

_MARKS = re.compile("(\u27e6\\d+\u27e7)")
_PLAIN = "AEIOUYaeiouycnACEN"
_ACCENTED = "ÀÉÎÖÛÝàéîöûýçñÀÇÉÑ"
_TABLE = {ord(plain): accented for plain, accented in zip(_PLAIN, _ACCENTED, strict=True)}
_LONGER = 0.3  # how much longer a translation from English usually is


def pseudo_localise(words: str) -> str:
    """The words with accents, in brackets, and longer; marks stay as they are."""
    parts = _MARKS.split(words)
    accented = "".join(part if _MARKS.fullmatch(part) else part.translate(_TABLE) for part in parts)
    return f"[{accented}{'~' * round(len(words) * _LONGER)}]"
