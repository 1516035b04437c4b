"""Who speaks in a run, and with which voices."""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.audiobook.voices import Voice, espeak_voices, model_voices
from tools.errors import InvalidInput
from tools.llm.chat_models import current
from tools.speech.current import current_speaker
from tools.speech.output import MODEL_VOICES, EspeakSpeaker, ModelSpeaker, Speaker, espeak_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A speaker, and its voices of one language."""

    speaker: Speaker
    engine: str  #: Its name and its model: who else speaks sounds differently.
    language: str
    voices: list[Voice]
    is_model: bool

    async def check(self, names: Iterable[str]) -> None:
        """Whether there are voices of these names.

        Raises:
            InvalidInput: "unknown_voice". A model's voices are not all known: it refuses them itself.
        """
        if self.is_model:
            return
        known = {voice.name for voice in await self.speaker.voices()} | {voice.name for voice in self.voices}
        for name in names:
            base, _, variant = name.partition("@")[0].partition("+")
            if f"{base}+{variant}" not in known and (variant or base not in known):
                raise InvalidInput(
                    f"edits: {self.speaker.name} has no voice {name!r}",
                    hint=f"Such as {', '.join(voice.id for voice in self.voices[:4])}.",
                    code="unknown_voice",
                )


async def find_stage(language: str) -> Stage:
    """What speaks in this run.

    Raises:
        Unavailable: "speech_output_off": nothing does.
    """
    models = await current()
    speaker = current_speaker(models)
    if isinstance(speaker, EspeakSpeaker):
        voices = espeak_voices(espeak_language(language), await speaker.variants())
        return Stage(speaker=speaker, engine=speaker.name, language=language, voices=voices, is_model=False)
    if isinstance(speaker, ModelSpeaker):
        choice = models.require("tts")
        return Stage(
            speaker=speaker,
            engine=choice.name,
            language=language,
            voices=model_voices(choice.model, MODEL_VOICES),
            is_model=True,
        )
    own = [voice for voice in await speaker.voices() if voice.language in ("", language)]
    return Stage(
        speaker=speaker,
        engine=speaker.name,
        language=language,
        voices=[Voice(id=voice.name) for voice in own or await speaker.voices()],
        is_model=False,
    )
