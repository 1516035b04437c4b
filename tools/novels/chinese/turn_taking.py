"""Choosing the speakers of all turns together: people answer each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tools.novels.chinese import weights
from tools.novels.chinese.cues import Cue
from tools.novels.chinese.narration import Block
from tools.novels.chinese.scores import Speaker, TurnScores
from tools.novels.chinese.turns import Turn
from tools.novels.chinese.vocatives import Named
from tools.novels.types import Gender

_BEAM = 24  # partial solutions kept after each turn


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: what it says by itself, and how it follows the turn before."""

    turn: Turn
    scores: TurnScores
    cues: Sequence[Cue]
    before: Block  #: The narration since the turn before.
    named: Named
    named_before: Named | None  #: Whom the turn before names; None for the first turn.


class _Link(NamedTuple):
    """The last speaker of a hypothesis, and those before; hypotheses share their beginnings."""

    earlier: "_Link | None"
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    score: float
    last: Speaker
    before_last: Speaker
    path: _Link | None


def choose_speakers(steps: Iterable[Step], genders: Mapping[str, Gender]) -> list[Speaker]:
    """The sequence of speakers with the highest sum of scores, by beam search."""
    beam = [_Hypothesis(0.0, None, None, None)]
    for step in steps:
        beam = _extend(beam, step, genders)
    return _unroll(beam[0].path)


def _extend(beam: Sequence[_Hypothesis], step: Step, genders: Mapping[str, Gender]) -> list[_Hypothesis]:
    scores = step.scores.by_speaker
    best: dict[tuple[Speaker, Speaker], _Hypothesis] = {}
    for hypothesis in beam:
        for speaker in {**scores, hypothesis.last: 0.0, hypothesis.before_last: 0.0}:
            score = hypothesis.score + scores.get(speaker, 0.0)
            score += _follows(hypothesis, speaker, step, genders)
            key = (speaker, hypothesis.last)
            if key not in best or best[key].score < score:
                best[key] = _Hypothesis(score, speaker, hypothesis.last, _Link(hypothesis.path, speaker))
    return sorted(best.values(), key=lambda h: -h.score)[:_BEAM]


def _follows(hypothesis: _Hypothesis, speaker: Speaker, step: Step, genders: Mapping[str, Gender]) -> float:
    if step.named_before is None:
        return 0.0
    last = hypothesis.last
    if speaker is None:  # Several strangers may speak in turn, but not within one speech.
        return weights.SPLIT_SPEECH if last is None and step.before.splits_a_speech else 0.0
    if step.turn.continues:
        return weights.CONTINUES if speaker == last else 0.0
    gap = len(step.before.sentences)
    if gap >= weights.SCENE_GAP:
        return 0.0
    if speaker == last:
        return weights.SAME_SPEAKER[min(gap, 2)] + _paragraph(step.before, gap)
    score = weights.SPEAKER_BEFORE_LAST[min(gap, 2)] if speaker == hypothesis.before_last else 0.0
    if gap <= 2 and speaker in step.named_before.called:
        score += weights.ANSWERS_CALL
    if gap <= 2 and last is not None and genders[last] in step.named.kin_called:
        score += weights.CALLS_LAST_SPEAKER
    return score


def _paragraph(before: Block, gap: int) -> float:
    if gap != 1 or not before.begins_in_line:
        return 0.0
    if before.splits_a_speech:
        return weights.SPLIT_SPEECH
    return weights.SAME_PARAGRAPH if before.ends_in_line else weights.NEW_PARAGRAPH


def _unroll(link: _Link | None) -> list[Speaker]:
    speakers: list[Speaker] = []
    while link is not None:
        speakers.append(link.speaker)
        link = link.earlier
    speakers.reverse()
    return speakers
