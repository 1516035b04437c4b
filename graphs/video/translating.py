"""The nodes that translate: all cues by the subtitles graph, and single ones again."""

import asyncio
from dataclasses import asdict
from typing import Any, cast

from graphs.beneath import run_beneath
from graphs.subtitles.graph import graph as subtitles_graph
from graphs.translation_batches import BatchTask, find_terms, translate_units, unpack_terms
from graphs.translation_batches import pack as pack_unit
from graphs.translation_request import read_terms
from graphs.video.cues import unpack
from graphs.video.films import named
from graphs.video.request import Input
from graphs.video.state import PackedCue, State, Update
from tools.subtitles.breaking import break_lines
from tools.subtitles.opening import open_subtitles
from tools.subtitles.profiles import profile_of
from tools.subtitles.wording import segments_of, tag_check
from tools.translation.units import Unit, units_of
from tools.video.srt_text import srt_text

_AROUND = 5  # cues before one that is translated again, for its context
_PASSED_ON = ("lanes", "batch", "offline", "profile", "timing", "shorten", "summary", "estimate")


async def translate(state: State) -> Update:
    """Translate all cues; the subtitles graph runs inside this node, and keeps its own checkpoints."""
    given = state["given"]
    passed_on = {name: given["options"][name] for name in _PASSED_ON}
    new_terms = "use" if given["options"]["find_terms"] else "off"
    asked: dict[str, Any] = {
        "text": srt_text(unpack(state["cues"])),
        "name": named(state["source"], "", ".srt"),
        "source_language": _source_language(state),
        "target_languages": given["target_languages"],
        "glossary": given["glossary"],
        "glossary_file_id": given["glossary_file_id"],
        "glossary_conflicts": given["glossary_conflicts"],
        "style": given["style"],
        "memory": given["memory"],
        "options": {**passed_on, "new_terms": new_terms, "fps": min(1000.0, state["video"]["fps"])},
    }
    result = await run_beneath(subtitles_graph, asked, passed_on=_passed_on)
    texts = {target: of_it.pop("text") for target, of_it in result["targets"].items()}
    return {
        "mode": result["mode"],
        "translated": {target: _cues_of(text, state["cues"]) for target, text in texts.items()},
        "figures": result["targets"],
        "usages": [result["usage"]],
        "warnings": result["warnings"],
    }


async def translate_again(state: State) -> Update:
    """Translate some cues once more; the others stay as they are."""
    given = Input.model_validate(state["given"])
    translated = dict(state["translated"])
    figures = dict(state["figures"])
    usages: list[dict[str, Any]] = []
    file = await asyncio.to_thread(open_subtitles, srt_text(unpack(state["cues"])).encode(), "film.srt")
    units = {unit.id: unit for unit in units_of(segments_of(file))}
    unit_of = {member: unit for unit in units.values() for member in unit.members}
    terms = await read_terms(given)
    for target, ids in state["again_by_target"].items():
        asked = {unit.id: unit for id in ids if (unit := unit_of.get(str(id))) is not None}
        if not asked:
            continue
        task = _task(state, target, list(asked.values()), [asdict(term) for term in terms.of[target]])
        answer = await translate_units(task, tag_check("srt"))
        usages.append(answer["usage"])
        members = {int(m): id for id, unit in asked.items() for m in unit.members if int(m) in ids}
        new = {
            cue: unit_of[str(cue)].protected.restore(answer["translations"][id])
            for cue, id in members.items()
            if id in answer["translations"]
        }
        translated[target] = _reworded(state, target, new)
        flags = [flag for flag in figures[target]["flags"] if int(flag["id"]) not in new]
        figures[target] = {**figures[target], "flags": flags}
    return {"translated": translated, "figures": figures, "again_by_target": {}, "usages": usages}


def _source_language(state: State) -> str | None:
    """That of the words; none where it was only told from them and is a target, of which that graph warns."""
    spoken = state["spoken"]
    targets = [target.lower() for target in state["given"]["target_languages"]]
    return spoken if spoken and spoken.lower() not in targets else None


def _passed_on(event: dict[str, Any]) -> dict[str, Any] | None:
    """Of the graph inside: what it consumes, and how far its longest stage is; its files are replaced."""
    return event if event["type"] == "usage" or event.get("stage") == "translate" else None


def _cues_of(text: str, sources: list[PackedCue]) -> list[PackedCue]:
    """The translated cues under the ids of their sources: files are numbered anew, in the same order."""
    cues = open_subtitles(text.encode(), "film.srt").cues
    return [
        PackedCue(id=source["id"], start=cue.start, end=cue.end, text=cue.text)
        for source, cue in zip(sources, cues, strict=True)
    ]


def _task(state: State, target: str, units: list[Unit], terms: list[dict[str, Any]]) -> BatchTask:
    places = {cue["id"]: place for place, cue in enumerate(state["cues"])}
    first = min(places[int(unit.id)] for unit in units)
    last = max(places[int(unit.id)] for unit in units)
    sources = [cue["text"] for cue in state["cues"]]
    theirs = [cue["text"] for cue in state["translated"][target]]
    begin = max(0, first - _AROUND)
    found = find_terms(units, unpack_terms(terms))
    style = cast("dict[str, str]", state["given"]["style"])
    return BatchTask(
        role="subtitle",
        format="srt",
        source=state["spoken"],
        target=target,
        style={name: text for name, text in style.items() if text},
        units=[pack_unit(unit) for unit in units],
        before=[[sources[place], theirs[place]] for place in range(begin, first)],
        after=sources[last + 1 : last + 3],
        terms=[terms[place] for place in sorted({place for places in found.values() for place in places})],
        alike=[],
        limits={},
        previous={},
    )


def _reworded(state: State, target: str, texts: dict[int, str]) -> list[PackedCue]:
    profile = profile_of(target, dict(state["given"]["options"]["profile"]))
    return [
        {**cue, "text": break_lines(texts[cue["id"]], profile, "srt")} if cue["id"] in texts else cue
        for cue in state["translated"][target]
    ]
