"""The scripts that run inside the server, each one atomic."""

import hashlib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the hash by which the server knows it once it has seen it."""

    source: str
    sha: str


def _load(*names: str) -> Script:
    """Several files as one script."""
    folder = resources.files("server.checkpoint") / "scripts"
    source = "\n".join((folder / f"{name}.lua").read_text(encoding="utf-8") for name in names)
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


PUT = _load("thread", "put")
PUT_AND_TRIM = _load("thread", "trim", "put")
PUT_WRITES = _load("thread", "put_writes")
GET = _load("thread", "get")
LIST = _load("thread", "list")
HISTORY = _load("thread", "history")
PRUNE = _load("thread", "trim", "prune")
ADOPT = _load("thread", "adopt")
KEEP = _load("thread", "keep")
FENCE = _load("thread", "fence")
