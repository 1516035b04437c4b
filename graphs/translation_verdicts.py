"""What a judge said of translations, and what that comes to."""

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import TypedDict

from graphs.translation_batches import Reason


class Verdict(TypedDict):
    """What was said of them."""

    target: str
    scores: dict[str, float]  #: By unit, from 0 to 1; of those that were judged.
    reasons: dict[str, list[Reason]]  #: By unit, of those with errors.
    usage: dict[str, Any]


class Opinion:
    """What the verdicts on one target come to."""

    def __init__(self, verdicts: Sequence[Verdict], target: str) -> None:
        own = [verdict for verdict in verdicts if verdict["target"] == target]
        self.scores = {id: score for verdict in own for id, score in verdict["scores"].items()}
        self.reasons = {id: reasons for verdict in own for id, reasons in verdict["reasons"].items()}

    def summary(self, members: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The estimate for the result: of all that was judged, and of each segment that is not faultless.

        Args:
            members: By unit: the segments that say it.
        """
        if not self.scores:
            return {}
        segments = {
            segment: round(score, 2)
            for unit, score in self.scores.items()
            for segment in (members.get(unit, ()) if score < 1 else ())
        }
        mean = sum(self.scores.values()) / len(self.scores)
        return {"quality": {"estimate": round(mean, 4), "judged": len(self.scores), "segments": segments}}
