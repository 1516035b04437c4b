"""Models on any server that speaks OpenAI's protocol."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2
import orjson
from pydantic import SecretStr

from tools.llm.chat_request import ChatRequest
from tools.llm.choices import ModelChoice
from tools.llm.completion_events import deltas
from tools.llm.deltas import Delta
from tools.llm.langsmith import traced
from tools.llm.prefix import marked
from tools.llm.transport import refused

if TYPE_CHECKING:
    from openai import AsyncOpenAI

#: Local servers want no key, but some gateways and OpenAI's client insist on one.
_NO_KEY = SecretStr("none")
_OWN_HOST = (
    "api.openai.com"  # its newer models refuse max_tokens, and other servers do not know its successor
)

# DashScope keeps 1,024 tokens or more, and its cache that needs no marks passes over marked requests. A token
# of English is four bytes, one of Chinese a little more.
_LEAST_MARKED = 4 * 1024


def open_chat(choice: ModelChoice, http: httpx2.AsyncClient) -> "OpenAIChat":
    """A chat client for this model."""
    return OpenAIChat(choice, http)


class OpenAIChat:
    """Asks for chat completions with nothing between the request and the socket but the HTTP client.

    OpenAI's own client looks at each field of a request and makes a dozen objects of each piece of an answer.
    """

    def __init__(self, choice: ModelChoice, http: httpx2.AsyncClient) -> None:
        self._choice = choice
        self._http = http
        self._url = httpx2.URL(f"{choice.base_url.rstrip('/')}/chat/completions")
        key = (choice.api_key or _NO_KEY).get_secret_value()
        own = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **choice.headers}
        self._headers = httpx2.Headers([*http.headers.multi_items(), *own.items()])

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Delta]:
        """As ChatClient has it."""
        body = body_of(self._choice, request)
        async with aclosing(self._sent(body)) as sent, aclosing(traced(self._choice, body, sent)) as told:
            async for delta in told:
                yield delta

    async def _sent(self, body: Mapping[str, Any]) -> AsyncGenerator[Delta]:
        timeout = {"timeout": self._http.timeout.as_dict()}
        sent = httpx2.Request(
            "POST", self._url, headers=self._headers, content=orjson.dumps(body), extensions=timeout
        )
        response = await self._http.send(sent, stream=True)
        try:
            if not response.is_success:
                await response.aread()
                raise refused(response)
            async with aclosing(deltas(response, merges=not self._choice.is_cumulative)) as told:
                async for delta in told:
                    yield delta
        finally:
            await response.aclose()


def open_client(choice: ModelChoice, http: httpx2.AsyncClient) -> "AsyncOpenAI":
    """A client for everything else at this model's provider."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - a second, for those who have a model

    return AsyncOpenAI(
        base_url=choice.base_url,
        api_key=(choice.api_key or _NO_KEY).get_secret_value(),
        default_headers=choice.headers,
        http_client=http,
        max_retries=0,
        timeout=http.timeout,
    )


def body_of(choice: ModelChoice, request: ChatRequest) -> dict[str, Any]:
    """The request as the server takes it."""
    body: dict[str, Any] = {
        "model": choice.model,
        "messages": _messages(choice, request),
        "stream": True,
        "stream_options": {"include_usage": True},
        **choice.extra_body,
        **(choice.thinking if request.thinks else {}),
        **request.extra,
    }
    if choice.temperature is not None:
        body.setdefault("temperature", choice.temperature)
    if request.schema is not None:
        body["response_format"] = _response_format(choice, request.schema.__name__, request.json_schema())
    if (limit := request.max_tokens or choice.max_tokens) is not None:
        is_own = urlsplit(choice.base_url).hostname == _OWN_HOST
        body["max_completion_tokens" if is_own else "max_tokens"] = limit
    if request.tools:
        body["tools"] = request.openai_tools
        body["tool_choice"] = "required" if request.must_call else "auto"
    return body


def _messages(choice: ModelChoice, request: ChatRequest) -> list[dict[str, Any]]:
    """The messages, long instructions marked where the provider's own cache wants that."""
    messages = request.openai_messages
    match messages:
        case [{"role": "system", "content": str(text)} as first, *rest] if choice.marks_prefix:
            if len(text.encode()) >= _LEAST_MARKED:
                return [{**first, "content": [marked(text)]}, *rest]
        case _:
            pass
    return messages


def _response_format(choice: ModelChoice, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if choice.answer_format == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": name, "schema": schema}}
    return {"type": "json_object"}
