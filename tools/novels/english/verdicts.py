"""Which clue decided a turn, the place that shows it, and whom the turn addresses."""

from collections.abc import Sequence

from tools.novels.english import weights
from tools.novels.english.clues import Clues
from tools.novels.english.confidence import SHARES
from tools.novels.english.narration import ReferenceKind
from tools.novels.english.scene import People
from tools.novels.types import Attribution, Evidence

_FAR = 1500  # characters of narration that end a conversation
_LOOK_BACK = 3500  # characters before a turn that hold the mention which makes somebody salient


class Verdicts:
    """Explains the decided speakers of one book."""

    def __init__(self, clues: Sequence[Clues], speakers: Sequence[int | None], people: People) -> None:
        self._clues = clues
        self._speakers = speakers
        self._people = people

    def attributions(self) -> list[Attribution]:
        """One attribution for each quotation, in text order."""
        found = [attribution for at in range(len(self._clues)) for attribution in self._turn_attributions(at)]
        return sorted(found, key=lambda attribution: attribution.quote)

    def _turn_attributions(self, at: int) -> list[Attribution]:
        speaker, clue = self._speakers[at], self._clues[at]
        method = self._method(at)
        evidence = self._evidence(at, method)
        return [
            Attribution(
                quote=quote,
                speaker_id=self._id(speaker),
                addressee_id=self._id(self._addressee(at)),
                method=method,
                confidence=SHARES[method],
                evidence=evidence,
            )
            for quote in clue.turn.quotes
        ]

    def _id(self, person: int | None) -> str | None:
        return None if person is None else self._people.characters[person].id

    def _method(self, at: int) -> str:
        clue, speaker = self._clues[at], self._speakers[at]
        if speaker is None:
            return "none"
        if clue.reference:
            return _tag_method(clue, speaker)
        hint = clue.hints.get(speaker, 0.0)
        if hint >= weights.BEAT_AFTER:
            return "acting_beside"
        if at and speaker in self._clues[at - 1].called and self._follows(at):
            return "answers_call"
        if hint >= weights.LEAD_SUBJECT:
            return "acting_before"
        return "turn_taking" if self._returns(at) else "nearest"

    def _follows(self, at: int) -> bool:
        return 0 < at < len(self._clues) and self._clues[at].gap < _FAR

    def _returns(self, at: int) -> bool:
        """Whether the speaker takes turns with somebody before or after."""
        speaker = self._speakers[at]
        before = at > 1 and self._speakers[at - 2] == speaker and self._follows(at) and self._follows(at - 1)
        after = at + 2 < len(self._speakers) and self._speakers[at + 2] == speaker
        return before or (after and self._follows(at + 1) and self._follows(at + 2))

    def _evidence(self, at: int, method: str) -> Evidence | None:
        clue, speaker = self._clues[at], self._speakers[at]
        if speaker is None:
            return None
        if clue.reference:
            return Evidence(start=clue.reference.start, end=clue.reference.end, reason=method)
        if method == "answers_call":
            index = self._clues[at - 1].called[speaker]
        else:
            hinting = (index for index in clue.hint_mentions if self._people.owners[index] == speaker)
            index = next(hinting, None)
        if index is None:
            return self._nearest(at, speaker, method)
        mention = self._people.mentions[index]
        return Evidence(start=mention.start, end=mention.end, reason=method)

    def _nearest(self, at: int, speaker: int, method: str) -> Evidence | None:
        """The last place before the turn that names the speaker."""
        start = self._clues[at].turn.start
        for index in reversed(self._people.between(start - _LOOK_BACK, start)):
            if self._people.owners[index] == speaker:
                mention = self._people.mentions[index]
                return Evidence(start=mention.start, end=mention.end, reason=method)
        return None

    def _addressee(self, at: int) -> int | None:
        """Who is called in the turn, else the speaker of the turn before, else of the turn after."""
        speaker = self._speakers[at]
        called = [person for person in self._clues[at].called if person != speaker]
        if called:
            return called[0]
        if self._follows(at) and self._speakers[at - 1] != speaker:
            return self._speakers[at - 1]
        if self._follows(at + 1) and self._speakers[at + 1] != speaker:
            return self._speakers[at + 1]
        return None


def _tag_method(clue: Clues, speaker: int) -> str:
    reference = clue.reference
    if reference is None or clue.named not in (None, speaker):
        return "nearest"
    if reference.is_first_person:
        return "said_narrator" if clue.named == speaker else "said_pronoun"
    return {
        ReferenceKind.NAME: "said_name",
        ReferenceKind.PRONOUN: "said_pronoun",
        ReferenceKind.NOUN: "said_noun",
    }[reference.kind]
