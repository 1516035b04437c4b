"""Which stages a run of the graphs that translate goes through, told from its input before it begins.

Stages are named as their progress events name them, in their order. Integration tests hold this against what
the graphs tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Phase = Literal["opening", "analysis", "work", "finish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages of one run, by what they are for."""

    opening: tuple[str, ...]  #: The input is looked at.
    analysis: tuple[str, ...]  #: What there is to do is found out.
    work: tuple[str, ...]
    finish: tuple[str, ...]  #: Files are written.

    def place(self, stage: str) -> tuple[Phase, int, int] | None:
        """A stage's phase, its place among the phase's stages, and how many those are; None for another."""
        phases: tuple[Phase, ...] = ("opening", "analysis", "work", "finish")
        for phase in phases:
            names: tuple[str, ...] = getattr(self, phase)
            if stage in names:
                return phase, names.index(stage), len(names)
        return None


def stages_of(graph_id: str, given: Mapping[str, Any]) -> Stages:
    """The stages of a run of ``translate``, ``subtitles`` or ``video``.

    Args:
        graph_id: Which graph.
        given: Its input. Without a model some of its stages may be left out.
    """
    return _film(given) if graph_id == "video" else _text(given)


def _text(given: Mapping[str, Any]) -> Stages:
    options: Mapping[str, Any] = given.get("options") or {}
    is_translated = bool(given.get("target_languages"))
    has_new_terms = is_translated and options.get("new_terms", "off") != "off"
    return Stages(
        opening=("read",),
        analysis=("plan", *_when(has_new_terms, "find_terms")),
        work=(
            *_when(is_translated, "translate"),
            *_when(is_translated and options.get("estimate"), "judge"),
        ),
        finish=("render",),
    )


def _film(given: Mapping[str, Any]) -> Stages:
    source = given.get("words_from", "speech")
    targets = tuple(given.get("target_languages") or ())
    erase: Mapping[str, Any] | None = given.get("erase")
    regions: object = (erase or {}).get("regions")
    looks = ("look",) if given.get("look_at") else ("find_regions", "look")
    words = {"speech": ("extract", "hear"), "picture": (*looks, "read_picture")}.get(source, ())
    is_found = source == "picture" and not regions
    places = () if erase is None or is_found else ("look",) if regions else looks
    return Stages(
        opening=("probe",),
        analysis=words,
        work=(
            *_when(targets, "translate"),
            *_when(given.get("label_emotions"), "label_emotions"),
            *_when(given.get("write_recap") is not None, "write_recap"),
            *places,
            *_films(given, targets),
        ),
        finish=(),
    )


def _films(given: Mapping[str, Any], targets: tuple[str, ...]) -> tuple[str, ...]:
    """One stage for each film, and those that go before it."""
    erase: Mapping[str, Any] = given.get("erase") or {}
    inpaints = erase.get("method") == "inpaint"
    if given.get("render", "mux") == "none":
        return ()
    is_dubbed = given.get("dub") is not None
    if not targets or (given.get("render", "mux") == "mux" and not is_dubbed):
        return (*_when(inpaints, "inpaint"), "render")
    return tuple(
        stage
        for target in targets
        for stage in (
            *_when(inpaints, "inpaint"),
            *_when(is_dubbed, f"dub_{target}"),
            f"render_{target}",
        )
    )


def _when(is_wanted: object, stage: str) -> tuple[str, ...]:
    return (stage,) if is_wanted else ()
