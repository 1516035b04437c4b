"""An engine that hears what a script says, by the clock of the audio: for demonstrations and for measuring.

It needs no model, and what it tells depends on nothing but how much audio it was fed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tools.errors import InvalidInput
from tools.speech.base import (
    SAMPLE_BYTES,
    EngineInfo,
    Final,
    Heard,
    HearingOptions,
    Partial,
    Word,
    whole_samples,
)

ENDPOINT_SECONDS = 0.5  # of pause after which an utterance has ended, as Vosk's models have it


class ScriptedWord(BaseModel):
    """A word of a script, as Vosk writes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    word: str
    start: float = Field(ge=0)
    end: float = Field(ge=0)
    conf: float | None = Field(default=None, ge=0, le=1)


_SCRIPT: TypeAdapter[tuple[tuple[ScriptedWord, ...], ...]] = TypeAdapter(tuple[tuple[ScriptedWord, ...], ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Utterances in the order of their times, each a sequence of words."""

    utterances: tuple[tuple[Word, ...], ...]
    period: float | None = None  #: Seconds after which it begins anew; None: it is said once.

    @classmethod
    def of(cls, utterances: Any, *, period: float | None = None) -> "Script":
        """A script from lists of ``{word, start, end, conf}``.

        Raises:
            InvalidInput: It is none.
        """
        try:
            read = _SCRIPT.validate_python(utterances)
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidInput(
                f"speech script: {'.'.join(map(str, first['loc']))}: {first['msg']}", code="invalid_script"
            ) from None
        lines = tuple(
            tuple(Word(text=w.word, start=w.start, end=w.end, confidence=w.conf) for w in line)
            for line in read
            if line
        )
        return cls(utterances=lines, period=period)

    @classmethod
    def read(cls, path: Path) -> "Script":
        """A script from a JSON file: ``{"utterances": [[{word, start, end, conf}]], "period": seconds}``.

        Raises:
            InvalidInput: It cannot be read.
        """
        try:
            told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return cls.of(told["utterances"], period=told.get("period"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(
                f"{path.name} is no speech script: {error}",
                hint="See docs/dialogue.md for its form.",
                code="invalid_script",
            ) from None


class ScriptedEngine:
    """Opens streams that all hear the same script."""

    def __init__(self, script: Script) -> None:
        self._script = script

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        return EngineInfo(name="scripted", model="script", has_grammar=True)

    async def open(self, options: HearingOptions) -> "ScriptedStream":
        """A stream that begins at the script's start."""
        return ScriptedStream(self._script, options)

    async def close(self) -> None:
        """There is nothing to end."""


class ScriptedStream:
    """Says the script's words when the audio has come to where they end."""

    def __init__(self, script: Script, options: HearingOptions) -> None:
        self._script = script
        self._rate = options.sample_rate
        self._allowed = frozenset(word for phrase in options.grammar for word in phrase.split())
        self._begins_at = options.begins_at
        self._samples = 0
        self._told = ""
        self._from = 0.0  # the utterance under way has words that begin here or later

    @property
    def _now(self) -> float:
        return self._samples / self._rate

    async def feed(self, pcm: bytes) -> list[Heard]:
        """As SpeechStream has it."""
        self._samples += len(whole_samples(pcm)) // SAMPLE_BYTES
        heard: list[Heard] = []
        said = self._said()
        while said and (end := self._endpoint(said)) is not None:
            heard.append(self._final([word for word in said if word.end <= end]))
            self._from = end
            said = self._said()
        text = _text(said)
        if text and text != self._told:
            heard.append(Partial(text=text, words=tuple(said)))
        self._told = text
        return heard

    async def finish(self) -> Final:
        """As SpeechStream has it."""
        final = self._final(self._said())
        if final.words:
            self._from = final.end  # a word under way belongs to the next utterance
        return final

    async def reset(self) -> None:
        """As SpeechStream has it."""
        self._from, self._told = self._now, ""

    async def close(self) -> None:
        """There is nothing to give back."""

    def _final(self, words: Sequence[Word]) -> Final:
        self._told = ""
        start, end = (words[0].start, words[-1].end) if words else (self._from, self._now)
        return Final(text=_text(words), words=tuple(words), start=start, end=end)

    def _endpoint(self, said: Sequence[Word]) -> float | None:
        """Where an utterance of these words ended, if one has."""
        for word, following in zip(said, [*said[1:], None], strict=True):
            until = following.start if following else self._now
            if until - word.end >= ENDPOINT_SECONDS:
                return word.end
        return None

    def _said(self) -> list[Word]:
        """The words that are over, since the last end of an utterance."""
        return [word for word in self._words() if word.start >= self._from and word.end <= self._now]

    def _words(self) -> Sequence[Word]:
        period, before = self._script.period, self._begins_at
        first = int((before + self._from) // period) if period else 0
        rounds = range(first, int((before + self._now) // period) + 1) if period else range(1)
        return [
            Word(text=w.text, start=w.start + shift, end=w.end + shift, confidence=w.confidence)
            for shift in (turn * (period or 0.0) - before for turn in rounds)
            for line in self._script.utterances
            for w in line
            if not self._allowed or w.text in self._allowed
        ]


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)
