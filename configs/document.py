"""Writes what people read of the settings: ``.env.example`` and ``docs/configuration.md``.

Run ``python -m configs.document`` after changing a setting; a test compares.
"""

from pathlib import Path

from configs.settings import SettingOrigin, Settings, describe

ROOT = Path(__file__).parent.parent

_ENV_HEAD = """\
# Copy to .env and change what you need. Made by `python -m configs.document`: do not edit.
"""

_TABLE_HEAD = """\
# Configuration

Made by `python -m configs.document`: do not edit.

A setting comes from, strongest first: a flag of the command (`scriptorium serve --help`), the environment,
the file `.env` in the working directory, the default. `scriptorium config` prints what is in force and
where it comes from. A value that cannot be used stops the start with one line that says which and why.

| Name | Default | Meaning |
| --- | --- | --- |
"""


def env_example() -> str:
    """Every setting with its default, commented out."""
    lines = [f"\n# {setting.description}\n# {setting.name}={setting.default}\n" for setting in _settings()]
    return _ENV_HEAD + "".join(lines)


def configuration_page() -> str:
    """Every setting as a row of a table."""
    rows = [f"| `{s.name}` | {_code(s.default)} | {s.description} |\n" for s in _settings()]
    return _TABLE_HEAD + "".join(rows)


def files() -> dict[Path, str]:
    """What each written file should hold."""
    return {ROOT / ".env.example": env_example(), ROOT / "docs" / "configuration.md": configuration_page()}


def _settings() -> list[SettingOrigin]:
    return describe(Settings.model_construct(), {})


def _code(default: str) -> str:
    return f"`{default}`" if default else ""


def main() -> None:
    """Write them."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
