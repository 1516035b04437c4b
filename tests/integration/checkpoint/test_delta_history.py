"""What the ancestors of a checkpoint wrote to a DeltaChannel, and the stored value under that."""

import random
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, DeltaChannelHistory
from langgraph.checkpoint.serde.types import _DeltaSnapshot

from server.checkpoint import AsyncRedisSaver
from tests.integration.checkpoint.conftest import Place


async def history(place: Place, *channels: str) -> dict[str, DeltaChannelHistory]:
    return dict(await place.saver.aget_delta_channel_history(config=place.config, channels=channels))


def values(found: DeltaChannelHistory) -> list[Any]:
    return [value for _, _, value in found["writes"]]


async def steps(place: Place, *stored: dict[str, Any]) -> None:
    """Checkpoints that store these values; each has a write of its number to `a` and to `b`."""
    for number, some in enumerate(stored):
        await place.put(some)
        await place.write([("a", number), ("b", number)])


async def test_writes_come_oldest_first_and_without_the_checkpoints_own(place: Place) -> None:
    await steps(place, {"a": "seed"}, {}, {}, {})

    assert values((await history(place, "a"))["a"]) == [0, 1, 2]


async def test_the_nearest_stored_value_is_the_seed_and_its_own_writes_follow(place: Place) -> None:
    await steps(place, {"a": "older"}, {}, {"a": _DeltaSnapshot(["nearest"])}, {}, {})

    found = (await history(place, "a"))["a"]

    assert isinstance(found["seed"], _DeltaSnapshot)
    assert found["seed"].value == ["nearest"]
    assert values(found) == [2, 3]


async def test_a_value_from_before_the_channel_was_a_delta_is_a_seed(place: Place) -> None:
    await steps(place, {"a": [10]}, {"a": [10, 20]}, {}, {})

    found = (await history(place, "a"))["a"]

    assert found["seed"] == [10, 20]
    assert values(found) == [1, 2]


async def test_each_channel_goes_back_as_far_as_it_must(place: Place) -> None:
    await steps(place, {}, {"a": "s"}, {}, {"b": "s"}, {})

    found = await history(place, "a", "b")

    assert values(found["a"]) == [1, 2, 3]
    assert values(found["b"]) == [3]


async def test_a_channel_without_a_stored_value_has_no_seed(place: Place) -> None:
    await steps(place, {}, {}, {})

    found = (await history(place, "a"))["a"]

    assert "seed" not in found
    assert values(found) == [0, 1]


async def test_nothing_is_asked_for_no_channels(place: Place) -> None:
    await steps(place, {}, {})

    assert await history(place) == {}


async def test_parallel_writes_come_by_task_path_and_those_without_one_first(place: Place) -> None:
    await place.put({})
    await place.write([("a", "second")], task="00000000", path="~pull, 02")
    await place.write([("a", "first")], task="ffffffff", path="~pull, 01")
    await place.write([("a", "input")], task="ffffffff-input")
    await place.put({})

    assert values((await history(place, "a"))["a"]) == ["input", "first", "second"]


@pytest.mark.parametrize("seed", range(5))
async def test_a_tree_of_forks_reads_as_langgraphs_own_walk_reads_it(
    saver: AsyncRedisSaver, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    place = Place(saver)
    configs: list[RunnableConfig] = []
    for number in range(25):
        place.config = chance.choice(configs) if configs else place.config
        await place.put({name: f"{name}{number}" for name in "ab" if chance.random() < 0.2})
        for task in range(chance.randrange(4)):
            path = chance.choice(["", "~pull, 1", "~pull, 2"])
            await place.write([(chance.choice("abc"), (number, task))], task=f"{chance.random()}", path=path)
        configs.append(place.config)

    for config in configs:
        ours = await saver.aget_delta_channel_history(config=config, channels=["a", "b", "c"])
        theirs = await BaseCheckpointSaver.aget_delta_channel_history(
            saver, config=config, channels=["a", "b", "c"]
        )
        assert ours == theirs
