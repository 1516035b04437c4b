"""The pauses at which a person looks: after the words are there, and after they are translated.

A pause shows all cues. The answer is data: ``{"edits": ..., "again": ...}``. What is to be done again is done
by nodes of its own, and then shown again, so that no answer is acted upon twice.
"""

from typing import Any

from langgraph.types import interrupt

from graphs.progress import ReviewWanted, emit
from graphs.video.cues import Answer
from graphs.video.state import PackedCue, State, Update

WORDS = "video_words"
TRANSLATIONS = "video_translations"


async def show_words(state: State) -> Update:
    """Say on the stream what a person is asked to look at."""
    emit(ReviewWanted(subject=WORDS, items=tuple(_words(state))))
    return {"problems": []}


async def review_words(state: State) -> Update:
    """Wait for a person; an answer that cannot be used changes nothing, and is asked for again."""
    asked = {"subject": WORDS, "language": state["spoken"], "items": _words(state)}
    answer = Answer(interrupt({**asked, "problems": state["problems"]}))
    cues, again = answer.words(state["cues"])
    if answer.problems:
        return {"problems": answer.problems, "again": []}
    if again and state["words"]["source"] in ("file", "none"):
        return {"problems": ["again: words of a file cannot be heard again; edit them"], "again": []}
    return {"problems": [], "cues": cues, "again": again}


async def show_translations(state: State) -> Update:
    """Say on the stream what a person is asked to look at."""
    emit(ReviewWanted(subject=TRANSLATIONS, items=tuple(_translations(state))))
    return {"problems": []}


async def review_translations(state: State) -> Update:
    """Wait for a person, as review_words does."""
    asked = {"subject": TRANSLATIONS, "language": state["spoken"], "items": _translations(state)}
    answer = Answer(interrupt({**asked, "problems": state["problems"]}))
    translated, again = answer.translations(state["translated"])
    if not answer.problems and again and state["mode"] == "offline":
        answer.problems.append("again: no language model is configured, so nothing is translated")
    if answer.problems:
        return {"problems": answer.problems, "again_by_target": {}}
    edited = {target: _edited(state["translated"][target], cues) for target, cues in translated.items()}
    figures = {
        target: {**of_it, "flags": [flag for flag in of_it["flags"] if int(flag["id"]) not in edited[target]]}
        for target, of_it in state["figures"].items()
    }
    return {"problems": [], "translated": translated, "figures": figures, "again_by_target": again}


def _edited(before: list[PackedCue], after: list[PackedCue]) -> set[int]:
    return {new["id"] for old, new in zip(before, after, strict=True) if new != old}


def _words(state: State) -> list[dict[str, Any]]:
    return [dict(cue) for cue in state["cues"]]


def _translations(state: State) -> list[dict[str, Any]]:
    """Every cue in every language, with what is doubtful about it."""
    sources = {cue["id"]: cue["text"] for cue in state["cues"]}
    items: list[dict[str, Any]] = []
    for target, cues in state["translated"].items():
        flags = {flag["id"]: flag for flag in state["figures"][target]["flags"]}
        for cue in cues:
            flag = flags.get(str(cue["id"]))
            items.append(
                {
                    "target": target,
                    **cue,
                    "source": sources[cue["id"]],
                    "status": flag["status"] if flag else "translated",
                    "reasons": flag["reasons"] if flag else [],
                }
            )
    return items
