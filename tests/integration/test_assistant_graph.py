"""The whole assistant: offline, and with a model server on loopback."""

import asyncio
import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from evals.model_server import Answers, ModelServer, model_server
from graphs.assistant.graph import build
from graphs.registry import GRAPHS
from tools.errors import InvalidInput
from tools.llm.chat_models import ChatModels
from tools.llm.chat_models import bind as bind_models
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage

pytestmark = pytest.mark.usefixtures("closed_clients")

Json = dict[str, Any]
_CHAT = {"configurable": {"thread_id": "chat"}}
_APPROVE = {"decisions": [{"type": "approve"}]}
_TEXT = {"text": "Good morning, dear reader.", "target_languages": ["de"]}
_CALL = {"tool": "translate", "arguments": _TEXT}


@dataclass
class _Chat:
    """A conversation with the assistant."""

    storage: LocalStorage
    models: ChatModels
    server: ModelServer | None = None
    saver: InMemorySaver = field(default_factory=InMemorySaver)
    events: list[Json] = field(default_factory=list[Json])

    @property
    def graph(self) -> Any:
        """A new one each time, as after a restart."""
        return build().compile(checkpointer=self.saver)

    async def say(self, content: Any) -> Json:
        return await self.go({"messages": [{"role": "user", "content": content}]})

    async def answer(self, decision: Any) -> Json:
        return await self.go(Command(resume=decision))

    async def cancelled(self, decision: Any) -> None:
        """Resume, and stop the run at the first thing that its job tells."""
        with bind_models(self.models), bind_storage(self.storage):
            events = self.graph.astream(Command(resume=decision), _CHAT, stream_mode="custom")
            async with aclosing(events):
                await anext(events)

    async def go(self, given: Any) -> Json:
        self.events = []
        result: Json = {}
        with bind_models(self.models), bind_storage(self.storage):
            async for mode, payload in self.graph.astream(given, _CHAT, stream_mode=["custom", "values"]):
                if mode == "custom":
                    self.events.append(payload)
                else:
                    result = payload
        return result

    def asked(self, *, of: str) -> int:
        """How many questions of the assistant's own, or of the job, the model was asked."""
        assert self.server is not None
        own = [bool(request.body.get("tools")) for request in self.server.requests()]
        return own.count(of == "assistant")


_HELD_BACK = b"""# Salt

## Recommendations

Adults should not take more than 5 g of salt a day (strong recommendation, high-quality evidence).
"""


@pytest.fixture
def offline(tmp_path: Path) -> _Chat:
    return _Chat(LocalStorage(tmp_path), ChatModels({}))


@contextmanager
def _chat(folder: Path, *answers: Any, job: Callable[[Json], Any] | None = None) -> Iterator[_Chat]:
    """A conversation whose model says these one after the other; the job's questions are answered besides."""
    told = list(answers)

    def answer(question: Any) -> Any:
        if question.tools:
            return told.pop(0)
        return (job or _translated)(question.data)

    with model_server(Answers.of(answer)) as server:
        choice = choose("openai:m", base_url=server.openai_url)
        models = ChatModels(
            {"primary": choice, "translate": choice, "fast": choice},
            limits=TimeLimits(first_token=5, idle=2, total=20),
        )
        yield _Chat(LocalStorage(folder), models, server)


def _translated(data: Json) -> Json:
    return {"translations": [{"id": each["id"], "text": "Guten Morgen."} for each in data["segments"]]}


def _last(result: Json) -> str:
    return result["messages"][-1].text


def _told(result: Json) -> Json:
    """What the last tool returned."""
    return json.loads(next(m for m in reversed(result["messages"]) if m.type == "tool").text)


async def test_job_starts_once_the_user_has_agreed_and_its_result_is_told(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "It is ready.") as chat:
        proposed = await chat.say("Translate this into German: Good morning, dear reader.")
        before = chat.asked(of="job")
        result = await chat.answer(_APPROVE)

    (question,) = proposed["__interrupt__"]
    (request,) = question.value["action_requests"]
    assert (request["name"], request["args"]) == ("translate", _TEXT)
    assert request["estimate"]["calls"] == 1
    assert before == 0
    assert _told(result)["result"]["targets"]["de"]["text"] == "Guten Morgen."
    assert _last(result) == "It is ready."


async def test_job_whose_role_has_no_model_is_not_begun_before_the_user_agreed(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL) as chat:
        chat.models = ChatModels({"primary": chat.models.choice("primary")})
        proposed = await chat.say("Translate this into German: Good morning, dear reader.")

    (request,) = proposed["__interrupt__"][0].value["action_requests"]
    assert request["estimate"] is None
    assert await asyncio.to_thread(os.listdir, tmp_path) == []


async def test_steps_of_a_job_are_told_in_the_conversations_own_stream(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "Ready.") as chat:
        await chat.say("Translate it")
        await chat.answer(_APPROVE)

    progress = [event for event in chat.events if event["type"] == "progress"]
    assert progress
    assert {event["job"] for event in progress} == {"translate"}


async def test_restart_between_the_question_and_the_end_asks_nothing_twice(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "Ready.") as chat:
        await chat.say("Translate it")
        await chat.answer(_APPROVE)  # by a graph that was built anew
        assert (chat.asked(of="assistant"), chat.asked(of="job")) == (2, 1)


async def test_changed_job_is_proposed_anew(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "Ready.") as chat:
        await chat.say("Translate it")
        changed = {**_TEXT, "target_languages": ["fr"]}
        edit = {"type": "edit", "edited_action": {"name": "translate", "args": changed}}
        again = await chat.answer({"decisions": [edit]})
        result = await chat.answer(_APPROVE)

    assert again["__interrupt__"][0].value["action_requests"][0]["args"] == changed
    assert list(_told(result)["result"]["targets"]) == ["fr"]


@pytest.mark.parametrize("word", ["yes", "OK.", "好的"])
async def test_job_starts_when_the_user_types_that_they_agree(tmp_path: Path, word: str) -> None:
    with _chat(tmp_path, _CALL, "It is ready.") as chat:
        await chat.say("Translate it into German.")
        done = await chat.say(word)

    assert _last(done) == "It is ready."
    assert [result["job"] for result in done["results"].values()] == ["translate"]


async def test_whoever_says_more_than_yes_is_answered_by_the_model(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "Into which language, then?") as chat:
        await chat.say("Translate it into German.")
        done = await chat.say("Yes, but into another language.")

    assert _last(done) == "Into which language, then?"
    assert done["results"] == {}


async def test_model_is_told_that_a_cancelled_run_left_its_call_without_a_result(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "As you like.") as chat:
        await chat.say("Translate it")
        await chat.cancelled(_APPROVE)
        result = await chat.say("Leave it.")

        assert (_last(result), result["results"]) == ("As you like.", {})
        assert chat.server is not None
        told = chat.server.requests()[-1].body["messages"]
    assert [message["role"] for message in told] == ["system", "user", "assistant", "tool", "user"]
    assert "cancelled" in json.loads(told[3]["content"])


async def test_rejected_job_is_not_done(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "As you like.") as chat:
        await chat.say("Translate it")
        result = await chat.answer({"decisions": [{"type": "reject", "message": "Not now."}]})

        assert _told(result) == {"declined": "Not now."}
        assert (chat.asked(of="job"), result["results"]) == (0, {})


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"tool": "translate", "arguments": {"target_languages": ["de"]}}, "invalid_input"),
        ({"tool": "translate", "arguments": {**_TEXT, "speed": 9}}, "unknown_option"),
        ({"tool": "make_coffee", "arguments": {}}, "invalid_input"),
        ({"tool": "look_at_result", "arguments": {"call_id": "x", "path": ""}}, "invalid_input"),
        ({"tool": "characters", "arguments": {"file_id": "no-such-file"}}, "unknown_file"),
    ],
)
async def test_wrong_call_is_answered_with_what_is_wrong(tmp_path: Path, call: Json, code: str) -> None:
    with _chat(tmp_path, call, "Which file?") as chat:
        result = await chat.say("Do it")

    assert _told(result)["code"] == code
    assert _last(result) == "Which file?"


async def test_part_of_a_result_is_looked_up_after_the_job(tmp_path: Path) -> None:
    with _chat(tmp_path, _CALL, "Ready.") as chat:
        await chat.say("Translate it")
        call_id = next(iter((await chat.answer(_APPROVE))["results"]))
    look = {"tool": "look_at_result", "arguments": {"call_id": call_id, "path": "targets.de.text"}}
    with _chat(tmp_path, look, "It says: Guten Morgen.") as later:
        later.saver = chat.saver
        result = await later.say("What does it say?")

    assert _told(result) == {"path": "targets.de.text", "value": "Guten Morgen."}


async def test_invented_result_is_corrected(tmp_path: Path) -> None:
    with _chat(tmp_path, "I have translated it: out.pdf, 5,000 words.", "Which language?") as chat:
        result = await chat.say("Translate it")

        assert _last(result) == "Which language?"
        assert "out.pdf" in json.dumps(chat.server.requests()[-1].body) if chat.server else False


async def test_result_that_is_invented_twice_is_withheld_by_name(tmp_path: Path) -> None:
    with _chat(tmp_path, "See out.pdf.", "See out.pdf.") as chat:
        result = await chat.say("Translate it")

    assert "withheld" in _last(result)
    assert result["messages"][-1].response_metadata["withheld"] == ["out.pdf"]


@pytest.mark.parametrize("given", ["id", "base64"])
async def test_file_of_a_message_reaches_the_job_by_its_id(offline: _Chat, given: str) -> None:
    data = b"1\n00:00:01,000 --> 00:00:03,000\nGood morning.\n"
    block: Json = {"type": "file", "data": base64.b64encode(data).decode(), "metadata": {"filename": "a.srt"}}
    if given == "id":
        stored = await offline.storage.write(data, name="a.srt", media_type="")
        block = {"type": "file", "file_id": stored.file_id}

    result = await offline.say([{"type": "text", "text": "into Chinese"}, block])

    args = result["__interrupt__"][0].value["action_requests"][0]["args"]
    assert args["target_languages"] == ["zh"]
    assert await offline.storage.read(args["file_id"]) == data


async def test_block_without_a_file_is_refused_by_name(offline: _Chat) -> None:
    with pytest.raises(InvalidInput, match="holds no file"):
        await offline.say([{"type": "image_url", "image_url": {"url": "http://10.0.0.1/"}}])


async def test_long_message_is_kept_as_a_file_and_shown_by_its_beginning(offline: _Chat) -> None:
    text = "Translate this into German: " + "word " * 3000

    result = await offline.say(text)

    shown = next(m for m in result["messages"] if m.type == "human").text
    assert len(shown) < 1000
    args = result["__interrupt__"][0].value["action_requests"][0]["args"]
    assert (await offline.storage.read(args["file_id"])).decode() == text


async def test_offline_dialogue_asks_for_what_is_missing_then_works_and_is_marked(offline: _Chat) -> None:
    asked = await offline.say("Who speaks in my novel?")
    await offline.say("The novel: “Hello,” said Mary. “Good day,” said Tom.")
    result = await offline.answer(_APPROVE)

    assert "file" in _last(asked)
    assert result["mode"] == "offline"
    assert [c["canonical_name"] for c in _told(result)["result"]["characters"]] == ["Mary", "Tom"]
    assert result["messages"][-1].response_metadata == {"mode": "offline"}
    assert offline.events[-1]["type"] != "warning"


async def test_offline_dialogue_suggests_replies_without_a_question(offline: _Chat) -> None:
    result = await offline.say("Suggest replies to: Would you like some tea?")

    assert "__interrupt__" not in result
    assert "The job has ended" in _last(result)


async def test_menu_tells_every_job_in_the_language_of_who_asks(offline: _Chat) -> None:
    told = _last(await offline.say("你好")).splitlines()

    assert len(told) > 5
    assert [line for line in told if not re.search(r"[\u4e00-\u9fff]", line)] == []


async def test_offline_dialogue_says_that_nothing_was_translated(offline: _Chat) -> None:
    await offline.say('Translate "Good evening." into German')
    result = await offline.answer(_APPROVE)

    assert "nothing was translated" in result["messages"][-1].text


async def test_job_that_would_ask_something_itself_is_confirmed_first(offline: _Chat) -> None:
    stored = await offline.storage.write(_HELD_BACK, name="salt.md", media_type="text/markdown")
    block = {"type": "file", "file_id": stored.file_id}
    proposed = await offline.say([{"type": "text", "text": "Make this guideline readable"}, block])
    asked = await offline.answer(_APPROVE)

    (first,), (second,) = proposed["__interrupt__"], asked["__interrupt__"]
    assert first.value["action_requests"][0]["name"] == "guideline"
    assert second.value["subject"] == "version"


async def test_job_that_fails_is_told_as_failed(offline: _Chat) -> None:
    result = await offline.say("Characters of the novel: no one says a word here.")

    assert _told(result)["code"] == "no_quotations"
    assert "did not end with a result" in _last(result)


@pytest.mark.parametrize("values", [{}, {"messages": []}, {"messages": ["a"], "files": []}, None])
async def test_input_without_a_message_is_refused_before_a_run(values: object) -> None:
    with pytest.raises(InvalidInput):
        await GRAPHS["assistant"].check_input(values)
