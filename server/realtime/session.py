"""One session under way in this process: what its clients send, and what becomes of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import orjson
from pydantic import ValidationError

from server.realtime import client_events as client
from server.realtime.audio import decoded
from server.realtime.config import Config, merged
from server.realtime.hearing import HeardItem, Hearing, as_error
from server.realtime.log import Claim, SessionLogs
from server.realtime.order import Order
from server.realtime.outbox import Outbox
from server.realtime.suggesting import Desk, close_response
from server.realtime.talk import Talks
from server.realtime.voice import Voice
from tools.cancellation import end
from tools.errors import InvalidInput, NotFound, ServiceError
from tools.speech.base import SpeechEngine
from tools.speech.output import Speaker

MAX_SAID_AGAIN = 50
MAX_ITEMS = 2000  # that a session can tell again
SUMMARY_SECONDS = 60.0  # that the summary at a session's end may take


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What every session works with."""

    logs: SessionLogs
    talks: Talks
    engine: SpeechEngine
    speaker: Speaker
    sample_rate: int  #: Of sound whose sender does not say, under old contracts.


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a process that takes a session has to know, beside its log."""

    config: Config
    acknowledged: int  #: Samples.
    last_item: str | None

    def to_json(self) -> bytes:
        """As the log keeps it."""
        return orjson.dumps(
            {
                "config": self.config.model_dump(mode="json"),
                "acknowledged": self.acknowledged,
                "last_item": self.last_item,
            }
        )

    @classmethod
    def read(cls, raw: bytes | None) -> "Kept":
        """What was kept; of a new session nothing."""
        told: dict[str, Any] = orjson.loads(raw) if raw else {}
        return cls(
            config=Config.model_validate(told.get("config", {})),
            acknowledged=told.get("acknowledged", 0),
            last_item=told.get("last_item"),
        )


class LiveSession:
    """A session.

    Args:
        claim: By which this process has it.
        order: Where it stands.
        items: Its last ones, by id.
    """

    def __init__(
        self,
        session_id: str,
        parts: Parts,
        claim: Claim,
        *,
        order: Order | None = None,
        items: Mapping[str, dict[str, Any]] | None = None,
    ) -> None:
        self.session_id = session_id
        self.epoch = claim.epoch
        self._parts = parts
        kept = Kept.read(claim.state)
        self._config = kept.config
        self._items: OrderedDict[str, dict[str, Any]] = OrderedDict(items or {})
        self.outbox = Outbox(
            parts.logs,
            session_id,
            epoch=claim.epoch,
            sequence=claim.sequence,
            order=order or Order(),
            state=self._kept,
        )
        self._voice = Voice(parts.speaker, self._config)
        self.desk = Desk(parts.talks, self.outbox, self._voice, session_id)
        self.hearing = Hearing(
            parts.engine,
            self.outbox,
            self._config,
            on_speech=self._speech_begins,
            on_heard=self._heard,
            acknowledged=kept.acknowledged,
        )
        self.hearing.last_item = kept.last_item
        self._last_kept: tuple[Kept, bytes] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.is_closed = False
        self._is_ending = False
        self.holder: object | None = None  #: The connection that sends; others only listen.

    def start(self) -> None:
        """Begin to work, or go on where another process was."""
        order = self.outbox.order
        works = (self.outbox.write, self.hearing.work, self.desk.work)
        self._tasks = [asyncio.create_task(work(), name=work.__qualname__) for work in works]
        if not order.is_open:
            self.outbox.emit("session.created", session=self._told())
            return
        if order.response is not None:
            response: dict[str, Any] = {"id": order.response.id, "object": "realtime.response", "output": []}
            close_response(self.outbox, response, "cancelled", {"type": "cancelled"})
        self.hearing.recover()
        recent = [said for item in list(self._items.values())[-MAX_SAID_AGAIN:] if (said := _said(item))]
        if recent:
            self.desk.note({"said": recent})  # whoever had the session may not have come to that
        self.outbox.save()

    @property
    def is_over(self) -> bool:
        """Whether its end was asked for, here or wherever it was before."""
        return self._is_ending or self.outbox.order.is_closed

    @property
    def ended(self) -> list[asyncio.Task[None]]:
        """Those of its tasks that ended, which none should while it is under way."""
        return [task for task in self._tasks if task.done()]

    def handle(self, raw: object) -> None:
        """Carry out a client's event; what is wrong with it is told as an error."""
        given = cast("dict[str, Any]", raw) if isinstance(raw, dict) else None
        name = given.get("event_id") if given else None
        event_id = name if isinstance(name, str) else None
        try:
            self._carry_out(_parsed(given))
        except ValidationError as invalid:
            first = invalid.errors()[0]
            param = ".".join(str(part) for part in first["loc"])
            message = f"{param or 'event'}: {first['msg']}"
            error = InvalidInput(message, hint="See docs/dialogue.md.", code="invalid_event")
            self.outbox.fail(as_error(error, event_id, param or None))
        except ServiceError as error:
            self.outbox.fail(as_error(error, event_id))

    def resumed(self, after: int) -> bytes:
        """What a client is told that comes back: it is told to nobody else, and has no number."""
        told = {
            "type": "session.resumed",
            "event_id": f"event_resumed_{uuid4().hex[:12]}",
            "session": self._told(),
            "after": after,
            "last": self.outbox.written,
            "offset": self.hearing.intake.received,
        }
        return orjson.dumps(told)

    async def close(self, *, tells: bool = True) -> None:
        """End the work here. What was not committed is not heard: whoever goes on sends it again.

        Args:
            tells: Bring what is still to be told into the log.
        """
        if tells and not self.outbox.is_lost:
            self.desk.interrupt("client_cancelled")
            await self.outbox.flush()
        await asyncio.gather(*(end(task) for task in self._tasks))
        await self.hearing.close()
        self.outbox.end()

    def _carry_out(self, event: client.ClientEvent) -> None:  # noqa: C901 - one arm a kind of event
        match event:
            case client.AppendAudio():
                self.hearing.append(decoded(event.audio), event.offset)
            case client.CommitAudio():
                self.hearing.commit(event.event_id)
            case client.ClearAudio():
                self.hearing.clear()
            case client.ClearOutput():
                self.desk.interrupt("client_cancelled")
                self.outbox.emit("output_audio_buffer.cleared", response_id=None)
            case client.UpdateSession():
                self._update(event)
            case client.CreateItem():
                self._create(event)
            case client.NamedItem():
                self._named(event)
            case client.CorrectItem():
                self._correct(event)
            case client.CreateResponse():
                self.desk.ask({}, event.response.metadata if event.response else None)
            case client.CancelResponse():
                self._cancel()
            case client.CreateSuggestions():
                self._suggest(event)
            case client.SelectSuggestion():
                self._select(event)
            case client.UpdateProfile():
                given = {"setup": event.setup, "supplement": event.supplement}
                self.desk.note({name: value for name, value in given.items() if value})
                self.outbox.emit("profile.updated", setup=event.setup, supplement=event.supplement)
            case client.PredictOpinion():
                self.desk.note({"want": ["opinion"]})
            case client.Ping():
                self.outbox.emit("status", code="alive", message="")
            case client.CloseSession():
                if not self.is_over:
                    self._is_ending = True
                    self._tasks.append(asyncio.create_task(self._end(summarise=event.summarise)))

    def _update(self, event: client.UpdateSession) -> None:
        config, refused = merged(self._config, event.session)
        _ = config.hearing  # says which sample rates there are
        self._config = self._voice.config = config
        self.hearing.configure(config)
        self.outbox.emit("session.updated", session=self._told())
        for name in refused:
            error = InvalidInput(
                f"session.{name}: is not supported; the rest was applied",
                hint="Replies are steered by profile.update and suggestions.create.",
                code="unsupported_field",
            )
            self.outbox.fail(as_error(error, event.event_id, f"session.{name}"))

    def _create(self, event: client.CreateItem) -> None:
        text = " ".join(part.text.strip() for part in event.item.content if part.text).strip()
        if not text:
            raise InvalidInput("item.content: has no text", code="invalid_event")
        speaker = event.item.speaker or ("partner" if event.item.role == "user" else "me")
        item = self._text_item(text, speaker, event.item.id)
        said = {"id": item["id"], "speaker": speaker, "text": text}
        self.desk.note({"said": [said]})

    def _text_item(self, text: str, speaker: str, name: str | None = None) -> dict[str, Any]:
        """Add a message without sound."""
        name = name or f"item_{uuid4().hex[:20]}"
        if name in self._items:
            raise InvalidInput(f"item.id: there is an item {name!r} already", code="item_exists")
        role, kind = ("user", "input_text") if speaker == "partner" else ("assistant", "output_text")
        item: dict[str, Any] = {"id": name, "object": "realtime.item", "type": "message", "role": role}
        item |= {"status": "completed", "speaker": speaker, "content": [{"type": kind, "text": text}]}
        previous, self.hearing.last_item = self.hearing.last_item, name
        self._remember(item)
        for kind in ("conversation.item.added", "conversation.item.done"):
            self.outbox.emit(kind, item=item, previous_item_id=previous)
        return item

    def _named(self, event: client.NamedItem) -> None:
        item = self._item(event.item_id)
        match event.type:
            case "conversation.item.retrieve":
                self.outbox.emit("conversation.item.retrieved", item=item)
            case "conversation.item.delete":
                del self._items[event.item_id]
                self.outbox.emit("conversation.item.deleted", item_id=event.item_id)
            case _:
                self.desk.interrupt("client_cancelled")
                self.outbox.emit(
                    "conversation.item.truncated", item_id=event.item_id, content_index=0, audio_end_ms=0
                )

    def _correct(self, event: client.CorrectItem) -> None:
        item = self._item(event.item_id)
        part = {"transcript" if "transcript" in item["content"][0] else "text": event.transcript}
        self._remember(item | {"content": [item["content"][0] | part]})
        self.outbox.emit("conversation.item.corrected", item_id=event.item_id, transcript=event.transcript)
        request = {"corrections": [{"id": event.item_id, "text": event.transcript}]}
        if self._is_answered(item.get("speaker")):
            self.desk.ask(request)  # what was suggested answers what was not said
        else:
            self.desk.note(request)

    def _cancel(self) -> None:
        if not self.desk.interrupt("client_cancelled"):
            raise InvalidInput("response.cancel: no response is under way", code="response_cancel_not_active")

    def _suggest(self, event: client.CreateSuggestions) -> None:
        wishes = event.model_dump(exclude={"type", "event_id", "metadata", "count"}, exclude_defaults=True)
        if event.count is not None:
            wishes["setup"] = {"count": event.count}
        self.desk.ask(wishes, event.metadata)

    def _select(self, event: client.SelectSuggestion) -> None:
        self.desk.interrupt("client_cancelled")
        item = self._text_item(event.text.strip(), "me")
        said = {"id": item["id"], "speaker": "me", "text": event.text.strip(), "reply_id": event.reply_id}
        self.desk.note({"said": [said], "want": ["opinion"] if event.predict else []})
        if event.speak if event.speak is not None else self._config.speaks:
            self.desk.say(event.text.strip())

    async def _end(self, *, summarise: bool) -> None:
        self.desk.interrupt("client_cancelled")
        await self.hearing.drain()
        if summarise:
            self.desk.note({"want": ["summary"]})
        try:
            async with asyncio.timeout(SUMMARY_SECONDS):
                await self.desk.settle()
        except TimeoutError:
            self.desk.interrupt("client_cancelled")
        self.outbox.emit("session.closed")
        self.is_closed = True
        await self.outbox.flush()
        self.outbox.end()

    def _speech_begins(self) -> None:
        turns = self._config.audio.input.turn_detection
        if turns is not None and turns.interrupt_response:
            self.desk.interrupt("turn_detected")
        if self._is_answered(self._config.audio.input.speaker):
            self.desk.expect()

    def _is_answered(self, speaker: str | None) -> bool:
        """Whether replies are suggested by themselves to what somebody says."""
        turns = self._config.audio.input.turn_detection
        return turns is not None and turns.create_response and speaker == "partner"

    def _heard(self, heard: HeardItem) -> None:
        """An item has its transcript: the graph takes note of it, and suggests replies when it is time."""
        final, speaker = heard.utterance.final, self._config.audio.input.speaker
        content = [{"type": "input_audio", "transcript": final.text}]
        item = {"id": heard.id, "object": "realtime.item", "type": "message", "role": "user"}
        self._remember(item | {"status": "completed", "speaker": speaker, "content": content})
        if not final.text:
            return  # nothing was said, so nothing is made up
        said = {"id": heard.id, "speaker": speaker, "text": final.text, "confidence": final.confidence}
        if self._is_answered(speaker):
            self.desk.ask({"said": [said]})
        else:
            self.desk.note({"said": [said]})

    def _item(self, name: str) -> dict[str, Any]:
        if name not in self._items:
            raise NotFound(f"item_id: there is no item {name!r}", code="item_not_found")
        return self._items[name]

    def _remember(self, item: dict[str, Any]) -> None:
        self._items[item["id"]] = item
        while len(self._items) > MAX_ITEMS:
            self._items.popitem(last=False)

    def _told(self) -> dict[str, Any]:
        info = self._parts.engine.info
        heard = self._config.audio.input.transcription
        model = info.model_for(heard.language if heard else None)
        return self._config.told(self.session_id, f"{info.name}:{model}".rstrip(":"))

    def _kept(self) -> bytes:
        kept = Kept(
            config=self._config,
            acknowledged=self.hearing.acknowledged,
            last_item=self.hearing.last_item,
        )
        if self._last_kept is None or self._last_kept[0] != kept:
            self._last_kept = (kept, kept.to_json())
        return self._last_kept[1]


def _said(item: Mapping[str, Any]) -> dict[str, Any] | None:
    """An item as the graph takes it; None for one without words."""
    part = item["content"][0]
    text = part.get("transcript") or part.get("text")
    speaker = item.get("speaker") or ("partner" if item["role"] == "user" else "me")
    return {"id": item["id"], "speaker": speaker, "text": text} if text else None


def _parsed(raw: dict[str, Any] | None) -> client.ClientEvent:
    if raw is None:
        raise InvalidInput("an event must be a JSON object", code="invalid_event")
    kind = raw.get("type")
    adapter = client.ADAPTERS.get(kind) if isinstance(kind, str) else None
    if adapter is None:
        raise InvalidInput(
            f"type: there is no event {kind!r}"[:200],
            hint=f"Send one of {', '.join(client.ADAPTERS)}.",
            code="unknown_event",
        )
    return adapter.validate_python(raw)
