"""Who a sentence of narration is about: names, pronouns and person nouns, and the role of each."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tools.novels.chinese.lexicon import PERSON_NOUNS
from tools.novels.chinese.speech_tags import ends_in_speech_verb
from tools.novels.chinese.word_lists import alternatives
from tools.novels.types import Cast, Gender


class Kind(StrEnum):
    """How a reference points to somebody."""

    NAME = "name"
    PRONOUN = "pronoun"
    NOUN = "noun"  #: 「妻子」, 「司机」: a person, but the word does not say which.


class Role(StrEnum):
    """What the person does in the clause."""

    SUBJECT = "subject"
    OBJECT = "object"
    POSSESSOR = "possessor"  #: 「他的脸」, 「少平的声音」


@dataclass(frozen=True, slots=True)
class Reference:
    """A word that stands for a person."""

    start: int
    end: int
    kind: Kind
    person: str | None  #: The character's id where the word itself says it.
    gender: Gender
    role: Role = Role.SUBJECT


_PRONOUN = re.compile(r"(?<![其吉利维])[他她](?![们人乡日])|(?<!自)我(?![们国军党方])")
_PRONOUN_GENDER: dict[str, Gender] = {"他": "male", "她": "female"}
_NOUN = re.compile(alternatives(PERSON_NOUNS))

_CLAUSE_BREAK = re.compile("[，、；：,;:。！？!?…—\n“”「」『』‘’（）()]")
_LEFT_CONTEXT = 12  # characters before a person that show the role
_HEARD = re.compile(r"(?:听[见到得]|只听|传来|响起)$")
# A noun takes over as the subject in 「少平没开口，那位司机说」, not in 「他走到副局长面前」.
_NOUN_LEADS = re.compile(r"[位个名的这那老小]$")
# What right before a person makes the person the object: coverbs and verbs of perceiving and handling.
_OBJECT_MARKER = re.compile(
    r"(?:[对向给跟和与同把被朝替让叫使将比陪随冲在到于由从往有连令爱恨怕求请帮救像象是]|(?<!因)为"
    r"|[看听瞧望盯拉搂抱扶推握吻瞪瞅想碰遇找等见送骂打问劝指围][着见到住了过起]{0,2}"
    r"|告诉|回答|明白|知道|觉得|感到|发现|以为|认为|喜欢|面前|介绍|[带领][着了]?|至于)$"
)
_STARTS_A_CLAUSE = re.compile(
    r"(?:只见|由于|等到|直到|于是|可是|但是|还是|就是|便是|正是|又是|倒是|总是|却是|果真是|要是|而是|好[像象])$"
)


def name_references(cast: Cast) -> list[Reference]:
    """Every mention of every character, in text order."""
    return sorted(
        (
            Reference(mention.start, mention.end, Kind.NAME, character.id, character.gender)
            for character in cast.characters
            for mention in character.mentions
        ),
        key=lambda reference: reference.start,
    )


def find_references(
    text: str, start: int, end: int, names: Sequence[Reference], narrator: str | None
) -> list[Reference]:
    """All references of the sentence ``text[start:end]`` with their roles; `names` are those in it."""
    found = sorted([*names, *_unnamed(text, start, end, narrator)], key=lambda r: (r.start, -r.end))
    clauses = [start, *(match.end() for match in _CLAUSE_BREAK.finditer(text, start, end))]
    read: list[Reference] = []
    for reference in _without_overlaps(found):
        clause = clauses[bisect_right(clauses, reference.start) - 1]
        if read and _modifies(text, read[-1], reference):
            read[-1] = replace(read[-1], role=Role.POSSESSOR)
        acting = [r for r in read[-4:] if r.role is Role.SUBJECT]
        read.append(replace(reference, role=_role(text, clause, reference, acting)))
    return read


def _unnamed(text: str, start: int, end: int, narrator: str | None) -> Iterator[Reference]:
    for match in _PRONOUN.finditer(text, start, end):
        word = match.group()
        if word != "我":
            yield Reference(*match.span(), Kind.PRONOUN, None, _PRONOUN_GENDER[word])
        elif narrator is not None:
            yield Reference(*match.span(), Kind.NAME, narrator, "unknown")
    for match in _NOUN.finditer(text, start, end):
        yield Reference(*match.span(), Kind.NOUN, None, PERSON_NOUNS[match.group()])


def _without_overlaps(found: Sequence[Reference]) -> Iterator[Reference]:
    position = 0
    for index, reference in enumerate(found):
        follower = found[index + 1] if index + 1 < len(found) else None
        # 「妻子秀莲」, 「秘书长张某某」: the noun only introduces the name.
        introduces = (
            reference.kind is Kind.NOUN
            and follower is not None
            and follower.kind is Kind.NAME
            and follower.start == reference.end
        )
        if reference.start >= position and not introduces:
            yield reference
            position = reference.end


def _modifies(text: str, earlier: Reference, later: Reference) -> bool:
    """「他旁边的某某」: the first person only says where the second one is."""
    between = text[earlier.end : later.start]
    return (
        earlier.role is Role.SUBJECT
        and later.kind is Kind.NAME
        and len(between) <= 6
        and between.endswith("的")
        and not _CLAUSE_BREAK.search(between)
    )


def _role(text: str, clause: int, reference: Reference, acting: Sequence[Reference]) -> Role:
    before = text[max(clause, reference.start - _LEFT_CONTEXT) : reference.start]
    if text.startswith(("的", "之"), reference.end):
        return Role.POSSESSOR
    if _HEARD.search(before):
        return Role.SUBJECT
    if any(r.start >= clause for r in acting) or ends_in_speech_verb(before):
        return Role.OBJECT
    closes_its_clause = _CLAUSE_BREAK.match(text, reference.end) is not None
    if before and closes_its_clause:
        return Role.SUBJECT if _heads_a_phrase(text, before, reference) else Role.OBJECT
    if _OBJECT_MARKER.search(before) and not _STARTS_A_CLAUSE.search(before):
        return Role.OBJECT
    if acting and reference.kind is Kind.NOUN and before and not _NOUN_LEADS.search(before):
        return Role.OBJECT
    return Role.SUBJECT


def _heads_a_phrase(text: str, before: str, reference: Reference) -> bool:
    """「很了解他的某某，忍不住…」: a long description, then the name, then a comma."""
    return before.endswith("的") and text.startswith(("，", ","), reference.end)
