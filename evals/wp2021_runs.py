"""Runs of the characters graph over WP2021, with an oracle or a real model.

Unlike the published protocol, no roster is given: the graph finds the names in the 21 sentences itself.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.attribution import ALL, Share
from evals.graph_run import open_models, run_graph
from evals.model_server import Answers, model_server
from evals.model_server.oracle import Oracle
from evals.wp2021 import Instance, RosterEntry
from tools.llm.chat_models import ChatModels


@dataclass(frozen=True, slots=True)
class InstanceGold:
    """What is annotated of one instance: the roster, and the speaker of one quotation."""

    instance: Instance
    aliases: Mapping[str, Sequence[str]]
    genders: Mapping[str, str]

    def speaker(self, quote_id: str) -> str | None:
        """The speaker, when the quotation is the one that the instance asks for."""
        return self.instance.speaker if _is_asked(int(quote_id[1:]), self.instance) else None

    def addressees(self, quote_id: str) -> Sequence[str]:
        """Nobody: the corpus does not annotate them."""
        del quote_id
        return ()


async def score_with_oracle(
    instances: Sequence[Instance], roster: Sequence[RosterEntry]
) -> Mapping[str, Share]:
    """The share of right speakers by category, ALL included, with a model that knows the gold data."""
    aliases = {entry.names[0]: entry.names for entry in roster}
    genders = {entry.names[0]: entry.gender for entry in roster}
    with model_server() as server:

        def prepare(instance: Instance) -> None:
            server.answers = Answers.oracle(Oracle(InstanceGold(instance, aliases, genders)))

        models = open_models("openai:oracle", server.openai_url)
        return await score_graph(instances, roster, models, prepare)


async def score_graph(
    instances: Sequence[Instance],
    roster: Sequence[RosterEntry],
    models: ChatModels,
    prepare: Callable[[Instance], None] = lambda _: None,
) -> Mapping[str, Share]:
    """The share of right speakers by category, ALL included.

    Args:
        instances: What is read.
        roster: Whose names count as one person's.
        models: What plays the role primary.
        prepare: Called before each instance is read.
    """
    aliases = {entry.names[0]: entry.names for entry in roster}
    shares: defaultdict[str, Share] = defaultdict(Share)
    for instance in instances:
        prepare(instance)
        run = await run_graph(instance.text, models, language="zh")
        share = Share(int(_is_right(run.output, instance, aliases)), 1)
        shares[instance.category] += share
        shares[ALL] += share
    return shares


def _is_right(output: Mapping[str, Any], instance: Instance, aliases: Mapping[str, Sequence[str]]) -> bool:
    """Whether the first quotation of the 11th sentence has a speaker under one of the gold names."""
    asked = [quote for quote in output["quotes"] if _is_asked(quote["start"], instance)]
    if not asked or asked[0]["speaker_id"] is None:
        return False
    speaker = next(c for c in output["characters"] if c["id"] == asked[0]["speaker_id"])
    return not {speaker["canonical_name"], *speaker["aliases"]}.isdisjoint(aliases[instance.speaker])


def _is_asked(offset: int, instance: Instance) -> bool:
    start, end = instance.quotation
    return start <= offset < end
