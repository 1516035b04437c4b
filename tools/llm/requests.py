"""Requests that are answered in one piece of JSON."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import TypedDict

from tools.errors import InvalidInput, ModelAnswerInvalid
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.usage import Usage

M = TypeVar("M", bound=BaseModel)


class Counted(BaseModel):
    """An answer that may tell what it took; fields that nobody needs are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    usage: dict[str, Any] | None = None

    def counted(self) -> Usage:
        """One call, with the tokens that the provider tells, under whichever name."""
        told = self.usage or {}
        read = told.get("prompt_tokens") or told.get("input_tokens")
        written = told.get("completion_tokens") or told.get("output_tokens")
        if read is None and written is None:
            read = told.get("total_tokens")
        return Usage(
            calls=1,
            input_tokens=_number(read),
            output_tokens=_number(written),
            **spoken_or_heard(told),
        )


class Sounded(TypedDict, total=False):
    """What is spoken or heard, as Usage has it."""

    characters: int
    sound_seconds: float


def spoken_or_heard(told: object) -> Sounded:
    """The characters that were spoken or the seconds that were heard, where the provider tells them."""
    match told:
        case {"characters": int(characters)}:
            return {"characters": characters}
        case {"seconds": int() | float() as seconds} | {"duration": int() | float() as seconds}:
            return {"sound_seconds": float(seconds)}
        case _:
            return {}


async def post(
    models: ChatModels,
    choice: ModelChoice,
    url: str,
    body: Mapping[str, Any],
    answer: type[M],
    *,
    headers: Mapping[str, str] | None = None,
) -> M:
    """Send the request once.

    Args:
        models: Whose clients and time limits are used.
        choice: The model.
        url: A path below the provider's base URL, or a whole address.
        body: The request.
        answer: What the answer has to be.
        headers: Beside those of the client.

    Raises:
        ModelAnswerInvalid: It is something else.
        Exception: One of failures.transport_errors(), as the client raises it.
    """
    client = await models.clients.openai(choice)
    async with asyncio.timeout(models.limits.total):
        given: object = await client.post(
            url, body=dict(body), cast_to=object, options={"headers": dict(headers or {})}
        )
    return read(answer, given, choice)


def read(answer: type[M], given: object, choice: ModelChoice) -> M:
    """What a model answered, as it has to be; raises ModelAnswerInvalid when it is something else."""
    try:
        return answer.model_validate(given)
    except ValidationError as error:
        [first, *_] = error.errors()
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ModelAnswerInvalid(
            f"the answer of {choice.name!r} is malformed: {where}: {first['msg']}"
        ) from error


def decoded(text: str) -> bytes:
    """Sound from base64; raises ModelAnswerInvalid when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ModelAnswerInvalid("the model's speech is no base64") from error


def require_url(choice: ModelChoice, url: str | None, setting: str) -> str:
    """The address of one of DashScope's other APIs.

    Raises:
        InvalidInput: Nobody says it.
    """
    if url is None:
        raise InvalidInput(
            f"nobody says where the API listens that {choice.name!r} needs",
            hint=f"Set {setting}, or a DASHSCOPE_BASE_URL that ends in /compatible-mode/v1.",
            code="provider_unset",
        )
    return url.rstrip("/")


def _number(told: object) -> int:
    return told if isinstance(told, int) else 0
