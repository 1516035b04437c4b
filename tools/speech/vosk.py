"""Vosk: recognition on this machine, by Kaldi's decoder.

Its calls take as long as the sound takes to decode, so they are made in threads; libvosk releases the
interpreter meanwhile. A stream's calls follow one another, those of different streams run side by side.
"""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from tools.errors import InvalidInput, Unavailable
from tools.speech.base import (
    EngineInfo,
    Final,
    Heard,
    HearingOptions,
    Partial,
    Word,
    whole_samples,
)

MAX_STREAMS = 200  # at once; a stream of a small model takes about 10 MB
ALTERNATIVES = 5  # among which phrases that are likely choose
UNKNOWN = "[unk]"  # what a grammar hears in place of all that it does not list

Result = TypeVar("Result")


class VoskEngine:
    """Opens streams on models that lie in folders; each model is loaded when it is first needed.

    Args:
        models: Folders by the language that they understand.
        default: The language of streams that name none.
        threads: Calls that are carried out at once; by default one a processor.
        max_streams: Streams that are open at once.
    """

    def __init__(
        self,
        models: Mapping[str, Path],
        *,
        default: str,
        threads: int | None = None,
        max_streams: int = MAX_STREAMS,
    ) -> None:
        self._folders = dict(models)
        self._default = default
        self._threads = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="vosk")
        self._max_streams = max_streams
        self._open = 0
        self._loading = asyncio.Lock()
        self._models: dict[str, tuple[Any, Any]] = {}  # and the model of voices, or None

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        folder = self._folders[self._default]
        return EngineInfo(
            name="vosk",
            model=folder.name,
            models={language: folder.name for language, folder in self._folders.items()},
            languages=tuple(sorted(self._folders)),
            has_grammar=_has_grammar(folder),
        )

    async def open(self, options: HearingOptions) -> "VoskStream":
        """As SpeechEngine has it.

        Raises:
            InvalidInput: There is no model of this language, or it takes no grammar.
            Unavailable: Every stream is taken, or the package or the model is missing.
        """
        language = self._language(options.language)
        if options.grammar and not _has_grammar(self._folders[language]):
            raise InvalidInput(
                f"the model {self._folders[language].name} takes no grammar: its graph is fixed",
                hint="Use a small model, such as vosk-small-en, or no grammar.",
                code="grammar_unsupported",
            )
        if self._open >= self._max_streams:
            raise Unavailable(
                f"all {self._max_streams} streams of the recogniser are taken",
                hint="Try again later.",
                code="speech_busy",
                retry_after=5,
            )
        self._open += 1
        try:
            model, voices = await self._model(language)
            recogniser = await self._call(lambda: _recogniser(model, voices, options))
        except BaseException:
            self._open -= 1
            raise
        return VoskStream(recogniser, self._call, self._closed, hints=options.hints)

    async def close(self) -> None:
        """As SpeechEngine has it."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._models.clear()

    def _closed(self) -> None:
        self._open -= 1

    def _language(self, wanted: str | None) -> str:
        for known in (
            wanted,
            (wanted or "").replace("_", "-").split("-")[0],
            None if wanted else self._default,
        ):
            if known and known in self._folders:
                return known
        raise InvalidInput(
            f"language: there is no Vosk model of {wanted!r}",
            hint=f"Installed: {', '.join(sorted(self._folders))}. `scriptorium speech install` gets others.",
            code="language_missing",
        )

    async def _model(self, language: str) -> tuple[Any, Any]:
        async with self._loading:
            if language not in self._models:
                self._models[language] = await self._call(lambda: _load(self._folders[language]))
        return self._models[language]

    async def _call(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class VoskStream:
    """One of libvosk's recognisers."""

    def __init__(
        self,
        recogniser: Any,
        call: Callable[[Callable[[], Any]], Any],
        closed: Callable[[], None],
        *,
        hints: tuple[str, ...] = (),
    ) -> None:
        self._recogniser: Any = recogniser
        self._call = call
        self._closed = closed
        self._hints = tuple(hint.lower() for hint in hints)
        self._turn = asyncio.Lock()
        self._told = ""

    async def feed(self, pcm: bytes) -> list[Heard]:
        """As SpeechStream has it."""
        whole_samples(pcm)
        if not pcm:
            return []
        async with self._turn:
            told = await self._call(lambda: self._accept(pcm))
        return [told] if told else []

    async def finish(self) -> Final:
        """As SpeechStream has it."""
        async with self._turn:
            raw: str = await self._call(self._recogniser.FinalResult)
            self._told = ""
        return self._final(raw)

    async def reset(self) -> None:
        """Forget the utterance, what is not decoded yet included."""
        async with self._turn:
            # Reset alone keeps up to 0.4 s of sound, whose words would turn up in the next utterance.
            await self._call(self._recogniser.FinalResult)
            self._told = ""

    async def restrict(self, grammar: tuple[str, ...]) -> None:
        """Understand nothing but these from the next utterance on; everything when empty."""
        async with self._turn:
            await self._call(self._recogniser.FinalResult)
            await self._call(lambda: self._recogniser.SetGrammar(json.dumps(grammar, ensure_ascii=False)))
            self._told = ""

    async def close(self) -> None:
        """As SpeechStream has it."""
        async with self._turn:
            if self._recogniser is not None:
                self._recogniser = None
                self._closed()

    def _accept(self, pcm: bytes) -> Heard | None:
        """In a thread."""
        if self._recogniser.AcceptWaveform(pcm):
            self._told = ""
            return self._final(self._recogniser.Result())
        told: dict[str, Any] = json.loads(self._recogniser.PartialResult())
        text: str = told.get("partial", "")
        if text == self._told:
            return None
        self._told = text
        return Partial(text=text)

    def _final(self, raw: str) -> Final:
        told: dict[str, Any] = json.loads(raw)
        if "alternatives" in told:
            told = _likeliest(told["alternatives"], self._hints)
        words = tuple(
            Word(text=word["word"], start=word["start"], end=word["end"], confidence=word.get("conf"))
            for word in told.get("result", ())
        )
        speaker = tuple(map(float, told["spk"])) if "spk" in told else None
        start, end = (words[0].start, words[-1].end) if words else (0.0, 0.0)
        return Final(text=told["text"].strip(), words=words, start=start, end=end, speaker=speaker)


def _likeliest(alternatives: list[dict[str, Any]], hints: tuple[str, ...]) -> dict[str, Any]:
    """The alternative with most of the phrases that are likely; among equals the recogniser's first."""

    def found(alternative: dict[str, Any]) -> int:
        text = f" {alternative['text'].strip().lower()} "
        return sum(f" {hint} " in text for hint in hints)

    return max(alternatives, key=found)


def _recogniser(model: Any, voices: Any, options: HearingOptions) -> Any:
    vosk: Any = import_module("vosk")
    given: list[Any] = [model, options.sample_rate]
    if options.grammar:
        given.append(json.dumps(options.grammar, ensure_ascii=False))
    recogniser = vosk.KaldiRecognizer(*given)
    recogniser.SetWords(True)
    if options.hints:
        recogniser.SetMaxAlternatives(ALTERNATIVES)
    if voices is not None:
        recogniser.SetSpkModel(voices)
    return recogniser


def _load(folder: Path) -> tuple[Any, Any]:
    """A model, and the model of voices in its folder ``spk``, if there is one."""
    if not (folder / "am").is_dir() and not (folder / "final.mdl").is_file():
        raise Unavailable(
            f"{folder} holds no Vosk model",
            hint="Set VOSK_MODEL_PATH to an unpacked model; `scriptorium speech install` gets one.",
            code="speech_model_missing",
        )
    try:
        vosk: Any = import_module("vosk")
    except (ImportError, OSError, TypeError) as error:  # there is no wheel for this machine
        raise Unavailable(
            f"the package vosk cannot be used here: {error}",
            hint="pip install vosk; it exists for Linux, macOS and Windows on x86-64 and ARM.",
            code="missing_package",
        ) from error
    vosk.SetLogLevel(-1)
    model = vosk.Model(model_path=str(folder))
    spk = folder / "spk"
    return model, vosk.SpkModel(str(spk)) if spk.is_dir() else None


def _has_grammar(folder: Path) -> bool:
    """Whether the model's graph is put together when it is needed, so that a grammar can take its place."""
    with suppress(OSError):
        return any((folder / place / "HCLr.fst").is_file() for place in ("graph", "."))
    return False
