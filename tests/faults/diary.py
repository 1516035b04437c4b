"""What the nodes of one run wrote of themselves: `n0 begins <attempt> <process>`, or `ends`."""

from dataclasses import dataclass
from pathlib import Path

NODES = [f"n{number}" for number in range(6)]


@dataclass(frozen=True)
class Line:
    """One of its lines."""

    node: str
    does: str  #: "begins" or "ends".
    attempt: int
    pid: int


def read(path: Path) -> list[Line]:
    """All lines, in the order in which they were written."""
    if not path.exists():
        return []
    lines = [text.split() for text in path.read_text().splitlines()]
    return [Line(node, does, int(attempt), int(pid)) for node, does, attempt, pid in lines]
