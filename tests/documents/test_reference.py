"""The pages that follow from the source are up to date, and hold what readers look for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documents import reference, reference_errors
from tests.documents.error_codes import codes


@pytest.mark.parametrize(
    ("path", "page"), reference.PAGES.items(), ids=lambda each: getattr(each, "name", "")
)
def test_the_page_is_up_to_date(path: Path, page: Callable[[], str]) -> None:
    assert path.read_text(encoding="utf-8") == page(), "run python -m tests.documents.reference"


def test_each_code_has_a_page_of_its_own_that_is_up_to_date() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in reference.ERRORS.glob("*.md")}

    assert written == reference_errors.pages(), "run python -m tests.documents.reference"
    assert len(written) == len(codes())


def test_a_code_is_known_with_its_status_message_and_hint() -> None:
    code = codes()["queue_full"]

    assert code.statuses == {429}
    assert any(
        "runs are waiting" in message and "MAX_QUEUED_RUNS" in hint for message, hint in code.said.items()
    )


def test_a_code_that_the_api_itself_answers_with_is_known() -> None:
    assert codes()["invalid_json"].statuses == {422}
