"""One conversation of an old client: a realtime session, told in iDialogue's words."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import orjson

from server.api.jobs.idialogue import incoming
from server.realtime.outbox import Subscription
from server.realtime.session import LiveSession
from server.resources import Resources
from tools.cancellation import end

Send = Callable[[str, dict[str, Any]], Awaitable[None]]
NOTED_SECONDS = 5.0  # that the graph gets to take note of what was just said
_CODES = {
    "odd_audio": "INVALID_EVENT_DATA",
    "invalid_audio": "INVALID_EVENT_DATA",
    "audio_too_large": "INVALID_EVENT_DATA",
    "invalid_event": "INVALID_EVENT_DATA",
    "item_not_found": "INVALID_EVENT_DATA",
    "audio_backlog": "SERVICE_TIMEOUT",
}  # any other of the recogniser's or the graph's: see _failed


class Conversation:
    """A session, and what an old client is told of it.

    Args:
        suggests_opinions: Whether the stances of possible replies come after each of the partner's messages,
            as in version 1.0.
    """

    def __init__(
        self, session: LiveSession, resources: Resources, send: Send, *, suggests_opinions: bool
    ) -> None:
        self.session = session
        self._resources = resources
        self._send = send
        self._suggests_opinions = suggests_opinions
        self._rate = resources.sessions.parts.sample_rate
        self._sender = ""
        self._senders: dict[str, str] = {}
        self._chooser = ""  # who said the latest sentence that was chosen
        self._profiles: tuple[Any, Any] = ({}, {})
        self._is_automatic = False  # the replies under way were asked for by nobody
        self._opinions: list[str] = []
        self._summary: Mapping[str, Any] | None = None
        self._listening = ExitStack()
        self._following: asyncio.Task[None] | None = None

    @property
    def session_id(self) -> str:
        """Its session's."""
        return self.session.session_id

    async def begin(self, event: incoming.Start) -> None:
        """Set a new session up."""
        self._configure()
        user, partner = event.user_profile, event.target_profile
        self._profiles = (_echo(user), _echo(partner))
        history = [
            {"speaker": "me" if incoming.is_me(old.sender, user) else "partner", "text": old.content}
            for old in event.history_messages
        ]
        setup: dict[str, Any] = {"count": event.response_count}
        setup |= {"scenario": event.scenario_description} if event.scenario_description else {}
        setup |= {"history": history} if history else {}
        setup |= {"profile": user.as_person()} if user else {}
        setup |= {"partner": partner.as_person()} if partner else {}
        self._handle("profile.update", setup=setup, supplement=event.supplement or None)
        if event.intent:
            self.session.desk.note({"intent": {"text": event.intent}})
        self._follow(after=self.session.outbox.sequence)
        await self._send("session_created", {"session_id": self.session_id})

    async def resume(self) -> None:
        """Go on with a session that was begun before."""
        self._follow(after=self.session.outbox.written)
        told = await self._state()
        self._profiles = (_kept(told.get("profile")), _kept(told.get("partner")))
        is_recording = self.session.hearing.intake.received > self.session.hearing.acknowledged
        status = "recording_message" if is_recording else "idle"
        await self._send(
            "session_restored",
            {
                "session_id": self.session_id,
                "status": status,
                "message_count": len(told.get("messages", ())),
                "scenario_description": told.get("scenario") or None,
                "response_count": told.get("count", 3),
                "has_modifications": bool(told.get("adjustments")),
                "restored_at": datetime.now(UTC).isoformat(),
            },
        )
        await self._status(status)

    async def take(self, event: incoming.Event) -> None:  # noqa: C901 - one arm a kind of event
        """Carry out an event; raises ServiceError for what cannot be."""
        match event:
            case incoming.MessageStart():
                self._sender = event.sender
                self.session.desk.interrupt("client_cancelled")
                is_me = incoming.is_me(event.sender, None) or self._is_user(event.sender)
                speaker = "me" if is_me else "partner"
                self._handle("session.update", session={"audio": {"input": {"speaker": speaker}}})
                self._handle("input_audio_buffer.clear")
                await self._status("recording_message")
            case incoming.AudioStream():
                incoming.check_sound(event, self._rate)
                self._handle("input_audio_buffer.append", audio=event.audio_chunk)
            case incoming.MessageEnd():
                await self._status("processing_stt")
                self._handle("input_audio_buffer.commit")
            case incoming.ManualGenerate():
                await self._generate(event)
            case incoming.Modification():
                self._is_automatic = False
                await self._status("generating_response")
                self._handle("suggestions.create", adjust=[event.modification])
            case incoming.Selected():
                self._chooser = event.sender
                self._handle("suggestion.selected", text=event.selected_content, predict=True)
            case incoming.Supplement():
                self._handle("profile.update", supplement=event.supplement)
            case incoming.CountUpdate():
                self._handle("profile.update", setup={"count": event.response_count})
            case incoming.History():
                await self._history()
            case incoming.End():
                self._handle("session.close", summarise=True)
            case _:
                pass

    async def close(self) -> None:
        """The client has left; the session waits for it."""
        if self._following is not None:
            await end(self._following)
        self._listening.close()

    def _configure(self) -> None:
        heard = {"format": {"rate": self._rate}, "turn_detection": None}
        self._handle("session.update", session={"audio": {"input": heard}})

    def _handle(self, kind: str, **fields: Any) -> None:
        self.session.handle({"type": kind, **fields})

    async def _generate(self, event: incoming.ManualGenerate) -> None:
        self._is_automatic = False
        if event.supplement:
            self._handle("profile.update", supplement=event.supplement)
        await self._status("generating_response")
        wishes: dict[str, Any] = {"focus": event.focused_message_ids}
        if event.intent:
            wishes["intent"] = {"text": event.intent}
        self._handle("suggestions.create", **wishes)

    def _follow(self, *, after: int) -> None:
        # At once: nobody would be told of what comes before the task begins.
        subscription = self._listening.enter_context(self.session.outbox.listening())
        self._following = asyncio.create_task(self._tell(subscription, after))

    async def _tell(self, subscription: Subscription, after: int) -> None:
        with self._listening:
            while True:
                events = await subscription.take()
                for logged in events:
                    if logged.sequence > after:
                        await self._translate(orjson.loads(logged.data))
                if not events and subscription.is_over:
                    return

    async def _translate(self, event: dict[str, Any]) -> None:  # noqa: C901 - likewise
        """Tell one of the session's events, if the old protocol has it."""
        match event["type"]:
            case "conversation.item.input_audio_transcription.completed":
                await self._heard(event)
            case "conversation.item.input_audio_transcription.failed":
                await self._error("STT_SERVICE_ERROR", event["error"]["message"])
            case "conversation.item.done" if event["item"]["content"][0]["type"] == "output_text":
                text = event["item"]["content"][0]["text"]
                await self._recorded(event["item"]["id"], text, self._chooser or self._name_of("me"))
            case "suggestions.delta":
                self._opinions.append(event["reply"]["intent"])
            case "suggestions.done":
                await self._suggested(event)
            case "opinion.predicted":
                told = {"session_id": self.session_id, "prediction": event["opinion"]}
                await self._send("opinion_prediction_response", told | {"request_id": event["event_id"]})
            case "response.done" if not self._is_automatic and event["response"]["status"] != "cancelled":
                await self._status("idle")
            case "session.summarised":
                self._summary = event["summary"]
            case "session.closed":
                user, partner = self._profiles
                told = {"session_id": self.session_id, "user_profile": user, "target_profile": partner}
                await self._send("profile_archive", told | {"summary": self._summary})
            case "error":
                await self._failed(event["error"])
            case _:
                pass

    async def _heard(self, event: dict[str, Any]) -> None:
        text: str = event["transcript"]
        self._senders[event["item_id"]] = self._sender
        if not text:
            await self._error("STT_SERVICE_ERROR", "No speech was understood in this message.")
            await self._status("idle")
            return
        await self._recorded(event["item_id"], text, self._sender)
        is_partner = not self._is_user(self._sender) and not incoming.is_me(self._sender, None)
        if self._suggests_opinions and is_partner:
            self._is_automatic = True
            await self._status("generating_opinions")
            self._handle("suggestions.create")
        else:
            await self._status("idle")

    async def _recorded(self, item: str, text: str, sender: str) -> None:
        told = {"session_id": self.session_id, "message_id": item, "sender": sender}
        await self._send("message_recorded", told | {"content": text, "message_content": text})

    async def _suggested(self, event: dict[str, Any]) -> None:
        result: dict[str, Any] = event["result"]
        told = {"session_id": self.session_id, "request_id": result["request_id"]}
        opinions, self._opinions = list(dict.fromkeys(self._opinions)), []
        if self._is_automatic:
            await self._send("opinion_suggestions", told | {"suggestions": opinions})
            await self._status("idle")
            return
        if result["failure"] is not None:
            details = {"phrases": result["phrases"], "code": result["failure"]["code"]}
            await self._error("LLM_SERVICE_ERROR", result["failure"]["message"], details)
        if result["replies"] or result["failure"] is None:
            texts = [reply["text"] for reply in result["replies"]]
            more = {
                "suggestion_details": result["replies"],
                "missing": result["missing"],
                "mode": result["mode"],
            }
            await self._send("llm_response", told | {"suggestions": texts} | more)

    async def _failed(self, error: Mapping[str, Any]) -> None:
        code = str(error["code"])
        if code == "input_audio_buffer_commit_empty":
            await self._error("STT_SERVICE_ERROR", "The message holds no sound.")
            await self._status("idle")
            return
        fallback = "STT_SERVICE_ERROR" if "speech" in code or "language" in code else "INTERNAL_ERROR"
        if code.startswith(("model", "budget")):
            fallback = "LLM_SERVICE_ERROR"
        await self._error(_CODES.get(code, fallback), str(error["message"]), {"code": code})

    async def _error(self, code: str, message: str, details: Any = None) -> None:
        told = {"session_id": self.session_id, "error_code": code, "message": message}
        await self._send("error", told | ({"details": details} if details else {}))

    async def _status(self, status: str) -> None:
        told = {"session_id": self.session_id, "status": status, "message": _STATUS[status]}
        await self._send("status_update", told)

    async def _history(self) -> None:
        messages = [
            {
                "message_id": message["id"],
                "sender": self._senders.get(message["id"]) or self._name_of(message["speaker"]),
                "content": message["text"],
                "created_at": None,
                "message_type": _kind(message),
            }
            for message in (await self._state()).get("messages", ())
        ]
        told = {"session_id": self.session_id, "messages": messages, "total_count": len(messages)}
        await self._send("message_history_response", told | {"request_id": f"history_{self.session_id}"})

    async def _state(self) -> dict[str, Any]:
        await self.session.desk.noted(NOTED_SECONDS)
        return self.session.desk.conversation or await self._resources.sessions.parts.talks.conversation(
            self.session_id
        )

    def _name_of(self, speaker: str) -> str:
        """Who that is in the old protocol, which knows people by their names."""
        user, partner = self._profiles
        return str((user if speaker == "me" else partner).get("name") or speaker)

    def _is_user(self, sender: str) -> bool:
        name = str(self._profiles[0].get("name") or "").strip().lower()
        return bool(name) and sender.strip().lower() == name


_STATUS = {
    "idle": "Ready",
    "recording_message": "Recording",
    "processing_stt": "Recognising speech",
    "generating_opinions": "Finding stances",
    "generating_response": "Finding replies",
}


def _kind(message: Mapping[str, Any]) -> str:
    if message["is_history"]:
        return "history"
    return "selected_response" if message["speaker"] == "me" else "recording"


def _kept(person: Mapping[str, Any] | None) -> dict[str, Any]:
    """A profile as the conversation has it, in the old protocol's fields."""
    return _echo(incoming.OldProfile.model_validate(person) if person else None)


def _echo(profile: incoming.OldProfile | None) -> dict[str, Any]:
    return profile.model_dump() if profile else {}
