"""What is asked of a speaker for a line, and under which name its sound is kept."""

from collections.abc import Mapping

from graphs.audiobook.stage import Stage
from graphs.audiobook.state import ScriptLine
from tools.audiobook.delivery import delivery_of
from tools.audiobook.lines import spoken
from tools.audiobook.sound import Request
from tools.audiobook.voices import pitch_of
from tools.speech.output import MAX_SPEED, MIN_SPEED


def request_for(
    line: ScriptLine, source: str, stage: Stage, speed: float, takes: Mapping[str, int]
) -> Request | None:
    """What a speaker is told of a line; None: it has nothing to be said."""
    text = spoken(source[line["start"] : line["end"]])
    if not text:
        return None
    manner = delivery_of(line["tone"], line["strength"])  # type: ignore[arg-type] - as in scripting.unpack
    voice = line.get("voice", "")
    own_speed = 1.0 if stage.is_model else min(MAX_SPEED, max(MIN_SPEED, speed * manner.speed))
    return Request(
        text=text,
        voice=voice,
        language=stage.language,
        speed=round(own_speed, 3),
        pitch=1.0 if stage.is_model else round(manner.pitch * pitch_of(voice), 3),
        instruction=manner.instruction if stage.is_model else "",
        engine=stage.engine,
        take=takes.get(line["id"], 0),
    )


def sound_name(request: Request) -> str:
    """The name of the file in which its sound is kept."""
    return f"line-{request.key}.wav"
