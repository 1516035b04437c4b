"""Documents in the order of their relevance."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from typing import Any

from pydantic import BaseModel

from tools.errors import InputTooLarge, InvalidInput, ModelAnswerInvalid
from tools.llm.answer_cache import digested
from tools.llm.calling import Call, perform
from tools.llm.chat_models import ChatModels
from tools.llm.choices import ModelChoice
from tools.llm.requests import Counted, post, require_url
from tools.llm.roles import Role
from tools.llm.usage import Answered

Document = str | Mapping[str, str]
"""A text; or, for models that see, ``{"image": URL}``, ``{"video": URL}`` or ``{"text": ...}``."""

MAX_DOCUMENTS = 500
_NATIVE_PATH = "services/rerank/text-rerank/text-rerank"
_NATIVE_MODELS = ("*-vl-rerank*", "gte-rerank*")  # that DashScope serves by its own API alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A document and how relevant it is."""

    index: int  #: Among the documents that were given.
    score: float  #: More is more relevant; the scale is the model's.


class _Result(BaseModel):
    index: int
    relevance_score: float


class _Results(Counted):
    results: list[_Result]


class _NativeResults(Counted):
    output: _Results


async def rerank(
    models: ChatModels,
    query: Document,
    documents: Sequence[Document],
    *,
    top_n: int | None = None,
    instruction: str | None = None,
    role: Role = "rerank",
) -> Answered[list[Ranked]]:
    """The most relevant documents, the best first.

    Args:
        models: The models of the run.
        query: What they are to be relevant to.
        documents: At most MAX_DOCUMENTS.
        top_n: How many are wanted; None: all.
        instruction: What relevant means here, for models that take it.
        role: Which model to ask.

    Raises:
        InvalidInput: There is nothing to rank; InputTooLarge: there is too much.
        ModelUnavailable: No answer came, however often the request was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The answer names documents that there are not, or one twice.
    """
    if not query or not documents:
        raise InvalidInput("a query and at least one document are needed", code="nothing_to_rank")
    if len(documents) > MAX_DOCUMENTS:
        raise InputTooLarge(
            f"{len(documents)} documents are more than the limit of {MAX_DOCUMENTS}",
            hint="Rank the best of several parts.",
            code="too_many_documents",
        )

    wanted = _Wanted(query, documents, top_n, instruction)

    async def send(choice: ModelChoice) -> Answered[list[Ranked]]:
        answer, results = await _ask(models, choice, wanted)
        return Answered(value=_ranked(results, len(documents), top_n), usage=answer.counted())

    call = Call(
        role=role,
        operation="rerank",
        send=send,
        request=digested(asdict(wanted)),
        as_json=_as_pairs,
        from_json=_from_pairs,
    )
    return await perform(models, call)


@dataclass(frozen=True, slots=True)
class _Wanted:
    query: Document
    documents: Sequence[Document]
    top_n: int | None
    instruction: str | None

    def parameters(self) -> dict[str, Any]:
        given = {"top_n": self.top_n, "instruct": self.instruction}
        return {name: value for name, value in given.items() if value is not None}


async def _ask(models: ChatModels, choice: ModelChoice, wanted: _Wanted) -> tuple[Counted, list[_Result]]:
    is_dashscope = choice.protocol == "dashscope"
    if is_dashscope and any(fnmatch(choice.model, pattern) for pattern in _NATIVE_MODELS):
        url = f"{require_url(choice, choice.native_url, 'DASHSCOPE_NATIVE_URL')}/{_NATIVE_PATH}"
        given = {"query": wanted.query, "documents": list(wanted.documents)}
        body = {"model": choice.model, "input": given, "parameters": wanted.parameters()}
        native = await post(models, choice, url, body, _NativeResults)
        return native, native.output.results
    body = {"model": choice.model, "query": wanted.query, "documents": list(wanted.documents)}
    url = "/rerank"  # as Jina, Cohere, vLLM and llama.cpp have it
    if is_dashscope:
        url = f"{require_url(choice, choice.rerank_url, 'DASHSCOPE_RERANK_URL')}/reranks"
    answer = await post(models, choice, url, body | wanted.parameters(), _Results)
    return answer, answer.results


def _as_pairs(ranked: Sequence[Ranked]) -> list[tuple[int, float]]:
    return [(each.index, each.score) for each in ranked]


def _from_pairs(kept: Sequence[tuple[int, float]]) -> list[Ranked]:
    return [Ranked(index=index, score=score) for index, score in kept]


def _ranked(results: Sequence[_Result], count: int, top_n: int | None) -> list[Ranked]:
    indexes = [result.index for result in results]
    expected = min(count, top_n or count)
    if len(set(indexes)) != expected or len(indexes) != expected or not set(indexes) <= set(range(count)):
        raise ModelAnswerInvalid(
            f"the model ranked the documents {indexes} of {count}, not {expected} of them"
        )
    ranked = [Ranked(index=result.index, score=result.relevance_score) for result in results]
    return sorted(ranked, key=lambda document: -document.score)
