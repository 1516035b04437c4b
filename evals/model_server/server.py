"""One server: what it answers, what it was asked, and where its APIs are."""

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field

from evals.model_server.answers import Answers
from evals.model_server.faults import Faults
from evals.model_server.log import LoggedRequest, RequestLog
from evals.model_server.memory import Memory
from evals.model_server.pace import Pace


@dataclass(slots=True, kw_only=True)
class ModelServer:
    """A server's parts. Its answers, faults, pace and keys may be replaced at any time.

    Args:
        answers: Where the answers come from.
        faults: What goes wrong.
        pace: How long answers take.
        keys: The keys that it knows; None: any, and none at all.
    """

    answers: Answers = field(default_factory=Answers.random)
    faults: Faults = field(default_factory=Faults)
    pace: Pace = field(default_factory=Pace)
    keys: Collection[str] | None = None
    url: str = ""  #: ``http://127.0.0.1:PORT``, once it runs.
    log: RequestLog = field(default_factory=RequestLog)
    memory: Memory = field(default_factory=Memory)
    transports: dict[object, asyncio.Transport] = field(default_factory=dict[object, asyncio.Transport])

    @property
    def openai_url(self) -> str:
        """Base URL for an OpenAI client."""
        return f"{self.url}/v1"

    @property
    def qwen_url(self) -> str:
        """Base URL for an OpenAI client of DashScope's compatible mode."""
        return f"{self.url}/compatible-mode/v1"

    @property
    def openrouter_url(self) -> str:
        """Base URL for an OpenAI client of OpenRouter."""
        return f"{self.url}/api/v1"

    @property
    def anthropic_url(self) -> str:
        """Base URL for an Anthropic client."""
        return self.url

    @property
    def dashscope_url(self) -> str:
        """Base URL of DashScope's native HTTP API."""
        return f"{self.url}/api/v1"

    @property
    def websocket_url(self) -> str:
        """Base URL of DashScope's WebSockets: ``/inference`` and ``/realtime?model=`` follow."""
        return f"{self.url.replace('http', 'ws', 1)}/api-ws/v1"

    def eas_url(self, service: str) -> str:
        """Endpoint of a service on PAI-EAS; one that serves a language model has its API under ``/v1``."""
        return f"{self.url}/api/predict/{service}"

    def requests(self, path: str = "") -> list[LoggedRequest]:
        """The requests so far, in order, whose path contains ``path``."""
        return [request for request in list(self.log.requests) if path in request.path]

    def knows(self, key: str | None) -> bool:
        """Whether the key opens the server."""
        return self.keys is None or key in self.keys


def key_id(key: str | None) -> str | None:
    """A digest by which keys can be told apart."""
    return hashlib.sha256(key.encode()).hexdigest()[:8] if key else None
