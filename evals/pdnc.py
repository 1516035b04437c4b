"""The Project Dialogism Novel Corpus (Vishnubhotla, Hammond and Hirst, LREC 2022, arXiv 2204.05836).

One folder per novel with ``novel_text.txt``, ``quotation_info.csv`` and ``character_info.csv``. The column
named "byte spans" holds code point offsets into the text as it is stored, line ends untouched.
"""

import ast
import csv
from dataclasses import dataclass
from pathlib import Path

from tools.novels.types import Gender

_GENDERS: dict[str, Gender] = {"M": "male", "F": "female"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuotation:
    """One quotation; a phrase such as "said she" splits it into several sub-spans."""

    id: str
    sub_spans: tuple[tuple[int, int], ...]  #: Half open, without the quotation marks.
    text: str  #: The sub-quotations as annotated, joined by blanks.
    speaker: str  #: A character's main name.
    addressees: tuple[str, ...]  #: Main names; "_unknowable" is nobody in particular.
    type: (
        str  #: What names the speaker: "Explicit" a name, "Anaphoric" a pronoun or noun, "Implicit" nothing.
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCharacter:
    """A character under all annotated names, the main name included."""

    name: str
    aliases: tuple[str, ...]
    gender: Gender
    category: str  #: "major", "intermediate" or "minor", by the share of quotations.


@dataclass(frozen=True, slots=True, kw_only=True)
class Novel:
    """An annotated novel."""

    name: str
    text: str
    quotations: tuple[GoldQuotation, ...]  #: In text order.
    characters: tuple[GoldCharacter, ...]


def load(folder: Path) -> list[Novel]:
    """Every novel below ``folder``, by name.

    Raises:
        FileNotFoundError: ``folder`` holds no novel.
    """
    novels = [_load_novel(path.parent) for path in sorted(folder.glob("*/novel_text.txt"))]
    if not novels:
        raise FileNotFoundError(f"no */novel_text.txt below {folder}")
    return novels


def _load_novel(folder: Path) -> Novel:
    with (folder / "novel_text.txt").open(encoding="utf-8", newline="") as file:
        text = file.read()
    quotations = sorted(map(_quotation, _rows(folder / "quotation_info.csv")), key=lambda q: q.sub_spans)
    characters = tuple(map(_character, _rows(folder / "character_info.csv")))
    return Novel(name=folder.name, text=text, quotations=tuple(quotations), characters=characters)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _quotation(row: dict[str, str]) -> GoldQuotation:
    return GoldQuotation(
        id=row["quoteID"],
        sub_spans=tuple(sorted((start, end) for start, end in ast.literal_eval(row["quoteByteSpans"]))),
        text=" ".join(ast.literal_eval(row["subQuotationList"])),
        speaker=row["speaker"],
        addressees=tuple(ast.literal_eval(row["addressees"] or "[]")),
        type=row["quoteType"],
    )


def _character(row: dict[str, str]) -> GoldCharacter:
    name = row["Main Name"]
    aliases = sorted({name, *ast.literal_eval(row["Aliases"] or "[]")})
    return GoldCharacter(
        name=name,
        aliases=tuple(aliases),
        gender=_GENDERS.get(row["Gender"], "unknown"),
        category=row["Category"],
    )
