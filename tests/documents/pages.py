"""The documents for people, taken apart: blocks of code, links, headings."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXECUTED = ("bash", "python")  #: Languages of blocks that tests execute, if no mark says otherwise.
NOT_RUN = "not-run:"  #: Begins the mark of a block that no test executes; the reason follows it.
WITH_MODEL = "with-model"  #: The mark of a block that tests execute with a model server in the environment.

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
_PLACES = (
    "*.md",
    "docs/*.md",
    "docs/*/*.md",
    "docs/*/*/*.md",
    "examples/*.md",
    "examples/*/*.md",
    "evals/*.md",
    "evals/*/*.md",
)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: Path
    number: int  #: From 1, over all blocks of the page.
    language: str
    mark: str  #: What follows the language.
    code: str

    @property
    def is_run(self) -> bool:
        """Whether tests execute it."""
        return self.language in EXECUTED and not self.mark.startswith(NOT_RUN)

    @property
    def reason(self) -> str:
        """Why no test executes it, as its mark says."""
        return self.mark.removeprefix(NOT_RUN).strip() if self.mark.startswith(NOT_RUN) else ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}-{self.number}"


def pages() -> list[Path]:
    """All documents for people: those of the root, of docs/, examples/ and evals/."""
    return [path for place in _PLACES for path in sorted(ROOT.glob(place))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return list(blocks_of(page, page.read_text(encoding="utf-8")))


def blocks_of(page: Path, text: str) -> Iterator[Block]:
    """The same of a text that is not stored."""
    for number, found in enumerate(_BLOCK.finditer(text), 1):
        language, _, mark = found[1].strip().partition(" ")
        yield Block(page, number, language, mark.strip(), found[2])


def prose(text: str) -> str:
    """A page's text without its fenced blocks."""
    return _BLOCK.sub("", text)


def links(text: str) -> list[str]:
    """Where the links and pictures of a page's text lead, code left out."""
    return [first or second for first, second in _LINK.findall(_CODE.sub("", prose(text)))]


def headings(text: str) -> list[tuple[int, str]]:
    """Level and words of each heading of a page's text."""
    return [(len(marks), words) for marks, words in _HEADING.findall(prose(text))]


def anchors(text: str) -> set[str]:
    """What may stand after ``#`` in a link to a page, by GitHub's rule for its headings."""
    times: Counter[str] = Counter()
    found: set[str] = set()
    for _, words in headings(text):
        bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words).lower()
        name = re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")
        found.add(f"{name}-{times[name]}" if times[name] else name)
        times[name] += 1
    return found
