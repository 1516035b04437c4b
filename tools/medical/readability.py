"""How hard a text is to read.

English: Flesch-Kincaid grade level (Kincaid 1975), SMOG grade (McLaughlin 1969), Flesch reading ease (1948).
Chinese has no formula that is generally accepted: what is measured is what makes it hard.
"""

import math
import re
from collections.abc import Collection
from dataclasses import dataclass

from tools.medical.characters import is_common, strokes_of
from tools.medical.sentences import split_sentences
from tools.medical.syllables import count_syllables

# How the published grades were counted is not published: of the usual ways this one comes nearest to them
# (docs/accuracy.md). A compound is one word, and a sentence ends where a capital letter begins the next.
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_END = re.compile(r"[.!?]+[\"')\]”’]*\s+(?=[A-Z])")
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class EnglishReadability:
    """Measures of an English text; grades are years of American schooling."""

    words: int
    sentences: int
    flesch_kincaid_grade: float
    smog_grade: float  #: Made for 30 sentences or more; for fewer it is scaled up.
    reading_ease: float  #: From about 0, hard, to 100, easy.


@dataclass(frozen=True, kw_only=True, slots=True)
class ChineseReadability:
    """Measures of a Chinese text."""

    characters: int
    sentences: int
    characters_per_sentence: float
    uncommon_share: float  #: Of its characters, those that are not among the 3,500 in common use.
    strokes_per_character: float  #: On average, of those whose strokes are known; 0 where none is.
    terms_per_sentence: float  #: Medical terms, of those that were given.


def measure_english(text: str) -> EnglishReadability | None:
    """Measure ``text``; None where it holds no words."""
    syllables = [count_syllables(word) for word in _WORD.findall(text)]
    if not syllables:
        return None
    sentences = sum(bool(_WORD.search(piece)) for piece in _END.split(text))
    words_per_sentence = len(syllables) / sentences
    syllables_per_word = sum(syllables) / len(syllables)
    polysyllables = sum(count >= 3 for count in syllables)
    return EnglishReadability(
        words=len(syllables),
        sentences=sentences,
        flesch_kincaid_grade=0.39 * words_per_sentence + 11.8 * syllables_per_word - 15.59,
        smog_grade=1.0430 * math.sqrt(polysyllables * 30 / sentences) + 3.1291,
        reading_ease=206.835 - 1.015 * words_per_sentence - 84.6 * syllables_per_word,
    )


def measure_chinese(text: str, terms: Collection[str] = ()) -> ChineseReadability | None:
    """Measure ``text``; None where it holds no Chinese characters."""
    characters = _HAN.findall(text)
    if not characters:
        return None
    sentences = sum(bool(_HAN.search(sentence.text)) for sentence in split_sentences(text, "zh"))
    strokes = [count for character in characters if (count := strokes_of(character))]
    return ChineseReadability(
        characters=len(characters),
        sentences=sentences,
        characters_per_sentence=len(characters) / sentences,
        uncommon_share=sum(not is_common(character) for character in characters) / len(characters),
        strokes_per_character=sum(strokes) / len(strokes) if strokes else 0.0,
        terms_per_sentence=sum(text.count(term) for term in terms) / sentences,
    )
