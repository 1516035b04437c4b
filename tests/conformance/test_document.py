"""What is made of the recordings and of the table of differences is up to date."""

import json

import pytest

from tests.conformance import capture, differences, document, golden, unmet
from tests.conformance.operations import OPERATIONS, operation_of


def test_the_page_is_up_to_date() -> None:
    assert document.FILE.read_text(encoding="utf-8") == document.page(), (
        "run python -m tests.conformance.document"
    )


def test_the_golden_file_is_what_the_recordings_say() -> None:
    if not golden.RECORDINGS.is_dir():
        pytest.skip(
            f"GOLDEN FILE NOT COMPARED: no recordings in {golden.RECORDINGS} (CONFORMANCE_RECORDINGS)"
        )
    derived = golden.as_text(golden.derive(capture.read_all(golden.RECORDINGS)))

    assert json.loads(golden.FILE.read_text(encoding="utf-8")) == json.loads(derived)


def test_there_are_64_operations() -> None:
    assert len(set(OPERATIONS)) == 64


@pytest.mark.parametrize(
    ("request_line", "operation"),
    [
        ("POST /runs/crons/search", "POST /runs/crons/search"),
        ("GET /runs/crons/11111111-1111-1111-1111-111111111111", "GET /runs/crons/{cron_id}"),
        ("POST /threads/{thread-04-0}/runs/wait", "POST /threads/{thread_id}/runs/wait"),
        ("POST /mcp", "POST /mcp/"),
    ],
)
def test_a_request_belongs_to_its_operation(request_line: str, operation: str) -> None:
    assert operation_of(request_line) == operation


def test_every_declared_difference_concerns_a_recording() -> None:
    names = golden.load()

    idle = [
        each.title
        for each in (*differences.DIFFERENCES, *differences.CIRCUMSTANCES)
        if not any(differences.matches(each.captures, name) for name in names)
    ]
    assert idle == []


def test_what_is_not_met_is_a_recording_or_an_operation() -> None:
    known = {*golden.load(), *OPERATIONS}

    assert {name for names in unmet.load().values() for name in names} <= known
