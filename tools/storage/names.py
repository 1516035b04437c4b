"""Names that people give files: shown again, and never paths."""

import unicodedata

MAX_LENGTH = 255  # characters


def safe_name(name: str) -> str:
    """The last part of a name, composed (NFC), printable and short; "file" if nothing is left.

    Marks that turn the direction of writing, by which a name can look like another, are not printable.
    """
    composed = unicodedata.normalize("NFC", name.replace("\\", "/"))
    last = composed.rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if c.isprintable()).strip()
    shortened = _shortened(shown)
    return shortened if shortened.strip(". ") else "file"


def _shortened(name: str) -> str:
    """A name of at most MAX_LENGTH characters that keeps its extension."""
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        return name[:MAX_LENGTH]
    return f"{stem[: MAX_LENGTH - len(extension) - 1]}.{extension}"
