"""The narrator's sentences between the turns of a dialogue."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.novels.chinese.references import Reference, Role, find_references
from tools.novels.chinese.speech_tags import announces_speech, find_speech_verb
from tools.novels.chinese.turns import Turn

_SENTENCE = re.compile(r"[^。！？!?…\n]+[。！？!?…]*[”」』’]*|[。！？!?…]+")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of narration."""

    start: int
    end: int
    references: tuple[Reference, ...]
    verb: int | None  #: Offset of its last verb of speaking.
    announces: bool  #: Whether it ends in a colon.

    @property
    def subjects(self) -> list[Reference]:
        """Who acts in it, in text order."""
        return [r for r in self.references if r.role is Role.SUBJECT]


@dataclass(frozen=True, slots=True)
class Block:
    """What the narrator says between two turns, or before the first, or after the last."""

    start: int
    end: int
    sentences: tuple[Sentence, ...]
    ends_in_comma: bool
    begins_in_line: bool  #: It starts in the paragraph in which the turn before it ends.
    ends_in_line: bool  #: It ends in the paragraph in which the turn after it starts.

    @property
    def splits_a_speech(self) -> bool:
        """Whether it interrupts one speech: 「“…，”他说，“…”」."""
        return len(self.sentences) == 1 and self.ends_in_comma


class NarrationReader:
    """Cuts the text outside the turns into sentences and says whom they are about."""

    def __init__(self, text: str, names: Sequence[Reference], narrator: str | None) -> None:
        self._text = text
        self._names = names
        self._offsets = [name.start for name in names]
        self._narrator = narrator

    def blocks(self, turns: Sequence[Turn]) -> list[Block]:
        """The block before each turn, then the block after the last one."""
        starts = [0, *(turn.end for turn in turns)]
        ends = [*(turn.start for turn in turns), len(self._text)]
        return [self._block(start, end) for start, end in zip(starts, ends, strict=True)]

    def _block(self, start: int, end: int) -> Block:
        words = self._text[start:end]
        body = words.strip()
        head, tail = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        return Block(
            start,
            end,
            tuple(self._sentences(start, end)),
            ends_in_comma=body.endswith(("，", ",")),
            begins_in_line="\n" not in head,
            ends_in_line="\n" not in tail,
        )

    def _sentences(self, start: int, end: int) -> Iterator[Sentence]:
        for match in _SENTENCE.finditer(self._text, start, end):
            if not _WORD.search(match.group()):
                continue
            first, last = match.span()
            names = self._names[bisect_left(self._offsets, first) : bisect_left(self._offsets, last)]
            yield Sentence(
                first,
                last,
                tuple(find_references(self._text, first, last, names, self._narrator)),
                find_speech_verb(self._text, first, last),
                announces_speech(self._text, first, last),
            )
