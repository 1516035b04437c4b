"""What a report is made of, whatever it is written as."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    text: str
    level: int  #: 1: the title; 2: a chapter; 3: below it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    text: str  #: Character for character as in the document.
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    name: str  #: Of its files, without an ending.
    caption: str


Block = Heading | Paragraph | Quotation | Table | Figure
Blocks = Sequence[Block]
