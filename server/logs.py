"""Logs: one line an event, with the request and run that it belongs to, and nobody's secrets.

Whatever a message quotes, it stays on its line: a caller's text cannot pass for another event.
"""

import json
import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
run_id: ContextVar[str | None] = ContextVar("run_id", default=None)

_SECRETS = re.compile(
    r"sk-[A-Za-z0-9_-]{8,}"  # API keys, ours and providers'
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # JWTs
    r"|(?i:(?<=bearer )\S+|(?<=ticket=)[^&\s]+|(?<=password=)[^&\s]+|(?<=token=)[^&\s]+)"
    r"|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"  # of URLs
)
_ADDRESS = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@contextmanager
def about_run(run: str) -> Generator[None]:
    """Let what is logged within name this run."""
    token = run_id.set(run)
    try:
        yield
    finally:
        run_id.reset(token)


def plain(text: str) -> str:
    """A text without secrets and mail addresses, on one line."""
    safe = _ADDRESS.sub("<address>", _SECRETS.sub("<secret>", text))
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), safe)


class TextFormatter(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        ids = {"request": request_id.get(), "run": run_id.get()}
        about = "".join(f" [{name} {value}]" for name, value in ids.items() if value)
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
        line = f"{moment} {record.levelname} {record.name}: {plain(record.getMessage())}{about}"
        trace = _trace(self, record)
        return line if trace is None else f"{line}\n{_indented(trace)}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": plain(record.getMessage()),
            "request_id": request_id.get(),
            "run_id": run_id.get(),
            "trace": _trace(self, record),
        }
        return json.dumps({key: value for key, value in event.items() if value is not None})


def setup_logging(level: str, form: Literal["text", "json"] = "text") -> None:
    """Log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler])
    for name in ("alembic", "docket", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)  # what they tell at INFO, we tell ourselves
    logging.getLogger("docket.dependencies").setLevel(logging.CRITICAL)  # a hand-over is no error
    logging.getLogger("sse_starlette").setLevel(logging.WARNING)  # at DEBUG it logs the users' texts
    if level == "DEBUG":
        for name in ("uvicorn.error", "websockets"):
            logging.getLogger(name).setLevel(logging.INFO)  # below it they log what is said on WebSockets


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str | None:
    if not record.exc_info:
        return None
    lines = formatter.formatException(record.exc_info).splitlines()
    return "\n".join(plain(line) for line in lines)


def _indented(trace: str) -> str:
    """A traceback whose lines cannot be taken for events."""
    return "\n".join(f"    {line}" for line in trace.splitlines())
