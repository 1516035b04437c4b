"""Content blocks of messages, as they begin, grow and end."""

from typing import Any, cast

import orjson

Block = dict[str, Any]

_GROWING = ("tool_call_chunk", "server_tool_call_chunk")
_HEAVY = ("args", "data", "base64", "output", "transcript", "value")  # told once, when the block ends
_CALL_FIELDS = ("type", "id", "name", "args", "index")


def opening(block: Block) -> Block:
    """A block at its beginning: all that is known but its content."""
    kind = block["type"]
    if kind in ("text", "reasoning"):
        kept = {key: value for key, value in block.items() if key not in (kind, "index", "annotations")}
        return kept | {kind: ""}
    if kind in _GROWING:
        named = {key: block[key] for key in ("type", "id", "name") if key in block}
        return named | {"args": ""} | ({"index": block["index"]} if block.get("index") is not None else {})
    placeholder: Block = {"args": {}} if kind.endswith("tool_call") else {}
    placeholder |= {"value": {}} if kind == "non_standard" else {}
    return {key: value for key, value in block.items() if key not in _HEAVY} | placeholder


def delta(block: Block) -> Block | None:
    """What a slice adds to its block; None when it adds nothing that is told before the block ends."""
    kind = block["type"]
    if kind in ("text", "reasoning"):
        return {"type": f"{kind}-delta", kind: block[kind]} if block.get(kind) else None
    if kind in _GROWING:
        return {"type": "tool-call-delta", "args": block["args"]} if block.get("args") else None
    return None


def grown(block: Block, piece: Block) -> Block:
    """A block with one more slice."""
    kind = block["type"]
    if kind != piece["type"]:
        return dict(piece)
    later = {key: value for key, value in piece.items() if value is not None}
    for field in {"text": ("text",), "reasoning": ("reasoning",)}.get(kind, ()):
        later[field] = (block.get(field) or "") + (piece.get(field) or "")
    if kind in _GROWING:
        later["args"] = (block.get("args") or "") + (piece.get("args") or "")
    return block | later


def closing(block: Block) -> Block:
    """A block at its end: the arguments of a call are parsed, or the call is told to be invalid."""
    kind = block["type"]
    if kind not in _GROWING:
        return {key: value for key, value in block.items() if key != "index"}
    extras = {key: value for key, value in block.items() if key not in _CALL_FIELDS and value is not None}
    call: Block = {"id": block.get("id") or "", "name": block.get("name") or ""}
    text: Any = block.get("args") or "{}"
    try:
        args = orjson.loads(text)
    except orjson.JSONDecodeError:
        error = "Failed to parse tool call arguments as JSON"
        return {"type": "invalid_tool_call", **call, "args": text, "error": error, **extras}
    return {"type": kind.removesuffix("_chunk"), **call, "args": args, **extras}


def key_of(block: Block, place: int) -> Any:
    """By what the slices of one block are known; providers without indices send each kind at its place."""
    index: Any = block.get("index")
    return index if index is not None else ("place", block["type"], place)


def of(message: Any) -> list[Block]:
    """The blocks, or the slices of blocks, of a LangChain message."""
    return [cast("Block", dict(block)) for block in message.content_blocks]
