"""From raw texts to words that can carry a topic, in Chinese and English."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import InvalidInput, UnsupportedLanguage
from tools.text.language import FUNCTION_WORDS, Language, detect
from tools.topics.words import stop_words

TextLanguage = Language | Literal["mixed"]

MOST_WORDS = 20_000  # of an own list

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'）)]+", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,500}>")
_ENTITY = re.compile(r"&(?:#\d{1,6}|[a-z]{2,8});", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MASKED = re.compile(r"\[(?:email|key|id|card|phone|ip)\]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_LEAST_LETTERS = 2  # of an English word
_LEAST_HAN = 2  # characters of a Chinese word: single ones carry no topic of their own
_LONGEST = 40  # characters; more is no word
_MIXED = 0.1  # share of the texts in the other language, from which on a corpus is mixed
_SAMPLE = 2000  # texts
_LOOKED_AT = 500_000  # characters
_LEAST_FUNCTION_WORDS = 0.06  # of all words; running text of any language has a third
_FUNCTION_WORDS = [frozenset(words.split()) for words in FUNCTION_WORDS.values()]


class Cleaning(BaseModel):
    """How texts become words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: TextLanguage | None = Field(default=None, description="Of the texts; recognised if not given.")
    stop_words: tuple[str, ...] = Field(
        default=(), max_length=MOST_WORDS, description="Further words to leave out."
    )
    dictionary: tuple[str, ...] = Field(
        default=(), max_length=MOST_WORDS, description="Words, or phrases, that are kept whole."
    )
    keep_standard_stop_words: bool = Field(
        default=False, description="Leave out the words of stop_words only, none of the languages' own lists."
    )
    mask_personal_data: bool = Field(
        default=False, description="Addresses, phone, card and identity numbers leave the texts first."
    )
    drop_duplicates: bool = Field(
        default=True, description="Texts that are nearly equal count once; each gets its topics all the same."
    )
    least_documents: int | None = Field(
        default=None, ge=1, description="In which a word has to occur; by the number of texts if not given."
    )
    most_documents: float = Field(
        default=0.7, gt=0, le=1, description="Share of texts beyond which a word is left out."
    )
    most_words: int = Field(default=10_000, ge=10, le=100_000, description="Of the vocabulary.")


def language_of(texts: Sequence[str]) -> TextLanguage:
    """The language of most texts, or "mixed".

    Texts in Latin script without any function words have been cleaned before, and pass for English.

    Raises:
        UnsupportedLanguage: They are in another language, as tools.text.language.detect finds.
    """
    step = max(1, len(texts) // _SAMPLE)
    sample = [text for text in texts[::step] if text.strip()]
    chinese = sum(is_chinese(text) for text in sample) / max(1, len(sample))
    if _MIXED <= chinese <= 1 - _MIXED:
        return "mixed"
    joined = "\n".join(sample)
    try:
        return detect(joined)
    except UnsupportedLanguage as error:
        if chinese <= _MIXED and _is_without_function_words(joined):
            return "en"
        raise UnsupportedLanguage(
            error.message,
            hint="Topics are found in Chinese and English. To have other texts taken apart at blanks all "
            "the same, give cleaning.language 'en' and your own stop_words.",
        ) from None


def _is_without_function_words(text: str) -> bool:
    words = [found[0].lower() for found in _WORD.finditer(text[:_LOOKED_AT])]
    latin = sum(word.isascii() for word in words)
    most = max(sum(word in known for word in words) for known in _FUNCTION_WORDS)
    return latin > 0.9 * len(words) and most < _LEAST_FUNCTION_WORDS * len(words)


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese: a character of it counts as much as a word of another script."""
    han = len(_HAN.findall(text))
    return han > 0 and han >= len(_WORD.findall(_HAN.sub(" ", text)))


class Tokenizer:
    """Takes texts apart.

    Args:
        cleaning: What to leave out and keep whole.
        language: Of the texts.
    """

    def __init__(self, cleaning: Cleaning, language: TextLanguage) -> None:
        self._language = language
        own = {word.strip().lower() for word in cleaning.stop_words}
        spoken: tuple[Language, ...] = ("zh", "en") if language == "mixed" else (language,)
        lists = [] if cleaning.keep_standard_stop_words else [stop_words(one) for one in (*spoken, "en")]
        self._left_out = frozenset(own.union(*lists))
        phrases = [phrase.strip().lower() for phrase in cleaning.dictionary if phrase.strip()]
        self._dictionary = frozenset(_joined(phrase) for phrase in phrases)
        self._phrases = _phrase_pattern([phrase for phrase in phrases if " " in phrase])
        self._cut = None if language == "en" else _segmenter([p for p in phrases if _HAN.search(p)])

    def words(self, text: str) -> list[str]:
        """The words of a text that count, in its order."""
        cleaned = _MASKED.sub(" ", _ADDRESS.sub(" ", _URL.sub(" ", text)))
        cleaned = _ENTITY.sub(" ", _TAG.sub(" ", cleaned)).lower()
        if self._phrases is not None:
            cleaned = self._phrases.sub(lambda found: _joined(found[0]), cleaned)
        return [word for word in self._split(cleaned) if self._counts(word)]

    def _split(self, text: str) -> Iterator[str]:
        if self._cut is None or not _HAN.search(text):
            yield from (found[0].replace("’", "'") for found in _TOKEN.finditer(text))
            return
        for piece in self._cut(text):
            yield from (found[0] for found in _TOKEN.finditer(piece))

    def _counts(self, word: str) -> bool:
        if word in self._dictionary:
            return True
        least = _LEAST_HAN if _HAN.match(word) else _LEAST_LETTERS
        if not least <= len(word) <= _LONGEST or word in self._left_out:
            return False
        return word.split("'")[0] not in self._left_out if "'" in word else True


_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-_][^\W\d_]+)*")


def _joined(phrase: str) -> str:
    return "_".join(phrase.split())


def _phrase_pattern(phrases: Collection[str]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in longest_first) + r")\b")


def _segmenter(words: Sequence[str]) -> Callable[[str], list[str]]:
    import jieba  # noqa: PLC0415 - half a second, for Chinese texts alone

    tokenizer: Any = jieba.Tokenizer()
    # Read here, since jieba itself would load a cache file from a folder that all users may write to.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for word in words:
        tokenizer.add_word(word)
    return tokenizer.lcut


def refuse_empty(texts: Sequence[str]) -> None:
    """Raise InvalidInput where no text holds anything."""
    if not any(text.strip() for text in texts):
        raise InvalidInput(
            "every text is empty",
            hint="Choose the column that holds the texts.",
            code="empty_input",
        )
