"""Every example runs as it stands in its folder, against one service that Studio may use."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from configs.settings import Settings
from tests.browser.conftest import browser  # noqa: F401 - a fixture
from tests.conftest import Server, running
from tests.fixtures.bundled_page import bundled_page
from tools.llm.transport import certificates

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
TESTED = Path(__file__).parent / "js" / "package.json"
STUDIO = "https://smith.langchain.com"
PATIENCE_MS = 60_000
WISH = "Who speaks in this novel: “Is there a boat tonight?” asked Ada. “Who would sail?” said old Tom."
APPROVED = {"decisions": [{"type": "approve"}]}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    project = EXAMPLES / "studio" / "langgraph.json"
    data = tmp_path_factory.mktemp("data")
    with running(Settings(PORT=0, DATA_DIR=data, SCRIPTORIUM_CONFIG=project)) as server:  # type: ignore[call-arg]
        yield server


@pytest.fixture
def http(service: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, verify=certificates(), timeout=60) as client:
        yield client


def _shown_by(call: list[str | Path], service: Server, folder: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "SCRIPTORIUM_URL": service.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        call, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


async def test_the_notebook_runs_from_its_first_cell_to_its_last() -> None:
    notebook = json.loads((EXAMPLES / "notebook" / "tour.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    names: dict[str, Any] = {}

    for cell in cells:
        code = compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        waiting = eval(code, names)  # noqa: S307 - our own notebook
        if waiting is not None:
            await waiting

    assert names["found"]["quotes"][0]["speaker"] == "Ada"
    assert "quotations" in names["stages"]
    assert "Ada" in names["done"]["messages"][-1].content


def test_curl_stores_a_novel_follows_its_run_and_reads_the_result(service: Server, tmp_path: Path) -> None:
    novel = ROOT / "tests" / "fixtures" / "novels" / "pride_and_prejudice_excerpt.txt"

    shown = _shown_by([EXAMPLES / "curl" / "speakers.sh", novel], service, tmp_path)

    assert '"stage":"quotations"' in shown
    assert '"canonical_name":"Mr. Bennet"' in shown


def test_the_python_sdk_leads_the_assistant(service: Server, tmp_path: Path) -> None:
    shown = _shown_by([sys.executable, EXAMPLES / "python" / "assistant.py"], service, tmp_path)

    assert shown.startswith("It proposes: characters\n")
    assert "quotations" in shown
    assert "Ada" in shown


def test_the_javascript_sdk_joins_a_run_again(service: Server, packages: Path) -> None:
    script = packages / "speakers.mjs"
    shutil.copy(EXAMPLES / "javascript" / "speakers.mjs", script)

    shown = _shown_by(["node", script], service, packages)

    assert "result 69\n" in shown
    assert "Tom: “Who would sail?”" in shown


@pytest.mark.parametrize("folder", ["javascript", "react"])
def test_what_an_example_depends_on_is_what_is_tested(folder: str) -> None:
    tested = json.loads(TESTED.read_text(encoding="utf-8"))["dependencies"]
    package = json.loads((EXAMPLES / folder / "package.json").read_text(encoding="utf-8"))

    wanted = package["dependencies"] | package.get("devDependencies", {})

    assert wanted == {name: f"^{tested[name]}" for name in wanted}


def test_agent_chat_uis_requests_are_answered(http: httpx.Client) -> None:
    """In the order in which the page makes them, from the origin of Vite's development server."""
    page = {"origin": "http://localhost:5173"}
    assert http.get("/info", headers=page).headers["access-control-allow-origin"] == page["origin"]
    thread = http.post("/threads", json={}, headers=page).json()["thread_id"]
    asked = {"messages": [{"id": "1", "type": "human", "content": WISH}]}
    modes = ["values", "messages-tuple", "custom"]
    body: dict[str, Any] = {"assistant_id": "assistant", "stream_mode": modes}

    proposal = http.post(f"/threads/{thread}/runs/stream", json=body | {"input": asked}, headers=page).text
    resumed = body | {"input": None, "command": {"resume": APPROVED}}
    answer = http.post(f"/threads/{thread}/runs/stream", json=resumed, headers=page).text
    history = http.post(f"/threads/{thread}/history", json={"limit": 1000}, headers=page).json()
    wanted = {"metadata": {"graph_id": "assistant"}, "limit": 100}
    threads = http.post("/threads/search", json=wanted, headers=page).json()

    assert "action_requests" in proposal
    assert '"stage":"quotations"' in answer
    assert "Ada" in history[0]["values"]["messages"][-1]["content"]
    assert thread in {each["thread_id"] for each in threads}


def test_studio_may_ask_and_finds_the_graphs(http: httpx.Client) -> None:
    preflight = {
        "origin": STUDIO,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-auth-scheme",
        "access-control-request-private-network": "true",
    }
    studio = {"origin": STUDIO, "x-auth-scheme": "langsmith"}

    allowed = http.options("/assistants/search", headers=preflight)
    assistants = http.post("/assistants/search", json={"limit": 100}, headers=studio).json()
    (assistant,) = (each["assistant_id"] for each in assistants if each["graph_id"] == "assistant")
    drawn = http.get(f"/assistants/{assistant}/graph?xray=true", headers=studio).json()
    schemas = http.get(f"/assistants/{assistant}/schemas", headers=studio).json()

    assert allowed.headers["access-control-allow-private-network"] == "true"
    assert {each["graph_id"] for each in assistants} == {"assistant", "characters", "translate"}
    assert drawn["nodes"]
    assert "messages" in schemas["state_schema"]["properties"]


def test_the_react_page_approves_what_the_assistant_proposes(
    service: Server,
    packages: Path,
    browser: "Browser",  # noqa: F811
) -> None:
    html = (EXAMPLES / "react" / "index.html").read_text(encoding="utf-8")
    context = browser.new_context()
    with bundled_page(packages, EXAMPLES / "react" / "chat.jsx", html) as address:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/?api={service.url}")
        page.get_by_label("Your message").fill(WISH)
        page.get_by_role("button", name="Send").click()
        page.get_by_role("button", name="Go on").click()
        page.wait_for_function("() => document.querySelectorAll('p.ai').length > 1")
        page.wait_for_function("() => document.querySelector('[role=status]').textContent === ''")
        said = page.locator("p.ai").last.inner_text()
        page.reload()  # the thread is in the address
        page.wait_for_function("() => document.querySelectorAll('p.ai').length > 1")
        assert page.locator("p.ai").last.inner_text() == said
    context.close()

    assert "Ada" in said
