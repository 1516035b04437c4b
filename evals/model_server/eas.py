"""A service of one's own on PAI-EAS: a plain JSON POST, with the raw token in Authorization."""

import orjson

from evals.model_server.endpoint import Turn
from evals.model_server.question import Json, Message, Question, Task, dump
from evals.model_server.reply import Reply, whole


def read(body: Json) -> Question:
    """The body as it is."""
    return Question(task=Task.CUSTOM, model="custom", messages=[Message(role="user", text=dump(body))])


def write(turn: Turn) -> Reply:
    """The answer as it is: JSON, or text as a string of it."""
    try:
        orjson.loads(turn.answer.text)
    except orjson.JSONDecodeError:
        return whole(turn.answer.text.encode(), media_type="text/plain")
    return whole(turn.answer.text.encode())
