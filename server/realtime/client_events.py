"""What a client sends: OpenAI's client events, and our own."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from server.realtime.config import Speaker


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    event_id: str | None = Field(default=None, max_length=512)


class UpdateSession(_Event):
    """Change how the session is held."""

    type: Literal["session.update"]
    session: dict[str, Any]


class CloseSession(_Event):
    """End the conversation; ``summarise`` has it summed up before."""

    type: Literal["session.close"]
    summarise: bool = False


class AppendAudio(_Event):
    """Sound; ``offset`` is the place of its first sample, counted from the session's beginning."""

    type: Literal["input_audio_buffer.append"]
    audio: str
    offset: int | None = Field(default=None, ge=0)


class CommitAudio(_Event):
    """Whoever speaks has ended."""

    type: Literal["input_audio_buffer.commit"]


class ClearAudio(_Event):
    """Forget what was not committed."""

    type: Literal["input_audio_buffer.clear"]


class ClearOutput(_Event):
    """Stop speaking."""

    type: Literal["output_audio_buffer.clear"]


class _Content(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str
    text: str | None = Field(default=None, max_length=2000)


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | None = Field(default=None, pattern=r"^[\w.:-]{1,64}$")
    type: Literal["message"] = "message"
    role: Literal["user", "assistant"] = "user"
    speaker: Speaker | None = None  #: None: the partner for the role user, else the user of this service.
    content: list[_Content] = Field(min_length=1, max_length=10)


class CreateItem(_Event):
    """Something was said that was not heard: typed by the user, say."""

    type: Literal["conversation.item.create"]
    item: _Item
    previous_item_id: str | None = None


class NamedItem(_Event):
    """Of an item."""

    type: Literal["conversation.item.retrieve", "conversation.item.delete", "conversation.item.truncate"]
    item_id: str = Field(max_length=64)


class CorrectItem(_Event):
    """What was really said."""

    type: Literal["conversation.item.correct"]
    item_id: str = Field(max_length=64)
    transcript: str = Field(min_length=1, max_length=2000)


class _ResponseWish(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    metadata: dict[str, str] | None = Field(default=None, max_length=16)


class CreateResponse(_Event):
    """Suggest replies now."""

    type: Literal["response.create"]
    response: _ResponseWish | None = None


class CancelResponse(_Event):
    """End the response that is under way."""

    type: Literal["response.cancel", "suggestions.cancel"]


class CreateSuggestions(_Event):
    """Suggest replies, with wishes; fields of ``graphs.dialogue.state.Input``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["suggestions.create"]
    intent: dict[str, Any] | None = None
    adjust: list[str] = Field(default=[], max_length=20)
    undo: list[str] | Literal["last", "all"] = []
    focus: list[str] = Field(default=[], max_length=20)
    more: bool = False
    count: int | None = Field(default=None, ge=1, le=5)
    metadata: dict[str, str] | None = None


class SelectSuggestion(_Event):
    """The user says this: a suggestion, as it is or edited, or a sentence of their own."""

    type: Literal["suggestion.selected"]
    text: str = Field(min_length=1, max_length=2000)
    reply_id: str | None = Field(default=None, max_length=100)
    speak: bool | None = Field(default=None, description="Say it aloud; None: as the session's modality is.")
    predict: bool = Field(default=False, description="Predict the user's next stance, too.")


class UpdateProfile(_Event):
    """What holds for the conversation; ``graphs.dialogue.state.Setup``."""

    type: Literal["profile.update"]
    setup: dict[str, Any] = {}
    supplement: str | None = Field(default=None, max_length=1000)


class PredictOpinion(_Event):
    """Predict the user's next stance."""

    type: Literal["opinion.predict"]


class Ping(_Event):
    """Is anybody there? ``status`` answers."""

    type: Literal["session.ping"]


ClientEvent = (
    UpdateSession
    | CloseSession
    | AppendAudio
    | CommitAudio
    | ClearAudio
    | ClearOutput
    | CreateItem
    | NamedItem
    | CorrectItem
    | CreateResponse
    | CancelResponse
    | CreateSuggestions
    | SelectSuggestion
    | UpdateProfile
    | PredictOpinion
    | Ping
)
ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(model)
    for model in ClientEvent.__args__
    for name in model.model_fields["type"].annotation.__args__
}
