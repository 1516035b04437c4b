"""OpenAI's dialect of the model server, as the openai client sees it."""

import base64
from collections.abc import Iterator

import numpy as np
import openai
import pytest

from evals.model_server import Answer, Answers, ModelServer, ToolCall, model_server

_ASK: list[dict[str, str]] = [{"role": "user", "content": "How are you?"}]
_ANSWER = "Well enough, thank you, and how are you today?"
_SCHEMA = {
    "type": "object",
    "properties": {"names": {"type": "array", "items": {"type": "string"}, "minItems": 2}},
    "required": ["names"],
}
_CALLED = {
    "role": "assistant",
    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}],
}
_RETURNED = {"role": "tool", "tool_call_id": "c", "content": "[]"}
_TOOL = {"type": "function", "function": {"name": "look_up", "parameters": _SCHEMA}}


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(Answers.oracle({"How are you?": _ANSWER})) as server:
        yield server


@pytest.fixture
def client(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.openai_url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def qwen(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.qwen_url, api_key="k", max_retries=0) as client:
        yield client


def test_whole_answer_has_a_reason_and_token_counts(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="m", messages=_ASK)

    assert answer.choices[0].message.content == _ANSWER
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 2


def test_stream_says_the_same_and_ends_with_its_usage(client: openai.OpenAI) -> None:
    options = {"include_usage": True}
    chunks = [*client.chat.completions.create(model="m", messages=_ASK, stream=True, stream_options=options)]
    *written, usage = chunks

    assert "".join(chunk.choices[0].delta.content or "" for chunk in written) == _ANSWER
    assert [chunk.choices[0].finish_reason for chunk in written if chunk.choices[0].finish_reason] == ["stop"]
    assert usage.choices == []
    assert usage.usage.completion_tokens > 0


def test_stream_without_the_option_has_no_usage(client: openai.OpenAI) -> None:
    chunks = [*client.chat.completions.create(model="m", messages=_ASK, stream=True)]

    assert all(chunk.usage is None for chunk in chunks)


def test_limit_cuts_the_answer_and_says_so(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="m", messages=_ASK, max_tokens=2)

    assert answer.choices[0].message.content == "Well enough,"
    assert answer.choices[0].finish_reason == "length"


def test_stop_word_ends_the_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="m", messages=_ASK, stop=[" thank"])

    assert answer.choices[0].message.content == "Well enough,"


@pytest.mark.parametrize(
    "request_",
    [
        {"messages": []},
        {"messages": _ASK, "n": 2},
        {"messages": [*_ASK, _CALLED, *_ASK]},
        {"messages": [*_ASK, {"role": "assistant", "content": "Well."}, _RETURNED]},
    ],
    ids=["no messages", "two choices", "call without an answer", "answer without a call"],
)
def test_request_that_cannot_be_taken_is_refused(client: openai.OpenAI, request_: dict[str, object]) -> None:
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="m", **request_)


def test_question_without_an_answer_is_an_error_and_not_an_invention(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="gold has no answer"):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Who?"}])


def test_random_answer_fits_the_schema(server: ModelServer, client: openai.OpenAI) -> None:
    server.answers = Answers.random(seed=3)
    format_ = {"type": "json_schema", "json_schema": {"name": "names", "schema": _SCHEMA}}
    answers = [
        client.chat.completions.create(model="m", messages=_ASK, response_format=format_) for _ in range(2)
    ]
    texts = {answer.choices[0].message.content for answer in answers}

    assert len(texts) == 1
    assert texts.pop().startswith('{"names":["')


@pytest.mark.parametrize("stream", [False, True])
def test_tool_is_called(server: ModelServer, client: openai.OpenAI, stream: bool) -> None:
    call = ToolCall(name="look_up", arguments={"names": ["a", "b"]})
    server.answers = Answers.scripted(Answer(tool_calls=[call]))
    if stream:
        with client.chat.completions.stream(model="m", messages=_ASK, tools=[_TOOL]) as chunks:
            answer = chunks.get_final_completion()
    else:
        answer = client.chat.completions.create(model="m", messages=_ASK, tools=[_TOOL])
    function = answer.choices[0].message.tool_calls[0].function

    assert (function.name, function.arguments) == ("look_up", '{"names":["a","b"]}')
    assert answer.choices[0].finish_reason == "tool_calls"


def test_conversation_goes_on_behind_a_calls_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="m", messages=[*_ASK, _CALLED, _RETURNED, *_ASK])

    assert answer.choices[0].message.content == _ANSWER


def test_response_streams_what_it_says_whole(client: openai.OpenAI) -> None:
    whole = client.responses.create(model="m", input="How are you?")
    with client.responses.stream(model="m", input="How are you?") as events:
        kinds = [event.type for event in events]
        final = events.get_final_response()

    assert whole.output_text == final.output_text == _ANSWER
    assert final.usage.output_tokens == whole.usage.output_tokens > 0
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


def test_embeddings_are_unit_vectors_that_share_what_the_texts_share(client: openai.OpenAI) -> None:
    texts = ["the black cat", "a black cat", "rain in spring"]
    made = client.embeddings.create(model="e", input=texts, dimensions=256, encoding_format="float")
    one, near, far = (np.array(item.embedding) for item in made.data)

    assert float(one @ one) == pytest.approx(1, abs=1e-5)
    assert one @ near > 0.5 > one @ far


def test_embeddings_in_base64_are_the_same_numbers(client: openai.OpenAI) -> None:
    numbers = client.embeddings.create(model="e", input="cat", encoding_format="float").data[0].embedding
    text = client.embeddings.create(model="e", input="cat", encoding_format="base64").data[0].embedding

    assert np.frombuffer(base64.b64decode(text), "<f4") == pytest.approx(np.array(numbers))


def test_server_hears_what_it_said(server: ModelServer, client: openai.OpenAI) -> None:
    server.answers = Answers.random()
    speech = client.audio.speech.create(model="tts", voice="v", input="Good morning").content
    heard = client.audio.transcriptions.create(model="asr", file=("speech.wav", speech))

    assert speech[:4] == b"RIFF"
    assert heard.text == "Good morning"


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert "text-embedding-v4" in {model.id for model in client.models.list()}


def test_qwen_thinks_in_a_field_of_its_own(server: ModelServer, qwen: openai.OpenAI) -> None:
    server.answers = Answers.scripted(Answer(text="Four.", reasoning="Two and two."))
    body = {"enable_thinking": True}
    chunks = [*qwen.chat.completions.create(model="qwen", messages=_ASK, stream=True, extra_body=body)]
    deltas = [chunk.choices[0].delta for chunk in chunks]

    assert "".join(getattr(delta, "reasoning_content", None) or "" for delta in deltas) == "Two and two."
    assert "".join(delta.content or "" for delta in deltas) == "Four."


@pytest.mark.parametrize(
    "request_",
    [
        {"extra_body": {"enable_thinking": True}},
        {"stream": True, "extra_body": {"enable_thinking": True, "response_format": {"type": "json_object"}}},
        {"model": "qwen3.8-flash", "response_format": {"type": "json_object"}},
        {"model": "qwen3.5-omni-plus"},
    ],
    ids=[
        "thinking without a stream",
        "thinking in JSON",
        "thinking unasked in JSON",
        "omni without a stream",
    ],
)
def test_qwen_refuses(qwen: openai.OpenAI, request_: dict[str, object]) -> None:
    with pytest.raises(openai.BadRequestError):
        qwen.chat.completions.create(**{"model": "qwen", "messages": _ASK, **request_})


def test_omni_speaks_in_the_stream(server: ModelServer, qwen: openai.OpenAI) -> None:
    modalities = {"modalities": ["text", "audio"], "audio": {"voice": "Tina", "format": "wav"}}
    chunks = qwen.chat.completions.create(model="omni", messages=_ASK, stream=True, extra_body=modalities)
    sounds = [chunk.model_dump()["choices"][0]["delta"].get("audio") or {} for chunk in chunks]
    sound = b"".join(base64.b64decode(part["data"]) for part in sounds if part.get("data"))

    assert server.memory.heard(sound) == _ANSWER
    assert [part["transcript"] for part in sounds if part.get("transcript")] == [_ANSWER]


def test_qwen_hears_through_chat(server: ModelServer, qwen: openai.OpenAI) -> None:
    server.answers = Answers.oracle({"https://host/a.wav": "good morning"})
    sound = {"type": "input_audio", "input_audio": {"data": "https://host/a.wav"}}
    heard = qwen.chat.completions.create(
        model="qwen3-asr-flash",
        messages=[{"role": "user", "content": [sound]}],
        extra_body={"asr_options": {"language": "en"}},
    )

    assert heard.choices[0].message.content == "good morning"
    assert server.requests()[0].task == "hear"


def test_qwen_mt_takes_one_message(server: ModelServer, qwen: openai.OpenAI) -> None:
    options = {"translation_options": {"source_lang": "English", "target_lang": "Chinese"}}
    answer = qwen.chat.completions.create(model="qwen-mt-plus", messages=_ASK, extra_body=options)
    two = [{"role": "system", "content": "Be brief."}, *_ASK]

    assert answer.choices[0].message.content == _ANSWER
    assert server.requests()[0].task == "translate"
    with pytest.raises(openai.BadRequestError):
        qwen.chat.completions.create(model="qwen-mt-plus", messages=two, extra_body=options)


def test_cached_prefix_is_counted(qwen: openai.OpenAI) -> None:
    part = {"type": "text", "text": "Long instructions.", "cache_control": {"type": "ephemeral"}}
    messages = [{"role": "system", "content": [part]}, *_ASK]
    first, second = (qwen.chat.completions.create(model="q", messages=messages).usage for _ in range(2))

    assert first.prompt_tokens_details.cached_tokens == 0
    assert second.prompt_tokens_details.cached_tokens > 0


@pytest.mark.parametrize("count", [10, 11])
def test_qwen_embeds_ten_texts_at_most(qwen: openai.OpenAI, count: int) -> None:
    texts = ["text"] * count
    if count > 10:
        with pytest.raises(openai.BadRequestError, match="batch size"):
            qwen.embeddings.create(model="text-embedding-v4", input=texts)
    else:
        assert len(qwen.embeddings.create(model="text-embedding-v4", input=texts).data) == count


@pytest.mark.parametrize(("model", "repeats"), [("qwen-mt-plus", True), ("qwen-mt-flash", False)])
def test_large_qwen_mt_repeats_itself_in_each_chunk(qwen: openai.OpenAI, model: str, repeats: bool) -> None:
    options = {"translation_options": {"source_lang": "English", "target_lang": "Chinese"}}
    chunks = qwen.chat.completions.create(model=model, messages=_ASK, stream=True, extra_body=options)
    texts = [text for chunk in chunks if (text := chunk.choices[0].delta.content)]

    assert (texts[-1] if repeats else "".join(texts)) == _ANSWER
    assert texts[1].startswith(texts[0]) is repeats


def test_qwen_that_is_told_not_to_think_answers_in_json(server: ModelServer, qwen: openai.OpenAI) -> None:
    server.answers = Answers.scripted({"a": 1})
    answer = qwen.chat.completions.create(
        model="qwen3.8-flash",
        messages=_ASK,
        response_format={"type": "json_object"},
        extra_body={"enable_thinking": False},
    )

    assert answer.choices[0].message.content == '{"a":1}'
