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


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
