"""Models on any server that speaks OpenAI's protocol."""

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

import httpx2
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import SecretStr

from tools.llm.chat_request import ChatRequest, Prepared
from tools.llm.choices import ModelChoice
from tools.llm.prefix import with_marked_prefix
from tools.llm.transport import certificates

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI
    from openai import AsyncOpenAI, AsyncStream

#: Local servers want no key, but the client insists on one.
_NO_KEY = SecretStr("none")
_OWN_HOST = (
    "api.openai.com"  # its newer models refuse max_tokens, and other servers do not know its successor
)

# DashScope keeps 1,024 tokens or more, and its cache that needs no marks passes over marked requests. A token
# of English is four bytes, one of Chinese a little more.
_LEAST_MARKED = 4 * 1024


def open_chat(choice: ModelChoice, http: httpx2.AsyncClient) -> "ChatOpenAI":
    """A chat client for this model.

    Retries and time-outs are the caller's; the client does neither.
    """
    from langchain_openai import ChatOpenAI  # noqa: PLC0415 - a second, for those who have a model

    model = ChatOpenAI(
        model=choice.model,
        base_url=choice.base_url,
        api_key=choice.api_key or _NO_KEY,
        temperature=choice.temperature,
        default_headers=choice.headers,
        http_async_client=http,
        http_client=httpx2.Client(verify=certificates()),  # unused, but it would make one
        max_retries=0,
        timeout=http.timeout,
        stream_chunk_timeout=None,
        stream_usage=True,
        use_responses_api=False,
        disable_streaming=False,
    )
    model.async_client = _Completions(model.root_async_client)
    return model


class _Completions:
    """Chat completions as the server sends them.

    The client's own ``create`` looks at each field of a request, and makes a dozen objects of each piece of
    an answer, of which ChatOpenAI makes a dictionary again: more work than all the rest of a piece's way.
    """

    def __init__(self, client: "AsyncOpenAI") -> None:
        self._client = client

    async def create(self, *, extra_body: Mapping[str, Any] | None = None, **payload: Any) -> "_Chunks":
        """The stream of one answer's chunks, as the dictionaries that ChatOpenAI reads."""
        from openai import AsyncStream  # noqa: PLC0415 - it is loaded with the client, and not before

        stream = await self._client.post(
            "/chat/completions",
            cast_to=object,
            body={**payload, **(extra_body or {})},
            stream=True,
            stream_cls=AsyncStream[object],
        )
        return _Chunks(stream)


class _Chunks:
    """The chunks of one answer, with DashScope's word for what went into its cache as OpenAI has it."""

    def __init__(self, stream: "AsyncStream[object]") -> None:
        self._stream = stream

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stream.close()

    async def __aiter__(self) -> AsyncGenerator[object]:
        async for chunk in self._stream:
            match chunk:
                case {"usage": {"prompt_tokens_details": {"cache_creation_input_tokens": int(written)}}}:
                    details = cast("dict[str, Any]", chunk)["usage"]["prompt_tokens_details"]
                    details["cache_write_tokens"] = written
                case _:
                    pass
            yield chunk


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


def prepare(choice: ModelChoice, request: ChatRequest) -> Prepared:
    """The request as ``ChatOpenAI.astream`` takes it."""
    body: dict[str, Any] = {
        **choice.extra_body,
        **(choice.thinking if request.thinks else {}),
        **request.extra,
    }
    if request.schema is not None:
        # As extra_body because the client's own response_format parameter parses every partial answer.
        body["response_format"] = _response_format(choice, request.schema.__name__, request.json_schema())
    if (limit := request.max_tokens or choice.max_tokens) is not None:
        is_own = urlsplit(choice.base_url).hostname == _OWN_HOST
        body["max_completion_tokens" if is_own else "max_tokens"] = limit
    options: dict[str, Any] = {"extra_body": body}
    if request.tools:
        options["tools"] = [convert_to_openai_tool(tool) for tool in request.tools]
        options["tool_choice"] = "required" if request.must_call else "auto"
    messages = request.messages
    if choice.marks_prefix:
        messages = with_marked_prefix(messages, least_bytes=_LEAST_MARKED)
    return Prepared(messages=messages, options=options)


def _response_format(choice: ModelChoice, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if choice.answer_format == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": name, "schema": schema}}
    return {"type": "json_object"}
