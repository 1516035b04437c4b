"""Whatever a body holds, no route answers with a 5xx or a stack trace."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Server

THREAD = "0197a7d0-0000-7000-8000-00000000000f"
FIELDS = [
    "assistant_id",
    "input",
    "command",
    "metadata",
    "config",
    "context",
    "checkpoint",
    "stream_mode",
    "stream_subgraphs",
    "interrupt_before",
    "webhook",
    "multitask_strategy",
    "on_disconnect",
    "durability",
]
ROUTES = [
    ("/threads", ["thread_id", "metadata", "if_exists"]),
    (f"/threads/{THREAD}/runs", FIELDS),
    (f"/threads/{THREAD}/runs/wait", FIELDS),
    ("/runs/wait", FIELDS),
    ("/runs/stream", FIELDS),
    ("/api/recognize", ["text", "book_id", "callback_url", "options"]),
    ("/api/recognize/async", ["text", "book_id", "callback_url", "options"]),
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.just("characters"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["configurable", "goto", "resume", "text", "x", "checkpoint_id"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


# The server's thread draws random numbers of its own while hypothesis draws a body.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.parametrize(("route", "fields"), ROUTES, ids=[route for route, _ in ROUTES])
@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_body_breaks_a_route(
    own_server: Server, route: str, fields: list[str], data: st.DataObject
) -> None:
    body: Any = data.draw(st.dictionaries(st.sampled_from(fields), json_values, max_size=4) | json_values)
    if isinstance(body, dict) and "assistant_id" in fields and data.draw(st.booleans()):
        body["assistant_id"] = "characters"

    response = httpx.post(f"{own_server.url}{route}", json=body, timeout=30)

    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text
