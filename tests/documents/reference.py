"""Writes the pages of docs/reference/, which follow from the source.

Run ``python -m tests.documents.reference`` when routes, flags, events or failures changed; a test compares.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.documents import reference_api, reference_cli, reference_errors, reference_events
from tests.documents.pages import ROOT

FOLDER = ROOT / "docs" / "reference"
PAGES: Mapping[Path, Callable[[], str]] = {
    FOLDER / "api.md": reference_api.page,
    FOLDER / "cli.md": reference_cli.page,
    FOLDER / "errors.md": reference_errors.page,
    FOLDER / "events.md": reference_events.page,
}
ERRORS = FOLDER / "errors"  # a page for each code


def main() -> None:
    """Write them, and remove those of codes that there are no longer."""
    ERRORS.mkdir(parents=True, exist_ok=True)
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
    pages = reference_errors.pages()
    for path in ERRORS.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (ERRORS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
