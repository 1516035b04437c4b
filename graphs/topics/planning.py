"""What is to be trained, decided from the data; bound to a hash, so that what is approved is done."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphs.inputs import object_of
from graphs.topics.state import MOST_TRIED, Plan
from tools.errors import InvalidInput
from tools.topics.models.spec import MOST_TOPICS, Kind
from tools.topics.selection import (
    default_again,
    default_models,
    expected_seconds,
    possible_models,
    topic_counts,
    trainings_again,
)


class _Changes(BaseModel):
    """What a person may change of a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: list[Kind] | None = Field(default=None, min_length=1, max_length=10)
    topics: list[int] | None = Field(default=None, min_length=1, max_length=MOST_TRIED)
    again: int | None = Field(default=None, ge=0, le=20)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 2000)
    iterations: int | None = Field(default=None, ge=1, le=10_000)


def make_plan(settings: Mapping[str, Any], facts: Mapping[str, Any]) -> Plan:
    """The plan of the options, filled in from the data.

    Raises:
        InvalidInput: "impossible_model": the data do not have what a model needs.
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
    topics = sorted(set(settings["topics"])) or topic_counts(facts["documents"], facts["vocabulary"])
    most = facts["vocabulary"] - 1
    return _planned(models, [count for count in topics if count <= most] or [most], settings, facts)


def _planned(
    models: list[Kind], topics: list[int], settings: Mapping[str, Any], facts: Mapping[str, Any]
) -> Plan:
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
    }
    shown = json.dumps([content, facts["data_sha256"]], sort_keys=True)
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return cast("Plan", {**content, "seconds": round(seconds), "hash": digest})


def read_verdict(
    answer: object, plan: Plan, settings: Mapping[str, Any], facts: Mapping[str, Any]
) -> tuple[Plan | None, dict[str, Any], list[str]]:
    """What a person says of a plan: the approved plan; or changed settings, for a new one; or what is wrong.

    Args:
        answer: ``{"decision": "approve", "hash"}`` or ``{"changes": {...}}``; anything: it is from outside.
    """
    given = object_of(answer)
    if given.get("changes"):
        try:
            changes = _Changes.model_validate(given["changes"])
            changed = changes.model_dump(exclude_none=True)
            _check_counts(changed.get("topics", []))
            make_plan({**settings, **changed}, facts)
        except ValidationError as error:
            return (
                None,
                {},
                [f"changes: {one['loc']}: {one['msg']}" for one in error.errors(include_url=False)],
            )
        except InvalidInput as error:
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
