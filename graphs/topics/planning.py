"""What is to be trained, decided from the data; bound to a hash, so that what is approved is done."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphs.inputs import object_of
from graphs.topics.state import MOST_TRIED, Plan
from tools.errors import InvalidInput, Unavailable
from tools.topics.models.spec import EMBEDDED, MOST_TOPICS, Kind
from tools.topics.running.job import StepName
from tools.topics.selection import (
    default_again,
    default_models,
    expected_seconds,
    possible_models,
    topic_counts,
    trainings_again,
)
from tools.topics.tuning.spec import TuningSpec

CostOf = Callable[[StepName], float | None]
"""What one job of a kind may cost at most, where it is done."""


class _Changes(BaseModel):
    """What a person may change of a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: list[Kind] | None = Field(default=None, min_length=1, max_length=10)
    topics: list[int] | None = Field(default=None, min_length=1, max_length=MOST_TRIED)
    again: int | None = Field(default=None, ge=0, le=20)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 2000)
    iterations: int | None = Field(default=None, ge=1, le=10_000)
    tuning: TuningSpec | None = None

    def as_settings(self) -> dict[str, Any]:
        """Those that are given; no tuning can be one of them."""
        given = self.model_dump(mode="json", exclude_none=True)
        return {"tuning": None, **given} if "tuning" in self.model_fields_set else given


def make_plan(settings: Mapping[str, Any], facts: Mapping[str, Any], cost_of: CostOf) -> Plan:
    """The plan of the options, filled in from the data.

    Raises:
        InvalidInput: "impossible_model": the data do not have what a model needs; "nothing_to_tune_for".
        Unavailable: An embedding model cannot be tuned where models are trained.
    """
    models = list(dict.fromkeys(settings["models"])) or default_models(facts)
    possible = possible_models(facts)
    for kind in models:
        if kind not in possible:
            raise InvalidInput(
                f"the model {kind!r} needs what these data do not have (groups, times or labels)",
                hint=f"Possible here: {', '.join(possible)}.",
                code="impossible_model",
            )
    if settings.get("tuning") and not set(models) & set(EMBEDDED):
        raise InvalidInput(
            f"none of the models {', '.join(models)} works with embeddings",
            hint=f"Add one of {', '.join(EMBEDDED)}, or leave out `tuning`.",
            code="nothing_to_tune_for",
        )
    topics = sorted(set(settings["topics"])) or topic_counts(facts["documents"], facts["vocabulary"])
    most = facts["vocabulary"] - 1
    counts = [count for count in topics if count <= most] or [most]
    planned = _planned(models, counts, settings, facts)
    return cast("Plan", {**planned, "most_cost": _most_cost(planned, cost_of)})


def _most_cost(planned: Mapping[str, Any], cost_of: CostOf) -> float | None:
    """What all jobs may cost together; None where nobody knows."""
    trainings = len(planned["topics"]) + len(planned["models"]) - 1
    costs = [cost_of("train")] * trainings + ([cost_of("tune")] if planned["tuning"] else [])
    known = [cost for cost in costs if cost is not None]
    return round(sum(known), 2) if len(known) == len(costs) else None


def _planned(
    models: list[Kind], topics: list[int], settings: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    again = default_again(facts["words"]) if settings["again"] is None else settings["again"]

    def takes(kind: Kind, count: int) -> float:
        return expected_seconds(kind, count, facts["words"], trainings_again(kind, again) + 1)

    seconds = sum(takes(models[0], count) for count in topics)
    seconds += sum(takes(kind, max(topics)) for kind in models[1:])
    content: dict[str, Any] = {
        "models": models,
        "topics": topics,
        "again": again,
        "seed": settings["seed"],
        "iterations": settings["iterations"],
        "tuning": settings.get("tuning"),  # a thread may have waited for a person since before there was one
    }
    shown = json.dumps([content, facts["data_sha256"]], sort_keys=True)
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return {**content, "seconds": round(seconds), "hash": digest}


def read_verdict(
    answer: object, plan: Plan, settings: Mapping[str, Any], facts: Mapping[str, Any], cost_of: CostOf
) -> tuple[Plan | None, dict[str, Any], list[str]]:
    """What a person says of a plan: the approved plan; or changed settings, for a new one; or what is wrong.

    Args:
        answer: ``{"decision": "approve", "hash"}`` or ``{"changes": {...}}``; anything: it is from outside.
    """
    given = object_of(answer)
    if given.get("changes"):
        try:
            changed = _Changes.model_validate(given["changes"]).as_settings()
            _check_counts(changed.get("topics", []))
            make_plan({**settings, **changed}, facts, cost_of)
        except ValidationError as error:
            return (
                None,
                {},
                [f"changes: {one['loc']}: {one['msg']}" for one in error.errors(include_url=False)],
            )
        except (InvalidInput, Unavailable) as error:
            return None, {}, [error.message]
        return None, changed, []
    if given.get("decision") != "approve":
        return None, {}, ['`decision` is "approve", or `changes` say what should be otherwise']
    if given.get("hash") != plan["hash"]:
        return None, {}, [f"the plan has changed since: approve it with its hash {plan['hash']}"]
    return plan, {}, []


def _check_counts(topics: list[int]) -> None:
    wrong = [count for count in topics if not 2 <= count <= MOST_TOPICS]
    if wrong:
        raise InvalidInput(f"topics: {wrong[0]} is not between 2 and {MOST_TOPICS}")
