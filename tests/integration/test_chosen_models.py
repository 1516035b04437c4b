"""Which models a run works with when its request or its assistant chooses them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fixtures.served_projects import project, serving
from tools.llm.transport import certificates

_SOURCE = """
from typing import TypedDict

from langgraph.graph import StateGraph

from tools.llm.chat_models import current
from tools.llm.roles import ROLES


class State(TypedDict, total=False):
    models: dict[str, str]


class OwnContext(TypedDict, total=False):
    models: str


async def tell(state: State) -> State:
    models = await current()
    return {"models": {role: choice.name for role in ROLES if (choice := models.choice(role))}}


def build(context):
    builder = StateGraph(State, context)
    builder.add_node("tell", tell)
    builder.set_entry_point("tell")
    return builder.compile()


telling = build(None)
own_models = build(OwnContext)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("models")
    graphs = {"telling": "./telling.py:telling", "own_models": "./telling.py:own_models"}
    config = project(folder, "telling", _SOURCE, dependencies=["."], graphs=graphs)
    settings: dict[str, Any] = {
        "PRIMARY_MODEL": "openai:first",
        "RERANK_MODEL": "openai:my-reranker",
        "MODELS_ALLOWED": "openai:good-*,dashscope:*",
        "LLM_BASE_URL": "http://127.0.0.1:9/v1",
    }
    with serving(config, folder / "data", **settings) as running:
        yield running


@pytest.fixture
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, verify=certificates(), timeout=30) as client:
        yield client


async def _models(client: httpx.AsyncClient, **body: Any) -> dict[str, str]:
    answer = await client.post("/runs/wait", json={"assistant_id": "telling", "input": {}} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()["models"]


async def test_settings_decide_where_nobody_chooses_and_roles_follow_primary(
    client: httpx.AsyncClient,
) -> None:
    models = await _models(client)

    assert models == {
        **dict.fromkeys(["primary", "fast", "translate", "subtitle", "judge"], "openai:first"),
        "rerank": "openai:my-reranker",
    }


async def test_request_chooses_for_its_run_alone_and_followers_follow(client: httpx.AsyncClient) -> None:
    chosen = {"primary": "openai:good-one", "judge": "openai:first"}

    models = await _models(client, context={"models": chosen})

    assert (models["primary"], models["fast"], models["judge"]) == (
        "openai:good-one",
        "openai:good-one",
        "openai:first",
    )
    assert (await _models(client))["primary"] == "openai:first"


async def test_assistant_chooses_and_the_request_has_the_last_word_on_each_role(
    client: httpx.AsyncClient,
) -> None:
    context = {"models": {"primary": "openai:good-a", "fast": "openai:good-b"}}
    body = {"graph_id": "telling", "context": context}
    assistant = (await client.post("/assistants", json=body)).json()["assistant_id"]

    models = await _models(client, assistant_id=assistant, context={"models": {"fast": "openai:good-c"}})

    assert (models["primary"], models["fast"]) == ("openai:good-a", "openai:good-c")


async def test_offline_may_always_be_chosen(client: httpx.AsyncClient) -> None:
    models = await _models(client, context={"models": {"primary": "offline", "rerank": "offline"}})

    assert models == {}


@pytest.mark.parametrize(
    ("models", "message"),
    [
        pytest.param({"primary": "openai:dear"}, "may not be chosen", id="not allowed"),
        pytest.param({"primary": "openai:my-reranker"}, "cannot play the role 'primary'", id="unfit"),
        pytest.param({"primary": "dashscope:qwen3.7-plus"}, "no key for 'dashscope'", id="no key"),
        pytest.param({"chief": "openai:first"}, "there is no role 'chief'", id="unknown role"),
        pytest.param({"primary": {"base_url": "http://evil"}}, "must be a string", id="own address"),
        pytest.param(["openai:first"], "must be an object", id="no object"),
    ],
)
async def test_choice_that_cannot_be_followed_is_refused_before_the_run_is_accepted(
    client: httpx.AsyncClient, models: Any, message: str
) -> None:
    thread = (await client.post("/threads", json={})).json()["thread_id"]
    body = {"assistant_id": "telling", "input": {}, "context": {"models": models}}

    answer = await client.post(f"/threads/{thread}/runs", json=body)

    assert answer.status_code == 422
    assert message in answer.text
    assert (await client.get(f"/threads/{thread}/runs")).json() == []


async def test_graph_with_models_of_its_own_in_its_context_is_left_alone(client: httpx.AsyncClient) -> None:
    models = await _models(client, assistant_id="own_models", context={"models": "anything"})

    assert models["primary"] == "openai:first"
