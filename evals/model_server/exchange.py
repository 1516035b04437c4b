"""One HTTP request from its arrival to its last byte."""

import asyncio
import re
from dataclasses import replace
from typing import Any, cast

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from evals.model_server.connection import ClientLeft, Connection
from evals.model_server.endpoint import BadRequest, Endpoint, Turn
from evals.model_server.failures import FAILURES, Failure, Form, invalid, no_answer
from evals.model_server.faults import Fault
from evals.model_server.log import LoggedRequest
from evals.model_server.memory import Memory
from evals.model_server.pace import count_tokens, split
from evals.model_server.question import Answer, Json, NoAnswer, Question
from evals.model_server.reply import End, Reply, broken, whole
from evals.model_server.server import ModelServer, key_id
from evals.model_server.sound import samples_of
from evals.model_server.spoil import is_of_words, spoil

ARRIVAL = "arrival"  # in a request's state: when it came, by the event loop's clock
_BEARER = re.compile(r"bearer +", re.IGNORECASE)


class Exchange:
    """The ASGI application of one endpoint."""

    def __init__(self, server: ModelServer, endpoint: Endpoint) -> None:
        self._server = server
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        key = key_of(request, self._endpoint)
        record = self._server.log.open(request.method, request.url.path, key_id(key))
        clock = asyncio.get_running_loop().time
        arrival: float = scope["state"][ARRIVAL]  # and others may have been read since
        connection = Connection(scope, receive, send, self._server.transports)
        try:
            reply = await self._reply(request, key, record)
            # The time it took to write the reply is part of the delay, so that many streams start on time.
            await connection.wait(arrival + self._delay(record) - clock())
            outcome = "answered" if reply.end is End.ORDERLY else "broken"
            speed = self._server.pace.tokens_per_second
            # Closed before the last byte, so that who has the answer finds it in the log.
            await connection.send(reply, speed, lambda: self._server.log.close(record, outcome))
        except ClientLeft:
            self._server.log.close(record, "client_left")
        finally:
            connection.close()
            self._server.log.close(record, "failed")

    async def _reply(self, request: Request, key: str | None, record: LoggedRequest) -> Reply:
        try:
            body = await read_body(request)
            record.body = {
                name: f"{len(value)} bytes" if isinstance(value, bytes) else value
                for name, value in body.items()
            }
            if not self._server.knows(key):
                return self._failure(record, _quoting(key))
            question = self._endpoint.read(body)
            question = with_own_speech(question, self._server.memory)
            note(record, question)
            record.fault = self._server.faults.draw(question.key)
            if record.fault is Fault.BAD_KEY:
                return self._failure(record, _quoting(key))
            return self._answer(request, body, question, record)
        except BadRequest as error:
            return self._failure(record, error.failure)
        except NoAnswer as error:
            return self._failure(record, no_answer(str(error)))

    def _delay(self, record: LoggedRequest) -> float:
        slow = self._server.faults.slow_seconds if record.fault is Fault.SLOW_START else 0
        return self._server.pace.delay(record.number) + slow

    def _answer(self, request: Request, body: Json, question: Question, record: LoggedRequest) -> Reply:
        fault = record.fault
        if fault is Fault.DROP:
            return Reply(frames=[], end=End.RESET)
        if fault is not None and fault in FAILURES:
            return self._failure(record, FAILURES[fault])
        turn = Turn(
            number=record.number,
            body=body,
            question=question,
            answer=self._spoilt(question, record),
            pace=self._server.pace,
            memory=self._server.memory,
            base_url=self._server.url,
            path={name: str(value) for name, value in request.path_params.items()},
        )
        reply = self._endpoint.write(turn)
        if fault is Fault.STREAM_ERROR and not reply.error_event:
            return self._failure(record, FAILURES[Fault.SERVER_ERROR])
        return broken(fault, reply)

    def _spoilt(self, question: Question, record: LoggedRequest) -> Answer:
        answer = self._server.answers(question) if self._endpoint.needs_answer else Answer()
        sound = limited(question, answer)
        answer = spoil(record.fault, sound)
        if is_of_words(record.fault) and answer == sound:  # nothing was there to spoil
            self._server.faults.take_back(question.key)
        record.answer = answer.text
        return answer

    def _failure(self, record: LoggedRequest, failure: Failure) -> Reply:
        form = self._endpoint.form
        record.outcome = f"{failure.status_in(form)} {failure.openai}"
        headers = [("x-request-id", f"request-{record.number}")]
        if record.fault is Fault.RATE_LIMIT:
            headers.append(("retry-after", f"{self._server.faults.retry_after_seconds:g}"))
        if failure.html:
            reply = whole(failure.html.encode(), media_type="text/html")
        else:
            reply = whole(failure.body(form))
        return Reply(
            frames=reply.frames, media_type=reply.media_type, status=failure.status_in(form), headers=headers
        )


def _quoting(key: str | None) -> Failure:
    """The refusal of a key with the key in it, as careless servers have it."""
    failure = FAILURES[Fault.BAD_KEY]
    return replace(failure, message=f"{failure.message}: {key}") if key else failure


def note(record: LoggedRequest, question: Question) -> None:
    """Write down what is asked."""
    record.task, record.model = question.task, question.model
    record.question, record.prompt_hash = question.key, question.prompt_hash


def key_of(request: Request, endpoint: Endpoint) -> str | None:
    """The key that a request shows, in the header in which its API takes it."""
    if endpoint.form is Form.ANTHROPIC and (key := request.headers.get("x-api-key")):
        return key
    header = request.headers.get("authorization", "")
    if not header and request.method == "GET":  # the list of models, which each API asks for in its own way
        return request.headers.get("x-api-key")
    bearer = _BEARER.match(header)
    if bearer and not endpoint.needs_raw_token:
        return header[bearer.end() :]
    return header if header and (endpoint.takes_raw_token or endpoint.needs_raw_token) else None


async def read_body(request: Request) -> Json:
    """The body's fields; those of a form, too, with the bytes of its file.

    Raises:
        BadRequest: When it is neither.
    """
    if request.method == "GET":
        return dict(request.query_params)
    if request.headers.get("content-type", "").startswith("multipart/"):
        return await _read_form(request)
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise BadRequest(invalid("the body is not JSON")) from None
    if not isinstance(body, dict):
        raise BadRequest(invalid("the body is not a JSON object"))
    return cast("Json", body)


async def _read_form(request: Request) -> Json:
    fields: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                fields[name] = await value.read()
                fields["filename"] = value.filename
            else:
                fields[name] = value
    return fields


def with_own_speech(question: Question, memory: Memory) -> Question:
    """The question with the text of its sound, when it was this server that spoke it."""
    heard = memory.heard(samples_of(question.audio)) if question.audio else None
    return replace(question, heard=heard) if heard else question


def limited(question: Question, answer: Answer) -> Answer:
    """The answer up to a stop word or the token limit, whichever comes first."""
    ends = [at for word in question.stop if word and (at := answer.text.find(word)) >= 0]
    if ends:
        answer = replace(answer, text=answer.text[: min(ends)])
    limit = question.max_tokens
    if limit is not None and count_tokens(answer.text) > limit:
        answer = replace(answer, text="".join(split(answer.text)[:limit]), is_cut=True)
    return answer
