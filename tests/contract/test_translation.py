"""What models keep to that only translate, over real HTTP."""

import pytest

from evals.model_server import Answers, Fault, Question
from tests.contract.serving import DASHSCOPE, OPENAI, serving
from tools.errors import InvalidInput, ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.llm.translation import TranslationOptions, translate

_ANSWER = "A good good day, and a good journey to you all."
_OPTIONS = TranslationOptions(
    target="English", terms={"船": "ferry"}, memory={"你好": "Hello"}, domain="Nautical; dry in style."
)
_EACH = pytest.mark.parametrize("model", ["qwen-mt-plus", "qwen-mt-flash"])


@_EACH
async def test_text_is_translated_whether_a_stream_repeats_itself_or_not(model: str) -> None:
    pieces: list[str] = []
    with serving(DASHSCOPE, answers=Answers.of(lambda _: _ANSWER), role="translate", model=model) as served:
        answered = await translate(served.models, "你好", _OPTIONS, on_text=pieces.append)

    assert answered.value == _ANSWER
    assert "".join(pieces) == _ANSWER
    assert len(pieces) > 3


@_EACH
async def test_terms_memory_and_domain_reach_the_model_and_instructions_do_not(model: str) -> None:
    asked: list[Question] = []

    def answer(question: Question) -> str:
        asked.append(question)
        return _ANSWER

    with serving(DASHSCOPE, answers=Answers.of(answer), role="translate", model=model) as served:
        await translate(served.models, "你好", _OPTIONS)

    [question] = asked
    assert [message.text for message in question.messages] == ["你好"]
    assert question.options == {
        "source_lang": "auto",
        "target_lang": "English",
        "terms": [{"source": "船", "target": "ferry"}],
        "tm_list": [{"source": "你好", "target": "Hello"}],
        "domains": "Nautical; dry in style.",
    }


@_EACH
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SILENT_CUT, Fault.RATE_LIMIT])
async def test_fault_that_passes_costs_one_more_request(model: str, fault: Fault) -> None:
    with serving(
        DASHSCOPE, fault, answers=Answers.of(lambda _: _ANSWER), role="translate", model=model
    ) as served:
        answered = await translate(served.models, "你好", _OPTIONS)

    assert answered.value == _ANSWER
    assert served.count == 2


@_EACH
async def test_half_a_translation_never_passes_for_a_whole(model: str) -> None:
    for fault in (Fault.SILENT_CUT, Fault.LENGTH):
        with (
            serving(DASHSCOPE, *[fault] * 9, role="translate", model=model) as served,
            pytest.raises((ModelUnavailable, ModelAnswerInvalid)),
        ):
            await translate(served.models, "你好", _OPTIONS)


async def test_content_filter_is_final() -> None:
    with (
        serving(DASHSCOPE, Fault.CONTENT_FILTER, role="translate", model="qwen-mt-plus") as served,
        pytest.raises(ModelRefused, match="400"),
    ):
        await translate(served.models, "你好", _OPTIONS)

    assert served.count == 1


async def test_model_that_takes_no_options_is_told_from_one_that_does() -> None:
    with (
        serving(OPENAI, role="translate") as served,
        pytest.raises(ModelRefused, match="no translation options"),
    ):
        await translate(served.models, "你好", _OPTIONS)

    assert served.count == 0


async def test_empty_text_is_refused() -> None:
    with serving(DASHSCOPE, role="translate", model="qwen-mt-plus") as served, pytest.raises(InvalidInput):
        await translate(served.models, " \n", _OPTIONS)

    assert served.count == 0
