"""What a realtime session sends when it answers or has heard."""

from collections.abc import Iterator

from evals.model_server.pace import count_tokens, split
from evals.model_server.question import Json
from evals.model_server.server import ModelServer
from evals.model_server.session import Event
from evals.model_server.sound import base64_pieces, samples

_TRANSCRIPTION = "conversation.item.input_audio_transcription"


def hearing_events(item: str, text: str) -> list[Event]:
    """What is understood so far, longer each time, then the whole."""
    tokens = split(text)
    partial = [
        {"type": f"{_TRANSCRIPTION}.text", "item_id": item, "text": "".join(tokens[:count]), "stash": ""}
        for count in range(1, len(tokens))
    ]
    whole = {"type": f"{_TRANSCRIPTION}.completed", "item_id": item, "transcript": text}
    return _numbered([*partial, whole])


def speaking_events(
    response: str, text: str, modalities: list[str], server: ModelServer, usage: Json | None = None
) -> list[Event]:
    """A response from its creation to its end, as text, as speech, or as both; its usage, or tokens."""
    is_spoken = "audio" in modalities
    item = {"id": f"{response}_item", "type": "message", "role": "assistant", "status": "in_progress"}
    place: Json = {"response_id": response, "item_id": item["id"], "output_index": 0, "content_index": 0}
    part: Json = {"type": "audio", "transcript": text} if is_spoken else {"type": "text", "text": text}
    started: Json = {"id": response, "object": "realtime.response", "status": "in_progress", "output": []}
    ended = {**item, "status": "completed", "content": [part]}
    content = _speech(place, text, server) if is_spoken else _text(place, text, server)
    return _numbered(
        [
            {"type": "response.created", "response": started},
            {"type": "response.output_item.added", "response_id": response, "output_index": 0, "item": item},
            {"type": "conversation.item.created", "item": item},
            {"type": "response.content_part.added", **place, "part": {"type": part["type"]}},
            *content,
            {"type": "response.content_part.done", **place, "part": part},
            {"type": "response.output_item.done", "response_id": response, "output_index": 0, "item": ended},
            {"type": "response.done", "response": _done(started, ended, usage or _tokens(text))},
        ]
    )


def _speech(place: Json, text: str, server: ModelServer) -> Iterator[Json]:
    sound = samples(text)
    server.memory.remember(sound, text)
    for piece in server.pace.chunks(text):
        yield {"type": "response.audio_transcript.delta", **place, "delta": piece}
    for piece in base64_pieces(sound):
        yield {"type": "response.audio.delta", **place, "delta": piece}
    yield {"type": "response.audio_transcript.done", **place, "transcript": text}
    yield {"type": "response.audio.done", **place}


def _text(place: Json, text: str, server: ModelServer) -> Iterator[Json]:
    for piece in server.pace.chunks(text):
        yield {"type": "response.text.delta", **place, "delta": piece}
    yield {"type": "response.text.done", **place, "text": text}


def _done(started: Json, item: Json, usage: Json) -> Json:
    return {**started, "status": "completed", "output": [item], "usage": usage}


def _tokens(text: str) -> Json:
    tokens = count_tokens(text)
    return {"input_tokens": 1, "output_tokens": tokens, "total_tokens": tokens + 1}


def _numbered(events: list[Json]) -> list[Event]:
    return [{"event_id": f"event_a{number}", **event} for number, event in enumerate(events)]
