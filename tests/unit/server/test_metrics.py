"""The one-liners with which a process counts."""

from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from server import metrics


def _value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


DONE = {"graph": "g", "status": "success"}
YUAN = {"model": "m", "currency": "CNY"}
READ = {"model": "m", "direction": "input"}
WRITTEN = {"model": "m", "direction": "output"}


@pytest.mark.parametrize(
    ("count", "name", "labels", "by"),
    [
        (lambda: metrics.attempt_begun("g", after_crash=False), "run_attempts_total", {"graph": "g"}, 1),
        (lambda: metrics.attempt_begun("g", after_crash=True), "run_crashes_total", {"graph": "g"}, 1),
        (lambda: metrics.attempt_begun("g", after_crash=False), "run_crashes_total", {"graph": "g"}, 0),
        (metrics.handed_over, "run_handovers_total", {}, 1),
        (lambda: metrics.run_ended("g", "ill", 2), "runs_ended_total", {"graph": "g", "status": "ill"}, 1),
        (lambda: metrics.run_ended("g", "success", 2), "run_duration_seconds_sum", DONE, 2),
        (lambda: metrics.run_ended("g", "error", None), "run_duration_seconds_count", DONE, 0),
        (lambda: metrics.first_event("g", 0.5), "run_first_event_seconds_sum", {"graph": "g"}, 0.5),
        (lambda: metrics.first_event("g", -1), "run_first_event_seconds_sum", {"graph": "g"}, 0),
        (lambda: metrics.write_refused("run"), "fenced_writes_refused_total", {"what": "run"}, 1),
        (lambda: metrics.webhook_attempted("failed"), "webhook_attempts_total", {"outcome": "failed"}, 1),
        (lambda: metrics.tokens_used("m", read=7, written=3), "model_tokens_total", READ, 7),
        (lambda: metrics.tokens_used("m", read=7, written=3), "model_tokens_total", WRITTEN, 3),
        (lambda: metrics.model_paid("m", 0.25, "CNY"), "model_cost_total", YUAN, 0.25),
        (lambda: metrics.loop_lagged(0.5), "event_loop_lag_seconds_sum", {}, 0.5),
    ],
)
def test_what_happens_is_counted_under_its_name(
    count: Callable[[], Any], name: str, labels: dict[str, str], by: float
) -> None:
    before = _value(f"scriptorium_{name}", **labels)

    count()

    assert _value(f"scriptorium_{name}", **labels) - before == pytest.approx(by)


def test_a_stream_counts_as_followed_until_it_is_left() -> None:
    before = _value("scriptorium_streams_followed")

    with metrics.following():
        during = _value("scriptorium_streams_followed")

    assert (during - before, _value("scriptorium_streams_followed") - before) == (1, 0)


async def test_a_pipeline_is_one_round_trip(redis_url: str) -> None:
    name = "scriptorium_redis_round_trips_total"
    async with Redis.from_url(redis_url, event_dispatcher=metrics.round_trips("test")) as client:
        await client.ping()
        before = _value(name, client="test")

        await client.set("metrics:test", 1)
        async with client.pipeline(transaction=False) as pipeline:
            await pipeline.incr("metrics:test").incr("metrics:test").delete("metrics:test").execute()

        assert _value(name, client="test") - before == 2
