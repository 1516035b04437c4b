"""agent-chat-ui, as ``create-agent-chat-app`` brings it, built in a scratch folder and used in Chromium.

``python -m tests.clients.js.agent_chat_ui`` takes some minutes and 400 MB from npm, so no test does it. It
ends with 1 where the page does not connect, stream, find its thread again, show an interrupt, or go on after
the answer.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.fixtures.bundled_page import static_site
from tests.fixtures.served_projects import project, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

RELEASE = "create-agent-chat-app@0.1.6"
PATIENCE_MS = 60_000
#: Of the template, what makes no part of the page.
LEFT_OUT = ("eslint", "turbo", "prettier", "@langchain/langgraph-api", "@langchain/langgraph-cli")
GRAPH = """
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

REQUEST = {
    "action_request": {"action": "send_mail", "args": {"to": "ada@example.org"}},
    "config": {"allow_respond": True, "allow_accept": True, "allow_edit": True, "allow_ignore": True},
    "description": "Send it?",
}


async def mail(state: MessagesState):
    (answer,) = interrupt([REQUEST])
    return {"messages": [("ai", f"The answer was {answer['type']}.")]}


graph = StateGraph(MessagesState).add_node(mail).add_edge(START, "mail").compile()
"""


def build(folder: Path) -> Path:
    """The page's files."""
    _call(folder, "npm", "pack", RELEASE, "--silent")
    (archive,) = folder.glob("*.tgz")
    _call(folder, "tar", "xzf", archive.name)
    app = folder / "package" / "templates" / "vite"
    package = json.loads((app / "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        package[kind] = {
            name: v for name, v in package[kind].items() if not any(no in name for no in LEFT_OUT)
        }
    (app / "package.json").write_text(json.dumps(package), encoding="utf-8")
    _call(
        app, "npm", "install", "--no-audit", "--no-fund", "--legacy-peer-deps", "--prefer-offline", "--silent"
    )
    _call(app, "npx", "vite", "build")
    return app / "dist"


def use(page: "Page", site: str, service: str) -> None:
    """What a person does there."""
    page.goto(site)
    page.locator("#apiUrl").fill(service)
    page.locator("#assistantId").fill("assistant")
    page.get_by_text("Continue").click()
    _say(page, "Hello")
    page.get_by_text("I can do these").wait_for()
    page.reload()
    page.get_by_text("I can do these").wait_for()

    page.goto(f"{site}/?apiUrl={service}&assistantId=mail")
    _say(page, "Write to Ada")
    page.get_by_role("button", name="Accept").first.click()
    page.get_by_text("The answer was accept.").wait_for()


def _say(page: "Page", text: str) -> None:
    box = page.get_by_placeholder("Type your message...")
    box.fill(text)
    box.press("Enter")


def _call(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=900)


def main() -> None:
    """Build, serve, use."""
    if CHROMIUM is None:
        sys.exit("no chromium on PATH (apt-get install chromium)")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        graphs = {"assistant": "graphs.assistant.graph:graph", "mail": "./mail.py:graph"}
        config = project(folder / "project", "mail", GRAPH, graphs=graphs)
        with (
            static_site(build(folder)) as site,
            serving(config, folder / "data") as service,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page()
            page.set_default_timeout(PATIENCE_MS)
            use(page, site, service.url)
            browser.close()
    print(f"{RELEASE}: connects, streams, is loaded anew, interrupts and resumes")  # noqa: T201


if __name__ == "__main__":
    main()
