"""What a draft has to be, to be a reply: the user's own, allowed, short, and unlike the others."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tools.dialogue.drafts import Draft, Slot
from tools.dialogue.point_of_view import Parties, partner_signs
from tools.dialogue.wording import bare, distance, holds

Language = Literal["zh", "en"]

LEAST_DISTANCE = 0.3  #: Between any two replies of one request, as wording.distance has it.
MOST_SENTENCES = 2
MOST_CHARACTERS: Mapping[Language, int] = {"zh": 60, "en": 200}

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+(?![a-z])|(?<=[。！？…])")
_TITLE = re.compile(r"\b(?:mr|mrs|ms|dr|st)\.", re.IGNORECASE)
_NUMBERED = re.compile(r"^\s*(?:\(?\d{1,2}[.)、．]\s|[（(]\d{1,2}[)）]|[-*•·]\s|[①-⑨])")
_LABEL = re.compile(
    r"^\s*(?:me|i|user|you|partner|reply|answer|option|suggestion|我|你|用户|对方|回复|回答|建议|选项)\s*\d*\s*[:：]",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[\[\]{}<>【】]|_{2,}|\bX{2,}\b|某某")
_QUOTED = re.compile(r"^[\"“「『‘'](.*)[\"”」』’']$", re.DOTALL)
_HAN = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """A taboo or a red line."""

    id: str
    text: str
    words: tuple[str, ...]  #: No reply holds one of these.

    def is_in(self, text: str) -> bool:
        """Whether a text holds what it forbids."""
        return any(holds(text, word) for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for all replies of a request."""

    language: Language
    parties: Parties = field(default_factory=Parties)
    never: Sequence[Forbidden] = ()
    others: Sequence[str] = ()  #: Texts that no reply may resemble: those that were offered before.


def cleaned(text: str) -> str:
    """A draft's words, without blanks and quotation marks around them."""
    text = text.strip()
    quoted = _QUOTED.match(text)
    return quoted[1].strip() if quoted and not re.search('["“”「」]', quoted[1]) else text


def faults(draft: Draft, slot: Slot, rules: Rules, accepted: Sequence[str]) -> list[str]:
    """All reasons for which a draft is no reply, each as a sentence; none for one that is.

    Args:
        draft: Its text cleaned.
        slot: Which it is to fill.
        rules: Of its request.
        accepted: The texts of the replies that the request has already.
    """
    text = draft.text
    found = [*_crossed(draft, rules), *_form(text, rules)]
    if draft.intent != slot.intent:
        found.append(f"it does {draft.intent!r} where {slot.intent!r} is wanted")
    if draft.speaker == "partner":
        found.append("it is said to be the partner's")
    found += partner_signs(text, rules.parties)
    for other in (*accepted, *rules.others):
        if distance(text, other) < LEAST_DISTANCE:
            found.append(f"it is too much like {other!r}")
            break
    return found


def _crossed(draft: Draft, rules: Rules) -> list[str]:
    """What it crosses by its words, or by the model's own word."""
    return [
        f"it crosses {each.id}: {each.text}"
        for each in rules.never
        if each.id in draft.crosses or each.is_in(draft.text)
    ]


def _form(text: str, rules: Rules) -> list[str]:
    found: list[str] = []
    if not bare(text):
        return ["it says nothing"]
    most = MOST_CHARACTERS[rules.language]
    if len(text) > most:
        found.append(f"it has {len(text)} characters, more than {most}")
    if (sentences := _count_sentences(text)) > MOST_SENTENCES:
        found.append(f"it has {sentences} sentences, more than {MOST_SENTENCES}")
    names = (*rules.parties.my_names, *rules.parties.partner_names, *rules.parties.partner_positions)
    is_labelled = any(re.match(rf"\s*{re.escape(name)}\s*[:：]", text, re.IGNORECASE) for name in names)
    if "\n" in text or is_labelled or _NUMBERED.search(text) or _LABEL.search(text):
        found.append("it is not the words alone: a number, a label or a line break is in it")
    if _PLACEHOLDER.search(text):
        found.append("it leaves a gap to be filled in")
    if _is_foreign(text, rules.language):
        found.append(f"it is not in the language {rules.language!r}")
    return found


def _count_sentences(text: str) -> int:
    return sum(bool(bare(part)) for part in _SENTENCE_END.split(_TITLE.sub("", text)))


def _is_foreign(text: str, language: Language) -> bool:
    """Whether the letters are mostly those of the other language's script."""
    letters, han = len(_LETTER.findall(text)), len(_HAN.findall(text))
    if language == "en":
        return han * 2 > letters
    return letters > 12 and han * 5 < letters  # "OK", "Wi-Fi 密码" are Chinese enough
