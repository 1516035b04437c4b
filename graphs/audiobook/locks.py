"""What people decided about a book: it survives every later run, until it is taken back. Pure functions.

Decisions are the edits of a novel's history (graphs/characters/history.py), with those that concern how it is
spoken. ``locks`` is what the latter come to, by the ids that the book has now.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphs.audiobook.state import ScriptLine
from graphs.characters.editing import Draft, Result
from graphs.characters.edits import Change
from graphs.characters.history import Begin
from graphs.characters.splitting import refused
from graphs.characters.wishes import Again, Manner, Say, Voice
from tools.audiobook.lines import NARRATOR

Locks = dict[str, Any]

NONE: Mapping[str, Any] = {"lines": {}, "voices": {}, "styles": {}, "takes": {}}
"""Lines' manners, by ids; voices and styles, by roles; how often lines were asked for anew, by ids."""


class BookDraft(Draft):
    """A novel's result, its script and its cast, on their way through several edits."""

    def __init__(self, result: Result, source: str, lines: Mapping[str, str]) -> None:
        super().__init__(result, source)
        self.lines = lines
        self._manners: dict[str, dict[str, Any]] = {}
        self._voices: dict[str, str] = {}
        self._styles: dict[str, list[str]] = {}
        self._takes: Counter[str] = Counter()

    def apply(self, change: Change, edit_id: str) -> None:
        """Make one change; raises InvalidInput where there is no such character, quotation, name or line."""
        if isinstance(change, Say | Again):
            self._check_lines(change.lines)
        if isinstance(change, Voice | Manner) and change.id != NARRATOR:
            self.character(change.id)
        if isinstance(change, Say):
            for line in change.lines:
                self._manners[line] = self._manners.get(line, {}) | change.given
        elif isinstance(change, Again):
            self._takes.update(change.lines)
        elif isinstance(change, Manner):
            self._styles[change.id] = list(change.styles)
        elif isinstance(change, Voice):
            self._voices.pop(change.id, None)
            if change.voice is not None:
                self._voices[change.id] = change.voice
        else:
            super().apply(change, edit_id)

    def rename_id(self, old: str, new: str) -> None:
        """Give a character another id, everywhere."""
        super().rename_id(old, new)
        for wishes in (self._voices, self._styles):
            if old in wishes:
                wishes[new] = wishes.pop(old)  # type: ignore[assignment] - each its own kind

    def finish(self) -> Result:
        """The result with all changes, and what they come to beside it."""
        roles = {*self.characters, NARRATOR}  # who was merged into somebody has the voice of that one
        manners = {
            id: {name: value for name, value in manner.items() if value is not None}
            for id, manner in self._manners.items()
        }
        locks = {
            "lines": {id: manner for id, manner in manners.items() if manner},
            "voices": {role: voice for role, voice in self._voices.items() if role in roles},
            "styles": {role: styles for role, styles in self._styles.items() if role in roles},
            "takes": dict(self._takes),
        }
        return super().finish() | {"locks": locks}

    def _check_lines(self, ids: Sequence[str]) -> None:
        if absent := [id for id in ids if id not in self.lines]:
            raise refused(f"there is no line {absent[0]!r}")


def begin(source: str, lines: Sequence[ScriptLine]) -> Begin:
    """What opens a result for edits of a book with these lines."""
    words = {line["id"]: source[line["start"] : line["end"]] for line in lines}
    return lambda result, source: BookDraft(result, source, words)


def with_manners(lines: Sequence[ScriptLine], locks: Mapping[str, Any]) -> list[ScriptLine]:
    """The lines as people want them to be said."""
    wanted: Mapping[str, Mapping[str, Any]] = locks["lines"]
    return [
        ScriptLine(**{**line, **wanted[line["id"]], "directed_by": "edit"}) if line["id"] in wanted else line  # type: ignore[typeddict-item]
        for line in lines
    ]
