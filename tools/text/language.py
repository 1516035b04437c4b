"""Which language a text is in, as far as this service must know."""

import re
from typing import Literal

from tools.errors import UnsupportedLanguage

Language = Literal["zh", "en"]

_SAMPLE = 60_000  # characters taken from the beginning, the middle and the end each
_SCRIPTS = {
    "Chinese": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
    "Japanese": re.compile("[\u3041-\u30ff\uff66-\uff9d]"),
    "Korean": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "Russian or another language in Cyrillic script": re.compile("[\u0400-\u052f]"),
    "Arabic or another language in Arabic script": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "Hebrew": re.compile("[\u05d0-\u05ea]"),
    "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Hindi or another language in Devanagari script": re.compile("[\u0900-\u097f]"),
}
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_LETTERS_PER_WORD = 5  # of an alphabetic script; a Chinese character counts as a word
_LEAST_KANA = 0.05  # of Chinese characters and kana together: Japanese has half, a Chinese text a stray の

FUNCTION_WORDS = {
    "English": "the of and to a in that he was it his her she with had for as you not be at on is but him i"
    " my have which they said this from were so all me there when would been one what their if an or who by",
    "French": "le la les de des et un une du il elle que qui dans est je ne se ce sur son sa au avec pour",
    "German": "der die das und ist nicht ein eine sie er es ich zu den dem mit von auf war im auch",
    "Spanish": "el la los las de y que en un una no se con por su para es lo le me al del pero era",
    "Italian": "il la di che e un una non per in con si lo gli le del della era ma come sono da al",
    "Portuguese": "o a os as de que e do da em um uma não se com por para na no era mas ao ele ela seu",
    "Dutch": "de het een en van ik is dat niet hij zijn op te met voor was er maar aan haar die ze naar",
    "Swedish": "och det att en som han var hon jag på med den inte av ett till för sig men är hade",
    "Polish": "i w nie na się z że do to jest jak był ale tak po co jego go była",
    "Turkish": "bir ve bu da de için ne ben çok o gibi daha ama sonra kadar var",
    "Vietnamese": "và của là một không có người được cho trong đã với này những anh tôi",
    "Indonesian or Malay": "yang dan di itu dengan untuk tidak ini dari dalam akan pada dia ada saya",
    "Latin": "et in est non ad cum ut sed quod qui ex ac quae si esse nec",
}
_WORD_LISTS = {language: frozenset(words.split()) for language, words in FUNCTION_WORDS.items()}
_LEAST_ENGLISH = 0.15  # of all words: fiction has 0.4
_SHORT = 25  # words below which a text without function words may still be English


def detect(text: str) -> Language:
    """The language of ``text``: by its script, and for Latin script by its function words.

    Scripts are weighed by words, a Chinese character counting as one, so names and phrases in Latin letters
    do not hide a Chinese text. A Latin text of fewer than 25 words is English unless another language's
    function words outnumber the English ones.

    Raises:
        UnsupportedLanguage: The text is in another language, which the message names where it can be told,
            or holds no words.
    """
    sample = text if len(text) <= 3 * _SAMPLE else _three_parts(text)
    words = {
        language: len(script.findall(sample)) / _LETTERS_PER_WORD for language, script in _SCRIPTS.items()
    }
    words["Chinese"] *= _LETTERS_PER_WORD
    latin = [word.lower() for word in _LATIN_WORD.findall(sample)]
    kana = words["Japanese"] * _LETTERS_PER_WORD
    if kana > _LEAST_KANA * (kana + words["Chinese"]):
        words["Japanese"] += words.pop("Chinese")
    script, most = max(words.items(), key=lambda item: item[1])
    if not most and not latin:
        raise UnsupportedLanguage(
            "the text holds no words", hint="Send a text in Chinese or English.", code="no_words"
        )
    looks_like = script if most >= len(latin) else _latin_language(latin)
    if looks_like == "Chinese":
        return "zh"
    if looks_like == "English":
        return "en"
    raise UnsupportedLanguage(
        f"the text looks like {looks_like}", hint="Novels in Chinese and English can be read."
    )


def _latin_language(words: list[str]) -> str:
    hits = {language: sum(word in known for word in words) for language, known in _WORD_LISTS.items()}
    best = max(hits, key=lambda language: hits[language])  # English comes first among equals
    if best == "English" and hits[best] < _LEAST_ENGLISH * len(words) and len(words) >= _SHORT:
        return "a language in Latin script that is not English"
    return best


def _three_parts(text: str) -> str:
    middle = (len(text) - _SAMPLE) // 2
    return text[:_SAMPLE] + text[middle : middle + _SAMPLE] + text[-_SAMPLE:]
