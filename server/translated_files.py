"""Translated files on the command line: where they are written, and what is said about them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console
from rich.table import Table

from graphs.subtitles import state as subtitles
from graphs.translate import state as translate
from graphs.translation_batches import CHARACTERS_PER_TOKEN, least_usage, recalled_of
from graphs.translation_request import TranslationRequest
from server.option_fields import placed
from tools.errors import InvalidInput
from tools.llm.calling import priced
from tools.llm.chat_models import current
from tools.llm.roles import Role
from tools.llm.usage import Usage
from tools.storage.base import Storage
from tools.topics.tables.opening import FORMATS

_INPUTS: Mapping[str, type[TranslationRequest]] = {"translate": translate.Input, "subtitles": subtitles.Input}
GRAPHS = frozenset(_INPUTS)
ROLES: Mapping[str, Role] = {"translate": "translate", "subtitles": "subtitle"}
_SUFFIXES = {
    "translate": frozenset([".txt", ".md", ".markdown", ".html", ".htm", ".json", ".po", ".docx"]),
    "topics": frozenset(FORMATS),
    "subtitles": frozenset([".srt", ".vtt", ".ass", ".ssa", ".lrc", ".ttml"]),
    "video": frozenset(
        [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".wmv", ".mpg", ".mpeg", ".ogv"]
    ),
}
_FIRST_TOKEN = 1.0  # seconds; and the next constant: what fast models of 2026 do, of which nobody is sure
_TOKENS_PER_SECOND = 60.0
_OUTPUT_PER_INPUT = 1.0  # tokens of a translation for one of its source


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a translation will take, about."""

    segments: int
    recalled: int  #: Known from a translation memory.
    usage: Usage
    seconds: float
    model: str | None


def find_files(paths: Iterable[Path], graph_id: str) -> list[Path]:
    """The files, and those of folders that a graph can read, in order.

    Raises:
        InvalidInput: A folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        suffixes = _SUFFIXES.get(graph_id, frozenset())
        inside = [file for file in sorted(path.iterdir()) if file.suffix.lower() in suffixes]
        if not inside:
            raise InvalidInput(
                f"the folder {path} holds no file that {graph_id} can read",
                hint=f"It reads {', '.join(sorted(suffixes)) or 'single files only'}.",
                code="no_files",
            )
        found += inside
    return found


async def estimate(graph: Any, given: dict[str, Any], graph_id: str) -> Estimate:
    """What a run of the graph would take, found by running it up to its first question.

    Args:
        graph: Not yet compiled.
        given: Its input.
        graph_id: Which it is.
    """
    config: Any = {"configurable": {"thread_id": "dry"}}
    dry = graph.compile(
        checkpointer=InMemorySaver(), interrupt_before=["find_terms", "translate_lane", "pretend"]
    )
    await dry.ainvoke(given, config)
    state: Any = (await dry.aget_state(config)).values
    models = await current()
    choice = models.choice(ROLES[graph_id])
    usage, recalled = Usage(), 0
    for target in state["into"]:
        known = recalled_of(state["answers"], target)
        recalled += len(known)
        left = [unit for unit in state["units"] if unit["id"] not in known]
        usage += least_usage([len(unit["words"]) for unit in left], state["sizes"]["batch"])
    words = sum(len(unit["words"]) for unit in state["units"]) * len(state["into"])
    output = int(words / CHARACTERS_PER_TOKEN * _OUTPUT_PER_INPUT)
    usage = replace(usage, output_tokens=output)
    if choice is not None:
        usage = priced(models, ROLES[graph_id], usage)
    rounds = math.ceil(usage.calls / (state["sizes"]["lanes"] * max(1, len(state["into"]))))
    each = _FIRST_TOKEN + output / max(1, usage.calls) / _TOKENS_PER_SECOND
    return Estimate(
        segments=len(state["units"]),
        recalled=recalled,
        usage=usage,
        seconds=rounds * each,
        model=choice.name if choice else None,
    )


def show_estimate(found: Estimate, name: str, console: Console) -> None:
    """Print it, and what it rests on."""
    if found.model is None:
        console.print(f"{name}: no language model is configured, so nothing would be translated.")
        return
    usage = found.usage
    cost = f"{usage.cost:.4f} {usage.currency}" if usage.cost is not None else "a price nobody knows"
    known = f", {found.recalled} known from the memory" if found.recalled else ""
    console.print(
        f"{name}: {found.segments} segments{known}; {usage.calls} questions to {found.model}, at least "
        f"{usage.input_tokens} tokens in and about {usage.output_tokens} out: {cost}, about "
        f"{found.seconds:.0f} s at {_TOKENS_PER_SECOND:.0f} tokens/s. Repairs come on top.",
        highlight=False,
    )


async def input_of(
    graph_id: str, given: Mapping[str, Any], options: Mapping[str, Any], files: Storage
) -> dict[str, Any]:
    """The graph's input, in which options have their places.

    Args:
        graph_id: Which graph it is for.
        given: What is known without the options.
        options: As the command line has them.
    """
    return await placed(given, options, _INPUTS[graph_id].model_fields, files)


async def without_copy(result: dict[str, Any], given: Mapping[str, Any], files: Storage) -> dict[str, Any]:
    """The result without the file of a check that left every byte as it was: whoever asked has it already."""
    made = result.get("file")
    if made is None or given.get("operation") != "check":
        return result
    is_copy = await files.read(made["file_id"]) == await files.read(given["file_id"])
    return {**result, "file": {**made, "file_id": None}} if is_copy else result


async def write(result: dict[str, Any], files: Storage, folder: Path) -> dict[str, Any]:
    """The result with the path of each file that was made, which is written into the folder."""
    targets = {target: await _written(made, files, folder) for target, made in result["targets"].items()}
    made = result.get("file")
    return {
        **result,
        "targets": targets,
        "file": await _written(made, files, folder) if made else None,
        "sheet_id": None,
    }


async def _written(figures: dict[str, Any], files: Storage, folder: Path) -> dict[str, Any]:
    found = figures
    for field, file_id in figures.items():
        if not field.endswith("file_id") or file_id is None:
            continue
        name = figures["name"] if field == "file_id" else (await files.describe(file_id)).name
        path = folder / PurePath(name).name
        path.write_bytes(await files.read(file_id))
        found = {**found, field: None, f"{field.removesuffix('file_id')}path": str(path)}
    return found


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures of each target."""
    if result["mode"] == "offline":
        console.print("[yellow]Nothing is translated: no language model is configured (PRIMARY_MODEL).[/]")
    _show_file(result["file"], console)
    table = Table("to", "translated", "untranslated", "flagged", "terms", "conform", "file")
    for target, figures in result["targets"].items():
        terms, conformity = figures["terms"], figures.get("conformity")
        table.add_row(
            target,
            str(figures["translated"]),
            str(figures["untranslated"]),
            str(len(figures["flags"])),
            f"{terms['hits']}/{terms['occurrences']}",
            f"{conformity['share']:.1%}" if conformity else "",
            figures["path"],
        )
    if result["targets"]:
        console.print(table)
    for warning in result["warnings"]:
        console.print(f"[yellow]{warning['code']}:[/] {warning['message']}", highlight=False)


def _show_file(made: dict[str, Any] | None, console: Console) -> None:
    """Print what an operation without a target came to."""
    if made is None:
        return
    where = made.get("path", "No file is written, for nothing changes")
    console.print(
        f"{where}: {made['cues']} cues, {made['retimed']} at other times, "
        f"{made['conformity']['share']:.1%} keep to the profile, {made['conflict_count']} conflicts",
        highlight=False,
        soft_wrap=True,
    )
    for conflict in made["conflicts"]:
        other = f" and {conflict['other']}" if conflict["other"] is not None else ""
        console.print(f"cue {conflict['cue']}{other}: {conflict['kind']}", highlight=False)
