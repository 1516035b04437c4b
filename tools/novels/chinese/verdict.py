"""Naming the rule that decided a turn, with its evidence and how often that rule is right."""

from tools.novels.chinese import weights
from tools.novels.chinese.cues import TAGS, Cue, Place
from tools.novels.chinese.references import Kind
from tools.novels.chinese.scores import Speaker
from tools.novels.chinese.turn_taking import Step
from tools.novels.types import Attribution, Evidence


def judge(step: Step, speaker: Speaker, addressee: str | None, narrator: str | None) -> Attribution:
    """The attribution of one turn."""
    cue = step.scores.best_cue.get(speaker)
    method = _method(step, speaker, cue, narrator)
    return Attribution(
        quote=step.turn.quote,
        speaker_id=speaker,
        addressee_id=addressee,
        method=method,
        confidence=weights.CONFIDENCE[method],
        evidence=None if cue is None else _evidence(cue),
    )


def not_speech(quote: int) -> Attribution:
    """The attribution of words in quotation marks that nobody says, such as a scare quote."""
    return Attribution(quote=quote, speaker_id=None, method="none", confidence=weights.CONFIDENCE["none"])


def _method(step: Step, speaker: Speaker, cue: Cue | None, narrator: str | None) -> str:
    if speaker is None:
        return "none"
    if cue is not None and cue.place in (*TAGS, Place.ANNOUNCED_EARLIER):
        is_narrator = cue.reference.kind is Kind.NAME and speaker == narrator
        return "said_narrator" if is_narrator else f"said_{cue.reference.kind}"
    if speaker in step.named.introduced:
        return "introduces_self"
    if cue is not None:
        return "beat"
    if step.named_before is None or len(step.before.sentences) >= weights.SCENE_GAP:
        return "scene"
    return "continued" if step.turn.continues else "turn_taking"


def _evidence(cue: Cue) -> Evidence:
    return Evidence(
        start=cue.reference.start,
        end=cue.reference.end,
        reason=f"{cue.reference.kind} {cue.place.replace('_', ' ')}",
    )
