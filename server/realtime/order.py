"""In which order the events of a session come: a state machine that takes each event, or refuses it.

Every event passes it before it is sent, so that no client ever sees what it cannot make sense of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Stage = Literal["hearing", "heard", "committed", "added", "done", "settled"]
#: hearing: somebody speaks; heard: they have ended; committed, added, done: its item comes; settled: its
#: transcript is there, or the word that there is none.

_HEARING = "conversation.item.input_audio_transcription."
_ANYTIME = frozenset(
    (
        "session.updated",
        "session.resumed",
        "session.summarised",
        "profile.updated",
        "opinion.predicted",
        "error",
        "conversation.item.retrieved",
        "conversation.item.corrected",
        "conversation.item.truncated",
        "conversation.item.deleted",
        "output_audio_buffer.cleared",
        "input_audio_buffer.acknowledged",
        "status",
    )
)


class OutOfOrder(Exception):
    """An event came where it cannot come."""


@dataclass
class _Response:
    id: str
    items: int = 0  #: Begun so far.
    open_item: str | None = None
    open_part: bool = False
    open_text: bool = False
    suggestions: Literal["none", "open", "over"] = "none"
    told: int = 0  #: Suggestions.


@dataclass
class Order:
    """Where a session stands."""

    is_open: bool = False
    is_closed: bool = False
    speaking: str | None = None  #: The item of who speaks now.
    items: dict[str, Stage] = field(default_factory=dict[str, Stage])  #: Of speech, until it is settled.
    response: _Response | None = None

    def accept(self, event: Mapping[str, Any]) -> None:
        """Take the next event.

        Raises:
            OutOfOrder: It cannot come here.
        """
        kind: str = event["type"]
        if self.is_closed:
            raise OutOfOrder(f"{kind} after the end")
        if kind == "session.created":
            self._must(not self.is_open, kind)
            self.is_open = True
            return
        self._must(self.is_open, kind)
        if kind in _ANYTIME:
            return
        if kind == "session.closed":
            self._must(self.response is None, kind)
            self.is_closed = True
        elif kind.startswith("input_audio_buffer."):
            self._input(kind, event)
        elif kind.startswith(_HEARING):
            self._transcription(kind.removeprefix(_HEARING), event["item_id"])
        elif kind in ("conversation.item.added", "conversation.item.done"):
            self._item(kind, event["item"]["id"])
        elif kind.startswith("suggestions."):
            self._suggestions(kind, event)
        elif kind.startswith("response."):
            self._respond(kind, event)
        else:
            raise OutOfOrder(f"{kind} is no event of a session")

    def _input(self, kind: str, event: Mapping[str, Any]) -> None:
        match kind.removeprefix("input_audio_buffer."):
            case "speech_started":
                self._must(self.speaking is None, kind)
                self.speaking = event["item_id"]
                self.items[event["item_id"]] = "hearing"
            case "speech_stopped":
                self._must(self.speaking == event["item_id"], kind)
                self.speaking = None
                self.items[event["item_id"]] = "heard"
            case "committed":
                stage = self.items.get(event["item_id"])
                self._must(stage in (None, "hearing", "heard"), kind)
                if self.speaking == event["item_id"]:
                    self.speaking = None
                self.items[event["item_id"]] = "committed"
            case "cleared":
                self.speaking = None
                unsettled = [item for item, stage in self.items.items() if stage in ("hearing", "heard")]
                for item in unsettled:
                    del self.items[item]
            case _:
                raise OutOfOrder(kind)

    def _transcription(self, kind: str, item: str) -> None:
        stage = self.items.get(item)
        if kind in ("partial", "delta"):
            if stage is None:  # of a turn that only a commit ends
                self.items[item] = "hearing"
            return
        self._must(kind in ("completed", "failed") and stage == "done", kind)
        del self.items[item]

    def _item(self, kind: str, item: str) -> None:
        stage = self.items.get(item)
        if stage is None:  # a text: added and done, with nothing between
            self._must(kind == "conversation.item.added", kind)
            self.items[item] = "settled"
        elif stage == "settled":
            self._must(kind == "conversation.item.done", kind)
            del self.items[item]
        else:
            after: dict[str, tuple[Stage, Stage]] = {
                "conversation.item.added": ("committed", "added"),
                "conversation.item.done": ("added", "done"),
            }
            before, then = after[kind]
            self._must(stage == before, kind)
            self.items[item] = then

    def _suggestions(self, kind: str, event: Mapping[str, Any]) -> None:
        response = self._of(event, kind)
        match kind.removeprefix("suggestions."):
            case "created":
                self._must(response.suggestions == "none", kind)
                response.suggestions = "open"
            case "delta":
                self._must(response.suggestions == "open" and event["index"] == response.told, kind)
                response.told += 1
            case "done" | "cancelled":
                self._must(response.suggestions == "open", kind)
                response.suggestions = "over"
            case _:
                raise OutOfOrder(kind)

    def _respond(self, kind: str, event: Mapping[str, Any]) -> None:
        if kind == "response.created":
            self._must(self.response is None, kind)
            self.response = _Response(event["response"]["id"])
            return
        response = self._of(event, kind)
        match kind.removeprefix("response."):
            case "done":
                self._must(response.open_item is None and response.suggestions != "open", kind)
                self.response = None
            case "output_item.added":
                self._must(response.open_item is None and event["output_index"] == response.items, kind)
                response.open_item, response.items = event["item"]["id"], response.items + 1
            case "output_item.done":
                self._must(response.open_item == event["item"]["id"] and not response.open_part, kind)
                response.open_item = None
            case "content_part.added":
                self._must(response.open_item == event["item_id"] and not response.open_part, kind)
                response.open_part = response.open_text = True
            case "content_part.done":
                self._must(response.open_part and not response.open_text, kind)
                response.open_part = False
            case "output_text.delta" | "output_audio.delta" | "output_audio_transcript.delta":
                self._must(response.open_text, kind)
            case "output_audio_transcript.done":
                self._must(response.open_text, kind)
            case "output_text.done" | "output_audio.done":
                self._must(response.open_text, kind)
                response.open_text = False
            case _:
                raise OutOfOrder(kind)

    def _of(self, event: Mapping[str, Any], kind: str) -> _Response:
        told: str = event["response_id"] if "response_id" in event else event["response"]["id"]
        if self.response is None or self.response.id != told:
            raise OutOfOrder(f"{kind} of {told}, which is not under way")
        return self.response

    def _must(self, holds: bool, kind: str) -> None:
        if not holds:
            raise OutOfOrder(f"{kind} cannot come here: {self}")
