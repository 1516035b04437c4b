"""The service answers the recorded requests as the official server did."""

from collections.abc import Iterable

import pytest

from tests.conformance import capture, differences, facts, findings, golden
from tests.conformance.exchange import Answer
from tests.conformance.operations import operation_of
from tests.conformance.unmet import Unmet

GOLDEN = golden.load()


@pytest.mark.parametrize("name", GOLDEN)
def test_the_answer_has_the_recorded_form(
    name: str, answers: dict[str, Answer], unmet: Unmet, request: pytest.FixtureRequest
) -> None:
    got = facts.facts(answers[name], facts.form) | {"open": answers[name].was_open}
    got = differences.without_added_events(name, got)

    settle(name, findings.compare(GOLDEN[name].facts, got), unmet, "forms", request)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_answer_has_the_recorded_values(
    name: str, answers: dict[str, Answer], unmet: Unmet, request: pytest.FixtureRequest
) -> None:
    path = golden.RECORDINGS / f"{name}.txt"
    if not path.exists():
        pytest.skip(
            f"CONFORMANCE VALUES NOT COMPARED: no recordings in {golden.RECORDINGS} (CONFORMANCE_RECORDINGS)"
        )
    expected = facts.facts(capture.read(path).answer, facts.steady)
    got = differences.without_added_events(name, facts.facts(answers[name], facts.steady))

    settle(name, findings.compare(expected, got), unmet, "values", request)


def settle(
    name: str,
    found: Iterable[findings.Finding],
    unmet: Unmet,
    compared: str,
    request: pytest.FixtureRequest,
) -> None:
    """Fail, or fail as foreseen, or fail because what was foreseen to fail does not."""
    remaining = differences.undeclared(name, found)
    if request.config.getoption("--write-unmet", default=False):
        kept = unmet.setdefault(compared, {})
        if remaining:
            kept[name] = str(remaining[0])
        return
    said = "\n".join(str(finding) for finding in remaining)
    if name in unmet.get(compared, {}):
        assert remaining, f"{name} is met: run pytest tests/conformance --write-unmet"
        pytest.xfail(f"{operation_of(GOLDEN[name].request.operation)}: {remaining[0]}")
    assert not remaining, f"\n{GOLDEN[name].request}\n{said}"
