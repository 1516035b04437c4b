"""OpenAI's speech: transcriptions and speech, and the list of models."""

from evals.model_server.endpoint import BadRequest, Turn
from evals.model_server.failures import FAILURES, Form, invalid
from evals.model_server.faults import Fault
from evals.model_server.pace import count_tokens
from evals.model_server.question import Json, Message, Question, Task
from evals.model_server.reply import Frame, Reply, event, stream, whole
from evals.model_server.sound import samples, wav

MODELS = (
    *("qwen3.8-max", "qwen3.8-flash", "qwen-mt-plus", "qwen3-asr-flash", "qwen3.5-omni-plus"),
    *("text-embedding-v4", "qwen3-rerank", "claude-sonnet", "gpt", "oracle"),
)
_ERROR_EVENT = event(FAILURES[Fault.SERVER_ERROR].body(Form.OPENAI))


def read_sound(body: Json) -> Question:
    """What is to be heard.

    Raises:
        BadRequest: When the file or the model is missing.
    """
    if not isinstance(body.get("file"), bytes) or not body.get("model"):
        raise BadRequest(invalid("file and model are required"))
    return Question(
        task=Task.HEAR,
        model=body["model"],
        messages=[Message(role="system", text=body.get("prompt", ""))],
        audio=body["file"],
        options={"language": body.get("language"), "filename": body.get("filename")},
    )


def write_text(turn: Turn) -> Reply:
    """What was heard, as JSON, as text or as a stream of events."""
    text, format_ = turn.answer.text, turn.body.get("response_format", "json")
    if turn.body.get("stream") == "true":
        deltas = [
            Frame(event({"type": "transcript.text.delta", "delta": piece}), count_tokens(piece))
            for piece in turn.pace.chunks(text)
        ]
        return stream(
            [
                *deltas,
                Frame(event({"type": "transcript.text.done", "text": text})),
                Frame(b"data: [DONE]\n\n"),
            ],
            error_event=_ERROR_EVENT,
        )
    if format_ == "text":
        return whole(text.encode(), media_type="text/plain")
    return whole({"text": text, "language": turn.body.get("language"), "duration": len(turn.question.audio)})


def read_text(body: Json) -> Question:
    """What is to be said.

    Raises:
        BadRequest: When the text, the model or the voice is missing.
    """
    if not body.get("input") or not body.get("model") or not body.get("voice"):
        raise BadRequest(invalid("input, model and voice are required"))
    return Question(
        task=Task.SPEAK,
        model=body["model"],
        messages=[Message(role="user", text=body["input"])],
        options={"voice": body["voice"]},
    )


def write_sound(turn: Turn) -> Reply:
    """The speech, as WAV or as headerless samples."""
    sound = samples(turn.question.text)
    turn.memory.remember(sound, turn.question.text)
    if turn.body.get("response_format") == "pcm":
        return whole(sound, media_type="audio/pcm")
    return whole(wav(sound), media_type="audio/wav")


def read_list(body: Json) -> Question:
    """No question at all."""
    del body
    return Question(task=Task.LIST)


def write_list(turn: Turn) -> Reply:
    """The models."""
    del turn
    data = [{"id": name, "object": "model", "created": 0, "owned_by": "model_server"} for name in MODELS]
    return whole({"object": "list", "data": data})
