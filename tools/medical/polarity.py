"""What a text denies, of which words, and where another text says the contrary.

A text is read as denials, each with the words in its scope. Denials of two texts answer each other where
their scopes share a word; prohibitions answer each other whatever they forbid, for the force of
recommendations is compared elsewhere. What is left on both sides without an answer is two wordings of one
thing, as "asymptomatic" and "feels nothing"; what is left on one side alone contradicts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from tools.medical.bounds import without_bounds
from tools.medical.forces import prohibitions
from tools.medical.support import Thing, things_of
from tools.text.language import Language

Kind = Literal["plain", "choice", "inability", "directive", "going on"]


@dataclass(frozen=True, slots=True)
class Denial:
    """A stretch of a text that denies."""

    text: str
    kind: Kind
    things: frozenset[Thing]  #: What stands in its scope.


@dataclass(frozen=True, slots=True)
class Hint:
    """A word that may be put as a denial ("persists": does not go away), and need not be."""

    word: str
    things: frozenset[Thing]  #: What stands in its clause.


@dataclass(frozen=True, slots=True)
class Polarity:
    """The denials of a text."""

    denials: Sequence[Denial]
    hints: Sequence[Hint]
    affirmed: frozenset[Thing]


@lru_cache(maxsize=2048)  # the gates read each passage once for each sentence, draft and round
def polarity_of(text: str, language: Language) -> Polarity:
    """What ``text`` denies, and what it leaves undenied."""
    for pattern, plain in _NORMAL[language]:
        text = pattern.sub(plain, text)
    text = without_bounds(_IDLE[language].sub(" ", text))
    hints = [
        Hint(found[0].lower(), _around(text, found, language)) for found in _HINT[language].finditer(text)
    ]
    denials: list[Denial] = []
    for start, end, forbids in prohibitions(text, language):
        if forbids:
            kind = (
                "going on" if _STOP[language].search(text, start, _end(text, end, language)) else "directive"
            )
            denials.append(Denial(text[start:end], kind, _scope(text, end, language)))
        text = text[:start] + "_" * (end - start) + text[end:]
    rest = text
    for found, until in _negations(text, language):
        kind = _kind(text[max(0, found.start() - 1) : until])
        denials.append(Denial(text[found.start() : until], kind, things_of(text[found.end() : until])))
        rest = rest[: found.start()] + "_" * (until - found.start()) + rest[until:]
    return Polarity(denials, hints, things_of(rest))


def is_denied(text: str, language: Language) -> bool:
    """Whether the text denies or forbids anything."""
    return bool(polarity_of(text, language).denials)


def contradicts(text: str, source: str, language: Language) -> Literal["denies", "affirms"] | None:
    """Whether ``text`` denies what ``source`` does not, or affirms what it denies."""
    said, meant = polarity_of(text, language), polarity_of(source, language)
    ours, theirs = _unanswered(said, meant), _unanswered(meant, said)
    if len(_unhinted(theirs, meant, said)) > len(ours) or _is_turned(said, meant):
        return "affirms"
    left = _unhinted(ours, said, meant)
    if len(left) > len(theirs) and any(_concerns(one, meant) for one in left):
        return "denies"
    return None


def _is_turned(said: Polarity, meant: Polarity) -> bool:
    """Whether one prefers what the other puts second: "rest rather than walk", "walk instead of resting"."""
    ours, theirs = _second(said), _second(meant)
    return bool(not ours & theirs and ours & meant.affirmed and theirs & said.affirmed)


def _second(one: Polarity) -> frozenset[Thing]:
    return frozenset[Thing]().union(*(denial.things for denial in one.denials if denial.kind == "choice"))


def _negations(text: str, language: Language) -> Iterator[tuple[re.Match[str], int]]:
    """Each word that denies, and where its scope ends: at a break, or at the next such word."""
    words = list(_NEGATOR[language].finditer(text))
    while words:
        found = words.pop(0)
        until = _end(text, found.end(), language)
        if words and words[0].start() < until:
            # "Not without", "not unable" deny nothing; "unless there is no" does.
            if words[0].start() - found.end() <= _NEAR[language] and not _EXCEPTING.match(found[0]):
                words.pop(0)
                continue
            until = words[0].start()
        yield found, until


def _concerns(denial: Denial, other: Polarity) -> bool:
    """Whether ``other`` speaks of what is denied: what it does not speak of cannot contradict it."""
    return denial.kind == "directive" or not denial.things or bool(denial.things & other.affirmed)


def _unanswered(one: Polarity, other: Polarity) -> list[Denial]:
    return [
        denial
        for denial in one.denials
        if not any(_answers(denial, answer) for answer in other.denials)
        and not (denial.kind == "inability" and other.hints)
    ]


def _unhinted(denials: Sequence[Denial], one: Polarity, other: Polarity) -> list[Denial]:
    """Those of ``one`` that no word of ``other`` alone stands for."""
    own = {_family(hint) for hint in one.hints}
    hints = [hint for hint in other.hints if _family(hint) not in own]
    return [denial for denial in denials if not any(_is_answer(hint, denial) for hint in hints)]


def _family(hint: Hint) -> str:
    return "continuing" if _CONTINUING.match(hint.word) else hint.word[:4]


def _answers(denial: Denial, other: Denial) -> bool:
    if denial.kind in _FORBIDDING and other.kind in _FORBIDDING:
        return True
    if "choice" in (denial.kind, other.kind) and {denial.kind, other.kind} & _FORBIDDING:
        return True
    if denial.kind == other.kind == "inability":
        return True
    return not {denial.kind, other.kind} & _FORBIDDING and bool(denial.things & other.things)


def _is_answer(hint: Hint, denial: Denial) -> bool:
    """Whether a word stands for a denial: one that limits, for a prohibition or an exception."""
    if _LIMITING.match(hint.word) and (denial.kind in ("directive", "choice") or _is_exception(denial)):
        return True
    if _TIMING.match(hint.word):
        return _is_exception(denial)
    if _CONTINUING.match(hint.word):
        return denial.kind == "going on"
    return (
        denial.kind != "directive" and not _ALONE.fullmatch(hint.word) and bool(denial.things & hint.things)
    )


def _is_exception(denial: Denial) -> bool:
    return bool(_EXCEPTING.match(denial.text))


def _kind(words: str) -> Kind:
    if _CHOICE.match(words, 1):
        return "choice"
    return "inability" if _INABILITY.match(words) else "plain"


def _end(text: str, start: int, language: Language) -> int:
    """Where the scope ends of a denial that ends at ``start``."""
    found = _BREAK[language].search(text, _OPENING.match(text, start).end())  # type: ignore[union-attr]
    return found.start() if found else len(text)


def _scope(text: str, start: int, language: Language) -> frozenset[Thing]:
    return things_of(text[start : _end(text, start, language)])


def _around(text: str, found: re.Match[str], language: Language) -> frozenset[Thing]:
    begins = max((one.end() for one in _BREAK[language].finditer(text, 0, found.start())), default=0)
    return things_of(text[begins : _end(text, found.end(), language)])


_I = re.IGNORECASE
_FORBIDDING = frozenset[Kind](("directive", "going on"))
_OPENING = re.compile(r" ?(?:\s*(?:if|when|where|in|for|to)\b)?", _I)
_NEAR: Mapping[Language, int] = {"en": 6, "zh": 1}
_CONSULTING = (
    r"without\s+(?:first\s+)?(?:(?:your|a|the|medical|professional|doctor'?s?)\s+)*"
    r"(?:advice|asking|consult\w*|talking|speaking|supervision|prescription|permission|telling)"
)
_LONGER = re.compile(
    r"\b(?:no\s+(?:more|longer|later)\s+than|not\s+exceed\w*|at\s+most|up\s+to)\b"
    r"|\b(?:(?:do|should|must|can|but)\s+not|never)\b[^.,;]{0,30}?\b(?:(?:longer|more)\s+than|beyond|exceed)\b"
    "|(?:(?:一般|通常)?不(?:应该?|能|得|要|可以?|宜|建议)?|别|勿)[^，。；不]{0,10}?(?:超过|多于|长于|超出|以上)|最多|至多|以内",
    _I,
)
_NORMAL: Mapping[Language, Sequence[tuple[re.Pattern[str], str]]] = {
    "en": [
        (re.compile("’"), "'"),
        (re.compile(r"\b(?:can't|cannot)\b", _I), "can not"),
        (re.compile(r"n't\b", _I), " not"),
        (re.compile(r"\b(\w+)\s+or\s+non-?\1\b", _I), ""),
        (re.compile(r"\bnon-?(?!steroid)(?=[a-z])", _I), "not "),
        (
            re.compile(
                r"\bcan not\s+(?=(?:have|take|use|receive|be\s+(?:given|used|taken|treated|combined))\b)", _I
            ),
            "must not ",
        ),
        (
            re.compile(r"\b(suggest|recommend|advise)\s+(that\b[^.,;]*?)\s(?:do\s+|should\s+)?not\b", _I),
            r"\1 against \2",
        ),
        (
            re.compile(
                r"\b(?:un(?=(?:treated|controlled|confirmed|proven|stable|vaccinated|complicated|explained|known|clear|certain|certified|tested|diagnosed|able|safe|necessary|suitable|healthy|aided)\b)|im(?=mobile|possible)|in(?=effective|sufficient|adequate|toleran|complete|capable|active))",
                _I,
            ),
            "not ",
        ),
        (re.compile(r"\binability\b", _I), "not able"),
        (re.compile(r"\basymptomatic\b", _I), "without symptoms"),
        (re.compile(r"\b([a-z]+)-free\b", _I), r"without \1"),
        (re.compile(r"\band\s+nothing\s+else\b", _I), "only"),
        (re.compile(r"\b(?:and|or)\s+not\s+to\b", _I), "and should not"),
        (_LONGER, "only"),
    ],
    "zh": [(re.compile("无菌"), "没有细菌"), (_LONGER, "仅")],
}
# What looks like a denial, and denies nothing.
_IDLE: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:not\s+only|not\s+even|whether\s+or\s+not|or\s+not(?=\W*$)|if\s+not|no\s+matter|nothing\s+but|without\s+delay|no\.?\s+\d|not\s+necessarily"
        r"|(?:do\s+not|need\s+not|no\s+need\s+to)\s+(?:\w+\s+)?worry|(?:do\s+not|never)\s+(?:wait|delay|hesitate))\b"
        r"|\b(?:protect\w*|vaccin\w*|immun\w*|works?|effective|acts?|shots?)\s+against\b"
        # Both arms of a comparison.
        r"|\bwithout\s+(?:an?\s+|the\s+)?(?P<arm>\w+)\b(?=.*\bwith\s+(?:an?\s+|the\s+)?(?P=arm)\b)"
        r"|(?<=\bwith )(?P<other>\w+)\b[^_]*\bwithout\s+(?P=other)\b",
        _I,
    ),
    "zh": re.compile(
        "(?P<asked>[要是能会该用有可])[不没无](?P=asked)|有无|是否|需不需要|不(?:仅|断|但|过(?!气)|久|妨|安)|坐不住|静不下心|不管(?!用)|不得不|无论"
        "|非常|非(?=甾体|处方|酒精|典型|特异|小细胞|霍奇金)|未来|未成年|不良|不同|不适(?!合)|不舒服|没关系|不必(?:太|过于|过分)?担心|不明原因|避孕"
        "|一刻[也都]?不[^，。；]{0,3}[等拖]|不[要能](?:再)?(?:等待?|拖延?|犹豫|耽误|耽搁)"
    ),
}
# Where what a denial denies ends.
_BREAK: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"[.,;:!?()]|\b(?:if|unless|when|whenever|while|until|before|because|since|although|though|as\s+long\s+as"
        r"|who|whose|whom|which|but|except|despite|and|or)\b",
        _I,
    ),
    "zh": re.compile("[，。；：、！？（）]|者|的(?:人|患者|病人|孩子)|时(?![间常])|的话|而(?!不|非)"),
}
_NEGATOR: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        rf"\b(?:not|no|never|neither|none|nobody|nothing|hardly|rarely|seldom|scarcely|barely|refus\w+|reject\w*|declin\w+|unless|(?!{_CONSULTING})without|except"
        r"|absen(?:t|ce)|free\s+of|rather\s+than|instead\s+of|exclude\w*)\b",
        _I,
    ),
    "zh": re.compile(
        "而不是?|而非|不(?!足)|没有?|无(?!力)|未|非|勿|很少|极少|拒绝|难以|缺乏|除非|除外|例外|不足"
    ),
}
_CHOICE = re.compile("rather|instead|而", _I)
_INABILITY = re.compile("[一-鿿]不[着过上清好佳全稳行下方醒]|.not\\s+(?:able|mobile)|.不(?:方便|理想)", _I)
_EXCEPTING = re.compile("unless|except|除非|除外|例外|未经", _I)
# What limits answers a prohibition or an exception: "only if" and "do not … unless".
_LIMITING = re.compile("stop|quit|only|solely|just|alone|instead|withdr|eliminat|仅|只|停|戒|忌", _I)
# What says nothing of the words around it; "only if" does.
_ALONE = re.compile("stop.*|quit|only|solely|just|alone|instead|仅|只|停|戒|忌", _I)
_TIMING = re.compile("before|until|without|之?前", _I)
_CONTINUING = re.compile("continu|keep|go(?:es)? on|gradual|slow|继续|坚持|接着|一直|长期|逐", _I)
_STOP: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:stop|discontinu|quit|skip|miss|interrupt|delay)", _I),
    "zh": re.compile("停|断|漏"),
}
_HINT: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        rf"\b(?:{_CONSULTING}|before|until|remain\w*|persist\w*|despite|still|los(?:t|s|e|es|ing)|blurr\w+|numb\w*|impair\w*|deficien\w+"
        r"|stop\w*|quit|only(?:\s+(?:if|when|in|after|where))?|solely|just|normal|alone|instead|refractory|resistan\w+|resolv\w+|gone|clears?|short\s+of|weak\w*"
        r"|reduc\w+|limit\w*|restrict\w*|uncommon|infrequent|fail\w*|little|trouble|difficult\w*|poor\w*|eliminat\w+"
        r"|withdr\w+|safe\w*|continu\w*|keep|go(?:es)?\s+on|gradual\w*|slow\w*)\b",
        _I,
    ),
    "zh": re.compile(
        "之?前|仅|只有?|正常|停|戒|缓解|持续|丧失|困难|受限|模糊|障碍|衰竭|不全|减退|消失|痊愈|忌|限|完全控制|难治|无力|继续|坚持|接着|一直|长期|逐"
    ),
}
