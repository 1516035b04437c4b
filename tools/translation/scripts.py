"""Which language a text is in, where its script alone says so."""

import re

_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLE = 20_000  # characters; a language shows in fewer
_LEAST = 0.3  # of all letters


def language_by_script(text: str) -> str | None:
    """``ja``, ``ko`` or ``zh``; None where many languages share the script, as Latin's do."""
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    kana, hangul, han = (len(script.findall(sample)) for script in (_KANA, _HANGUL, _HAN))
    if not letters or kana + hangul + han < _LEAST * letters:
        return None
    if hangul > max(kana, han):
        return "ko"
    return "ja" if kana > 0.1 * (kana + han) else "zh"
