"""OpenAI's embeddings, and the limits of DashScope's."""

import base64
from typing import Any, cast

from evals.model_server.endpoint import BadRequest, Turn
from evals.model_server.failures import invalid
from evals.model_server.question import Json, Message, Question, Task
from evals.model_server.reply import Reply, whole
from evals.model_server.vectors import Vector, embed

_DIMENSIONS = 1024
_QWEN_DIMENSIONS = (64, 128, 256, 512, 768, 1024, 1536, 2048)
_QWEN_MOST_TEXTS = 10


def read(body: Json) -> Question:
    """The question of a request; lists of token ids are taken, too.

    Raises:
        BadRequest: When the input is missing.
    """
    raw: Any = body.get("input")
    if not raw or not body.get("model"):
        raise BadRequest(invalid("model and input are required"))
    is_one = isinstance(raw, str) or isinstance(raw[0], int)
    texts = cast("list[Any]", [raw] if is_one else raw)
    return Question(
        task=Task.EMBED,
        model=body["model"],
        messages=[Message(role="user", text=str(text)) for text in texts],
    )


def read_qwen(body: Json) -> Question:
    """As ``read``, with what DashScope refuses.

    Raises:
        BadRequest: Also for token ids, more than ten texts, and a size that there is not.
    """
    question = read(body)
    raw: Any = body["input"]
    if not isinstance(raw, str) and not all(isinstance(text, str) for text in raw):
        raise BadRequest(invalid("input.contents should be str or list of str"))
    if len(question.messages) > _QWEN_MOST_TEXTS:
        raise BadRequest(invalid(f"batch size is invalid, it should not be larger than {_QWEN_MOST_TEXTS}"))
    if body.get("dimensions", _DIMENSIONS) not in _QWEN_DIMENSIONS:
        raise BadRequest(invalid(f"dimension should be one of {_QWEN_DIMENSIONS}"))
    return question


def write(turn: Turn) -> Reply:
    """A vector for each text, as numbers or as base64 of float32."""
    dimensions: int = turn.body.get("dimensions") or _DIMENSIONS
    encode = _base64 if turn.body.get("encoding_format") == "base64" else _numbers
    data = [
        {"object": "embedding", "index": index, "embedding": encode(embed(message.text, dimensions))}
        for index, message in enumerate(turn.question.messages)
    ]
    usage = {"prompt_tokens": turn.prompt_tokens, "total_tokens": turn.prompt_tokens}
    return whole({"object": "list", "model": turn.question.model, "data": data, "usage": usage})


def _numbers(vector: Vector) -> list[float]:
    return vector.tolist()


def _base64(vector: Vector) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
