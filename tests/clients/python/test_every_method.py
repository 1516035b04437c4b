"""No method of the SDK is without a test."""

import re
from pathlib import Path

import pytest
from langgraph_sdk import get_client, get_sync_client

HERE = Path(__file__).parent
TESTED = {
    (part, method)
    for path in HERE.glob("test_*.py")
    for part, method in re.findall(r"client\.(\w+)\.(\w+)\(", path.read_text(encoding="utf-8"))
}


def parts(client: object) -> list[str]:
    """The names of the clients inside a client."""
    return [
        name
        for name, value in vars(client).items()
        if type(value).__name__.endswith("Client") and name != "http"
    ]


def methods(client: object) -> set[tuple[str, str]]:
    return {
        (part, name)
        for part in parts(client)
        for name in dir(getattr(client, part))
        if not name.startswith("_") and callable(getattr(getattr(client, part), name))
    }


@pytest.mark.parametrize("get", [get_client, get_sync_client], ids=["async", "sync"])
def test_every_method_of_the_sdk_is_called_by_a_test(get: type) -> None:
    client = get(url="http://127.0.0.1:9")
    untested = methods(client) - TESTED

    assert {"assistants", "threads", "runs", "crons", "store"} <= set(parts(client))
    assert not untested, f"write tests of {sorted(untested)}"
