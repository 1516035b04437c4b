"""`scriptorium models`, `prompts` and `doctor`, as a user sees them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evals.model_server import Answers, Fault, Faults, model_server
from evals.model_server.openai_audio import MODELS
from prompts import PROMPTS
from tests.fixtures import loaded_process

ROOT = Path(__file__).parents[2]
_SECRET = "sk-never-shown"


def _scriptorium(command: str, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"DATA_DIR": str(folder), "COLUMNS": "200"} | settings
    return loaded_process.call(command, environment=environment)


def test_models_shows_who_plays_a_role_at_what_price_and_no_key(tmp_path: Path) -> None:
    settings = {
        "PRIMARY_MODEL": "openai:m",
        "LLM_BASE_URL": "http://127.0.0.1:1/v1",
        "LLM_API_KEY": _SECRET,
        "MODEL_FALLBACKS": "primary=dashscope:qwen3.7-plus",
        "DASHSCOPE_API_KEY": _SECRET,
    }

    shown = _scriptorium("models", tmp_path, **settings)

    lines = {line.split()[1]: line for line in shown.stdout.splitlines() if "│" in line}
    assert all(word in lines["primary"] for word in ("m", "openai", "present", "unknown"))
    assert "qwen3.7-plus" in lines["else"]
    assert _SECRET not in shown.stdout + shown.stderr


def test_an_edited_prompt_is_listed_with_its_new_version_and_hash_without_a_change_of_code(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    prompt = tmp_path / "prompts" / "characters" / "names.en.md"
    prompt.write_text(
        prompt.read_text("utf-8").replace("version: 1", "version: 2") + "\nBe brief.\n", "utf-8"
    )

    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "from prompts import PROMPTS; p = PROMPTS['characters/names.en']; print(p.version, p.hash)",
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    version, digest = shown.stdout.split()
    assert version == "2"
    assert digest != PROMPTS["characters/names.en"].hash


def test_prompts_lists_every_prompt_with_its_hash(tmp_path: Path) -> None:
    shown = _scriptorium("prompts", tmp_path).stdout

    assert all(prompt.id in shown and prompt.hash in shown for prompt in PROMPTS.values())


@pytest.mark.parametrize(
    ("fault", "code", "told"), [(None, 0, "knows "), (Fault.BAD_KEY, 1, "Check the key")]
)
def test_doctor_asks_each_provider_and_says_what_to_do(
    tmp_path: Path, fault: Fault | None, code: int, told: str
) -> None:
    faults = Faults.always(fault) if fault else None
    with model_server(Answers.oracle({}), faults=faults) as server:
        model = f"openai:{MODELS[0]}"
        settings = {"PRIMARY_MODEL": model, "LLM_BASE_URL": server.openai_url, "LLM_API_KEY": _SECRET}
        shown = _scriptorium("doctor", tmp_path, **settings)

    assert shown.returncode == code, shown.stdout
    assert told in shown.stdout
    assert _SECRET not in shown.stdout + shown.stderr


def test_doctor_fails_for_what_is_configured_and_does_not_answer(tmp_path: Path) -> None:
    shown = _scriptorium(
        "doctor", tmp_path, REDIS_URL="redis://127.0.0.1:1", VOSK_MODEL_PATH=str(tmp_path / "nothing")
    )

    assert shown.returncode == 1
    assert "Check REDIS_URL" in shown.stdout
    assert "Unpack a Vosk model there" in shown.stdout
