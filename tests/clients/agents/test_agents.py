"""The official Python clients of MCP and A2A before the service, installed from PyPI for the while."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TRUSTED, Server

HERE = Path(__file__).parent
SCRIPT = HERE / "client.py"
CHECKS = re.findall(r'^@check\("(.+?)"', SCRIPT.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the packages of ``requirements.txt``."""
    folder = tmp_path_factory.mktemp("agents")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    found = folder / "bin" / "python"
    call = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        found,
        "install",
        "--disable-pip-version-check",
        "--quiet",
        "--no-compile",
        "--requirement",
        HERE / "requirements.txt",
    ]
    trusting = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    if before := os.environ.get(TRUSTED):
        trusting["SSL_CERT_FILE"] = before
    install = subprocess.run(call, env=trusting, capture_output=True, text=True, timeout=180, check=False)
    if install.returncode != 0:
        pytest.skip(f"CLIENTS OF MCP AND A2A NOT TESTED: pip cannot install: {install.stderr[:200]!r}")
    return found


@pytest.fixture(scope="module")
def errors(python: Path, conformance_server: Server) -> dict[str, str | None]:
    """What each check of the script failed with."""
    call = [python, SCRIPT, conformance_server.url]
    run = subprocess.run(call, capture_output=True, text=True, timeout=110, check=False)
    assert run.returncode == 0, run.stderr
    told = [json.loads(line) for line in run.stdout.splitlines()]
    return {each["name"]: each["error"] for each in told}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", CHECKS)
def test_the_clients_of_mcp_and_a2a(name: str, errors: dict[str, str | None]) -> None:
    assert errors[name] is None, errors[name]
