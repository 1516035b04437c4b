"""How likely each person speaks one turn, judged by that turn alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.novels.chinese import weights
from tools.novels.chinese.cues import Cue
from tools.novels.chinese.references import Kind, Role
from tools.novels.chinese.vocatives import Named
from tools.novels.types import Gender

Speaker = str | None  # a character's id, or None for somebody outside the cast


@dataclass(slots=True)
class TurnScores:
    """Scores like log odds, and the cue that speaks loudest for each person."""

    by_speaker: dict[Speaker, float]
    best_cue: dict[Speaker, Cue] = field(default_factory=dict[Speaker, Cue])
    _best_score: dict[Speaker, float] = field(default_factory=dict[Speaker, float])

    def add(self, speaker: Speaker, score: float, cue: Cue | None = None) -> None:
        """Count `score` for a speaker who is considered; others stay out."""
        if speaker not in self.by_speaker:
            return
        self.by_speaker[speaker] += score
        if cue is not None and score > self._best_score.get(speaker, 0.0):
            self._best_score[speaker] = score
            self.best_cue[speaker] = cue


def score_turn(
    present: Mapping[str, float],
    named: Named,
    cues: Sequence[Cue],
    genders: Mapping[str, Gender],
    antecedents: Mapping[int, Sequence[str]],
    narrator: str | None = None,
) -> TurnScores:
    """Add up what the narration beside a turn and the words of the turn say about its speaker."""
    turn = TurnScores({None: weights.NOBODY})
    for person, salience in present.items():
        turn.by_speaker[person] = weights.SALIENCE * salience
    for person in (named.called | named.introduced | named.mentioned) - present.keys():
        turn.by_speaker[person] = weights.ABSENT
    if narrator is not None:
        turn.by_speaker.setdefault(narrator, 0.0)
    for cue in cues:
        _add_cue(turn, cue, genders, antecedents)
        if narrator is not None and cue.reference.kind is Kind.PRONOUN:
            # 「他」 is not 「我」.
            turn.add(narrator, weights.GENDER_CONFLICTS * weights.PLACE_SCORE[cue.place])
    for persons, score in (
        (named.called, weights.CALLED),
        (named.introduced, weights.INTRODUCED),
        (named.mentioned, weights.NAMED),
    ):
        for person in persons:
            turn.add(person, score)
    return turn


def _add_cue(
    turn: TurnScores, cue: Cue, genders: Mapping[str, Gender], antecedents: Mapping[int, Sequence[str]]
) -> None:
    weight = weights.PLACE_SCORE[cue.place]
    person = cue.reference.person
    if weight > 0:
        for reference in cue.sentence.references:
            if reference.role is Role.OBJECT and reference.person not in (None, person):
                turn.add(reference.person, weights.SPOKEN_TO * weight)
    if person is not None:
        turn.by_speaker.setdefault(person, 0.0)
        turn.add(person, weight, cue)
    elif cue.reference.gender == "unknown":
        turn.add(None, weights.NOBODY_KNOWN * weight)
    else:
        _add_gender(turn, cue, genders, weight)
        likeliest = antecedents.get(cue.reference.start, ())
        for antecedent, share in zip(likeliest, weights.ANTECEDENT, strict=False):
            turn.add(antecedent, share * weight)


def _add_gender(turn: TurnScores, cue: Cue, genders: Mapping[str, Gender], weight: float) -> None:
    for person in turn.by_speaker:
        if person is None:
            continue
        if genders[person] == cue.reference.gender:
            turn.add(person, weights.GENDER_FITS * weight, cue)
        elif genders[person] == "unknown":
            turn.add(person, weights.GENDER_UNKNOWN * weight, cue)
        else:
            turn.add(person, weights.GENDER_CONFLICTS * weight)
