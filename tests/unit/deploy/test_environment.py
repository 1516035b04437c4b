"""The example of production's settings."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from configs.settings import PLACEHOLDER, Settings, SettingsError, load_settings

DEPLOY = Path(__file__).parents[3] / "deploy"
EXAMPLE = DEPLOY / ".env.production.example"
KEY = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The example with secrets of somebody's own, and with what is commented out."""
    text = re.sub(r"^# (?=[A-Z][A-Z0-9_]+=)", "", EXAMPLE.read_text(), flags=re.MULTILINE)
    path = tmp_path / ".env"
    path.write_text(text.replace(PLACEHOLDER, "5f" * 32))
    return path


def test_every_key_is_a_setting_or_a_variable_of_the_compose_file() -> None:
    settings = {field.alias for field in Settings.model_fields.values()}
    variables = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))

    keys = KEY.findall(EXAMPLE.read_text())
    assert len(keys) > 15
    assert [key for key in keys if key not in settings | variables] == []


def test_what_compose_demands_is_in_the_example() -> None:
    demanded = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))

    assert demanded <= set(dotenv_values(EXAMPLE))


@pytest.mark.parametrize(
    "name", ["AUTH_SECRET", "WEBHOOK_SECRET", "REDIS_URL", "DATABASE_URL", "DASHSCOPE_API_KEY"]
)
def test_the_start_is_refused_while_a_placeholder_is_left(
    name: str, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = re.search(rf"^(?:# )?{name}=.*$", EXAMPLE.read_text(), re.MULTILINE)
    assert left is not None
    monkeypatch.setitem(Settings.model_config, "env_file", filled)
    monkeypatch.setenv(name, left[0].partition("=")[2] + "_" * 32)

    with pytest.raises(SettingsError, match=f"{name}=.*: still holds the placeholder {PLACEHOLDER}"):
        load_settings(host="0.0.0.0")  # noqa: S104 - as in a container


def test_all_that_is_not_filled_in_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", EXAMPLE)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    lines = str(refused.value).splitlines()
    assert [line.partition("=")[0] for line in lines] == ["AUTH_SECRET", "PUBLIC_URL", "WEBHOOK_SECRET"]
    assert all(PLACEHOLDER in line for line in lines)


def test_the_example_is_taken_once_it_is_filled_in(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", filled)

    settings = load_settings(host="0.0.0.0")  # noqa: S104 - as in a container

    assert (settings.auth, settings.primary_model) == ("on", "dashscope:qwen3.7-plus")
    assert settings.public_url is not None  # by no other name would it answer


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*")), ids=lambda path: path.name)
def test_no_file_of_the_folder_holds_a_secret(path: Path) -> None:
    if path.is_dir():
        return
    found = re.findall(
        r"(?:SECRET|PASSWORD|API_KEY|TOKEN)[\"']?\s*[:=]\s*[\"']?(\w[^\s\"']*)", path.read_text()
    )

    assert [text for text in found if text != PLACEHOLDER] == []
