"""Claude, by Anthropic's own protocol or on a host that speaks it."""

from functools import cached_property
from typing import Any

import anthropic
import httpx2
from langchain_anthropic import ChatAnthropic
from langchain_core.utils.function_calling import convert_to_openai_function
from pydantic import PrivateAttr, SecretStr

from tools.llm.chat_request import ChatRequest, Prepared, Tool
from tools.llm.choices import ModelChoice
from tools.llm.prefix import with_marked_prefix

_THOUGHTS = 4096  # tokens left for what newer models think before each answer


class _Claude(ChatAnthropic):
    """With an HTTP client of ours, where LangChain's takes none."""

    _http: httpx2.AsyncClient = PrivateAttr()

    @cached_property
    def _async_client(self) -> anthropic.AsyncClient:  # pyright: ignore[reportIncompatibleVariableOverride] - as its base
        params: dict[str, Any] = {**self._client_params, "http_client": self._http}
        return anthropic.AsyncAnthropic(**params)


def open_chat(choice: ModelChoice, http: httpx2.AsyncClient) -> ChatAnthropic:
    """A chat client for this model.

    Retries and time-outs are the caller's; the client does neither.
    """
    model = _Claude(
        model_name=choice.model,
        base_url=choice.base_url,
        api_key=choice.api_key or SecretStr("none"),
        temperature=choice.temperature,
        max_tokens_to_sample=choice.max_tokens,
        default_headers=choice.headers or None,
        max_retries=0,
        timeout=None,
        stop=None,
        stream_usage=True,
    )
    model._http = http  # pyright: ignore[reportPrivateUsage] - of the class above
    return model


def prepare(choice: ModelChoice, request: ChatRequest) -> Prepared:
    """The request as ``ChatAnthropic.astream`` takes it.

    A schema is that of the answer or, for models that know no such thing, of a tool that has to be called.
    """
    options: dict[str, Any] = {**choice.extra_body, **(choice.thinking if request.thinks else {})}
    if request.max_tokens is not None:
        # What is thought counts, too.
        options["max_tokens"] = request.max_tokens + _budget(options, choice)
    takes_schemas = choice.answer_format == "json_schema"
    if request.schema is not None and takes_schemas:
        schema = anthropic.transform_schema(dict(request.json_schema()))  # of what it knows of JSON Schema
        options["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    elif request.schema is not None:
        name = request.schema.__name__
        options["tools"] = [{"name": name, "input_schema": request.json_schema()}]
        options["tool_choice"] = {"type": "tool", "name": name}
    elif request.tools:
        options["tools"] = [_tool(tool) for tool in request.tools]
        options["tool_choice"] = {"type": "any" if request.must_call and not takes_schemas else "auto"}
    return Prepared(messages=with_marked_prefix(request.messages), options=options)


def _tool(tool: Tool) -> dict[str, Any]:
    function = convert_to_openai_function(tool)
    described = {"description": function["description"]} if function.get("description") else {}
    return {"name": function["name"], **described, "input_schema": function["parameters"]}


def _budget(options: dict[str, Any], choice: ModelChoice) -> int:
    thinks_unasked = choice.answer_format == "json_schema"
    return options.get("thinking", {}).get("budget_tokens", _THOUGHTS if thinks_unasked else 0)
