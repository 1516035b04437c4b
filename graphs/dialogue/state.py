"""What goes into the dialogue graph, what it keeps of a conversation, and what comes out.

A thread is one conversation. Each run brings what is new, in one input, and says what it wants: replies, a
prediction of the user's stance, or a summary. All else of the input is kept in the thread, so that the next
run need not say it again. "I", "me" and "the user" are the person who speaks through this service; the
partner is whoever talks with them.

What a run tells on its way are events of graphs/progress.py: ``RepliesBegun``, ``ReplyReady`` for each
reply as soon as it is whole and has passed its checks, ``RepliesDone``, ``OpinionReady``; their docstrings
say when. Everything that they tell stands in the output, too.
"""

import operator
from typing import Annotated, Any, Literal

from langgraph.channels import EphemeralValue
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from graphs.inputs import validated
from graphs.notes import Note
from tools.dialogue.drafts import Intent, Manner

Language = Literal["zh", "en"]
Speaker = Literal["me", "partner"]
Wanted = Literal["replies", "opinion", "summary"]

MOST_REPLIES = 5

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
_Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Id = Annotated[str, StringConstraints(pattern=r"^[\w.:-]{1,64}$")]
_PartnerId = Annotated[str, StringConstraints(pattern=r"^[\w-]{1,64}$")]  # a label of the store
_Shorts = Annotated[list[_Short], Field(max_length=50)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Phrase(_Part):
    """One of the user's own sentences."""

    text: _Text
    uses: int = Field(default=0, ge=0, description="How often it was said.")


class RedLine(_Part):
    """What the user never says, in any words."""

    text: _Text = Field(description="As an instruction to the model, such as: promise anybody money.")
    words: _Shorts = Field(
        default=[], description="No reply holds one of these; without any, none holds the text."
    )


class Person(_Part):
    """What is known of somebody who takes part; all of it may be left out."""

    name: _Short | None = None
    age: int | None = Field(default=None, ge=0, le=150)
    gender: _Short | None = None
    relations: _Shorts = Field(
        default=[], description="To the other one, such as: patient; to a partner: doctor."
    )
    personalities: _Shorts = []
    preferences: _Shorts = []
    taboos: _Shorts = Field(default=[], description="Words that no reply holds.")
    common_topics: _Shorts = []


class Profile(Person):
    """The user."""

    phrases: list[Phrase] = Field(default=[], max_length=500, description="Their phrase bank.")
    style: str = Field(default="", max_length=500, description="How they talk, in their own words.")
    tone_words: _Shorts = Field(default=[], description="Particles and expressions that they use.")
    abbreviations: dict[_Short, _Text] = Field(
        default={}, max_length=200, description="What letters stand for."
    )
    red_lines: list[RedLine] = Field(default=[], max_length=50)


class Partner(Person):
    """Who the user talks with."""

    id: _PartnerId | None = Field(default=None, description="In the store; None: nothing is remembered.")


class History(_Part):
    """A message from before this conversation was kept here."""

    id: _Id | None = None
    speaker: Speaker
    text: _Text


class Setup(_Part):
    """What holds for the whole conversation. A field that is given replaces what was there."""

    language: Language | None = Field(default=None, description="Of the replies; else that of what is said.")
    count: int | None = Field(default=None, ge=1, le=MOST_REPLIES, description="Replies of one request; 3.")
    profile: Profile | None = Field(default=None, description="Left out at the start: the one that was kept.")
    partner: Partner | None = Field(default=None, description="Of a known id alone: the rest as it was kept.")
    scenario: str | None = Field(default=None, max_length=4000)
    history: list[History] | None = Field(
        default=None, max_length=500, description="Put before all messages."
    )
    keep: bool | None = Field(
        default=None, description="Whether profiles are kept for other conversations; no."
    )


class Said(_Part):
    """Something that was said, by either."""

    id: _Id | None = Field(default=None, description="Sent again with the same text, it changes nothing.")
    speaker: Speaker
    text: _Text
    confidence: float | None = Field(
        default=None, ge=0, le=1, description="The recogniser's; None: nobody said it."
    )
    reply_id: str | None = Field(default=None, max_length=100, description="The reply that it began as.")


class Correction(_Part):
    """What a message really said."""

    id: _Id
    text: _Text


class Stance(_Part):
    """A stance, as a prediction names it; any part may be left out."""

    tendency: _Short | None = None
    mood: _Short | None = None
    tone: _Short | None = None


class UserIntent(_Part):
    """What the user wants to say. It holds until they have said something, or give another one."""

    text: str = Field(default="", max_length=1000, description="Typed: letters, words or whole sentences.")
    keywords: _Shorts = []
    chips: _Shorts = Field(default=[], description="Names of Intent or Manner, or any words of a chip.")
    opinion: Stance | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wanted."""
        return not (self.text.strip() or self.keywords or self.chips or self.opinion)


class Input(_Part):
    """What is new. Everything is applied in this order, then what is wanted is done.

    A run that is cancelled has applied it all the same; the next run may ask again with ``{}``.
    """

    setup: Setup = Setup()
    said: list[Said] = Field(default=[], max_length=100, description="New messages, in their order.")
    corrections: list[Correction] = Field(default=[], max_length=100)
    supplement: str | None = Field(default=None, max_length=1000, description="Added to the scenario.")
    intent: UserIntent | None = Field(
        default=None, description="Replaces the one before; an empty one clears it."
    )
    adjust: list[_Short] = Field(
        default=[], max_length=20, description="Wishes for all replies, such as: politer."
    )
    undo: list[_Id] | Literal["last", "all"] = Field(default=[], description="Adjustments to take back.")
    focus: list[_Id] = Field(default=[], max_length=20, description="Messages that this request is about.")
    more: bool = Field(default=False, description="Replies other than the last ones.")
    want: list[Wanted] = Field(default=["replies"], max_length=3, description="[] only takes note.")

    @model_validator(mode="after")
    def _each_once(self) -> "Input":
        if len(set(self.want)) < len(self.want):
            raise ValueError("want names something twice")
        return self


class Message(TypedDict):
    """One message of the conversation."""

    id: str  #: The caller's, else m1, m2, ...
    speaker: Speaker
    text: str
    confidence: float | None
    heard: str | None  #: What the recogniser had made of it, once it is corrected.
    reply_id: str | None
    is_history: bool


class Adjustment(TypedDict):
    """A wish that holds for every reply until it is undone."""

    id: str  #: a1, a2, ...
    text: str


class Reply(TypedDict):
    """One thing that the user could say."""

    id: str
    text: str
    intent: Intent
    manner: Manner
    source: Literal["model", "phrase_bank"]


class QuickPhrase(TypedDict):
    """A sentence of the user's own, or of the standard ones; no reply, and never to be shown as one."""

    text: str
    source: Literal["own", "standard"]


class Missing(TypedDict):
    """A reply that was wanted and does not exist."""

    intent: Intent
    manner: Manner
    reason: str


class Failure(TypedDict):
    """Why something that was wanted is not there."""

    code: str
    message: str
    hint: str


class Replies(TypedDict):
    """What a request for replies came to. ``len(replies) + len(missing) == wanted``, always."""

    request_id: str
    mode: Literal["model", "offline"]
    language: Language
    wanted: int
    replies: list[Reply]
    missing: list[Missing]
    failure: Failure | None  #: The model did not answer, or not all of it; replies holds what came before.
    phrases: list[QuickPhrase]  #: To fall back on, where a reply is missing; else empty.


class Opinion(TypedDict):
    """The stance that the user may take next; a guess of the model's, to be shown as one."""

    tendency: Literal["cooperative", "confrontational", "neutral", "exploratory", "appeasing"]
    mood: Literal["positive", "negative", "calm", "curious", "confused"]
    tone: Literal["formal", "casual", "firm", "gentle", "humorous"]


class Fact(TypedDict):
    """Something worth remembering of a talk, and where it was said."""

    text: str
    message_ids: list[str]  #: At least one.


class Summary(TypedDict):
    """What was talked about."""

    text: str
    facts: list[Fact]


class Talk(TypedDict):
    """An earlier talk with the same partner, as the store keeps it."""

    id: str
    at: str  #: ISO 8601, UTC.
    summary: str
    facts: list[str]


class Conversation(TypedDict):
    """Everything that a run need not say again."""

    language: Language | None  #: As chosen; None: that of what is said.
    count: int
    profile: dict[str, Any]  #: Fields of Profile, as given or as kept.
    partner: dict[str, Any]  #: Fields of Partner.
    scenario: str
    supplements: list[str]
    keep: bool
    messages: list[Message]
    intent: dict[str, Any] | None  #: Fields of UserIntent, while it holds.
    adjustments: list[Adjustment]
    talks: list[Talk]  #: The last ones with this partner.


class Output(TypedDict):
    """The conversation as it stands, and what this run was asked for."""

    mode: Literal["model", "offline"]
    conversation: Conversation
    replies: Replies | None  #: Of the last request; None before the first.
    opinion: Opinion | None  #: None also when it could not be predicted; a warning says why.
    summary: Summary | None  #: Likewise.
    warnings: list[Note]  #: Of this run.


class Request(TypedDict, total=False):
    """The input as it arrives, unchecked."""

    setup: dict[str, Any]
    said: list[dict[str, Any]]
    corrections: list[dict[str, Any]]
    supplement: str | None
    intent: dict[str, Any] | None
    adjust: list[str]
    undo: list[str] | str
    focus: list[str]
    more: bool
    want: list[str]


class Asked(TypedDict):
    """What this run is to do."""

    id: str  #: Of the request for replies.
    want: list[Wanted]
    focus: list[str]
    more: bool
    recalls: bool  #: Whether the store is to be asked first: for a profile, a partner, earlier talks.


class State(TypedDict):
    """Everything between the nodes."""

    # The input lives for one step, so that a thread's next run does not inherit it.
    setup: Annotated[dict[str, Any], EphemeralValue]
    said: Annotated[list[dict[str, Any]], EphemeralValue]
    corrections: Annotated[list[dict[str, Any]], EphemeralValue]
    supplement: Annotated[str | None, EphemeralValue]
    intent: Annotated[dict[str, Any] | None, EphemeralValue]
    adjust: Annotated[list[str], EphemeralValue]
    undo: Annotated[list[str] | str, EphemeralValue]
    focus: Annotated[list[str], EphemeralValue]
    more: Annotated[bool, EphemeralValue]
    want: Annotated[list[str], EphemeralValue]

    asked: Asked
    offered: list[str]  #: Replies to the present situation that the user has seen.

    mode: Literal["model", "offline"]
    conversation: Conversation
    replies: Replies | None
    opinion: Opinion | None
    summary: Summary | None
    warnings: Annotated[list[Note], operator.add]


Update = dict[str, Any]
"""What a node changes: some channels of State."""


def parse_input(values: object) -> Input:
    """Check a run's input, which may be anything.

    Raises:
        InvalidInput: Names each wrong or unknown field, and what is allowed.
    """
    return validated(Input, values)


async def check_input(values: object) -> None:
    """Refuse what no conversation can take; what depends on the thread's state is refused by the run.

    Raises:
        InvalidInput: As parse_input.
    """
    parse_input(values)
