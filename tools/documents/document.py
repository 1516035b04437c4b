"""What a file of any format becomes, and how much of it is accepted."""

from dataclasses import dataclass

MAX_BYTES = 20 * 1024 * 1024  # of the file as it was sent
MAX_CHARACTERS = 10_000_000  # of the text in it
MAX_INFLATED_BYTES = 100 * 1024 * 1024  # of all files in an archive together
MAX_ENTRIES = 10_000  # files in an archive
MAX_RATIO = 200  # inflated to deflated size of one file in an archive; text reaches 20
MAX_MARKUP_BYTES = 20 * 1024 * 1024  # of one file of markup, which is held in memory as a tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The text of a file."""

    text: str  #: As stored, but for markup; paragraphs of EPUB and DOCX are separated by a blank line.
    encoding: str  #: Of a plain text, the name of a Python codec; else "utf-8".
    title: str = ""
    author: str = ""
    chapter_starts: tuple[int, ...] = ()  #: Offsets at which the format itself begins a chapter.
