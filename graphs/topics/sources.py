"""Where the texts come from."""

import json
from collections.abc import Mapping

from graphs.inputs import object_of, utf8
from graphs.topics.state import File, Input, parse_input
from tools.errors import InputTooLarge, InvalidInput
from tools.storage import base as storage
from tools.topics.tables.table import MAX_BYTES

RESULT_FILES = ("corpus", "model", "analysis")


async def find_files(given: Input) -> list[File]:
    """The files of the table; texts that came with the request are kept as one.

    Raises:
        InputTooLarge: "file_too_large".
        NotFound: There is no such file.
    """
    if given.texts:
        data = utf8("\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in given.texts))
        stored = await storage.current().write(data, name="texts.jsonl", media_type="application/jsonl")
        return [File(file_id=stored.file_id, name="texts.jsonl")]
    ids = given.file_ids or ([given.file_id] if given.file_id else [])
    found: list[File] = []
    size = 0
    for file_id in ids:
        stored = await storage.current().describe(file_id)
        size += stored.size
        found.append(File(file_id=file_id, name=(given.name if len(ids) == 1 else None) or stored.name))
    if size > MAX_BYTES:
        raise InputTooLarge(
            f"the files have {size} bytes together; at most {MAX_BYTES} are read",
            hint="Send a sample, or one part at a time.",
            code="file_too_large",
        )
    return found


async def read_files(sources: list[File]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Their names and bytes, by names that lead nowhere."""
    names = {f"table{number}": source["name"] for number, source in enumerate(sources)}
    data = {
        f"table{number}": await storage.current().read(source["file_id"])
        for number, source in enumerate(sources)
    }
    return names, data


async def check_input(values: object) -> None:
    """Refuse what cannot be read, before a run is queued for it.

    Raises:
        InvalidInput: As parse_input does.
        NotFound: There is no such file.
        InputTooLarge: The files are too large.
    """
    given = parse_input(values)
    ids = [*given.file_ids, *([given.file_id] if given.file_id else [])]
    if given.result is not None:
        ids = [file["file_id"] for file in result_files(given.result).values()]
    size = 0
    for file_id in ids:
        size += (await storage.current().describe(file_id)).size
    if size > MAX_BYTES and given.result is None:
        raise InputTooLarge(
            f"the files have {size} bytes together; at most {MAX_BYTES} are read",
            hint="Send a sample, or one part at a time.",
            code="file_too_large",
        )


def result_files(result: Mapping[str, object]) -> dict[str, File]:
    """The files of an earlier result that is asked about or edited.

    Raises:
        InvalidInput: "incomplete_result".
    """
    found: dict[str, File] = {}
    for name in RESULT_FILES:
        file = object_of(result.get(name))
        file_id = file.get("file_id")
        if not isinstance(file_id, str):
            raise InvalidInput(
                f"`result` lacks the file {name!r}",
                hint="Give `files` of an earlier result, as it came.",
                code="incomplete_result",
            )
        found[name] = File(file_id=file_id, name=str(file.get("name") or name))
    return found
