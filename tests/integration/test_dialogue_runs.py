"""Talks as runs of the service: what is remembered of a partner is its owner's."""

from collections.abc import Iterator
from typing import Any

import pytest

from configs.settings import Settings
from evals.model_server import Answers, model_server
from tests.conftest import Server, running
from tests.fixtures.people import People

_PARTNER = {"id": "doctor", "name": "Dr Lee"}


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    if "wanted" in data:
        return {"replies": [{**slot, "speaker": "me", "text": "I see."} for slot in data["wanted"]]}
    said = data["conversation"][0]
    return {"summary": f"It was about: {said['text']}", "facts": []}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with accounts and a model."""
    with model_server(Answers.oracle(_answer)) as models:
        given: Any = {
            "PORT": 0,
            "DATA_DIR": tmp_path_factory.mktemp("data"),
            "AUTH": "on",
            "ALLOW_REGISTRATION": True,
            "LOGIN_RATE": 0,
            "PRIMARY_MODEL": "openai:m",
            "LLM_BASE_URL": models.openai_url,
        }
        with running(Settings(**given)) as running_server:
            yield running_server


def test_talk_is_remembered_by_its_owner_alone(server: Server) -> None:
    with People(server) as people:
        ann, bob = people.join(), people.join()
        said = [{"speaker": "partner", "text": "Your knee is better."}]
        first = ann.thread()
        ann.run("dialogue", first, setup={"partner": _PARTNER}, said=said, want=["summary"])
        later = ann.run("dialogue", ann.thread(), setup={"partner": {"id": "doctor"}}, want=[])
        others = bob.run("dialogue", bob.thread(), setup={"partner": {"id": "doctor"}}, want=[])
        denied = bob.http.get(f"/threads/{first}/state").status_code

    assert [talk["summary"] for talk in later["conversation"]["talks"]] == [
        "It was about: Your knee is better."
    ]
    assert others["conversation"]["talks"] == []
    assert denied == 404


def test_input_that_no_talk_can_take_is_refused_before_a_run(server: Server) -> None:
    with People(server) as people:
        body = {"assistant_id": "dialogue", "input": {"setup": {"count": 9}}}
        answer = people.join().http.post("/runs/wait", json=body)

    assert answer.status_code == 422
    assert "setup.count" in answer.text
