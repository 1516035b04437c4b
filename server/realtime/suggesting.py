"""What a session suggests: runs of the dialogue graph, one after the other, told as responses.

A response ends at once when it is interrupted, whatever its run still does: nothing of it is told after that.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from server.realtime.hearing import as_error
from server.realtime.outbox import Outbox
from server.realtime.talk import Floor, Talks
from server.realtime.voice import PIECE_SECONDS, Voice
from tools.cancellation import completed, end
from tools.errors import ServiceError

CLEAN_UP_SECONDS = 3.0  # for the graph to store what it has taken note of
AHEAD_SECONDS = 30.0  # that a thread is held for what somebody is saying

Reason = Literal["turn_detected", "client_cancelled"]

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    """One run of the graph, or one sentence to say."""

    request: dict[str, Any]
    response: dict[str, Any] | None = None  #: As it is told; None: the run only takes note.
    sentence: str | None = None  #: To say aloud.
    begun: bool = False  #: Its response was created.
    is_over: bool = False  #: Nothing more of it is told.
    has_suggestions: bool = False
    taken: asyncio.Event = field(default_factory=asyncio.Event)  #: The graph has taken note of its input.
    output: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


class Desk:
    """Makes suggestions, in the order in which they are asked for."""

    def __init__(self, talks: Talks, outbox: Outbox, voice: Voice, session_id: str) -> None:
        self.talks = talks
        self._outbox = outbox
        self._voice = voice
        self._session_id = session_id
        self._jobs: deque[_Job] = deque()
        self._stirred = asyncio.Event()
        self._expects = False  # an input, soon
        self._now: _Job | None = None
        self._running: asyncio.Task[None] | None = None
        self.conversation: dict[str, Any] | None = None
        """As the run under way has it, which is stored a little later; None between runs."""

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way or waits."""
        return self._now is not None or bool(self._jobs)

    def note(self, request: Mapping[str, Any]) -> None:
        """Have the graph take note of something, after what waits."""
        self._add(_Job({**request, "want": request.get("want", [])}))

    def ask(self, request: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
        """Ask for replies; those that are under way, or wait, are given up for these."""
        self.interrupt("client_cancelled")
        for job in self._jobs:
            if job.response is not None and job.sentence is None:  # their inputs are still taken note of
                job.response, job.request = None, {**job.request, "want": []}
        self._add(_Job({**request, "want": ["replies"]}, response=_response(metadata)))

    def say(self, sentence: str) -> None:
        """Say a sentence aloud."""
        self.interrupt("client_cancelled")
        self._add(_Job({}, response=_response(None), sentence=sentence))

    def interrupt(self, reason: Reason) -> bool:
        """End the response that is under way; nothing of it is told after this. False when there is none."""
        job = self._now
        if job is None or job.response is None or job.is_over:
            return False
        self._end(job, "cancelled", {"type": "cancelled", "reason": reason})
        if self._running is not None:
            asyncio.get_running_loop().create_task(_cancel(self._running, job)).add_done_callback(_look)
        return True

    def expect(self) -> None:
        """Somebody speaks, and will be answered: have the thread by then."""
        self._expects = True
        self._stirred.set()

    async def work(self) -> None:
        """Do what is asked, for ever."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            if self._expects and not self._jobs:
                await self._work_ahead()
            while self._jobs:
                await self._do(self._jobs.popleft())

    async def _work_ahead(self) -> None:
        """Do what comes next with the thread in hand."""
        self._expects = False
        async with self.talks.floor_ahead(self._session_id) as floor:
            with suppress(TimeoutError):
                async with asyncio.timeout(AHEAD_SECONDS if floor else 0):
                    while not self._jobs:
                        await self._stirred.wait()
                        self._stirred.clear()
            if self._jobs:
                await self._do(self._jobs.popleft(), floor)

    async def _do(self, job: _Job, floor: Floor | None = None) -> None:
        self._now = job
        self._running = asyncio.create_task(self._perform(job, floor))
        try:
            await asyncio.wait({self._running})
        except asyncio.CancelledError:
            await completed(end(self._running, again_after=CLEAN_UP_SECONDS))
            raise
        finally:
            self._now = self._running = None

    async def noted(self, longest: float) -> None:
        """Wait until the graph has taken note of what was said so far, or for so many seconds."""
        jobs = [*([self._now] if self._now else []), *self._jobs]
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                for job in jobs:
                    await job.taken.wait()

    async def settle(self) -> None:
        """Wait until nothing is under way; for ends of sessions."""
        while self.is_busy:
            if self._running is not None:
                await asyncio.wait({self._running})
            await asyncio.sleep(0)

    def _add(self, job: _Job) -> None:
        self._expects = False
        self._jobs.append(job)
        self._stirred.set()

    async def _perform(self, job: _Job, floor: Floor | None) -> None:
        if job.response is not None and not job.is_over:
            job.begun = True
            self._outbox.emit("response.created", response=job.response)
        try:
            if job.is_over and job.sentence is not None:
                return
            if job.is_over:
                job.request["want"] = []
            if job.sentence is not None:
                await self._speak(job, job.sentence)
            else:
                output = await self.talks.run(
                    self._session_id, job.request, lambda event: self._tell(job, event), floor=floor
                )
                self._conclude(job, output)
        except ServiceError as error:
            self._fail(job, error)
        except asyncio.CancelledError:
            self._end(job, "cancelled", {"type": "cancelled", "reason": "client_cancelled"})
            raise
        except Exception:
            logger.exception("A run of session %s failed", self._session_id)
            self._fail(job, ServiceError("the replies could not be made", code="internal_error"))
        finally:
            self.conversation = None
            job.taken.set()

    def _tell(self, job: _Job, event: Mapping[str, Any]) -> None:
        if event["type"] == "taken":
            self.conversation = event["conversation"]
            job.taken.set()
        if job.is_over:
            return
        match event["type"]:
            case "opinion":
                self._outbox.emit("opinion.predicted", opinion=event["opinion"])
            case "warning" if job.response is None:
                self._outbox.emit("status", code=event["code"], message=event["message"])
            case "replies_begun" if job.response is not None:
                job.has_suggestions = True
                told = {key: event[key] for key in ("request_id", "wanted", "mode")}
                self._outbox.emit("suggestions.created", response_id=job.response["id"], **told)
            case "reply" if job.response is not None:
                self._reply(job, job.response["id"], event)
            case "replies_done" if job.response is not None:
                job.has_suggestions = False
                self._outbox.emit(
                    "suggestions.done",
                    response_id=job.response["id"],
                    request_id=event["request_id"],
                    result=event["replies"],
                )
            case _:
                pass

    def _reply(self, job: _Job, response: str, event: Mapping[str, Any]) -> None:
        """One reply: a suggestion, and the same as an item of the response."""
        self._outbox.emit(
            "suggestions.delta",
            response_id=response,
            request_id=event["request_id"],
            index=event["index"],
            reply=event["reply"],
        )
        text: str = event["reply"]["text"]
        item = _message(event["reply"]["id"], [])
        begun = self._begin_item(job, item, {"type": "text", "text": ""})
        self._outbox.emit("response.output_text.delta", **begun, delta=text)
        self._outbox.emit("response.output_text.done", **begun, text=text)
        self._end_item(
            job, begun, item, {"type": "text", "text": text}, {"type": "output_text", "text": text}
        )

    def _conclude(self, job: _Job, output: Mapping[str, Any]) -> None:
        if (summary := output.get("summary")) is not None:
            self._outbox.emit("session.summarised", summary=summary)
        if job.response is None or job.is_over:
            return
        replies: Mapping[str, Any] = output.get("replies") or {}
        failure: Mapping[str, Any] | None = replies.get("failure")
        if failure is None:
            self._end(job, "completed", None)
        else:
            error = {"type": "server_error", "code": failure["code"], "message": failure["message"]}
            self._end(job, "failed", {"type": "failed", "error": error})

    async def _speak(self, job: _Job, sentence: str) -> None:
        assert job.response is not None  # noqa: S101 - what is said is a response
        item = _message(f"item_{uuid4().hex[:20]}", [])
        begun = self._begin_item(job, item, {"type": "audio", "transcript": ""})
        self._outbox.emit("response.output_audio_transcript.delta", **begun, delta=sentence)
        self._outbox.emit("response.output_audio_transcript.done", **begun, transcript=sentence)
        clock, sent = asyncio.get_running_loop().time(), 0.0
        async for piece in self._voice.say(sentence):
            if job.is_over:
                return
            self._outbox.emit("response.output_audio.delta", **begun, delta=piece)
            sent += PIECE_SECONDS
            ahead = sent - (asyncio.get_running_loop().time() - clock)
            await asyncio.sleep(max(0.0, ahead - self._voice.lead_seconds))
        self._outbox.emit("response.output_audio.done", **begun)
        part = {"type": "audio", "transcript": sentence}
        self._end_item(job, begun, item, part, {"type": "output_audio", "transcript": sentence})
        self._end(job, "completed", None)

    def _begin_item(self, job: _Job, item: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
        assert job.response is not None  # noqa: S101 - items belong to one
        index = len(job.output)
        response = job.response["id"]
        place = {"response_id": response, "item_id": item["id"], "output_index": index, "content_index": 0}
        told = item | {"status": "in_progress"}
        self._outbox.emit("response.output_item.added", response_id=response, output_index=index, item=told)
        self._outbox.emit("response.content_part.added", **place, part=part)
        return place

    def _end_item(
        self,
        job: _Job,
        place: dict[str, Any],
        item: dict[str, Any],
        part: dict[str, Any],
        content: dict[str, Any],
    ) -> None:
        self._outbox.emit("response.content_part.done", **place, part=part)
        whole = item | {"status": "completed", "content": [content]}
        told = {"response_id": place["response_id"], "output_index": place["output_index"], "item": whole}
        self._outbox.emit("response.output_item.done", **told)
        job.output.append(whole)

    def _fail(self, job: _Job, error: ServiceError) -> None:
        if job.response is None:
            self._outbox.fail(as_error(error))
        else:
            told = {"type": "server_error", "code": error.code, "message": error.message}
            if not job.is_over:
                self._outbox.fail(as_error(error))
            self._end(job, "failed", {"type": "failed", "error": told})

    def _end(self, job: _Job, status: str, details: dict[str, Any] | None) -> None:
        """Tell a response's end, once."""
        if job.response is None or job.is_over:
            return
        job.is_over = True
        if job.begun:
            close_response(self._outbox, job.response | {"output": job.output}, status, details)


def close_response(
    outbox: Outbox, response: dict[str, Any], status: str, details: dict[str, Any] | None
) -> None:
    """Tell the end of a response, and of what is open in it."""
    under_way = outbox.order.response
    if under_way is None or under_way.id != response["id"]:
        return
    if under_way.open_item is not None:
        index = under_way.items - 1
        place = {"response_id": response["id"], "item_id": under_way.open_item, "output_index": index}
        place["content_index"] = 0
        if under_way.open_text:
            outbox.emit("response.output_audio.done", **place)
        if under_way.open_part:
            outbox.emit("response.content_part.done", **place, part={"type": "audio"})
        item = _message(under_way.open_item, []) | {"status": "incomplete"}
        told = {"response_id": response["id"], "output_index": index, "item": item}
        outbox.emit("response.output_item.done", **told)
    if under_way.suggestions == "open":
        outbox.emit("suggestions.cancelled", response_id=response["id"])
    outbox.emit("response.done", response=response | {"status": status, "status_details": details})


async def _cancel(running: asyncio.Task[None], job: _Job) -> None:
    """Stop a run, but not before it has taken note of its input."""
    if job.sentence is None:
        taken = asyncio.create_task(job.taken.wait())
        await asyncio.wait({running, taken}, return_when=asyncio.FIRST_COMPLETED)
        taken.cancel()
    running.cancel()
    await asyncio.wait({running})


def _look(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.error("A run could not be stopped", exc_info=error)


def _response(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "id": f"resp_{uuid4().hex[:20]}",
        "object": "realtime.response",
        "status": "in_progress",
        "status_details": None,
        "output": [],
        "metadata": dict(metadata) if metadata else None,
    }


def _message(name: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": name, "object": "realtime.item", "type": "message", "role": "assistant", "content": content}
