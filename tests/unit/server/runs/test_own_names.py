"""A served project's modules may be called as this service's packages are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
FILES = {
    "tools.py": 'WORD = "theirs"\nfrom configs import settings\n',
    "configs/settings.py": 'COLOUR = "red"\n',
    "configs/__init__.py": "",
    "prompts/greeting.py": 'TEXT = "hello"\n',
    "graphs/__init__.py": "",
    "graphs/words.py": "from tools import WORD\n",
    "graphs/helpers.py": "from .words import WORD\nfrom . import words\n",
    "graphs/agent.py": (
        "import tools\nimport prompts.greeting\nimport prompts.greeting as greeting\n"
        "from graphs.helpers import WORD, words\nfrom configs.settings import COLOUR\n"
        "told = prompts.greeting.TEXT, greeting.TEXT\n"
        "graph = [tools.WORD, tools.settings.COLOUR, *told, words.WORD, WORD, COLOUR]\n"
    ),
    ".venv/lib/site-packages/installed.py": (
        "from tools.errors import ServiceError\nNAME = ServiceError.__name__\n"
    ),
}
SERVED = """
import json, sys
from pathlib import Path
from server.runs.importing import load_object
from server.runs.langgraph_json import enter_project
config = Path(sys.argv[1])
enter_project(config)
sys.path.append(str(config.parent / ".venv/lib/site-packages"))
import installed
from tools.errors import InvalidInput
from configs.settings import Settings
import tools.heartbeat
ours = [installed.NAME, InvalidInput.__name__, Settings.__name__]
print(json.dumps([load_object(config, sys.argv[2], "graph"), *ours]))
"""


@pytest.mark.parametrize("place", ["./graphs/agent.py:graph", "graphs.agent:graph"])
def test_the_projects_files_import_its_own_modules_and_everybody_else_the_services(
    tmp_path: Path, place: str
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    config = tmp_path / "langgraph.json"
    config.write_text(json.dumps({"graphs": {"agent": place}}), encoding="utf-8")

    told = subprocess.run(
        [sys.executable, "-c", SERVED, str(config), place],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert told.returncode == 0, told.stderr
    theirs = ["theirs", "red", "hello", "hello", "theirs", "theirs", "red"]
    assert json.loads(told.stdout) == [theirs, "ServiceError", "InvalidInput", "Settings"]
