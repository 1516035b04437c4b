"""What asks a model for translations: its role, what it knows, what it took."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.llm.chat_models import ChatModels
from tools.llm.roles import Role
from tools.llm.usage import Usage
from tools.translation.glossary import Term
from tools.translation.ladder import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a translator knows besides the segments."""

    source: str | None  #: Language code; None: the model recognises it.
    target: str
    style: Mapping[str, str] = field(default_factory=dict[str, str])
    before: Sequence[tuple[str, str]] = ()  #: Segments in front, with their translations ("" where none is).
    after: Sequence[str] = ()
    terms: Sequence[Term] = ()
    memory: Sequence[tuple[str, str]] = ()  #: Texts like these, with their translations.
    notes: Mapping[str, str] = field(default_factory=dict[str, str])  #: By segment id.
    limits: Mapping[str, int] = field(default_factory=dict[str, int])  #: Most characters, by segment id.
    summary: str = ""  #: What came before.
    asks_for_summary: bool = False  #: Of what has come up to the end of these segments.


@dataclass(slots=True, kw_only=True)
class ModelEngine(ABC):
    """Asks the model of a role, and counts what that takes."""

    models: ChatModels
    role: Role
    context: Context
    usage: Usage = field(default_factory=Usage)
    summary: str = ""  #: What the text tells up to here, as far as the engine says so.

    @property
    def name(self) -> str:
        """``provider:model``."""
        return self.models.require(self.role).name

    @abstractmethod
    async def translate(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Translations by id; see ``ladder.Engine``."""
