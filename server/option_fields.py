"""Options of the command line as a graph's input: each becomes a field, or one inside ``options``."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path, PurePath
from typing import Any, cast

from tools.errors import InvalidInput
from tools.storage.base import Storage

_FILES = {
    "subtitles": "subtitles_file_id",
    "reference": "reference_file_id",
    "profile_file": "profile_file_id",
    "tmx": "memory.file_id",
}
"""Options that name a file of this machine, and the fields that its id goes to."""


async def placed(
    given: Mapping[str, Any], options: Mapping[str, Any], fields: Collection[str], files: Storage
) -> dict[str, Any]:
    """The graph's input: options that are fields of the input are set there, the others in ``options``.

    Args:
        given: What is known without the options.
        options: By name; a dot leads inside, as in ``style.tone``. Files that they name are stored.
        fields: Of the graph's input.

    Raises:
        InvalidInput: "no_such_file", or "invalid_input": a name leads inside what has no fields.
    """
    found: dict[str, Any] = {**given, "options": {}}
    for name, value in options.items():
        field = _FILES.get(name, "")
        if field.partition(".")[0] in fields:
            _set(found, field, await _stored(name, str(value), files))
        else:
            _set(found if name.partition(".")[0] in fields else found["options"], name, value)
    return found


def _set(place: dict[str, Any], name: str, value: Any) -> None:
    *outer, last = name.split(".")
    for step in outer:
        inside: Any = place.setdefault(step, {})
        if not isinstance(inside, dict):
            raise InvalidInput(f"--option {name}: {step} was given a value before, which has no fields")
        place = cast("dict[str, Any]", inside)
    place[last] = value


async def _stored(option: str, path: str, files: Storage) -> str:
    try:
        data = await asyncio.to_thread(Path(path).read_bytes)
    except OSError as error:
        raise InvalidInput(
            f"--option {option}: the file {path} cannot be read: {error.strerror}",
            hint="Give the path of a file on this machine.",
            code="no_such_file",
        ) from error
    return (await files.write(data, name=PurePath(path).name, media_type="")).file_id
