"""The nodes that read: the book is opened, its people are recognised, its script is written."""

import asyncio
import hashlib
from typing import Any

from langgraph.types import Overwrite

from graphs.audiobook import editing
from graphs.audiobook.locks import with_manners
from graphs.audiobook.request import Input, parse_input
from graphs.audiobook.scripting import script_of, with_speakers
from graphs.audiobook.stage import find_stage
from graphs.audiobook.state import Request, ScriptLine, State, Update
from graphs.beneath import run_beneath
from graphs.characters import earlier
from graphs.characters.graph import graph as characters_graph
from graphs.characters.sources import Source, read_source
from graphs.characters.state import ANSWERS
from graphs.notes import Note, warn
from graphs.progress import Meter
from tools.errors import InputTooLarge, InvalidInput
from tools.llm.chat_models import current
from tools.llm.usage import Usage
from tools.media.spoken_book import MAX_COVER, picture_reader
from tools.storage import base as storage

_TEXT = "text/plain; charset=utf-8"
_USED = ("calls", "input_tokens", "output_tokens", "cost", "currency")


async def open_book(state: Request) -> Update:
    """Check the input, and find out whether this thread has read the very same text already."""
    given = parse_input(dict(state))
    source = await read_source(given.novel)
    if given.cover_file_id is not None:
        await _check_cover(given.cover_file_id)
    file_id = given.file_id or await _store(source)
    kept = given.model_dump(exclude={"text", "edits"})
    kept |= {"file_id": file_id, "name": source.name, "title": given.title or _title(source.name)}
    # The results of an earlier run are not this one's; Overwrite clears what would add up.
    return {
        "given": kept,
        "novel": await asyncio.to_thread(_fingerprint, given, source, await _model()),
        "wanted": given.edits,
        "spoken": source.language,
        "problems": [],
        "decided": False,
        "failures": Overwrite([]),
        "usages": Overwrite([]),
        "direction_notes": Overwrite([]),
        "estimate": None,
        "audio": None,
        "failed_lines": [],
    }


async def recognise(state: State) -> Update:
    """Who speaks; the characters graph runs inside this node, and keeps its own checkpoints."""
    given = state["given"]
    asked = {
        "file_id": given["file_id"],
        "language": given["language"],
        "options": given["options"]["recognition"],
    }
    with earlier.bind(state.get("answers") or {}):
        result = await run_beneath(characters_graph, asked, kept=ANSWERS.values())
    statistics = result["statistics"]
    return {
        "recognised": state["novel"],
        "found": None,
        "found_notes": result["warnings"],
        "answers": earlier.answers_in(result) or state.get("answers") or {},
        "cast": [],
        "usages": [{"calls": statistics["model_calls"], **{name: statistics[name] for name in _USED[1:]}}],
        **{name: result[name] for name in ("mode", "chapters", "characters", "alias_map", "quotes")},
        **{name: result[name] for name in ("relations", "unsure", "statistics", "text_file_id")},
    }


async def write_lines(state: State) -> Update:
    """Lines that tile the text, of the people and in the manners that people decided on.

    Raises:
        InvalidInput: An edit that cannot be made; then none of the run's is. Or there is no such chapter.
    """
    meter = Meter(stage="script", total=1, unit="scripts")
    meter.start()
    source = await read_text(state["text_file_id"])
    lines = await asyncio.to_thread(script_of, source, state["chapters"], state["quotes"], state["spoken"])
    if voices := editing.voices_in(state["wanted"]):
        await (await find_stage(state["spoken"])).check(voices)
    update = await asyncio.to_thread(_decided, state, source, lines)
    chapters = {chapter["index"] for chapter in state["chapters"]}
    missing = sorted(set(state["given"]["options"]["chapters"]) - chapters)
    if missing:
        raise InvalidInput(
            f"options.chapters: there is no chapter {missing[0]}; the book has {len(chapters)}, from 0 on",
            code="unknown_chapter",
        )
    meter.finish()
    return update


def _decided(state: State, source: str, lines: list[ScriptLine]) -> Update:
    history = editing.take(state, state["wanted"], source, lines)
    update = editing.edited({**state, "history": history}, source, lines)
    is_script = state["given"]["options"]["until"] != "characters"
    spoken = with_speakers(lines, update.get("quotes", state["quotes"]))
    shown = with_manners(spoken, update["locks"]) if is_script or state.get("lines") else []
    return {**update, "history": history, "wanted": [], "lines": shown}


async def read_text(file_id: str) -> str:
    """The text that offsets are of."""
    return (await storage.current().read(file_id)).decode()


async def finish(state: State) -> Update:
    """Sum up. What people should know of an incomplete book is among the warnings."""
    failures = state["failed_lines"]
    told = len(state["found_notes"]) + len(state["direction_notes"])
    notes = [*state["found_notes"], *state["direction_notes"], *state["edit_notes"]]
    if failures:
        message = (
            f"{len(failures)} lines could not be spoken, so no file was made; a run on the same thread "
            f"speaks them alone. The first: {failures[0]['message']}"
        )
        notes.append(Note(code="lines_failed", message=message))
    close = [part for part in state.get("cast") or [] if part["too_close_to"]]
    if close and state["given"]["options"]["until"] in ("cast", "audio"):
        names = ", ".join(part["name"] for part in close[:5])
        message = f"{len(close)} people talk with somebody whose voice is nearly the same: {names}"
        notes.append(Note(code="voices_too_close", message=message))
    warn(notes[told:])
    usage = Usage()
    for used in state["usages"]:
        usage += Usage(**used)
    return {
        "language": state["spoken"],
        "lines": state.get("lines") or [],
        "cast": state.get("cast") or [],
        "usage": _shown(usage),
        "warnings": notes,
    }


def _shown(usage: Usage) -> dict[str, Any]:
    return {name: getattr(usage, name) for name in _USED}


def _title(name: str) -> str:
    return name.rsplit(".", 1)[0].replace("_", " ").strip() or name


async def _check_cover(file_id: str) -> None:
    """Refuse what is no cover now, and not after hours of speaking.

    Raises:
        InvalidInput: It is too large, or neither PNG nor JPEG.
        NotFound: There is no such file.
    """
    files = storage.current()
    stored = await files.describe(file_id)
    if stored.size > MAX_COVER:
        raise InputTooLarge(
            f"cover_file_id: the cover has {stored.size:,} bytes, more than {MAX_COVER:,}",
            hint="A picture of 3000 pixels a side is enough for every shop.",
        )
    picture_reader((await files.read(file_id))[:8])


async def _store(source: Source) -> str:
    """A text that came with the request: later nodes find it as a file."""
    written = await storage.current().write(source.text.encode(), name=source.name, media_type=_TEXT)
    return written.file_id


async def _model() -> str:
    choice = (await current()).choice("primary")
    return choice.name if choice else "offline"


def _fingerprint(given: Input, source: Source, model: str) -> str:
    told = f"{source.language}\0{given.options.recognition.model_dump_json()}\0{model}\0{source.text}"
    return hashlib.sha256(told.encode()).hexdigest()
