"""What a model can do, held against what its role needs, before anything is called."""

import pytest

from configs.settings import Settings
from tools.errors import InvalidInput
from tools.llm.roles import configured


def _settings(**given: str) -> Settings:
    return Settings(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("qwen3-vl-rerank", "only puts texts into order"),
        ("qwen3-omni-flash-realtime", "not over HTTP"),
        ("text-embedding-v4", "only makes vectors"),
        ("qwen3-asr-flash", "only writes down speech"),
        ("qwen3-tts-flash", "only speaks"),
        ("qwen-mt-plus", "only translates"),
    ],
)
def test_model_that_cannot_play_its_role_is_refused_with_a_suggestion(model: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as caught:
        configured(_settings(PRIMARY_MODEL=f"dashscope:{model}", DASHSCOPE_API_KEY="sk-secret"))

    assert caught.value.code == "model_unfit"
    assert "dashscope:qwen3.7-plus" in caught.value.hint
    assert "sk-secret" not in f"{caught.value!r} {caught.value.hint}"


@pytest.mark.parametrize(
    "model",
    ["nomic-embed-text", "all-minilm:l6-v2", "BAAI/bge-large-zh-v1.5", "intfloat/multilingual-e5-large"],
)
def test_usual_models_of_local_servers_make_vectors(model: str) -> None:
    found = configured(_settings(EMBEDDING_MODEL=f"openai:{model}"))

    assert found.choices["embedding"] is not None


@pytest.mark.parametrize("model", ["dashscope:qwen3.7-plus", "openrouter:qwen/qwen3.7-plus"])
def test_provider_that_needs_a_key_is_refused_without_one(model: str) -> None:
    with pytest.raises(InvalidInput, match="no key") as caught:
        configured(_settings(PRIMARY_MODEL=model))

    assert model.partition(":")[0].upper() + "_API_KEY" in caught.value.hint


def test_eas_needs_an_address() -> None:
    with pytest.raises(InvalidInput) as caught:
        configured(_settings(PRIMARY_MODEL="eas:qwen3-8b", EAS_TOKEN="t"))

    assert "EAS_ENDPOINT" in caught.value.hint


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_eas_route_follows_the_path_of_the_service(end: str) -> None:
    service = "http://1.cn-beijing.pai-eas.aliyuncs.com/api/predict/talk"

    found = configured(_settings(PRIMARY_MODEL="eas:qwen3-8b", EAS_ENDPOINT=service + end, EAS_TOKEN="t"))

    choice = found.choices["primary"]
    assert choice is not None
    assert choice.base_url == f"{service}/v1"


def test_key_of_one_provider_goes_to_no_other() -> None:
    found = configured(
        _settings(PRIMARY_MODEL="dashscope:qwen3.7-plus", DASHSCOPE_API_KEY="sk-ds", LLM_API_KEY="sk-other")
    )

    choice = found.choices["primary"]
    assert choice is not None
    assert choice.api_key is not None
    assert choice.api_key.get_secret_value() == "sk-ds"
    assert choice.base_url == "https://dashscope.aliyuncs.com/compatible-mode/v1"
    assert choice.extra_body == {"enable_thinking": False}
