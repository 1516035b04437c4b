"""How well each person fits a turn, and one turn another: sums of the weights of the clues."""

from collections.abc import Collection, Mapping, Sequence
from math import exp, log

from tools.novels.english import weights
from tools.novels.english.clues import Clues
from tools.novels.english.lexicon import words
from tools.novels.english.narration import Reference
from tools.novels.english.scene import People
from tools.novels.english.stage import salience
from tools.novels.types import Gender

_ANTECEDENT_WINDOW = 1500  # characters before a pronoun that may hold the name it stands for
_NEW_SCENE = 1500  # characters of narration that end a conversation
_FADE = 500.0  # characters of narration over which the order of turns loses its force
_NEIGHBOURS = 2  # turns on either side in which somebody spoken of is probably absent
_OWNER_GENDERS: Mapping[str, Gender] = {"her": "female", "his": "male"}
_ELDERS = words("mother father aunt uncle mamma mama papa wife husband grandmother grandfather")

BoundNouns = Mapping[tuple[str, str], int]


class Scorer:
    """Scores the people for each turn of a book."""

    def __init__(self, clues: Sequence[Clues], people: People, bound: BoundNouns) -> None:
        """``bound`` gives the person whom a noun such as ("her", "mother") mostly means."""
        self._clues = clues
        self._people = people
        self._bound = bound

    def turn(self, at: int) -> dict[int, float]:
        """The score of every person who may speak the turn ``at``."""
        clue = self._clues[at]
        candidates = salience(self._clues, at, self._people)
        if clue.named is not None:
            return {clue.named: weights.NAMED}
        scores = {
            person: weights.SALIENCE * salient + self._general(at, person)
            for person, salient in candidates.items()
        }
        if clue.reference:
            antecedent = self._antecedent(clue.reference, clue.turn.start, candidates)
            for person in scores:
                scores[person] += self._tagged(clue.reference, person, antecedent)
        return scores

    def _general(self, at: int, person: int) -> float:
        clue = self._clues[at]
        score = weights.FREQUENCY * log(1 + self._people.counts[person])
        if person in clue.called:
            score += weights.CALLED
        elif person in clue.spoken_of:
            score += weights.SPOKEN_OF
        return score + clue.hints.get(person, 0.0) + self._absence(at, person)

    def _absence(self, at: int, person: int) -> float:
        near = range(max(0, at - _NEIGHBOURS), min(len(self._clues), at + _NEIGHBOURS + 1))
        spoken = sum(person in self._clues[index].spoken_of for index in near if index != at)
        is_there = any(
            self._clues[index].named == person or person in self._clues[index].called for index in near
        )
        return 0.0 if is_there else weights.SPOKEN_OF_NEARBY * spoken

    def _tagged(self, reference: Reference, person: int, antecedent: int | None) -> float:
        gender = self._people.genders[person]
        score = 0.0
        if gender == "unknown":
            score += weights.UNSURE_GENDER
        elif reference.gender not in ("unknown", gender):
            score += weights.WRONG_GENDER
        if person == self._people.narrator and not reference.is_first_person:
            score += weights.WRONG_GENDER
        if reference.owner or reference.mention >= 0:
            score += self._owned(reference, person, antecedent)
        elif person == antecedent:
            score += weights.ANTECEDENT
        if self._bound.get((reference.owner, reference.word)) == person:
            score += weights.BOUND_NOUN
        return score

    def _owned(self, reference: Reference, person: int, antecedent: int | None) -> float:
        """ "her mother" is not she herself; an elder is "Mrs." rather than "Miss"."""
        is_owner = (
            self._people.owners[reference.mention] == person
            if reference.mention >= 0
            else person == antecedent
        )
        elder = weights.ELDER_TITLE if reference.word in _ELDERS and self._people.is_elder[person] else 0.0
        return elder + (weights.OWNER if is_owner else 0.0)

    def _antecedent(self, reference: Reference, start: int, candidates: Collection[int]) -> int | None:
        """The last fitting candidate that the narration names before a tag; for "her mother", she herself."""
        gender = _OWNER_GENDERS.get(reference.owner, reference.gender)
        for index in reversed(self._people.between(start - _ANTECEDENT_WINDOW, reference.start)):
            person = self._people.owners[index]
            fits = gender == "unknown" or self._people.genders[person] in (gender, "unknown")
            if fits and person in candidates and not self._people.in_quote[index]:
                return person
        return None

    def transition(self, at: int, before: int | None, previous: int | None, person: int | None) -> float:
        """How well ``person`` follows the speakers of the last two turns."""
        clue = self._clues[at]
        if not at or previous is None or person is None or clue.gap > _NEW_SCENE:
            return 0.0
        nearness = 1.0 if clue.is_next_paragraph else exp(-clue.gap / _FADE)
        score = self._calls(self._clues[at - 1], clue, previous, person) * nearness
        if person == previous:
            return score + (weights.SAME_SPEAKER if clue.is_next_paragraph else 0.0)
        return score + (weights.ALTERNATION * nearness if person == before else 0.0)

    def _calls(self, earlier: Clues, clue: Clues, previous: int, person: int) -> float:
        score = weights.ANSWERS_CALL if person in earlier.called else 0.0
        if previous in clue.called and previous != person:
            score += weights.CALLS_PREVIOUS
        for gender, called in ((earlier.called_gender, person), (clue.called_gender, previous)):
            if gender != "unknown" and self._people.genders[called] not in (gender, "unknown"):
                score += weights.CALL_GENDER
        return score
