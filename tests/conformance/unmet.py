"""Which recordings this service does not answer yet as it should.

``pytest tests/conformance --write-unmet`` writes ``unmet.json``: by recording, the first finding. A recording
there must fail, or its test does: the file tells the truth at every moment.
"""

import json
from pathlib import Path

FILE = Path(__file__).parent / "unmet.json"
Unmet = dict[str, dict[str, str]]  #: By what is compared (``forms``, ``values``), then by name.


def load() -> Unmet:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def write(unmet: Unmet) -> None:
    FILE.write_text(json.dumps(unmet, indent=1, sort_keys=True) + "\n", encoding="utf-8")
