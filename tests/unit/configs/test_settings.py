"""Settings: where values come from, what is refused, and how."""

from pathlib import Path

import pytest

from configs.settings import Settings, SettingsError, describe, load_settings


@pytest.fixture
def env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The .env file that settings are read from in this test."""
    path = tmp_path / ".env"
    monkeypatch.setitem(Settings.model_config, "env_file", path)
    monkeypatch.setattr("configs.settings.ENV_FILE", path)
    return path


def test_a_flag_beats_the_environment_which_beats_the_file(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("PORT=1\nLOG_LEVEL=ERROR\nN_JOBS_PER_WORKER=3\n")
    monkeypatch.setenv("PORT", "2")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    settings = load_settings(port=3)

    assert (settings.port, settings.log_level, settings.n_jobs_per_worker) == (3, "DEBUG", 3)


def test_each_setting_tells_where_it_comes_from(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("N_JOBS_PER_WORKER=3\n")
    monkeypatch.setenv("log_level", "debug")
    flags: dict[str, object] = {"port": 3}

    sources = {origin.name: origin.source for origin in describe(load_settings(**flags), flags)}

    assert {name: source for name, source in sources.items() if source != "default"} == {
        "PORT": "flag",
        "LOG_LEVEL": "environment",
        "N_JOBS_PER_WORKER": ".env",
    }


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "very-secret")

    settings = load_settings()

    assert "very-secret" not in repr(settings)
    assert "very-secret" not in str(describe(settings, {}))


@pytest.mark.parametrize("value", ["redis://:very-secret@redis:6379/0", "http://me:very-secret@redis"])
def test_a_password_inside_an_address_is_masked(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", value)

    try:
        told = str(describe(load_settings(), {}))
    except SettingsError as error:
        told = str(error)

    assert ":********@redis" in told
    assert "very-secret" not in told


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FORWARDED_ALLOW_IPS", "10.0.0.1, proxy", "'proxy' does not appear to be an IPv4 or IPv6 network"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.1/8", "has host bits set"),
        ("PORT", "abc", "PORT='abc' (environment or .env): Input should be a valid integer"),
        ("LOG_LEVEL", "loud", "Allowed: DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        ("MAX_FILE_SIZE", "much", "MAX_FILE_SIZE='much'"),
        ("RESULT_TTL_HOURS", "-1", "greater than 0"),
        ("OPENROUTER_PROVIDER", "deny", "OPENROUTER_PROVIDER='deny' (environment or .env): is no JSON"),
        ("OPENROUTER_PROVIDER", "[1]", "should be a valid dictionary"),
        ("LLM_BASE_URL", "ftp://x", "must start with one of http://, https://"),
        ("DATABASE_URL", "mysql://x", "must start with one of sqlite+aiosqlite://, postgresql+asyncpg://"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as raised:
        load_settings()

    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_several_wrong_values_get_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("LOG_LEVEL", "x")

    with pytest.raises(SettingsError) as raised:
        load_settings()

    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org"])  # noqa: S104 - they are refused
def test_an_open_network_is_refused_unless_allowed(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HOST", host)
    with pytest.raises(SettingsError, match="set AUTH=on"):
        load_settings()

    monkeypatch.setenv("ALLOW_UNAUTHENTICATED_NETWORK", "true")
    assert load_settings().host == host


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "127.8.8.8"])
def test_loopback_is_open_to_this_machine(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HOST", host)

    assert load_settings().is_loopback


@pytest.mark.parametrize("text", ["http://a:1,https://b", '["http://a:1", "https://b"]'])
def test_origins_come_as_a_list_or_as_json(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", text)

    assert load_settings().allowed_origins == ("http://a:1", "https://b")


@pytest.mark.parametrize("text", ["example.org", "https://a/b", "https://", "https://me@a", "*.example.org"])
def test_what_is_no_origin_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", f"https://good.example,{text}")

    with pytest.raises(SettingsError, match=r"ALLOWED_ORIGINS=.* is no origin"):
        load_settings()


def test_a_secret_that_is_too_short_is_told_how_long_it_has_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET", "short")

    with pytest.raises(SettingsError, match=r"AUTH_SECRET=\*+ .*: must have 32 characters or more\."):
        load_settings()


@pytest.mark.parametrize("text", ["20MiB", "20971520"])
def test_sizes_have_units(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("MAX_FILE_SIZE", text)

    assert load_settings().max_file_size == 20 * 1024 * 1024


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "")

    assert load_settings().redis_url is None


def test_accounts_open_the_service_to_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 - nothing listens here
    monkeypatch.setenv("AUTH", "on")

    assert load_settings().auth == "on"
