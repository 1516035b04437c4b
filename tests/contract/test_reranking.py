"""What every model that ranks keeps to, over real HTTP."""

import pytest

from evals.model_server import Fault
from tests.contract.serving import DASHSCOPE, EAS, OPENAI, Provider, serving
from tools.errors import ErrorCategory, InputTooLarge, InvalidInput, ModelRefused
from tools.llm.reranking import MAX_DOCUMENTS, rerank

_DOCUMENTS = ["a dog barks", "the cat sat on a mat", "rain"]
_EACH = pytest.mark.parametrize(
    ("provider", "model", "path"),
    [
        pytest.param(OPENAI, "bge-reranker", "/v1/rerank", id="compatible"),
        pytest.param(EAS, "bge-reranker", "/api/predict/llm/v1/rerank", id="eas"),
        pytest.param(DASHSCOPE, "qwen3-rerank", "/compatible-api/v1/reranks", id="dashscope"),
        pytest.param(
            DASHSCOPE,
            "qwen3-vl-rerank",
            "/api/v1/services/rerank/text-rerank/text-rerank",
            id="dashscope-native",
        ),
    ],
)


@_EACH
async def test_most_relevant_documents_come_first(provider: Provider, model: str, path: str) -> None:
    with serving(provider, role="rerank", model=model) as served:
        answered = await rerank(served.models, "a cat on a mat", _DOCUMENTS, top_n=2)
        [request] = served.server.requests()

    assert request.path == path
    assert [document.index for document in answered.value] == [1, 0]
    assert answered.value[0].score > answered.value[1].score
    assert answered.usage.input_tokens > 0


async def test_images_are_ranked_by_a_model_that_sees() -> None:
    documents = [{"text": "a dog"}, {"image": "https://example.org/cat.png"}]
    with serving(DASHSCOPE, role="rerank", model="qwen3-vl-rerank") as served:
        await rerank(served.models, "a cat", documents)
        [request] = served.server.requests()

    assert request.body["input"]["documents"] == documents


@_EACH
async def test_fault_that_passes_costs_one_more_request(provider: Provider, model: str, path: str) -> None:
    with serving(provider, Fault.RATE_LIMIT, Fault.CUT, role="rerank", model=model) as served:
        answered = await rerank(served.models, "a cat on a mat", _DOCUMENTS)

    assert len(answered.value) == 3
    assert served.count == 3
    assert path


@_EACH
@pytest.mark.parametrize(
    ("fault", "category"),
    [
        (Fault.BAD_KEY, ErrorCategory.AUTHENTICATION),
        (Fault.ARREARS, ErrorCategory.QUOTA),
        (Fault.QUOTA, ErrorCategory.QUOTA),
        (Fault.CONTENT_FILTER, ErrorCategory.CONTENT_FILTER),
    ],
)
async def test_refusal_is_final(
    provider: Provider, model: str, path: str, fault: Fault, category: ErrorCategory
) -> None:
    with (
        serving(provider, fault, role="rerank", model=model) as served,
        pytest.raises(ModelRefused) as caught,
    ):
        await rerank(served.models, "a", _DOCUMENTS)

    assert caught.value.category is category
    assert served.count == 1
    assert path


async def test_what_cannot_be_ranked_is_refused_before_it_is_sent() -> None:
    with serving(OPENAI, role="rerank", model="bge-reranker") as served:
        with pytest.raises(InvalidInput):
            await rerank(served.models, "a", [])
        with pytest.raises(InputTooLarge, match=str(MAX_DOCUMENTS)):
            await rerank(served.models, "a", ["b"] * (MAX_DOCUMENTS + 1))

    assert served.count == 0
