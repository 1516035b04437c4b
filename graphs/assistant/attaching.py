"""Files that come with a message: what is stored of it, and what is left for a reader."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, cast

from langchain_core.messages import BaseMessage, HumanMessage

from graphs.assistant.state import Attached
from tools.errors import InvalidInput
from tools.storage import base as storage

LONG = 6000  # characters from which a message is kept as a file, and shown by its beginning
_SHOWN = 600


async def take_in(message: BaseMessage) -> tuple[HumanMessage, list[Attached]]:
    """The message with its files as ids, and those files.

    Raises:
        InvalidInput: A block holds neither text nor a file.
        NotFound: There is no file of that id.
    """
    texts: list[str] = []
    files: list[Attached] = []
    content = message.content
    for block in [content] if isinstance(content, str) else content:
        if isinstance(block, str) or block.get("type") == "text":
            texts.append(block if isinstance(block, str) else str(block.get("text", "")))
        else:
            files.append(await _file(cast("Mapping[str, Any]", block)))
    text = "\n".join(texts)
    if len(text) > LONG and storage.bound() is not None:
        stored = await storage.current().write(text.encode(), name="message.txt", media_type="text/plain")
        files.append(Attached(file_id=stored.file_id, name=stored.name))
        text = f"{text[:_SHOWN]}…"
    named = [f"[file {each['name']}, file_id {each['file_id']}]" for each in files]
    return HumanMessage(content="\n".join([text, *named]), id=message.id), files


async def _file(block: Mapping[str, Any]) -> Attached:
    """A block of a message as a stored file."""
    files = storage.current()
    if isinstance(file_id := block.get("file_id") or block.get("id"), str) and not block.get("data"):
        stored = await files.describe(file_id)
        return Attached(file_id=stored.file_id, name=stored.name)
    told = cast("Mapping[str, Any]", block.get("metadata") or {})
    name = str(told.get("filename") or told.get("name") or block.get("filename") or "file")
    try:
        data = base64.b64decode(str(block["data" if "data" in block else "base64"]), validate=True)
    except (KeyError, binascii.Error) as error:
        raise InvalidInput(
            f"a block of type {block.get('type')!r} holds no file",
            hint='Upload the file, then send {"type": "file", "file_id": "..."}.',
            code="invalid_block",
        ) from error
    stored = await files.write(data, name=name, media_type="")
    return Attached(file_id=stored.file_id, name=stored.name)
