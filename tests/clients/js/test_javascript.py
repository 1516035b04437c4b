"""The newest JavaScript SDK before the service, installed from npm for the while."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Server

SCRIPT = Path(__file__).parent / "client.mjs"
CHECKS = re.findall(r'^check\("(.+?)"', SCRIPT.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def errors(packages: Path, conformance_server: Server) -> dict[str, str | None]:
    """What each check of the script failed with."""
    script = packages / SCRIPT.name
    script.write_bytes(SCRIPT.read_bytes())
    run = subprocess.run(
        ["node", script, conformance_server.url], capture_output=True, text=True, timeout=100, check=False
    )
    assert run.returncode == 0, run.stderr
    told = [json.loads(line) for line in run.stdout.splitlines()]
    return {each["name"]: each["error"] for each in told}


@pytest.mark.parametrize("name", CHECKS)
def test_the_javascript_sdk(name: str, errors: dict[str, str | None]) -> None:
    assert errors[name] is None
