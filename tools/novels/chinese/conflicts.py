"""Names that cannot be one person: people who talk to each other, or who stand side by side."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tools.novels.chinese.cues import TAGS, find_cues
from tools.novels.chinese.narration import Block, NarrationReader
from tools.novels.chinese.references import Kind, Reference, Role
from tools.novels.chinese.turns import find_turns
from tools.novels.chinese.vocatives import read_turn
from tools.novels.types import Mention, Span

Pair = frozenset[str]

_AND = re.compile("[和与跟同及、]")


def find_conflicts(text: str, spans: Sequence[Span], mentions: Sequence[Mention]) -> set[Pair]:
    """Pairs of surface forms of two different people.

    One place is enough where a speaker calls or addresses the other, or where 和 joins them. Speakers of
    neighbouring turns must alternate twice: one person may well say two things in a row.
    """
    names = [Reference(m.start, m.end, Kind.NAME, m.surface, "unknown") for m in mentions]
    offsets = [name.start for name in names]
    turns = find_turns(text, spans)
    blocks = NarrationReader(text, names, None).blocks(turns)
    conflicts = _joined(text, names)
    alternations: Counter[Pair] = Counter()
    last_speaker: str | None = None
    for turn, (before, after) in zip(turns, pairwise(blocks), strict=True):
        tags = [c for c in find_cues(before, after, is_first=last_speaker is None) if c.place in TAGS]
        speaker = next((cue.reference.person for cue in tags if cue.reference.person), None)
        if speaker is not None:
            others = {r.person for cue in tags for r in cue.sentence.references if r.role is Role.OBJECT}
            others |= read_turn(text, turn, names, offsets).called
            conflicts |= {frozenset((speaker, other)) for other in others if other not in (None, speaker)}
            if last_speaker not in (None, speaker) and _answers(before):
                alternations[frozenset((speaker, str(last_speaker)))] += 1
        last_speaker = speaker
    conflicts |= {pair for pair, count in alternations.items() if count >= 2}
    return {pair for pair in conflicts if not _nested(pair)}


def _nested(pair: Pair) -> bool:
    """Whether one name is part of the other: 孙少平 and 少平 seldom are two people who meet."""
    one, other = pair
    return one in other or other in one


def _answers(before: Block) -> bool:
    return len(before.sentences) <= 2 and not before.splits_a_speech


def _joined(text: str, names: Sequence[Reference]) -> set[Pair]:
    return {
        frozenset((one.person or "", other.person or ""))
        for one, other in pairwise(names)
        if one.person != other.person and _AND.fullmatch(text, one.end, other.start)
    }
