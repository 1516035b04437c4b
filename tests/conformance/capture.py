"""Reads the recordings of the official server, which lie outside the repository.

A recording is a text file: ``### METHOD path``, perhaps ``### body:`` and ``### extra:`` (curl's headers),
then what ``curl --include`` printed.
"""

import re
from pathlib import Path

from tests.conformance.events import parse
from tests.conformance.exchange import Answer, Exchange, Request, is_event_stream

OTHERS = {
    "12-v2-websocket",  # frames of a WebSocket: tests/conformance/test_websocket.py
    "15-webhook-received",  # what the server sent: tests/conformance/test_webhook.py
    "20-js-server-stream-values",  # another server
}
_HEADER = re.compile(r"-H (?P<name>[\w-]+): (?P<value>.*?)(?= -H |$)")


def read_all(folder: Path) -> dict[str, Exchange]:
    """Every recorded exchange by its name."""
    paths = sorted(path for path in folder.glob("*.txt") if path.stem not in OTHERS)
    return {path.stem: read(path) for path in paths}


def read(path: Path) -> Exchange:
    """One recording."""
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    said, _, answered = text.partition("HTTP/1.1 ")
    head, _, body = answered.partition("\n\n")
    status, *lines = head.split("\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    was_open = "curl: (28)" in text
    body = re.sub(r"\n*curl: \(28\).*\n*", "\n\n", body)
    events = parse(body) if is_event_stream(headers) else ()
    answer = Answer(
        status=int(status.split()[0]), headers=headers, text=body, events=events, was_open=was_open
    )
    return Exchange(name=path.stem, request=_request(said), answer=answer)


def _request(said: str) -> Request:
    lines = [line.removeprefix("### ") for line in said.split("\n") if line.startswith("### ")]
    method, path = lines[0].split(" ", 1)
    extra = next((line for line in lines if line.startswith("extra: ")), "")
    body = next((line.removeprefix("body: ") for line in lines if line.startswith("body: ")), None)
    headers = {match["name"]: match["value"] for match in _HEADER.finditer(extra)}
    return Request(method=method, path=path, headers=headers, body=body)
