"""The page of events that graphs tell while they run."""

import inspect
import re
from collections.abc import Iterator
from typing import get_args

from graphs import progress

_FIELD = re.compile(r"^    (\w+): (.+?)(?: = (.+?))?(?:  #: (.+))?$")
_HEAD = """\
# Events of a run

Made by `python -m tests.documents.reference`: do not edit.

With `stream_mode: ["custom"]` a run tells these as server-sent events `custom`, whose data is an object
with a `type`. The graph `assistant` adds `job` and `call_id` to those of the jobs that it runs. The
frames around them, resuming by `Last-Event-ID` and `reset` are described in [api.md](../api.md#runs),
protocol v2 [beside it](../api.md#protocol-v2-a-threads-events), those of realtime sessions in
[dialogue.md](../dialogue.md#realtime-sessions).

{rules}

"""


def page() -> str:
    """The page."""
    rules = (progress.__doc__ or "").split("\n\n", 1)[1].strip().replace("``", "`")
    return _HEAD.format(rules=rules) + "\n".join(map(_section, get_args(progress.Event)))


def _section(kind: type) -> str:
    rows = list(_rows(kind))
    name = kind.__dataclass_fields__["type"].default
    meaning = " ".join((kind.__doc__ or "").split()).replace("``", "`")
    table = "| Field | Type | Meaning |\n| --- | --- | --- |\n" + "".join(rows)
    return f"## {name}\n\n{meaning}\n\n{table}"


def _rows(kind: type) -> Iterator[str]:
    for line in _lines(kind):
        found = _FIELD.match(line)
        if found and found[1] != "type":
            default = f" (by default `{found[3]}`)" if found[3] else ""
            meaning = (found[4] or "").replace("|", "\\|")
            yield f"| `{found[1]}` | `{_type(found[2])}`{default} | {meaning} |\n"


def _lines(kind: type) -> list[str]:
    """The class's lines; a field that goes over several is one."""
    text = re.sub(r"\[\n\s+(.+?)\n\s+\]", r"[\1]", inspect.getsource(kind))
    return text.splitlines()


def _type(words: str) -> str:
    return words.replace("|", "\\|")
