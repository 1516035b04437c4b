"""Runs of the characters graph over PDNC novels, offline, with an oracle or with a real model."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from evals.graph_run import open_models, run_graph
from evals.model_server import Answers, Fault, Faults, model_server
from evals.model_server.oracle import Oracle
from evals.novel_scores import NovelScores, score
from evals.pdnc import Novel
from evals.pdnc_gold import PdncGold

_PASSING_RATE = 0.15  # of requests
_KINDS = (
    Fault.RATE_LIMIT,
    Fault.SERVER_ERROR,
    Fault.UNAVAILABLE,
    Fault.DROP,
    Fault.CUT,
    Fault.SILENT_CUT,
    Fault.STALL,
    Fault.LENGTH,
    Fault.BAD_JSON,
    Fault.UNKNOWN_IDS,
    Fault.MISSING_IDS,
    Fault.PROSE,
)
_LASTING_RATE = 0.005  # of questions


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleReport:
    """What an oracle's server saw of one run."""

    novel: str
    requests: int
    injected: Mapping[Fault, int]
    unanswered: int  #: Questions that never got a usable answer.
    reported: int  #: Warnings of the result about unusable answers.
    unnameable: Mapping[str, int]  #: Speaker -> quotations for which no request offered the speaker.

    @property
    def is_silent(self) -> bool:
        """Whether a fault was neither repaired nor reported."""
        return self.unanswered != self.reported


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelRun:
    """One novel's scores, and the oracle's side of them."""

    scores: NovelScores
    oracle: OracleReport | None = field(default=None)


async def run_with_model(novel: Novel, model: str, base_url: str | None, api_key: str | None) -> NovelRun:
    """One novel with rules only ("offline") or with a real model."""
    run = await run_graph(novel.text, open_models(model, base_url, api_key), language="en")
    return NovelRun(scores=score(novel, run))


async def run_with_oracle(novel: Novel, *, with_faults: bool) -> NovelRun:
    """One novel with a model that knows the gold data."""
    oracle = Oracle(PdncGold(novel))
    plan = Faults()
    if with_faults:
        plan = Faults(rate=_PASSING_RATE, kinds=_KINDS, lasting_rate=_LASTING_RATE)
    with model_server(Answers.oracle(oracle), faults=plan) as server:
        run = await run_graph(novel.text, open_models("openai:oracle", server.openai_url), language="en")
    codes = Counter(warning["code"] for warning in run.output["warnings"])
    report = OracleReport(
        novel=novel.name,
        requests=len(server.requests()),
        injected=plan.injected,
        unanswered=len(plan.unanswered),
        reported=codes["model_answer_unusable"],
        unnameable=Counter(oracle.unnameable.values()),
    )
    return NovelRun(scores=score(novel, run), oracle=report)
