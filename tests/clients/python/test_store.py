"""The SDK's store."""

import uuid
from typing import Any

import pytest

from tests.clients.python.calls import done


@pytest.fixture
def user() -> str:
    return str(uuid.uuid4())


async def test_an_item_is_put_read_changed_and_deleted(client: Any, user: str) -> None:
    place = ["users", user]
    await done(client.store.put_item(place, "likes", {"colour": "red"}))
    await done(client.store.put_item(place, "likes", {"colour": "blue"}, index=False, ttl=60))

    read = await done(client.store.get_item(place, "likes", refresh_ttl=True))
    await done(client.store.delete_item(place, "likes"))

    assert (read["namespace"], read["key"], read["value"]) == (place, "likes", {"colour": "blue"})
    assert await done(client.store.get_item(place, "likes")) is None


async def test_items_are_found_by_prefix_and_content(client: Any, user: str) -> None:
    for key, colour in (("a", "red"), ("b", "blue")):
        await done(client.store.put_item(["users", user], key, {"colour": colour}))

    all_of_them = await done(client.store.search_items(["users", user]))
    red = await done(client.store.search_items(["users", user], filter={"colour": "red"}))

    assert {item["key"] for item in all_of_them["items"]} == {"a", "b"}
    assert [item["key"] for item in red["items"]] == ["a"]


async def test_namespaces_are_listed(client: Any, user: str) -> None:
    await done(client.store.put_item(["users", user, "deep"], "k", {}))

    listed = await done(client.store.list_namespaces(prefix=["users", user], suffix=["deep"]))
    short = await done(client.store.list_namespaces(prefix=["users", user], max_depth=2))

    assert listed["namespaces"] == [["users", user, "deep"]]
    assert short["namespaces"] == [["users", user]]
