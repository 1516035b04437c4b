"""Holds what the documents name against what there is: links, commands, settings.

``make check`` runs ``python -m tests.documents.check``, which names what is not there, and then ends with 1.
Whether commands do what they should is for tests/acceptance/test_docs.py, which executes them.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from subprocess import run

from configs.settings import Settings
from tests.documents import pages
from tests.documents.pages import EXECUTED, NOT_RUN, ROOT

_COMMANDS = {*EXECUTED, "sh", "shell", "console", "js", "jsx", "ts"}
_DATA = {"", "ini", "json", "text", "yaml", "toml", "html"}
_SPAN = re.compile(r"`([^`\n]+)`")
_TARGET = re.compile(r"(?<![\w/-])make ([a-z][a-z-]+)")
_MODULE = re.compile(r"python3? -m ((?:tests|evals|bench|configs|server)(?:\.\w+)*)")
_OURS = re.compile(r"(?<![\w/.-])(?<!namespace )scriptorium ([a-z][a-z-]+)")
_VARIABLE = re.compile(r"(?<![\w.{/$])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w}/.*])")
#: Variables that packages read which the source does not name, and words in place of a reader's own.
_OTHERS = frozenset(("LANGGRAPH_STRICT_MSGPACK", "LANGSMITH_PROJECT", "ADMIN_NAME", "RUN_ID"))


def problems(page: Path, text: str) -> list[str]:
    """What a page names that is not there, each as ``page: what``."""
    rules: tuple[Callable[[Path, str], Iterator[str]], ...] = (_links, _blocks, _names)
    shown = page.relative_to(ROOT)
    return [f"{shown}: {problem}" for rule in rules for problem in rule(page, text)]


def _links(page: Path, text: str) -> Iterator[str]:
    own = pages.anchors(text)
    for link in pages.links(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if path and not target.exists():
            yield f"the link {link} leads nowhere"
        elif anchor and anchor not in (own if target == page else _anchors(target)):
            yield f"the link {link} leads to a heading that is not there"


def _blocks(page: Path, text: str) -> Iterator[str]:
    for block in pages.blocks_of(page, text):
        if block.language not in _COMMANDS | _DATA:
            yield f"block {block.number} has an unknown language: {block.language!r}"
        elif block.language in _COMMANDS and not block.is_run and not block.reason:
            mark = f"```{block.language} {NOT_RUN} reason"
            yield f"block {block.number} is executed by no test; say why: {mark}"


def _names(page: Path, text: str) -> Iterator[str]:
    code = "\n".join(
        [*_SPAN.findall(pages.prose(text)), *(each.code for each in pages.blocks_of(page, text))]
    )
    for target in sorted({*_TARGET.findall(code)} - _targets()):
        yield f"the Makefile has no {target}"
    for module in sorted({*_MODULE.findall(code)}):
        place = ROOT / module.replace(".", "/")
        if not (place.with_suffix(".py").exists() or (place / "__main__.py").exists()):
            yield f"there is no module {module}"
    for command in sorted({*_OURS.findall(code)} - _commands()):
        yield f"there is no command scriptorium {command}"
    for variable in sorted({*_VARIABLE.findall(code)} - _settings() - _OTHERS - _capitals()):
        yield f"there is no setting {variable}, and the source knows no such name"


@cache
def _anchors(page: Path) -> set[str]:
    return pages.anchors(page.read_text(encoding="utf-8"))


@cache
def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


@cache
def _commands() -> set[str]:
    """As the page of the command line has them, which a test holds against the commands."""
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    return {words.split()[1] for _, words in pages.headings(page) if words.startswith("scriptorium ")}


@cache
def _settings() -> set[str]:
    return {field.alias or "" for field in Settings.model_fields.values()}


@cache
def _capitals() -> set[str]:
    """Names in capitals that the source has: variables that tests and deployments read, codes, constants."""
    call = [
        "git",
        "grep",
        "--untracked",
        "-ohwE",
        "[A-Z][A-Z0-9]*(_[A-Z0-9]+)+",
        "--",
        ":!*.md",
        ":!tests/documents",
    ]
    found = run(call, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(found.stdout.split())


def main() -> None:
    """Say all that is not there."""
    found = [each for page in pages.pages() for each in problems(page, page.read_text(encoding="utf-8"))]
    print("\n".join(found) if found else f"{len(pages.pages())} documents: what they name is there")  # noqa: T201
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
