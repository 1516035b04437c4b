"""iDialogue's client events, checked, in the words of every version of its protocol."""

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from tools.errors import InvalidInput

_Text = Field(default=None, max_length=4000)
_MOST_WISHED = 1000  # characters that the graph takes of a wish, and of a supplement


class _Data(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)  # as the old server did


class _OfSession(_Data):
    session_id: str = Field(max_length=64)


class OldProfile(_Data):
    """A person."""

    name: str | None = Field(default=None, max_length=100)
    age: int | None = Field(default=None, ge=0, le=150)
    gender: str | None = Field(default=None, max_length=100)
    relations: list[str] = []
    personalities: list[str] = []
    preferences: list[str] = []
    taboos: list[str] = []
    common_topics: list[str] = []

    def as_person(self) -> dict[str, Any]:
        """As the graph takes it."""
        return self.model_dump(exclude_none=True, exclude_defaults=True)


class OldMessage(_Data):
    """A message from before; version 1.0 had no ids."""

    message_id: str | None = None
    sender: str = ""
    content: str = Field(min_length=1, max_length=2000)


class Wishes(_Data):
    """What the user wants to say, by the names of three versions; none is dropped."""

    user_opinion: str | None = _Text  #: August to October 2025.
    user_corpus: str | None = _Text  #: October to December.
    user_background: str | None = _Text  #: For hours in December, like the next two.
    user_preferences: str | list[str] | None = None
    user_recent_experiences: str | list[str] | None = None

    @property
    def intent(self) -> str:
        """What the user has typed."""
        return " ".join(text.strip() for text in (self.user_opinion, self.user_corpus) if text)

    @property
    def supplement(self) -> str:
        """What is to be known of the user."""
        named = {
            "Background": self.user_background,
            "Preferences": self.user_preferences,
            "Recent experiences": self.user_recent_experiences,
        }
        parts = {name: ", ".join(v) if isinstance(v, list) else v for name, v in named.items() if v}
        return " ".join(f"{name} of the user: {text.strip()}." for name, text in parts.items())

    @model_validator(mode="after")
    def _is_taken_whole(self) -> "Wishes":
        told = {"user_opinion and user_corpus": self.intent}
        told["user_background, user_preferences and user_recent_experiences"] = self.supplement
        for names, text in told.items():
            if len(text) > _MOST_WISHED:
                raise ValueError(f"{names} have at most {_MOST_WISHED} characters together")
        return self


class Start(Wishes):
    type: Literal["conversation_start"] = "conversation_start"
    response_count: int = Field(default=3, ge=1, le=5)
    scenario_description: str | None = _Text
    history_messages: list[OldMessage] = Field(default=[], max_length=500)
    user_profile: OldProfile | None = None
    target_profile: OldProfile | None = None


class MessageStart(_OfSession):
    type: Literal["message_start"] = "message_start"
    sender: str = Field(default="", max_length=100)


class AudioStream(_OfSession):
    type: Literal["audio_stream"] = "audio_stream"
    audio_chunk: str
    format: Literal["pcm16"] | None = None
    sample_rate: int | None = None
    channels: Literal[1] | None = None


class MessageEnd(_OfSession):
    type: Literal["message_end"] = "message_end"


class ManualGenerate(_OfSession, Wishes):
    type: Literal["manual_generate"] = "manual_generate"
    focused_message_ids: list[str] = Field(default=[], max_length=20)


class Modification(_OfSession):
    type: Literal["user_modification"] = "user_modification"
    modification: str = Field(min_length=1, max_length=100)


class Selected(_OfSession):
    type: Literal["user_selected_response"] = "user_selected_response"
    selected_content: str = Field(min_length=1, max_length=2000)
    sender: str = Field(default="", max_length=100)


class Supplement(_OfSession):
    type: Literal["scenario_supplement"] = "scenario_supplement"
    supplement: str = Field(min_length=1, max_length=1000)


class CountUpdate(_OfSession):
    type: Literal["response_count_update"] = "response_count_update"
    response_count: int = Field(ge=1, le=5)


class End(_OfSession):
    type: Literal["conversation_end"] = "conversation_end"


class Resume(_OfSession):
    type: Literal["session_resume"] = "session_resume"


class History(_OfSession):
    type: Literal["get_message_history"] = "get_message_history"


Event = (
    Start
    | MessageStart
    | AudioStream
    | MessageEnd
    | ManualGenerate
    | Modification
    | Selected
    | Supplement
    | CountUpdate
    | End
    | Resume
    | History
)
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    model.model_fields["type"].default: TypeAdapter(model) for model in Event.__args__
}


class Refused(Exception):
    """An event that is not carried out.

    Args:
        code: One of the old protocol's.
    """

    def __init__(self, code: str, message: str, *, session_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.session_id = session_id


def parse(raw: Any) -> Event:
    """An event; raises Refused for what is none."""
    if not isinstance(raw, dict):
        raise Refused("INVALID_EVENT_DATA", "An event is a JSON object with type and data.")
    told = cast("dict[str, Any]", raw)
    adapter = _ADAPTERS.get(str(told.get("type")))
    data: Any = told.get("data") or {}
    if adapter is None:
        raise Refused("INVALID_EVENT_TYPE", f"Unknown event type: {told.get('type')!r}"[:200])
    if not isinstance(data, dict):
        raise Refused("INVALID_EVENT_DATA", "data: must be an object")
    fields = cast("dict[str, Any]", data)
    session = fields.get("session_id")
    try:
        return adapter.validate_python({**fields, "type": told["type"]})
    except ValidationError as error:
        first = error.errors()[0]
        code = "MISSING_REQUIRED_FIELD" if first["type"] == "missing" else "INVALID_EVENT_DATA"
        name = ".".join(map(str, first["loc"])) or "data"
        message = first["msg"].removeprefix("Value error, ")
        raise Refused(
            code, f"{name}: {message}", session_id=session if isinstance(session, str) else None
        ) from None


def is_me(sender: str, profile: OldProfile | None) -> bool:
    """Whether a sender's name is the user's: the old protocol has nothing but names."""
    name = sender.strip().lower()
    own = (profile.name or "").strip().lower() if profile else ""
    return name in _ME or (bool(own) and name == own)


_ME = frozenset(("me", "i", "self", "user", "myself", "anonymous", "我", "用户", "本人", "自己", "匿名"))


def check_sound(event: AudioStream, rate: int) -> None:
    """Refuse sound at another rate than the session's."""
    if event.sample_rate is not None and event.sample_rate != rate:
        raise InvalidInput(
            f"sample_rate: {event.sample_rate}; this server hears {rate}",
            hint="Set VOSK_SAMPLE_RATE, or record at that rate.",
            code="invalid_sample_rate",
        )
