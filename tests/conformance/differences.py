"""Where this service deliberately answers unlike the recorded server, each with its reason.

The one table of them: the suite accepts exactly these, and ``docs/langgraph-api.md`` is written from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.conformance.findings import Finding


@dataclass(frozen=True, kw_only=True)
class Difference:
    """In answers to these recordings, at these places, something else comes."""

    title: str  #: What is different, as the page shows it.
    reason: str
    captures: str  #: A pattern of recordings' names.
    where: tuple[str, ...]  #: Patterns of a finding's path.
    values_only: bool = False  #: Only a value differs, never a form.

    def covers(self, capture: str, finding: Finding) -> bool:
        return fnmatchcase(capture, self.captures) and any(fnmatchcase(finding.where, w) for w in self.where)


DIFFERENCES: tuple[Difference, ...] = ()


def undeclared(capture: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that the table does not name."""
    return [finding for finding in findings if not any(d.covers(capture, finding) for d in DIFFERENCES)]
