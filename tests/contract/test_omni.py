"""What models keep to that hear and speak over HTTP."""

import pytest

from evals.model_server import Answers, Fault, Question
from tests.contract.serving import DASHSCOPE, serving
from tools.errors import ModelAnswerInvalid, ModelRefused, ModelUnavailable
from tools.llm.omni import UtterancePiece, sound_part, utter
from tools.llm.speech import Sound

_ANSWER = "Good day to you, and a good journey."
_MODEL = "qwen3.5-omni-plus"
_MESSAGES = [
    {"role": "user", "content": [sound_part(Sound(data=b"sound")), {"type": "text", "text": "Hello"}]}
]


async def test_answer_comes_in_words_and_in_speech() -> None:
    asked: list[Question] = []
    pieces: list[UtterancePiece] = []

    def answer(question: Question) -> str:
        asked.append(question)
        return _ANSWER

    with serving(DASHSCOPE, answers=Answers.of(answer), model=_MODEL) as served:
        answered = await utter(served.models, _MESSAGES, voice="Tina", on_piece=pieces.append)

    assert answered.value.samples == b"".join(piece.samples for piece in pieces) != b""
    assert answered.value.text == _ANSWER
    assert asked[0].audio == b"sound"
    assert answered.usage.output_tokens > 0


async def test_without_a_voice_it_writes_only() -> None:
    with serving(DASHSCOPE, answers=Answers.of(lambda _: _ANSWER), model=_MODEL) as served:
        answered = await utter(served.models, _MESSAGES, voice=None)

    assert answered.value.text == _ANSWER
    assert answered.value.samples == b""


@pytest.mark.parametrize(
    "fault", [Fault.RATE_LIMIT, Fault.CUT, Fault.SILENT_CUT, Fault.STALL, Fault.STREAM_ERROR]
)
async def test_fault_that_passes_costs_one_more_request(fault: Fault) -> None:
    with serving(DASHSCOPE, fault, answers=Answers.of(lambda _: _ANSWER), model=_MODEL) as served:
        answered = await utter(served.models, _MESSAGES, voice=None)

    assert answered.value.text == _ANSWER
    assert served.count == 2


@pytest.mark.parametrize("fault", [Fault.SILENT_CUT, Fault.LENGTH, Fault.EMPTY])
async def test_half_an_answer_never_passes_for_a_whole(fault: Fault) -> None:
    with (
        serving(DASHSCOPE, *[fault] * 9, model=_MODEL) as served,
        pytest.raises((ModelUnavailable, ModelAnswerInvalid)),
    ):
        await utter(served.models, _MESSAGES, voice="Tina")


async def test_content_filter_is_final() -> None:
    with serving(DASHSCOPE, Fault.CONTENT_FILTER, model=_MODEL) as served, pytest.raises(ModelRefused):
        await utter(served.models, _MESSAGES, voice="Tina")

    assert served.count == 1
