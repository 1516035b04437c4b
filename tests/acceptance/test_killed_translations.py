"""A worker that is killed in the middle of a film: no cue is lost, no answered batch asked for again."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.model_server import Answers, Pace, model_server
from tests.fixtures.redis_servers import wait_until
from tests.fixtures.service_process import ServiceProcess, soon_taken_over
from tools.subtitles import open_subtitles

pytestmark = pytest.mark.timeout(240)

_CUES = 120
_BATCH = 5
_LANES = 2
_ANSWERED = 8


class _Held(Pace):
    """The first questions are answered at once, the others never."""

    def delay(self, number: int) -> float:
        return 0 if number <= _ANSWERED else 3600


def _film() -> str:
    return "\n".join(
        f"{n}\n00:{n // 15:02d}:{n % 15 * 4:02d},000 --> 00:{n // 15:02d}:{n % 15 * 4 + 3:02d},000\n"
        f"Line {n} of the film.\n"
        for n in range(1, _CUES + 1)
    )


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {s["id"]: re.sub(r"\D", "", s["text"]) for s in data["segments"]}
    return {"translations": [{"id": id, "text": f"电影的第{n}行。"} for id, n in numbers.items()]}


def test_a_killed_service_goes_on_with_the_batches_that_are_left(tmp_path: Path) -> None:
    with model_server(Answers.oracle(_answer), pace=_Held()) as models:
        environment = soon_taken_over(models.openai_url, lease_seconds=3)
        service = ServiceProcess(data_dir=tmp_path, environment=environment)
        try:
            url = service.start().url
            thread = httpx.post(f"{url}/threads", json={}, timeout=60).json()["thread_id"]
            options = {"lanes": _LANES, "batch": _BATCH}
            given = {"text": _film(), "target_languages": ["zh"], "options": options}
            run = httpx.post(
                f"{url}/threads/{thread}/runs", json={"assistant_id": "subtitles", "input": given}, timeout=60
            ).json()["run_id"]
            # Until each lane has asked for its next batch.
            wait_until(lambda: len(models.requests()) >= _ANSWERED + _LANES)
            service.kill()
            models.pace = Pace()
            url = service.start().url
            httpx.get(f"{url}/threads/{thread}/runs/{run}/join", timeout=120)
            values = httpx.get(f"{url}/threads/{thread}/state", timeout=30).json()["values"]
        finally:
            service.kill()
        asked = Counter(request.question for request in models.requests() if request.is_answered)

    chinese = values["targets"]["zh"]
    assert (chinese["translated"], chinese["flags"]) == (_CUES, [])
    cues = open_subtitles(chinese["text"].encode()).cues
    assert [cue.text for cue in cues] == [f"电影的第{n}行。" for n in range(1, _CUES + 1)]
    assert len(asked) == sum(asked.values()) == _CUES // _BATCH  # no batch that was answered is asked again
