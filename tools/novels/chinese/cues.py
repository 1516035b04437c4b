"""What the narration around a turn says about its speaker, before anything is decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tools.novels.chinese.narration import Block, Sentence
from tools.novels.chinese.references import Kind, Reference, Role
from tools.novels.types import Gender


class Place(StrEnum):
    """Where the sentence stands that points to a speaker."""

    ANNOUNCED = "announced"  #: 「某某说：」 right before the turn.
    ANNOUNCED_EARLIER = "announced_earlier"  #: The announcement leaves its subject to the sentence before.
    SAID = "said"  #: 「某某说。」 right after the turn.
    BEAT_BESIDE = "beat_beside"  #: Somebody acts in the same paragraph as the turn.
    BEAT_AFTER = "beat_after"  #: Somebody acts right after the turn.
    BEAT_NEXT = "beat_next"  #: The same, but where a paragraph is more than a sentence.
    BEAT_BEFORE = "beat_before"  #: Somebody acts right before the turn.
    BEAT_BETWEEN = "beat_between"  #: The one sentence between two turns, seen from the second.
    HANDS_OVER = "hands_over"  #: 「某某说：」 right after the turn: the next speaker, so hardly this one.


#: Places where the narrator says outright who speaks; beside them, beats tell nothing.
TAGS = (Place.ANNOUNCED, Place.SAID)
_BESIDE = 0.25  # the share of tags beside their turns below which sentences stand on lines


@dataclass(frozen=True, slots=True)
class Cue:
    """One sentence beside a turn, and the person in it who may be the speaker."""

    place: Place
    reference: Reference
    sentence: Sentence


def find_cues(before: Block, after: Block, *, is_first: bool, is_lined: bool = False) -> list[Cue]:
    """The cues for one turn from the narration before it and after it.

    Args:
        is_first: No turn stands before this one.
        is_lined: Each sentence of the text is a paragraph (see :func:`puts_sentences_on_lines`).
    """
    cues = [*_cues_before(before, is_first=is_first), *_cues_after(after, is_lined=is_lined)]
    tags = [cue for cue in cues if cue.place in TAGS]
    return tags or cues


def puts_sentences_on_lines(blocks: Sequence[Block]) -> bool:
    """Whether tags stand on lines of their own, as in many web novels, and not beside their turns."""
    narrated = [block for block in blocks[1:] if block.sentences]
    return sum(block.begins_in_line for block in narrated) < _BESIDE * len(narrated)


def _cues_before(before: Block, *, is_first: bool) -> Iterator[Cue]:
    if not before.sentences:
        return
    last = before.sentences[-1]
    if last.announces or before.ends_in_comma:
        yield from _announcement(before)
        return
    tags_the_turn_before = len(before.sentences) == 1 and not is_first
    if tags_the_turn_before and last.verb is not None:
        return
    if before.ends_in_line:
        place = Place.BEAT_BESIDE
    else:
        place = Place.BEAT_BETWEEN if tags_the_turn_before else Place.BEAT_BEFORE
    yield from _cue(place, main_subject(last), last)


def _announcement(before: Block) -> Iterator[Cue]:
    last = before.sentences[-1]
    subject = speaking_subject(last)
    if subject is not None:
        yield Cue(Place.ANNOUNCED, subject, last)
    elif len(before.sentences) > 1:
        earlier = before.sentences[-2]
        yield from _cue(Place.ANNOUNCED_EARLIER, main_subject(earlier), earlier)


def _cues_after(after: Block, *, is_lined: bool) -> Iterator[Cue]:
    if not after.sentences:
        return
    first = after.sentences[0]
    if first.announces:
        yield from _cue(Place.HANDS_OVER, speaking_subject(first), first)
    elif first.verb is not None or after.splits_a_speech:
        yield from _cue(Place.SAID, speaking_subject(first), first)
    else:
        place = Place.BEAT_AFTER if is_lined else Place.BEAT_NEXT
        if after.begins_in_line:
            place = Place.BEAT_BESIDE
        yield from _cue(place, main_subject(first), first)


def _cue(place: Place, subject: Reference | None, sentence: Sentence) -> Iterator[Cue]:
    if subject is not None:
        yield Cue(place, subject, sentence)


def speaking_subject(sentence: Sentence) -> Reference | None:
    """Whoever acts last before the verb of speaking, else the main subject."""
    verb = sentence.end if sentence.verb is None else sentence.verb
    acting = [r for r in sentence.subjects if r.start <= verb]
    return acting[-1] if acting else main_subject(sentence)


def main_subject(sentence: Sentence) -> Reference | None:
    """Whoever acts first in the sentence, else the owner of the first voice or face in it."""
    for role in (Role.SUBJECT, Role.POSSESSOR):
        for reference in sentence.references:
            if reference.role is role:
                return reference
    return None


def resolve_pronouns(blocks: Sequence[Block]) -> dict[int, list[str]]:
    """Who each pronoun may be, likeliest first, by the pronoun's offset.

    The persons of its gender are tried in the order in which they last acted. Whoever is named as an
    object in the same sentence comes last: in 「他对玉亭说」 he is not 玉亭.
    """
    resolved: dict[int, list[str]] = {}
    focus: dict[Gender, list[str]] = {"male": [], "female": [], "unknown": []}
    for sentence in (s for block in blocks for s in block.sentences):
        objects = {r.person for r in sentence.references if r.role is Role.OBJECT}
        for reference in sentence.references:
            recent = focus[reference.gender]
            if reference.kind is not Kind.NAME:
                resolved[reference.start] = sorted(recent, key=lambda person: person in objects)
            elif reference.person is not None:
                genders: tuple[Gender, ...] = (reference.gender,)
                if reference.gender == "unknown":
                    genders = ("male", "female", "unknown")
                for gender in genders:
                    _bring_forward(focus[gender], reference.person, acts=reference.role is Role.SUBJECT)
    return resolved


def _bring_forward(recent: list[str], person: str, *, acts: bool) -> None:
    if person in recent:
        recent.remove(person)
    recent.insert(0 if acts else 1, person)
    del recent[4:]
