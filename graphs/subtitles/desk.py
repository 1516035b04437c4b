"""What the nodes of a run share while they run in one process: the opened film, and its finished cues.

A checkpoint holds the request and the answers alone; all else is made of them again wherever it lacks. So
what lies here saves time and decides nothing, and goes when later films need the place.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphs.subtitles.result import Film, Finished, film_of, finish
from graphs.subtitles.sources import open_source
from graphs.subtitles.state import State
from graphs.translation_batches import BatchAnswer, unpack_terms
from graphs.translation_lanes import LaneTask
from graphs.translation_verdicts import Opinion
from tools.subtitles.breaking import break_lines
from tools.subtitles.file import SubtitleFile
from tools.subtitles.seeing import see
from tools.translation.glossary import Glossary

_MOST_CUES = 30_000  # of all films that lie here: some 50 MB


@dataclass(slots=True)
class _Lying:
    film: Film
    finished: dict[str, tuple[object, Finished]] = field(default_factory=dict[str, tuple[object, Finished]])
    #: By target, with what it was made of.


_desk: OrderedDict[str, _Lying] = OrderedDict()


async def film_in(state: State) -> Film:
    """The file, read again where it does not lie here."""
    run = state["run"]
    if run in _desk:
        _desk.move_to_end(run)
        return _desk[run].film
    return await lay(state, await open_source(state["source"]))


async def lay(state: State, file: SubtitleFile) -> Film:
    """The run's film, of its file that was just opened."""
    film = await asyncio.to_thread(film_of, file, state["shift"], state["settings"])
    _desk[state["run"]] = _Lying(film)
    cues = sum(len(lying.film.cues) for lying in _desk.values())
    while cues > _MOST_CUES:
        cues -= len(_desk.popitem(last=False)[1].film.cues)
    return film


async def finished_in(state: State, film: Film, target: str) -> Finished:
    """The cues in one language, as far as they are translated."""
    edits = state["edits"].get(target, {})
    made_of = len(state["answers"]), len(state["verdicts"]), edits
    lying = _desk.get(state["run"])
    if lying and target in lying.finished and lying.finished[target][0] == made_of:
        return lying.finished[target][1]
    glossary = Glossary(unpack_terms(state["terms"][target]), target=target)
    answers = state["answers"]
    opinions = Opinion(state["verdicts"], target).reasons
    finished = await asyncio.to_thread(
        finish, film, target, answers, edits=edits, glossary=glossary, opinions=opinions
    )
    if lying:
        lying.finished[target] = made_of, finished
    return finished


def clear(state: State) -> None:
    """The run has ended."""
    _desk.pop(state["run"], None)


def prepare(lane: LaneTask, answer: BatchAnswer) -> Iterator[None]:
    """Break and measure the lines of a batch, one cue a step, while the model works on the next ones.

    What comes of it is kept by ``break_lines`` and ``see``, for all that look at the finished film.
    """
    lying = _desk.get(lane["run"])
    if lying is None:
        return
    film = lying.film
    profile, format = film.profile(answer["target"]), film.file.format
    protected = {unit.id: unit.protected for unit in film.units_by_id(answer["translations"])}
    for id, words in answer["translations"].items():
        text = protected[id].restore(film.material.escape(words))
        see(break_lines(text, profile, format), profile, format)
        yield
