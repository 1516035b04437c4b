"""What goes in comes out, of the same type."""

import dataclasses
import enum
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from langchain_core.messages import AIMessage
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from pydantic import BaseModel

from server.checkpoint import AsyncRedisSaver, RedisSaver, SaverOptions
from server.checkpoint.connection import AsyncClient
from tests.integration.checkpoint.conftest import Backwards, Place


class Person(BaseModel):
    """A model of pydantic."""

    name: str


@dataclasses.dataclass
class Point:
    """A dataclass."""

    x: int


class Colour(enum.Enum):
    """An enum."""

    RED = "red"


VALUES: dict[str, Any] = {
    "decimal": Decimal("1.50"),
    "uuid": UUID(int=7),
    "datetime": datetime(2024, 2, 29, 12, 30, tzinfo=UTC),
    "date": date(2024, 2, 29),
    "timedelta": timedelta(seconds=3, microseconds=5),
    "frozenset": {"nested": frozenset({1, 2})},
    "set": {"a", "b"},
    "pydantic": Person(name="Ada"),
    "dataclass": Point(x=1),
    "enum": Colour.RED,
    "bytes": b"\x00\xff",
    "bytearray": bytearray(b"ab"),
    "message": AIMessage("hello", id="1"),
    "none": None,
    "float": 0.1,
    "large int": 2**63 - 1,
    "text with NUL": "a\x00b",
    "large text": "long " * 10_000,
}


@pytest.mark.parametrize("name", VALUES)
async def test_a_value_keeps_its_type(place: Place, name: str) -> None:
    await place.put({"c": VALUES[name]})
    await place.write([("c", VALUES[name])])

    found = await place.saver.aget_tuple(place.config)

    assert found is not None
    for value in (found.checkpoint["channel_values"]["c"], (found.pending_writes or [])[0][2]):
        assert value == VALUES[name]
        assert type(value) is type(VALUES[name])


async def test_an_array_keeps_its_shape_and_type(place: Place) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)

    await place.put({"c": array})

    found = (await place.values() or {})["c"]
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


@pytest.mark.parametrize("version", [3, 2.5, "00001.0.5"])
async def test_a_channel_version_keeps_its_type(saver: AsyncRedisSaver, version: Any) -> None:
    place = Place(saver)
    place.versions["c"] = version
    checkpoint = await place.put({"c": 1}, changed=[])

    found = await saver.aget_tuple(place.config)

    assert found is not None
    assert found.checkpoint == checkpoint
    assert type(found.checkpoint["channel_versions"]["c"]) is type(version)


class Spelled(SerializerProtocol):
    """A serializer that knows only JSON, with a type of its own."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        return "json, spelled", json.dumps(obj).encode()

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        assert data[0] == "json, spelled"
        return json.loads(data[1])


@pytest.mark.parametrize("value", ["short", "long " * 10_000])
async def test_a_serializer_of_ones_own_gets_back_what_it_made(client: AsyncClient, value: str) -> None:
    place = Place(AsyncRedisSaver(client, serde=Spelled()))

    await place.put({"c": value}, note=value)
    await place.write([("c", value)])

    found = await place.saver.aget_tuple(place.config)
    assert found is not None
    assert found.checkpoint["channel_values"] == {"c": value}
    assert found.metadata == {"note": value}
    assert found.pending_writes == [("task", "c", value)]


async def data_keys(client: AsyncClient) -> list[bytes]:
    return [key async for key in client.scan_iter() if key.endswith(b":data")]


async def test_an_encrypting_serializer_hides_every_value(client: AsyncClient) -> None:
    saver = AsyncRedisSaver(client, serde=EncryptedSerializer(Backwards()))
    place = Place(saver)
    await place.put({"c": "secret " * 1000}, note="secret in metadata")
    await place.write([("c", "secret write")])

    stored = b"".join([value for key in await data_keys(client) for value in await client.hvals(key)])

    assert await place.values() == {"c": "secret " * 1000}
    assert b"secret" not in stored


async def test_large_values_are_compressed_and_read_with_any_setting(client: AsyncClient) -> None:
    compressing = Place(AsyncRedisSaver(client), "small")
    plain = Place(AsyncRedisSaver(client, options=SaverOptions(compress_above=None)), "large")
    for place in (compressing, plain):
        await place.put({"c": VALUES["large text"]})

    sizes = [sum([len(v) for v in await client.hvals(key)]) for key in await data_keys(client)]

    assert max(sizes) > 20 * min(sizes)
    compressing.saver, plain.saver = plain.saver, compressing.saver
    assert await compressing.values() == await plain.values() == {"c": VALUES["large text"]}


async def test_a_clone_with_an_allowlist_reads_the_same_data(place: Place) -> None:
    await place.put({"c": Person(name="Ada")})

    place.saver = place.saver.with_allowlist([("some", "Type")])  # type: ignore[assignment]

    assert await place.values() == {"c": Person(name="Ada")}


async def test_both_savers_see_the_same_data(deployment: str, place: Place) -> None:
    with RedisSaver.from_conn_string(deployment) as blocking:
        await place.put({"c": "from asyncio"})
        config = {"configurable": {"thread_id": "t"}}
        found = blocking.get_tuple(config)
        assert found == await place.saver.aget_tuple(config)
        assert found is not None

        blocking.put_writes(found.config, [("c", "from a thread")], "task")

        assert list(blocking.list(None)) == [one async for one in place.saver.alist(None)]
        assert next(blocking.list(None)).pending_writes == [("task", "c", "from a thread")]
        blocking.delete_thread("t")
    assert await place.values() is None
