"""Changes that a model proposes, held against the measures: what makes topics worse is not done."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.errors import InvalidInput
from tools.topics.analysis.describing import measure_set
from tools.topics.corpus import Corpus
from tools.topics.editing import Edit, apply_edits
from tools.topics.models.model import TopicModel

# A merge mixes two lists of words and so measures a little less even where it is right.
MOST_LOST_AT_ONCE = 0.01  # of NPMI and of diversity, by one change
MOST_LOST = 0.02  # by all changes together


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a proposed change is done, and what it does to the measures."""

    is_accepted: bool
    reason: str
    npmi: float | None = None  #: With the change; None where it cannot be done at all.
    diversity: float | None = None


def guard(
    corpus: Corpus, model: TopicModel, edits: Sequence[Edit], proposals: Sequence[Edit]
) -> list[Verdict]:
    """A verdict on each proposal, one after the other, each upon those that were accepted before it.

    Args:
        corpus: What the model was trained on.
        model: As trained.
        edits: In effect already.
        proposals: What is proposed, in order.
    """
    done = list(edits)
    before = measure_set(corpus, apply_edits(model, corpus, done))
    begin = before
    verdicts: list[Verdict] = []
    for proposal in proposals:
        try:
            topics = apply_edits(model, corpus, [*done, proposal])
        except InvalidInput as error:
            verdicts.append(Verdict(is_accepted=False, reason=error.message))
            continue
        if len(topics.shown) < 2:
            verdicts.append(Verdict(is_accepted=False, reason="it would leave fewer than two topics"))
            continue
        after = measure_set(corpus, topics)
        lost = max(before.npmi - after.npmi, before.diversity - after.diversity)
        lost_in_all = max(begin.npmi - after.npmi, begin.diversity - after.diversity)
        is_accepted = lost <= MOST_LOST_AT_ONCE and lost_in_all <= MOST_LOST
        verdicts.append(
            Verdict(
                is_accepted=is_accepted,
                reason=f"NPMI {before.npmi:.3f} -> {after.npmi:.3f}, "
                f"diversity {before.diversity:.3f} -> {after.diversity:.3f}",
                npmi=round(after.npmi, 6),
                diversity=round(after.diversity, 6),
            )
        )
        if is_accepted:
            done.append(proposal)
            before = after
    return verdicts
