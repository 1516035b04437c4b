"""Which model plays a role, and how it is to be called."""

import pytest

from configs.settings import Settings
from tools.errors import InvalidInput
from tools.llm.choices import choose
from tools.llm.roles import configured


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


@pytest.mark.parametrize(
    "host",
    [
        "dashscope-intl.aliyuncs.com",
        "ws-1.cn-beijing.maas.aliyuncs.com",
        "cn-hongkong.dashscope.aliyuncs.com",
    ],
)
def test_other_addresses_of_dashscope_differ_in_the_path_alone(host: str) -> None:
    choice = choose("dashscope:m", base_url=f"https://{host}/compatible-mode/v1")

    assert choice is not None
    assert choice.native_url == f"https://{host}/api/v1"
    assert choice.rerank_url == f"https://{host}/compatible-api/v1"
    assert choice.websocket_url == f"wss://{host}/api-ws/v1"


def test_address_of_another_form_says_nothing_about_the_others() -> None:
    choice = choose("dashscope:m", base_url="https://proxy.example/qwen")

    assert choice is not None
    assert (choice.native_url, choice.rerank_url, choice.websocket_url) == (None, None, None)


def test_set_addresses_come_before_derived_ones() -> None:
    settings = Settings(
        TTS_MODEL="dashscope:qwen3-tts-flash",
        DASHSCOPE_API_KEY="k",
        DASHSCOPE_NATIVE_URL="https://a.example/n",
        DASHSCOPE_RERANK_URL="https://a.example/r",
        DASHSCOPE_WEBSOCKET_URL="wss://a.example/w",
    )

    choice = configured(settings).choices["tts"]

    assert choice is not None
    assert choice.native_url == "https://a.example/n"
    assert choice.rerank_url == "https://a.example/r"
    assert choice.websocket_url == "wss://a.example/w"


def test_address_of_dashscope_without_its_path_is_refused_with_the_right_one() -> None:
    settings = Settings(
        PRIMARY_MODEL="dashscope:qwen3.7-plus",
        DASHSCOPE_API_KEY="k",
        DASHSCOPE_BASE_URL="https://dashscope.aliyuncs.com",
    )

    with pytest.raises(InvalidInput) as caught:
        configured(settings)

    assert "https://dashscope.aliyuncs.com/compatible-mode/v1" in caught.value.hint


@pytest.mark.parametrize(
    ("base_url", "is_served"),
    [
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", False),
        ("https://ws-1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", True),
    ],
)
def test_model_of_workspace_hosts_is_refused_on_a_shared_one(base_url: str, is_served: bool) -> None:
    settings = Settings(
        REALTIME_MODEL="dashscope:qwen3.8-omni-flash-realtime",
        DASHSCOPE_API_KEY="k",
        DASHSCOPE_BASE_URL=base_url,
    )

    if is_served:
        assert configured(settings).choices["realtime"] is not None
    else:
        with pytest.raises(InvalidInput, match="workspace's own host"):
            configured(settings)


def test_unfit_model_is_refused_with_another_and_with_the_roles_that_it_could_play() -> None:
    settings = Settings(SUBTITLE_MODEL="dashscope:qwen3-vl-rerank", DASHSCOPE_API_KEY="k")

    with pytest.raises(InvalidInput, match="'subtitle'") as caught:
        configured(settings)

    assert "dashscope:qwen-mt-flash" in caught.value.hint
    assert "rerank" in caught.value.hint


def test_openrouter_is_told_who_asks_and_what_to_ask_when_the_model_fails() -> None:
    settings = Settings(
        PRIMARY_MODEL="openrouter:qwen/qwen3-max",
        OPENROUTER_API_KEY="k",
        OPENROUTER_REFERER="https://example.org",
        OPENROUTER_FALLBACKS="a/b, c/d",
        OPENROUTER_PROVIDER={"data_collection": "deny"},
    )

    choice = configured(settings).choices["primary"]

    assert choice is not None
    assert choice.headers == {"HTTP-Referer": "https://example.org", "X-Title": "Scriptorium"}
    assert choice.extra_body["models"] == ["a/b", "c/d"]
    assert choice.extra_body["provider"] == {"data_collection": "deny"}


def test_key_goes_to_its_own_provider_alone() -> None:
    settings = Settings(
        PRIMARY_MODEL="openai:m", JUDGE_MODEL="anthropic:claude-x", ANTHROPIC_API_KEY="a", LLM_API_KEY="o"
    )

    choices = configured(settings).choices

    keys = {name: choices[name].api_key.get_secret_value() for name in ("primary", "judge")}
    assert keys == {"primary": "o", "judge": "a"}


@pytest.mark.parametrize("spec", ["nobody:model", "openai:text-embedding-3-small"])
def test_a_fallback_that_cannot_be_is_refused_by_its_setting(spec: str) -> None:
    settings = Settings(model_fallbacks={"primary": spec}, llm_base_url="http://127.0.0.1:1/v1")  # pyright: ignore[reportCallIssue] - read from the environment, too

    with pytest.raises(InvalidInput, match="MODEL_FALLBACKS: primary"):
        configured(settings)
