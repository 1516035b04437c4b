"""What a model says of finished translations: batch by batch, an estimate and reasons for every unit."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict

from graphs.model_calls import model_calls
from graphs.progress import shared_meter
from graphs.translation_batches import Reason, recalled_of, translations_of, unpack_terms
from graphs.translation_state import TranslationJob, Update
from graphs.translation_verdicts import Verdict
from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelRefused
from tools.llm.chat_models import current
from tools.llm.usage import Usage
from tools.translation.batching import in_batches
from tools.translation.quality import Error, Pair, judge_pairs, score


class JudgeTask(TypedDict):
    """Translations that are judged together."""

    run: str  #: Tells this run's progress from others'.
    total: int  #: Translations that are judged in all.
    source: str | None
    target: str
    style: dict[str, str]
    terms: list[dict[str, Any]]
    pairs: list[list[str]]  #: id, source, translation.


def judge_tasks(state: TranslationJob) -> list[JudgeTask]:
    """All that is to be judged: what a model translated, and no earlier verdict covers."""
    units = state["units"]
    tasks: list[JudgeTask] = []
    for target in state["into"]:
        translated = translations_of(state["answers"], target)
        recalled = recalled_of(state["answers"], target)
        found = state["found_terms"].get(target, {})
        lengths = [len(unit["words"]) + len(translated.get(unit["id"], "")) for unit in units]
        places = [p for p, u in enumerate(units) if u["id"] in translated and u["id"] not in recalled]
        for batch in in_batches(lengths, places, most_segments=state["sizes"]["batch"]):
            asked = [units[place] for place in batch.places]
            terms = sorted({place for unit in asked for place in found.get(unit["id"], ())})
            tasks.append(
                JudgeTask(
                    run=state["run"],
                    total=0,
                    source=state["spoken"],
                    target=target,
                    style=state["wording"],
                    terms=[state["terms"][target][place] for place in terms],
                    pairs=[[unit["id"], unit["words"], translated[unit["id"]]] for unit in asked],
                )
            )
    total = sum(len(task["pairs"]) for task in tasks)
    return [JudgeTask({**task, "total": total}) for task in tasks]


async def judge(state: JudgeTask) -> Update:
    """Judge one batch; what is answered unusably has no verdict, which the result counts.

    Raises:
        ModelRefused: Bad key, unpaid account, unknown model.
        ModelUnavailable: The model is down.
        BudgetSpent: The run, or its user, may consume no more.
    """
    meter = shared_meter(f"{state['run']} judge", stage="judge", total=state["total"], unit="segments")
    if not meter.done:
        meter.start()
    pairs = [Pair(id=id, source=source, translation=words) for id, source, words in state["pairs"]]
    errors: Mapping[str, Sequence[Error]] = {}
    usage = Usage(calls=1)
    try:
        with model_calls():
            judged = await judge_pairs(
                await current(),
                pairs,
                source=state["source"],
                target=state["target"],
                terms=unpack_terms(state["terms"]),
                style=state["style"],
            )
        errors, usage = judged.errors, judged.usage
    except ModelAnswerInvalid:
        pass
    except ModelRefused as error:
        if error.category is not ErrorCategory.CONTENT_FILTER:
            raise
    meter.advance(len(pairs))
    reasons = {id: [_reason(error) for error in of_it] for id, of_it in errors.items() if of_it}
    scores = {id: score(of_it) for id, of_it in errors.items()}
    verdict = Verdict(target=state["target"], scores=scores, reasons=reasons, usage=asdict(usage))
    return {"verdicts": [verdict]}


def _reason(error: Error) -> Reason:
    return Reason(kind="quality", message=f"{error.kind}, {error.severity}: {error.message}")
