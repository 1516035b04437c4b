"""Which model plays a role, and how it is to be called."""

import pytest

from configs.settings import Settings
from tools.errors import InvalidInput
from tools.llm.roles import choose, configured


def test_offline_is_no_model() -> None:
    assert choose("offline") is None


@pytest.mark.parametrize("spec", ["qwen-plus", "openai:", "nobody:model", ""])
def test_unknown_provider_is_refused_by_name(spec: str) -> None:
    with pytest.raises(InvalidInput, match="unknown model") as caught:
        choose(spec)

    assert "openai" in caught.value.hint


@pytest.mark.parametrize(
    ("spec", "base_url", "thinks"),
    [
        pytest.param("openai:qwen-plus", None, False, id="Qwen by name"),
        pytest.param(
            "openai:glm-5", "https://dashscope.aliyuncs.com/compatible-mode/v1", False, id="DashScope"
        ),
        pytest.param("openai:gpt-4.1", "https://example.org/v1", None, id="another"),
        pytest.param("openai:llama3", "http://notaliyuncs.com/v1", None, id="a host that only ends alike"),
    ],
)
def test_thinking_is_switched_off_only_where_the_switch_exists(
    spec: str, base_url: str | None, thinks: bool | None
) -> None:
    choice = choose(spec, base_url=base_url)

    assert choice is not None
    assert choice.extra_body.get("enable_thinking") is thinks


@pytest.mark.parametrize(("spec", "temperature"), [("openai:gpt-5-mini", None), ("openai:qwen-plus", 0)])
def test_temperature_is_left_out_where_a_family_takes_none(spec: str, temperature: float | None) -> None:
    choice = choose(spec)

    assert choice is not None
    assert choice.temperature == temperature


def test_provider_has_an_address_of_its_own() -> None:
    choice = choose("openai:gpt-4.1")

    assert choice is not None
    assert choice.base_url == "https://api.openai.com/v1"


def test_key_does_not_show_in_a_choice() -> None:
    assert "sk-very-secret" not in repr(choose("openai:m", api_key="sk-very-secret"))


def test_setting_overrides_the_file() -> None:
    settings = Settings(PRIMARY_MODEL="openai:m", LLM_BASE_URL="http://127.0.0.1:1/v1")

    choice = configured(settings).choices["primary"]

    assert choice is not None
    assert (choice.name, choice.base_url) == ("openai:m", "http://127.0.0.1:1/v1")
