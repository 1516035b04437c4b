"""The values that the novel tools pass to each other.

All offsets are code point offsets into one text, half open: ``text[start:end]``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

Gender = Literal["male", "female", "unknown"]
Importance = Literal["major", "intermediate", "minor"]
Age = Literal["child", "teen", "adult", "senior", "unknown"]


class SpanKind(StrEnum):
    """What a stretch of a novel's text is."""

    NARRATION = "narration"  #: The narrator's words.
    QUOTATION = "quotation"  #: A character's words (or a letter, a sign, a thought in quotation marks).


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter; chapters tile the text."""

    index: int
    title: str  #: The heading as printed, or "" for text before the first heading.
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of narration or one quotation; spans tile the text.

    A quotation includes its quotation marks. Quotations nested in it stay part of it.
    """

    kind: SpanKind
    start: int
    end: int
    closed: bool = True  #: Whether a closing mark was found.
    continues: bool = False  #: Whether it goes on with the previous quotation in a new paragraph.

    @property
    def is_quotation(self) -> bool:
        """Whether a character speaks here."""
        return self.kind is SpanKind.QUOTATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place where the text names a person."""

    start: int
    end: int
    surface: str  #: ``text[start:end]`` with white space folded to single blanks.


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place in the text that shows why something is believed."""

    start: int
    end: int
    reason: str  #: A short rule name, such as "full name contains surname".


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A person of the novel under all names that the text uses."""

    id: str  #: "c000", "c001"... in the order of first appearance.
    canonical_name: str
    aliases: tuple[str, ...]  #: Every surface form, the canonical name included.
    gender: Gender
    mentions: tuple[Mention, ...]
    evidence: tuple[Evidence, ...] = ()  #: Why these names are one person, and why this gender.
    is_narrator: bool = False  #: Whether "I" outside quotations is this person.
    age: Age = "unknown"
    traits: tuple[str, ...] = ()  #: What a model read about the person in passages that it quoted.


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who says one quotation."""

    quote: int  #: Index into the sequence of spans.
    speaker_id: str | None  #: None when nothing in the text decides.
    addressee_id: str | None = None
    method: str  #: The rule that decided ("said_name", "turn_taking", ...), "model", or "none".
    confidence: float  #: 0 to 1: the share of such decisions that are right, measured on PDNC or WP2021.
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A tie between two people of the novel."""

    source_id: str
    target_id: str
    type: str  #: "spouse", "parent", "sibling", ..., or "talks_with", "appears_with".
    weight: float  #: How many places show it.
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people of one novel, and the names that belong to no single one of them."""

    characters: tuple[Character, ...]
    ambiguous: tuple[str, ...] = field(default=())  #: Surface forms shared by several people.
    contested: tuple[tuple[str, str], ...] = ()  #: Proposed pairs that the text shows to be two people.


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFacts:
    """What a model or an editor said about names; stronger than any rule."""

    persons: frozenset[str] = frozenset()  #: Surface forms that name a person, even where rules doubt it.
    not_persons: frozenset[str] = frozenset()  #: Surface forms that do not.
    same: tuple[tuple[str, str], ...] = ()  #: Pairs of surface forms of one person.
    proposed: tuple[tuple[str, str], ...] = ()
    """Pairs that readers of single passages took for one person: unless the text shows two people."""
    different: tuple[tuple[str, str], ...] = ()  #: Pairs of surface forms of two people.
    genders: Mapping[str, Gender] = field(default_factory=dict[str, Gender])  #: By surface form.


class LanguagePack(Protocol):
    """The rules of one language: a module of pure functions without I/O, randomness or a model."""

    language: str

    def find_names(self, text: str, spans: Sequence[Span], facts: NameFacts | None = None) -> list[Mention]:
        """Every place that names a person, in text order, never overlapping."""
        ...

    def build_cast(
        self,
        text: str,
        spans: Sequence[Span],
        mentions: Sequence[Mention],
        facts: NameFacts | None = None,
        *,
        similarity_threshold: float = 0.8,
    ) -> Cast:
        """Merge the names of the whole book into people, with evidence for each merge.

        Two names that speak to each other in one conversation are never one person.
        """
        ...

    def attribute(self, text: str, spans: Sequence[Span], cast: Cast) -> list[Attribution]:
        """One attribution for each quotation span, in text order."""
        ...

    def find_relations(
        self, text: str, spans: Sequence[Span], cast: Cast, attributions: Sequence[Attribution]
    ) -> list[Relation]:
        """Typed ties that the text states, and who talks or appears with whom."""
        ...
