"""What every model of embeddings keeps to, over real HTTP."""

import numpy as np
import pytest

from evals.model_server import Fault
from tests.contract.serving import BACKOFF, DASHSCOPE, EAS, OPENAI, OPENROUTER, Provider, serving
from tools.errors import ErrorCategory, InvalidInput, ModelRefused, ModelUnavailable
from tools.llm.embedding import embed

_MODEL = "text-embedding-v4"
_EACH = pytest.mark.parametrize(
    "provider", [OPENAI, DASHSCOPE, OPENROUTER, EAS], ids=lambda provider: provider.name
)


@_EACH
async def test_each_text_has_its_vector_in_order(provider: Provider) -> None:
    texts = [f"text number {n}" for n in range(25)]
    with serving(provider, role="embedding", model=_MODEL) as served:
        together = await embed(served.models, texts, dimensions=64)
        alone = await embed(served.models, texts[-1:], dimensions=64)

    assert together.value.shape == (25, 64)
    assert together.value.dtype == np.float32
    np.testing.assert_allclose(together.value[-1], alone.value[0], rtol=1e-6)
    assert together.usage.input_tokens > alone.usage.input_tokens > 0


async def test_requests_keep_to_the_limit_of_dashscope_and_hold_texts() -> None:
    with serving(DASHSCOPE, role="embedding", model=_MODEL) as served:
        await embed(served.models, [f"text {n}" for n in range(25)])
        sizes = sorted(len(request.body["input"]) for request in served.server.requests())
        inputs = [text for request in served.server.requests() for text in request.body["input"]]

    assert sizes == [5, 10, 10]
    assert all(isinstance(text, str) for text in inputs)


async def test_nothing_has_no_vectors_and_costs_nothing() -> None:
    with serving(OPENAI, role="embedding", model=_MODEL) as served:
        answered = await embed(served.models, [], dimensions=8)

    assert answered.value.shape == (0, 8)
    assert served.count == 0


async def test_empty_text_is_named() -> None:
    with (
        serving(OPENAI, role="embedding", model=_MODEL) as served,
        pytest.raises(InvalidInput, match="text 1"),
    ):
        await embed(served.models, ["one", " "])

    assert served.count == 0


@_EACH
@pytest.mark.parametrize(
    "fault", [Fault.RATE_LIMIT, Fault.BAD_GATEWAY, Fault.DROP, Fault.CUT, Fault.STREAM_ERROR]
)
async def test_fault_that_passes_costs_one_more_request(provider: Provider, fault: Fault) -> None:
    with serving(provider, fault, role="embedding", model=_MODEL) as served:
        answered = await embed(served.models, ["one"], dimensions=64)

    assert answered.value.shape == (1, 64)
    assert served.count == 2


@_EACH
async def test_fault_that_stays_is_given_up(provider: Provider) -> None:
    with (
        serving(provider, *[Fault.SERVER_ERROR] * 9, role="embedding", model=_MODEL) as served,
        pytest.raises(ModelUnavailable, match="500"),
    ):
        await embed(served.models, ["one"])

    assert served.count == BACKOFF.attempts


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
async def test_refusal_is_final(provider: Provider, fault: Fault, category: ErrorCategory) -> None:
    with (
        serving(provider, fault, role="embedding", model=_MODEL) as served,
        pytest.raises(ModelRefused) as caught,
    ):
        await embed(served.models, ["one"])

    assert caught.value.category is category
    assert served.count == 1


async def test_size_that_the_model_does_not_have_is_refused() -> None:
    with (
        serving(DASHSCOPE, role="embedding", model=_MODEL) as served,
        pytest.raises(ModelRefused, match="dimension"),
    ):
        await embed(served.models, ["one"], dimensions=100)

    assert served.count == 1
