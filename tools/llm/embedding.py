"""Vectors of texts."""

import asyncio
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from tools.errors import InvalidInput, ModelAnswerInvalid
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.requests import Counted, post
from tools.llm.roles import Role
from tools.llm.usage import Answered, Usage

Vectors = NDArray[np.float32]


class _Vector(BaseModel):
    index: int
    embedding: list[float]


class _Embeddings(Counted):
    data: list[_Vector]


async def embed(
    models: ChatModels, texts: Sequence[str], *, dimensions: int | None = None, role: Role = "embedding"
) -> Answered[Vectors]:
    """One vector for each text, in as many requests as the provider's limit asks for.

    Args:
        models: The models of the run.
        texts: Each is to be non-empty.
        dimensions: Of a vector; None: the model's own.
        role: Which model to ask.

    Returns:
        A row for each text, in their order.

    Raises:
        InvalidInput: A text is empty.
        ModelUnavailable: No answer came, however often a request was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The vectors are not those that were asked for.
    """
    _check(texts)
    size = models.require(role).embedding_batch
    batches = [texts[start : start + size] for start in range(0, len(texts), size)]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_embed_batch(models, batch, dimensions, role)) for batch in batches]
    except ExceptionGroup as failures:
        # One says it all: the others were cancelled, or failed alike.
        raise failures.exceptions[0] from None
    answers = [task.result() for task in tasks]
    usage = reduce(add, (answer.usage for answer in answers), Usage())
    if not answers:
        return Answered(value=np.empty((0, dimensions or 0), dtype=np.float32), usage=usage)
    widths = {answer.value.shape[1] for answer in answers}
    if len(widths) > 1:
        raise ModelAnswerInvalid(f"the model's vectors differ in their dimensions: {sorted(widths)}")
    return Answered(value=np.concatenate([answer.value for answer in answers]), usage=usage)


async def _embed_batch(
    models: ChatModels, texts: Sequence[str], dimensions: int | None, role: Role
) -> Answered[Vectors]:
    async def send(choice: ModelChoice) -> Answered[Vectors]:
        # Texts, never ids of tokens; numbers, since not every server knows base64.
        body: dict[str, Any] = {"model": choice.model, "input": list(texts), "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        answer = await post(models, choice, "/embeddings", body, _Embeddings)
        return Answered(value=_vectors(answer, len(texts), dimensions), usage=answer.counted())

    call = Call(
        role=role,
        operation="embeddings",
        send=send,
        request={"texts": list(texts), "dimensions": dimensions},
        as_json=_as_lists,
        from_json=_from_lists,
    )
    return await perform(models, call)


def _as_lists(vectors: Vectors) -> list[list[float]]:
    return vectors.tolist()


def _from_lists(kept: list[list[float]]) -> Vectors:
    return np.array(kept, dtype=np.float32)


def _check(texts: Sequence[str]) -> None:
    for index, text in enumerate(texts):
        if not text.strip():
            raise InvalidInput(
                f"text {index} is empty, and has no vector", hint="Leave it out.", code="empty_text"
            )


def _vectors(answer: _Embeddings, count: int, dimensions: int | None) -> Vectors:
    rows = sorted(answer.data, key=lambda row: row.index)
    if [row.index for row in rows] != list(range(count)):
        raise ModelAnswerInvalid(f"the model gave {len(rows)} vectors for {count} texts, or misnumbered them")
    widths = {len(row.embedding) for row in rows}
    if len(widths) != 1 or (dimensions is not None and widths != {dimensions}):
        asked = f"{dimensions} were asked for" if dimensions else "all should have the same"
        raise ModelAnswerInvalid(f"the model's vectors have {sorted(widths)} dimensions, where {asked}")
    return np.array([row.embedding for row in rows], dtype=np.float32)
