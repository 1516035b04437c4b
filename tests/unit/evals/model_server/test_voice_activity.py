"""Where an utterance ends."""

from evals.model_server.sound import samples
from evals.model_server.voice_activity import VoiceActivity

_SPEECH = samples("Good morning", 16_000)
_TENTH = bytes(3_200)  # 0.1 s of silence


def test_utterance_ends_after_its_silence_and_only_once() -> None:
    activity = VoiceActivity(silence_ms=300)
    seen = [activity.take(sound) for sound in (_TENTH, _SPEECH, _SPEECH, _TENTH, _TENTH, _TENTH, _TENTH)]

    assert seen == [None, "started", None, None, None, "stopped", None]


def test_short_pause_does_not_end_it() -> None:
    activity = VoiceActivity(silence_ms=300)
    seen = [activity.take(sound) for sound in (_SPEECH, _TENTH, _TENTH, _SPEECH, _TENTH, _TENTH)]

    assert seen == ["started", None, None, None, None, None]
