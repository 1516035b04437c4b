"""One WebSocket: its key, its tasks, and how faults break what is sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NoReturn

import orjson
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from evals.model_server.connection import Connection
from evals.model_server.exchange import limited, note, with_own_speech
from evals.model_server.failures import FAILURES, Failure, Form, no_answer
from evals.model_server.faults import Fault
from evals.model_server.log import LoggedRequest
from evals.model_server.pace import count_tokens
from evals.model_server.question import Answer, Json, NoAnswer, Question
from evals.model_server.server import ModelServer, key_id
from evals.model_server.spoil import spoil

Event = Json | bytes
"""What is sent: JSON as text, sound as bytes."""


class TaskFailed(Exception):
    """The task ends with this error; the dialect says how it is told."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Broken(Exception):
    """The connection is no more."""


@dataclass(slots=True, kw_only=True)
class SocketTask:
    """One question that came by a WebSocket, and its answer."""

    record: LoggedRequest
    question: Question
    answer: Answer


_WRITTEN = {"response.text.delta", "response.audio_transcript.delta"}
_BREAKING = {Fault.CUT, Fault.STALL, Fault.SILENT_CUT, Fault.STREAM_ERROR, Fault.CORRUPT_CHUNK}


class Session:
    """The server's end of a WebSocket.

    Args:
        server: Whose it is.
        socket: The connection.
        is_read_elsewhere: Answers are sent while another task receives, and cancels what is sent at the end.
    """

    def __init__(self, server: ModelServer, socket: WebSocket, *, is_read_elsewhere: bool = False) -> None:
        self.is_read_elsewhere = is_read_elsewhere
        self.server = server
        self._socket = socket
        self._connection = Connection(socket.scope, socket.receive, socket.send, server.transports)
        header = socket.headers.get("authorization", "")
        self._key = header.partition(" ")[2] or None

    async def accept(self) -> bool:
        """Take the connection, or answer 401 to a key that the server does not know."""
        if self.server.knows(self._key):
            await self._socket.accept()
            return True
        failure = FAILURES[Fault.BAD_KEY]
        body = orjson.dumps(failure.body(Form.DASHSCOPE))
        await self._socket.send_denial_response(Response(body, 401, media_type="application/json"))
        return False

    async def receive(self) -> Event:
        """What the client says next.

        Raises:
            WebSocketDisconnect: When it left.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        if (data := message.get("bytes")) is not None:
            return data
        return orjson.loads(message["text"])

    async def begin(self, question: Question, body: Mapping[str, object]) -> SocketTask:
        """Write the question down, and find its answer and its fault.

        Raises:
            TaskFailed: When the fault is an error of the provider.
            Broken: When it is a reset.
        """
        server = self.server
        record = server.log.open("WS", self._socket.url.path, key_id(self._key))
        record.body = dict(body)
        question = with_own_speech(question, server.memory)
        note(record, question)
        record.fault = server.faults.draw(question.key)
        try:
            await self._wait(record)
            answer = spoil(record.fault, limited(question, server.answers(question)))
        except NoAnswer as error:
            self._fail(record, no_answer(str(error)))
        record.answer = answer.text
        return SocketTask(record=record, question=question, answer=answer)

    async def say(self, task: SocketTask, events: Sequence[Event]) -> None:
        """Send the events of an answer, each token at its time, as far as the fault lets them go.

        Raises:
            TaskFailed: In the middle.
            Broken: In the middle.
            WebSocketDisconnect: The client left.
        """
        try:
            await self._say(task, events)
        except WebSocketDisconnect:
            self.end(task, "client_left")
            raise

    async def _say(self, task: SocketTask, events: Sequence[Event]) -> None:
        record = task.record
        middle = len(events) // 2 if record.fault in _BREAKING else len(events)
        clock = asyncio.get_running_loop().time
        start, due = clock(), self._due(events)
        for number, event in enumerate(events[:middle], 1):
            if (wait := start + due[number - 1] - clock()) > 0:
                await asyncio.sleep(wait)
            if number == len(events):
                self.end(task)  # before the last one, so that who has it finds the task in the log
            await self.send(event)
        match record.fault:
            case Fault.CUT:
                self._reset(record)
            case Fault.STALL:
                await self._stay_silent()
            case Fault.SILENT_CUT:
                self.end(task, "broken")
                await self._socket.close()
                raise Broken
            case Fault.STREAM_ERROR:
                self._fail(record, FAILURES[Fault.SERVER_ERROR])
            case Fault.CORRUPT_CHUNK:
                await self._socket.send_text("{broken")
                for event in events[middle:]:
                    await self.send(event)
            case _:
                pass

    async def send(self, event: Event) -> None:
        """Send one event as it is."""
        if isinstance(event, bytes):
            await self._socket.send_bytes(event)
        else:
            await self._socket.send_text(orjson.dumps(event).decode())

    def end(self, task: SocketTask, outcome: str = "answered") -> None:
        """The task is over."""
        self.server.log.close(task.record, outcome)

    async def close(self) -> None:
        """Close the connection in order."""
        await self._socket.close()

    async def _wait(self, record: LoggedRequest) -> None:
        fault = record.fault
        if fault is Fault.DROP:
            self._reset(record)
        if fault is not None and fault in FAILURES:
            self._fail(record, FAILURES[fault])
        slow = self.server.faults.slow_seconds if fault is Fault.SLOW_START else 0
        await asyncio.sleep(self.server.pace.delay(record.number) + slow)

    async def _stay_silent(self) -> None:
        if self.is_read_elsewhere:
            await asyncio.Event().wait()
        while True:
            await self.receive()

    def _due(self, events: Sequence[Event]) -> list[float]:
        """When each event is to be sent, in seconds from now: as soon as its last token is written."""
        speed = self.server.pace.tokens_per_second
        if speed is None:
            return [0.0] * len(events)
        return [tokens / speed for tokens in accumulate(map(_tokens, events))]

    def _fail(self, record: LoggedRequest, failure: Failure) -> NoReturn:
        self.server.log.close(record, f"{failure.status} {failure.dashscope}")
        raise TaskFailed(failure)

    def _reset(self, record: LoggedRequest) -> NoReturn:
        self.server.log.close(record, "broken")
        self._connection.reset()
        raise Broken


def _tokens(event: Event) -> int:
    if isinstance(event, bytes) or event.get("type") not in _WRITTEN:
        return 0
    return count_tokens(event["delta"])
