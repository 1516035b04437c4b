"""Where the file of a job that translates comes from, and where what it writes goes."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import NotRequired

from typing_extensions import TypedDict

from graphs.inputs import utf8
from graphs.progress import ArtifactReady, emit
from tools.errors import InputTooLarge
from tools.storage import base as storage


class Source(TypedDict):
    """Where the file is."""

    text: str | None  #: Of a request that brings the file along.
    file_id: str | None
    name: str
    encoding: NotRequired[str | None]  #: Of a stored file, where somebody said it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that was written."""

    file_id: str | None  #: None where no storage is bound.
    name: str
    text: str | None  #: Where the source came as text.

    def summary(self) -> dict[str, str | None]:
        """What a result says of it."""
        text = {} if self.text is None else {"text": self.text}
        return {"file_id": self.file_id, "name": self.name, **text}


async def find(
    text: str | None,
    file_id: str | None,
    name: str | None,
    *,
    encoding: str | None = None,
    unnamed: str,
    most_bytes: int,
    hint: str,
) -> Source:
    """Where the file of a request is.

    Args:
        text: The file itself; this or file_id.
        file_id: Of a stored file.
        name: In place of the stored one.
        encoding: Of a stored file; detected when None.
        unnamed: What a text without a name is called.
        most_bytes: Of a stored file.
        hint: What to do about a larger one.

    Raises:
        InputTooLarge: "file_too_large".
        NotFound: There is no such file.
    """
    if file_id is None:
        return Source(text=text, file_id=None, name=name or unnamed)
    stored = await storage.current().describe(file_id)
    if stored.size > most_bytes:
        raise InputTooLarge(
            f"the file has {stored.size} bytes; at most {most_bytes} are read",
            hint=hint,
            code="file_too_large",
        )
    return Source(text=None, file_id=file_id, name=name or stored.name, encoding=encoding)


async def read(source: Source) -> tuple[bytes, str | None]:
    """The file's bytes, and their encoding, where it is known.

    Raises:
        InvalidInput: "invalid_text".
        NotFound: It is gone.
    """
    if source["file_id"] is not None:
        return await storage.current().read(source["file_id"]), source.get("encoding")
    return utf8(source["text"] or ""), "utf-8"


async def keep(source: Source, data: bytes, *, label: str, media_type: str, suffix: str = "") -> Kept:
    """Store a file that was made of the source, under the source's name and a label.

    Args:
        label: What tells it from the source: a language, mostly.
        suffix: Where the source's name has none.
    """
    path = PurePath(source["name"])
    name = f"{path.stem}.{label}{path.suffix or suffix}"
    text = data.decode() if source["text"] is not None else None
    files = storage.bound()
    if files is None:
        return Kept(file_id=None, name=name, text=text)
    stored = await files.write(data, name=name, media_type=media_type)
    emit(ArtifactReady(name=name, media_type=media_type, file_id=stored.file_id))
    return Kept(file_id=stored.file_id, name=name, text=text)
