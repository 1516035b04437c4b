"""What a film will take, about, said before any of it is done."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from rich.console import Console

from graphs.stages import stages_of
from graphs.translation_batches import CHARACTERS_PER_TOKEN, least_usage
from tools.llm.calling import priced
from tools.llm.chat_models import current
from tools.llm.usage import Usage
from tools.storage.base import Storage
from tools.subtitles.markup import visible
from tools.subtitles.opening import open_subtitles

# Nobody has heard the film yet. These are of films in which people talk most of the time.
_CUES_PER_SECOND = 1 / 4
_CHARACTERS_PER_CUE = 40
_FIRST_TOKEN = 1.0  # seconds
_TOKENS_PER_SECOND = 60.0
_PASS = 0.5  # seconds for each second of film, of a stage that goes through all of it, on two cores
_PASSES = ("hear", "find_regions", "look", "inpaint", "render")
_BEFORE_ANY_WORK = ["hear", "read_picture", "load_words", "find_places"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmEstimate:
    """What a film will take, about."""

    duration_ms: int
    cues: int
    is_counted: bool  #: Whether the cues are those of a file; else they are supposed.
    usage: Usage  #: Of translating.
    model: str | None  #: That translates.
    passes: int  #: How many stages go through the whole film.
    seconds: float


async def estimate(graph: Any, given: Mapping[str, Any], files: Storage) -> FilmEstimate:
    """What a run of the video graph would take; the film is looked at, and nothing else is done.

    Args:
        graph: Not yet compiled.
        given: Its input.
        files: Where the film and its subtitles lie.

    Raises:
        ServiceError: The run itself would end so before its first step.
    """
    config: Any = {"configurable": {"thread_id": "dry"}}
    dry = graph.compile(checkpointer=InMemorySaver(), interrupt_before=_BEFORE_ANY_WORK)
    await dry.ainvoke(given, config)
    state: Any = (await dry.aget_state(config)).values
    options = state["given"]["options"]
    duration = state["video"]["duration_ms"]
    lengths = await _lengths(state["given"], files)
    is_counted = lengths is not None
    if lengths is None:
        lengths = [_CHARACTERS_PER_CUE] * math.ceil(duration / 1000 * _CUES_PER_SECOND)
    targets = len(state["given"]["target_languages"])
    usage = sum((least_usage(lengths, options["batch"]) for _ in range(targets)), Usage())
    usage = replace(usage, output_tokens=int(sum(lengths) * targets / CHARACTERS_PER_TOKEN))
    models = await current()
    choice = models.choice("subtitle")
    if choice is not None:
        usage = priced(models, "subtitle", usage)
    stages = stages_of("video", state["given"])
    names = [*stages.analysis, *stages.work]
    passes = sum(name.startswith(_PASSES) for name in names)
    rounds = math.ceil(usage.calls / (options["lanes"] * max(1, targets)))
    asking = rounds * (_FIRST_TOKEN + usage.output_tokens / max(1, usage.calls) / _TOKENS_PER_SECOND)
    return FilmEstimate(
        duration_ms=duration,
        cues=len(lengths),
        is_counted=is_counted,
        usage=usage,
        model=choice.name if choice else None,
        passes=passes,
        seconds=passes * _PASS * duration / 1000 + asking,
    )


async def _lengths(given: Mapping[str, Any], files: Storage) -> list[int] | None:
    """Of the cues of a subtitle file, in characters; none where nothing is said; None: nobody knows yet."""
    if given["words_from"] == "none":
        return []
    if given["words_from"] != "file":
        return None
    file_id = given["subtitles_file_id"]
    name = (await files.describe(file_id)).name
    file = await asyncio.to_thread(open_subtitles, await files.read(file_id), name)
    return [len(visible(cue.text, file.format)) for cue in file.cues]


def show_estimate(found: FilmEstimate, name: str, console: Console) -> None:
    """Print it, and what it rests on."""
    minutes = found.duration_ms / 60_000
    counted = "" if found.is_counted else f" (supposing one every {1 / _CUES_PER_SECOND:.0f} s)"
    told = [f"{name}: {minutes:.1f} min, {found.cues} cues{counted}"]
    usage = found.usage
    if usage.calls and found.model is None:
        told.append("no language model is configured, so nothing would be translated")
    elif usage.calls:
        cost = f"{usage.cost:.4f} {usage.currency}" if usage.cost is not None else "a price nobody knows"
        told.append(
            f"{usage.calls} questions to {found.model}, about {usage.input_tokens} tokens in and "
            f"{usage.output_tokens} out: {cost}"
        )
    told.append(
        f"{found.passes} passes through the film; about {found.seconds:.0f} s in all, at {_PASS} s for each "
        f"second of a pass and {_TOKENS_PER_SECOND:.0f} tokens/s"
    )
    console.print("; ".join(told) + ". What is paid for hearing, reading and speaking comes on top.")
