"""Replies before they are shown: what each is to do, and what a model wrote for it."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

Intent = Literal["agree", "decline", "ask", "wait", "answer", "own"]
"""What a reply does: accepts, refuses, asks back, buys time, says what fits best, or says what the user
wants said."""
Manner = Literal["plain", "brief", "polite", "warm", "firm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One reply that is wanted."""

    id: str
    intent: Intent
    manner: Manner


class Draft(BaseModel):
    """What a model wrote for a slot."""

    model_config = ConfigDict(frozen=True)

    id: str  #: The slot's.
    intent: Intent  #: What the text does, by the model's own word.
    speaker: Literal["me", "partner"]  #: In whose mouth the model puts it.
    crosses: list[str] = []  #: Ids of taboos and red lines that the model sees it touch.
    text: str


class Drafts(BaseModel):
    """A model's answer."""

    replies: list[Draft]
