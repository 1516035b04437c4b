"""How a line is said: by the words beside it that tell so, and by its own marks. What a voice makes of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.audiobook.lines import Tone

_STRENGTH: dict[Tone, int] = {
    "neutral": 75,
    "asking": 75,
    "whispering": 40,
    "shouting": 95,
    "cheerful": 80,
    "sad": 60,
    "angry": 88,
    "afraid": 65,
}
_EXCLAIMED = 8  # more strength where an exclamation mark ends the words

_ENGLISH: tuple[tuple[Tone, str], ...] = (
    ("whispering", r"whisper\w*|murmur\w*|mutter\w*|under (?:his|her|their) breath|in a low (?:voice|tone)"),
    ("shouting", r"shout\w*|yell\w*|scream\w*|bellow\w*|roar(?:ed|ing|s)?|at the top of (?:his|her) voice"),
    ("angry", r"snapp\w*|snarl\w*|growl\w*|hiss(?:ed|ing|es)?|angrily|furious\w*|fiercely|thunder(?:ed|ing)"),
    ("afraid", r"stammer\w*|trembl\w*|gasp\w*|falter\w*|whimper\w*|nervously|timidly|fearfully"),
    ("sad", r"sobb\w*|wept|weeping|sigh\w*|moan\w*|sadly|mournful\w*|groan\w*"),
    ("cheerful", r"laugh\w*|chuckl\w*|giggl\w*|cheerful\w*|merrily|gaily|smil\w*|grinn\w*"),
    ("shouting", r"cried|crying out|exclaim\w*|call(?:ed|s) out"),
    ("asking", r"ask(?:ed|s|ing)?|inquir\w*|enquir\w*|demanded|wondered"),
)
_CHINESE: tuple[tuple[Tone, str], ...] = (
    ("whispering", "低声|轻声|小声|悄声|喃喃|嘀咕|耳语|压低"),
    ("shouting", "大喊|喊道|叫道|高喊|大声|嚷|吼|喝道|大叫"),
    ("angry", "怒|骂|愤|恨恨|冷冷|厉声|呵斥|斥"),
    ("afraid", "颤|发抖|哆嗦|结结巴巴|惊恐|怯|慌"),
    ("sad", "哭|泣|哽咽|叹|悲|伤心|难过"),
    ("cheerful", "笑|高兴|欢|乐呵|兴奋|喜"),
    ("asking", "问|追问|打听"),
)
_WORDS: Mapping[str, Sequence[tuple[Tone, re.Pattern[str]]]] = {
    "en": [(tone, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for tone, words in _ENGLISH],
    "zh": [(tone, re.compile(words)) for tone, words in _CHINESE],
}
_CLOSING = "\"'”’»)]」』）】 \n\t"
_MARKED = re.compile(r"(?<!\w)([_*])(?=\S)([^_*\n]{1,80}?)(?<=\S)\1(?!\w)")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")


def manner_of(said: str, tags: Sequence[str], language: str) -> tuple[Tone, int]:
    """Tone and strength of a quotation.

    Args:
        said: Its words.
        tags: The narration beside it, in its paragraph.
        language: "en" or "zh".
    """
    tone: Tone | None = next(
        (tone for tone, words in _WORDS[language] for tag in tags if words.search(_clause(tag))), None
    )
    end = said.rstrip(_CLOSING)[-1:]
    if tone is None:
        tone = "asking" if end in ("?", "？") else "neutral"
    strength = _STRENGTH[tone]
    if end in ("!", "！") and tone != "whispering":
        strength = min(100, strength + _EXCLAIMED)
    return tone, strength


def _clause(tag: str) -> str:
    """Of narration, the sentence: "said he, and laughed. The door..." tells of the laugh, not of the door."""
    return re.split(r"(?<=[.!?。！？])\s*(?=\S)", tag.strip())[0]


def emphasis_in(said: str, at: int) -> tuple[tuple[int, int], ...]:
    """What is stressed in a line that begins at an offset: _words_ in marks, and words in capitals."""
    marked = [(found.start(2), found.end(2)) for found in _MARKED.finditer(said)]
    capitals = [] if said.isupper() else [found.span() for found in _CAPITALS.finditer(said)]
    return tuple((at + start, at + end) for start, end in sorted({*marked, *capitals}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a voice is told. Models hear the instruction, espeak-ng speed and pitch."""

    speed: float = 1.0
    pitch: float = 1.0
    gain_db: float = 0.0  #: Against the loudness of other lines.
    instruction: str = ""


_DELIVERIES: dict[Tone, Delivery] = {
    "neutral": Delivery(),
    "asking": Delivery(pitch=1.05),
    "whispering": Delivery(speed=0.95, pitch=0.95, instruction="Whisper."),
    "shouting": Delivery(speed=1.05, pitch=1.15, instruction="Shout, with force."),
    "cheerful": Delivery(speed=1.05, pitch=1.1, instruction="Speak cheerfully, with a smile."),
    "sad": Delivery(speed=0.9, pitch=0.9, instruction="Speak sadly and slowly."),
    "angry": Delivery(speed=1.08, pitch=0.95, instruction="Speak angrily, with force."),
    "afraid": Delivery(speed=1.05, pitch=1.1, instruction="Speak with fear, the voice unsteady."),
}
_DB_PER_STRENGTH = 0.12  # 75 is 0 dB, 40 is 4 dB below, 100 is 3 dB above


def delivery_of(tone: Tone, strength: int) -> Delivery:
    """How a voice says a line."""
    own = _DELIVERIES[tone]
    return Delivery(
        speed=own.speed,
        pitch=own.pitch,
        gain_db=round((strength - 75) * _DB_PER_STRENGTH, 2),
        instruction=own.instruction,
    )
