"""A service that is killed while the assistant's job works goes on in that job, in the same conversation."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.model_server import Answers, Pace, model_server
from evals.model_server.question import Question
from tests.fixtures.redis_servers import wait_until
from tests.fixtures.service_process import ServiceProcess, soon_taken_over

pytestmark = pytest.mark.timeout(240)

_LINES = 200
_LANES, _BATCH = 5, 20  # as the job has them by default
_ANSWERED = 1 + _LANES  # the assistant's call, and each lane's first batch


class _Held(Pace):
    """The first questions are answered at once, the others never."""

    def delay(self, number: int) -> float:
        return 0 if number <= _ANSWERED else 3600


def _text() -> str:
    return "\n\n".join(f"Line {n} of the letter." for n in range(1, _LINES + 1))


def _answer(question: Question) -> Any:
    if not question.tools:
        numbers = {s["id"]: re.sub(r"\D", "", s["text"]) for s in question.data["segments"]}
        return {"translations": [{"id": id, "text": f"信的第{n}行。"} for id, n in numbers.items()]}
    if any(message.role == "tool" for message in question.messages):
        return "It is ready."
    return {"tool": "translate", "arguments": {"text": _text(), "target_languages": ["zh"]}}


def _said(url: str, thread: str, **wanted: Any) -> str:
    """Begin a run of the assistant; its id."""
    body = {"assistant_id": "assistant", **wanted}
    return httpx.post(f"{url}/threads/{thread}/runs", json=body, timeout=60).json()["run_id"]


def _state(url: str, thread: str, run: str) -> dict[str, Any]:
    httpx.get(f"{url}/threads/{thread}/runs/{run}/join", timeout=120)
    return httpx.get(f"{url}/threads/{thread}/state", timeout=30).json()


def test_a_killed_service_goes_on_within_the_job_that_the_assistant_began(tmp_path: Path) -> None:
    with model_server(Answers.of(_answer), pace=_Held()) as models:
        environment = soon_taken_over(models.openai_url, lease_seconds=3)
        service = ServiceProcess(data_dir=tmp_path, environment=environment)
        try:
            url = service.start().url
            thread = httpx.post(f"{url}/threads", json={}, timeout=60).json()["thread_id"]
            asked = {"messages": [{"role": "user", "content": "Translate my letter into Chinese"}]}
            proposed = _state(url, thread, _said(url, thread, input=asked))
            run = _said(url, thread, command={"resume": {"decisions": [{"type": "approve"}]}})
            # Until each lane has asked for its next batch.
            wait_until(lambda: len(models.requests()) >= _ANSWERED + _LANES)
            service.kill()
            models.pace = Pace()
            url = service.start().url
            values = _state(url, thread, run)["values"]
        finally:
            service.kill()
        batches = [
            request for request in models.requests() if request.is_answered and not request.body.get("tools")
        ]

    assert proposed["tasks"][0]["interrupts"][0]["value"]["action_requests"][0]["name"] == "translate"
    told = json.loads(next(m["content"] for m in values["messages"] if m["type"] == "tool"))["result"]
    assert (told["targets"]["zh"]["translated"], values["messages"][-1]["content"]) == (
        _LINES,
        "It is ready.",
    )
    questions = Counter(request.question for request in batches)
    assert (
        len(questions) == sum(questions.values()) == _LINES // _BATCH
    )  # no answered batch is asked for again
