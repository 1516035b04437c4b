"""Protocol events out of logged ones, without a server."""

from typing import Any

import orjson
import pytest

from server.stream.entry import StreamEvent, position_of
from server.stream.protocol import Cursor, ProtocolEvent, ThreadEncoder, cursor, parse

RUN = "01a200e8-8076-7219-aab0-106df401c74a"
AT = (1000, 0)


class Log:
    """A log that is read as it is written."""

    def __init__(self) -> None:
        self.encoder = ThreadEncoder()
        self.events = self.encoder.begin(RUN, "agent", AT)
        self._count = 0

    def add(self, name: str, data: Any) -> list[ProtocolEvent]:
        self._count += 1
        event = StreamEvent(f"1000-{self._count}", name, orjson.dumps(data))
        made = self.encoder.encode(event)
        self.events += made
        return made

    def chunk(self, message_id: str, text: str, *, last: bool = False) -> list[ProtocolEvent]:
        position = "last" if last else None
        message = {"type": "AIMessageChunk", "id": message_id, "content": text, "chunk_position": position}
        return self.add("messages", [message, {}])

    def end(self, status: str = "success", error: str | None = None) -> list[ProtocolEvent]:
        return self.encoder.end((1000, 99), status=status, error=error)


def checkpoint(checkpoint_id: str, parent: str | None, step: int) -> dict[str, Any]:
    return {
        "config": {"configurable": {"checkpoint_id": checkpoint_id}},
        "parent_config": {"configurable": {"checkpoint_id": parent}} if parent else None,
        "metadata": {"step": step, "source": "loop"},
        "values": {},
    }


def data_of(events: list[ProtocolEvent]) -> list[Any]:
    return [event.data for event in events]


def test_one_logged_event_may_tell_several_and_each_has_an_id() -> None:
    made = Log().chunk("m1", "Hi", last=True)

    assert [event.event_id for event in made] == [
        "1000-1",
        "1000-1.1",
        "1000-1.2",
        "1000-1.3",
        "1000-1.4",
    ]
    assert [event.seq for event in made] == [2, 3, 4, 5, 6]


def test_messages_that_grow_side_by_side_say_which_they_are() -> None:
    log = Log()

    log.chunk("m1", "a")
    log.chunk("m2", "b")
    [delta] = log.chunk("m1", "c")
    finish = log.chunk("m2", "", last=True)[-1]

    assert delta.data["message_id"] == "m1"
    assert finish.data == {"event": "message-finish", "message_id": "m2"}


def test_a_message_alone_needs_no_name() -> None:
    log = Log()

    log.chunk("m1", "a")
    [delta] = log.chunk("m1", "b")

    assert "message_id" not in delta.data


def test_a_message_that_has_grown_is_not_told_again_as_a_whole() -> None:
    log = Log()
    log.chunk("m1", "Hi", last=True)

    again = log.add("messages", [{"type": "ai", "id": "m1", "content": "Hi"}, {}])

    assert again == []


@pytest.mark.parametrize(("kind", "role"), [("ai", "ai"), ("human", "human"), ("system", "system")])
def test_a_whole_message_is_told_from_start_to_end(kind: str, role: str) -> None:
    made = Log().add("messages", [{"type": kind, "id": "m1", "content": "Hi"}, {}])

    assert data_of(made) == [
        {"event": "message-start", "role": role, "id": "m1"},
        {"event": "content-block-start", "index": 0, "content": {"type": "text", "text": ""}},
        {"event": "content-block-delta", "index": 0, "delta": {"type": "text-delta", "text": "Hi"}},
        {"event": "content-block-finish", "index": 0, "content": {"type": "text", "text": "Hi"}},
        {"event": "message-finish"},
    ]


def test_arguments_that_are_no_json_make_an_invalid_call() -> None:
    piece = {"type": "tool_call_chunk", "id": "c1", "name": "shout", "args": "{", "index": 0}
    message = {"type": "AIMessageChunk", "id": "m1", "content": "", "tool_call_chunks": [piece]}

    made = Log().add("messages", [message | {"chunk_position": "last"}, {}])

    assert made[-2].data["content"] == {
        "type": "invalid_tool_call",
        "id": "c1",
        "name": "shout",
        "args": "{",
        "error": "Failed to parse tool call arguments as JSON",
    }


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [("error", "boom", "boom"), ("interrupted", None, "The run ended.")],
)
def test_a_message_that_stays_unfinished_fails_with_its_run(
    status: str, error: str | None, reason: str
) -> None:
    log = Log()
    log.chunk("m1", "Hi")

    made = log.end(status, error)

    assert [event.method for event in made] == ["messages", "lifecycle"]
    assert made[0].data == {"event": "error", "message": reason}


def test_a_message_of_a_lost_worker_is_told_anew() -> None:
    log = Log()
    log.chunk("m1", "Hi")

    [given_up] = log.add("reset", {"attempt": 2, "keep": None})
    again = log.chunk("m1", "Hi")

    assert given_up.data["event"] == "error"
    assert again[0].data["event"] == "message-start"


def test_another_attempt_at_a_run_is_no_other_run() -> None:
    log = Log()

    assert log.encoder.begin(RUN, "agent", AT) == []


def test_a_checkpoint_is_told_before_its_state() -> None:
    log = Log()
    log.add("checkpoints", checkpoint("c0", None, 0))

    held = log.add("values", {"a": 1})
    made = log.add("checkpoints", checkpoint("c1", "c0", 1))

    assert held == []
    assert [(event.method, event.seq, event.event_id) for event in made] == [
        ("checkpoints", 3, "1000-3"),
        ("values", 4, "1000-2"),
    ]
    assert made[0].data == {"id": "c1", "parent_id": "c0", "step": 1, "source": "loop"}


def test_a_state_without_a_checkpoint_is_told_with_what_comes_next() -> None:
    log = Log()
    log.add("checkpoints", checkpoint("c0", None, 0))
    log.add("values", {"a": 1})

    made = log.add("custom", 1)

    assert [(event.method, event.data) for event in made] == [
        ("values", {"a": 1}),
        ("custom", {"payload": 1}),
    ]


def test_a_state_is_not_held_in_a_run_that_records_no_checkpoints() -> None:
    [made] = Log().add("values", {"a": 1})

    assert made.data == {"a": 1}


def test_a_breakpoint_interrupts_without_a_question() -> None:
    log = Log()

    asked = log.add("updates", {"__interrupt__": []})
    [end] = log.end()

    assert asked == []
    assert end.data == {"event": "interrupted", "graph_name": "agent"}


@pytest.mark.parametrize(
    ("payload", "channel", "data"),
    [
        ({"name": "progress", "payload": 1}, "custom:progress", {"name": "progress", "payload": 1}),
        ({"name": "Ada"}, "custom", {"payload": {"name": "Ada"}}),
        ("text", "custom", {"payload": "text"}),
    ],
)
def test_a_custom_event_may_have_a_name(payload: Any, channel: str, data: Any) -> None:
    [made] = Log().add("custom", payload)

    assert (made.channel, made.data) == (channel, data)


@pytest.mark.parametrize(
    ("channels", "is_told"), [(["custom"], True), (["custom:a"], True), (["custom:b"], False)]
)
def test_a_named_channel_narrows(channels: list[str], is_told: bool) -> None:
    [made] = Log().add("custom", {"name": "a", "payload": 1})

    assert parse({"channels": channels}).matches(made) is is_told


def test_a_subgraph_that_a_tool_call_began_says_so() -> None:
    log = Log()
    log.add("tasks", {"id": "t1", "name": "tools", "input": {"tool_call": {"id": "call-1"}}, "triggers": []})
    task = {"id": "t2", "name": "model", "input": {}, "metadata": {"lc_agent_name": "helper"}}

    started = log.add("tasks|tools:t1", task)[0]

    assert started.data["graph_name"] == "helper"
    assert started.data["cause"] == {"type": "toolCall", "tool_call_id": "call-1"}


def test_a_subgraph_that_fails_says_why() -> None:
    log = Log()
    log.add("tasks|child:t1", {"id": "t2", "name": "model", "input": {}})
    failure = {"error": "ValueError", "message": "boom"}

    ended = log.add("tasks", {"id": "t1", "name": "child", "error": failure, "result": {}, "interrupts": []})[
        0
    ]

    assert ended.data == {"event": "failed", "graph_name": "child", "error": "boom"}


def interrupted(log: Log) -> list[ProtocolEvent]:
    """What is told from a question to the end of its run."""
    question = {"id": "i1", "value": "Go on?"}
    made = log.add("updates", {"__interrupt__": [question]})
    made += log.add("values", {"a": 1, "__interrupt__": [question]})
    made += log.add("tasks", {"id": "t1", "name": "ask", "result": {}, "interrupts": [question]})
    return made + log.end()


def test_the_state_that_waits_for_an_answer_is_told_behind_the_end_of_its_run() -> None:
    made = interrupted(Log())

    assert [(event.method, event.event_id) for event in made] == [
        ("input.requested", f"synth:{RUN}:input||i1"),
        ("tasks", "1000-3"),
        ("lifecycle", f"synth:{RUN}:lc||interrupted"),
        ("values", "1000-2"),
    ]
    assert [event.seq for event in made] == [2, 3, 4, 5]
    assert made[-1].data == {"a": 1}


@pytest.mark.parametrize("last", range(4))
def test_a_client_that_left_at_a_question_misses_nothing_and_gets_nothing_twice(last: int) -> None:
    log = Log()
    began, made = log.events[0], interrupted(log)
    place = cursor({}, made[last].event_id)

    assert [event for event in [began, *made] if place.passes(event)] == made[last + 1 :]


def test_a_question_below_does_not_hold_the_state_of_its_subgraph() -> None:
    question = {"id": "i1", "value": "Go on?"}

    made = Log().add("values|child:t1", {"a": 1, "__interrupt__": [question]})

    assert [event.method for event in made] == ["input.requested", "values"]


def test_a_subgraph_begins_with_the_id_of_the_log_and_ends_with_one_of_its_own() -> None:
    log = Log()
    [started, task] = log.add("tasks|child:t1", {"id": "t2", "name": "model", "input": {}})

    [ended, _] = log.add("tasks", {"id": "t1", "name": "child", "result": {}, "interrupts": []})

    assert (started.event_id, task.event_id) == ("1000-1", "1000-1.1")
    assert ended.event_id == f"synth:{RUN}:lc|child:t1|completed"


def said(**fields: Any) -> Any:
    """What a state shows of a model's message."""
    message = {"type": "ai", "id": "m1", "content": "", "additional_kwargs": {}, "response_metadata": {}}
    [made] = Log().add("values", {"messages": [message | fields]})
    return made.data["messages"][0]


def test_what_a_model_said_is_told_in_blocks() -> None:
    assert said(content="Hi", name=None, tool_calls=[]) == {
        "type": "ai",
        "content": [{"type": "text", "text": "Hi", "index": 0}],
        "id": "m1",
        "response_metadata": {"output_version": "v1"},
    }


def test_a_call_of_a_tool_is_a_block_too() -> None:
    call = {"type": "tool_call", "id": "c1", "name": "shout", "args": {"text": "hi"}}

    shown = said(content="Hi", tool_calls=[call])

    assert shown["content"] == [{"type": "text", "text": "Hi", "index": 0}, call | {"index": 1}]
    assert shown["tool_calls"] == [call]


def test_blocks_stay_as_they_are() -> None:
    content = [{"type": "text", "text": "Hi", "index": 3}]

    assert said(content=content, response_metadata={"output_version": "v1"})["content"] == content


@pytest.mark.parametrize("fields", [{"content": 5}, {"response_metadata": "none"}])
def test_what_only_looks_like_a_message_is_told_as_it_is(fields: dict[str, Any]) -> None:
    assert fields.items() <= said(**fields).items()


def test_once_the_tape_is_cut_all_that_is_left_is_told() -> None:
    place = Cursor(since=6000)
    [event] = Log().add("custom", 1)

    before = place.passes(event)
    place.forget()

    assert (before, place.passes(event)) == (False, True)


def test_a_place_in_a_run_that_is_no_longer_kept_is_behind_later_runs() -> None:
    place = cursor({}, "synth:01a20000-0000-7000-8000-000000000000:lc||running")

    assert place.passes(Log().events[0])


def test_an_event_id_goes_before_a_number() -> None:
    log = Log()
    log.add("custom", 1)
    place = cursor({"since": 10, "since_event_id": log.events[0].event_id})

    assert [place.passes(event) for event in log.events] == [False, True]


def test_the_position_of_an_event_is_that_of_the_log() -> None:
    [event] = Log().add("custom", 1)

    assert event.position == position_of(event.event_id)
