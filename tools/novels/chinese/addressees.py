"""To whom each turn is said."""

from collections.abc import Sequence

from tools.novels.chinese import weights
from tools.novels.chinese.cues import TAGS
from tools.novels.chinese.references import Role
from tools.novels.chinese.scores import Speaker
from tools.novels.chinese.turn_taking import Step

_REACH = 4  # turns to look back for the other speaker


def find_addressees(steps: Sequence[Step], speakers: Sequence[Speaker]) -> list[str | None]:
    """For each turn whoever it calls by name, or its tag names, or speaks next to it."""
    return [_addressee(index, steps, speakers) for index in range(len(steps))]


def _addressee(index: int, steps: Sequence[Step], speakers: Sequence[Speaker]) -> str | None:
    step, speaker = steps[index], speakers[index]
    if len(step.named.called) == 1:
        (called,) = step.named.called
        return called
    if speaker is None:
        return None
    for cue in step.cues:
        if cue.place in TAGS:
            for reference in cue.sentence.references:
                if reference.role is Role.OBJECT and reference.person not in (None, speaker):
                    return reference.person
    return _partner(index, steps, speakers)


def _partner(index: int, steps: Sequence[Step], speakers: Sequence[Speaker]) -> str | None:
    """Whoever spoke last before this speaker in the same scene, or else speaks next."""
    speaker = speakers[index]
    for back in range(index, max(index - _REACH, 0), -1):
        if not _same_scene(steps[back]):
            break
        if speakers[back - 1] not in (None, speaker):
            return speakers[back - 1]
    following = index + 1
    if following < len(steps) and _same_scene(steps[following]) and speakers[following] != speaker:
        return speakers[following]
    return None


def _same_scene(step: Step) -> bool:
    return len(step.before.sentences) < weights.SCENE_GAP
