"""How late the event loop is."""

import asyncio
import time

from server import loop_lag, metrics


def _sum() -> float:
    return metrics.REGISTRY.get_sample_value("scriptorium_event_loop_lag_seconds_sum") or 0.0


def _count() -> float:
    return metrics.REGISTRY.get_sample_value("scriptorium_event_loop_lag_seconds_count") or 0.0


async def test_what_blocks_the_loop_shows_as_lag() -> None:
    before, looks = _sum(), _count()
    async with loop_lag.measured():
        await asyncio.sleep(0)
        time.sleep(loop_lag.EVERY_SECONDS + 0.2)  # noqa: ASYNC251 - to block the loop is the point
        while _count() == looks:  # noqa: ASYNC110 - the metric tells of no change
            await asyncio.sleep(0)

    assert _sum() - before >= 0.2
