"""Cues on their way through checkpoints, and what people may change of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from graphs.video.state import PackedCue, PackedRegion
from tools.subtitles.cues import Cue
from tools.video.captions import Box, Caption

_MOST_MS = 48 * 3_600_000
_EDITABLE = ("text", "start", "end")


def pack(cues: Iterable[Cue], confidences: Mapping[int, float | None] | None = None) -> list[PackedCue]:
    """For the state."""
    packed = [PackedCue(id=cue.id, start=cue.start, end=cue.end, text=cue.text) for cue in cues]
    for cue in packed if confidences is not None else ():
        cue["confidence"] = (confidences or {}).get(cue["id"])
    return packed


def unpack(packed: Iterable[PackedCue]) -> list[Cue]:
    """From the state."""
    return [Cue(id=cue["id"], start=cue["start"], end=cue["end"], text=cue["text"]) for cue in packed]


def pack_place(caption: Caption) -> PackedRegion:
    """For the state."""
    box = caption.box
    return PackedRegion(
        x=box.x, y=box.y, width=box.width, height=box.height, start=caption.start, end=caption.end
    )


def unpack_place(packed: PackedRegion) -> Caption:
    """From the state."""
    box = Box(x=packed["x"], y=packed["y"], width=packed["width"], height=packed["height"])
    return Caption(start=packed["start"], end=packed["end"], box=box)


class Answer:
    """What a person answered to a pause: edits, cues to be done again, and what is wrong with the answer."""

    def __init__(self, value: object) -> None:
        self.problems: list[str] = []
        given: Mapping[str, object] = {}
        if isinstance(value, Mapping):
            given = cast("Mapping[str, object]", value)
        if not isinstance(value, Mapping) or set(given) - {"edits", "again"}:
            self.problems.append('answer with an object: {"edits": {...}, "again": [...]}, both optional')
        self._edits: object = given.get("edits") or {}
        self._again: object = given.get("again") or []

    def words(self, cues: Sequence[PackedCue]) -> tuple[list[PackedCue], list[int]]:
        """The cues with the edits (``{cue: text}`` or ``{cue: {text, start, end}}``), and what to redo."""
        changed = self._edited(self._edits, cues, "edits")
        return changed, self._ids(self._again, cues, "again")

    def translations(
        self, translated: Mapping[str, Sequence[PackedCue]]
    ) -> tuple[dict[str, list[PackedCue]], dict[str, list[int]]]:
        """By target: the cues with the edits ``{target: {cue: text}}``, and those to be translated again."""
        edits, again = (
            self._by_target(self._edits, "edits", translated),
            self._by_target(self._again, "again", translated),
        )
        changed = {
            target: self._edited(edits.get(target, {}), cues, f"edits.{target}")
            for target, cues in translated.items()
        }
        wanted = {
            target: ids
            for target, cues in translated.items()
            if (ids := self._ids(again.get(target, []), cues, f"again.{target}"))
        }
        return changed, wanted

    def _by_target(
        self, value: object, field: str, translated: Mapping[str, Sequence[PackedCue]]
    ) -> Mapping[str, object]:
        if not value:
            return {}
        if not isinstance(value, Mapping):
            self.problems.append(f"{field} must be an object of targets: {', '.join(translated)}")
            return {}
        given = cast("Mapping[str, object]", value)
        unknown = sorted(set(given) - translated.keys())
        if unknown:
            self.problems.append(
                f"{field}: {', '.join(unknown)} is no target of this run; those are {', '.join(translated)}"
            )
        return given

    def _edited(self, edits: object, cues: Sequence[PackedCue], field: str) -> list[PackedCue]:
        if not isinstance(edits, Mapping):
            self.problems.append(f"{field} must be an object of cues")
            return list(cues)
        by_id = {str(cue["id"]): cue for cue in cues}
        changes: dict[int, PackedCue] = {}
        for id, edit in cast("Mapping[str, object]", edits).items():
            if id not in by_id:
                self.problems.append(f"{field}: there is no cue {id!r}")
            elif (edited := self._edit(by_id[id], edit, f"{field}.{id}")) is not None:
                changes[edited["id"]] = edited
        return [changes.get(cue["id"], cue) for cue in cues]

    def _edit(self, cue: PackedCue, edit: object, field: str) -> PackedCue | None:
        values = {"text": edit} if isinstance(edit, str) else edit
        if not isinstance(values, Mapping) or set(cast("Mapping[str, object]", values)) - set(_EDITABLE):
            self.problems.append(f"{field}: give a text, or an object of {', '.join(_EDITABLE)}")
            return None
        given = cast("dict[str, Any]", dict(cast("Mapping[str, object]", values)))
        text, start, end = (given.get(name, cue[name]) for name in _EDITABLE)
        if not isinstance(text, str) or not text.strip():
            self.problems.append(f"{field}.text is empty; a cue without words is none")
        elif not _is_time(start) or not _is_time(end) or start >= end:
            self.problems.append(f"{field}: start and end are milliseconds, and end comes after start")
        else:
            return PackedCue(id=cue["id"], start=start, end=end, text=text.strip())
        return None

    def _ids(self, value: object, cues: Sequence[PackedCue], field: str) -> list[int]:
        if not isinstance(value, list):
            self.problems.append(f"{field} must be a list of cues")
            return []
        known = {str(cue["id"]): cue["id"] for cue in cues}
        given = [str(id) for id in cast("list[object]", value)]
        self.problems += [f"{field}: there is no cue {id!r}" for id in given if id not in known]
        return [known[id] for id in given if id in known]


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_MS
