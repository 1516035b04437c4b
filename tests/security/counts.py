"""A plugin of pytest for ``make test-security``: how often was what tried, file by file?"""

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so at the end."""
    counts: Counter[tuple[str, str]] = Counter()
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.getreports(outcome):
            if report.when == "call" or outcome != "passed":
                counts[report.nodeid.partition("::")[0], outcome] += 1
    terminalreporter.section("tried")
    for (file, outcome), count in sorted(counts.items()):
        terminalreporter.write_line(f"{count:5} {outcome:8} {file}")
