"""One model as it is to be called: where, with which key, and how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from tools.errors import InvalidInput
from tools.llm.abilities import Ability, ability_of
from tools.llm.catalog import CATALOG, AnswerFormat, Protocol

OFFLINE = "offline"

_COMPATIBLE = "/compatible-mode/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How a provider is reached. Only the settings say it, a request never does."""

    base_url: str | None = None  #: None: the provider's own.
    api_key: SecretStr | None = None
    native_url: str | None = None  #: Of DashScope's own API; None: derived from the base URL.
    rerank_url: str | None = None  #: Likewise.
    websocket_url: str | None = None  #: Likewise.
    headers: Mapping[str, str] = field(default_factory=dict[str, str])  #: Of every request.
    extra_body: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: Of every chat request.


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """One model as it is to be called."""

    provider: str  #: Its name in models.yaml; "openai" for any OpenAI-compatible server.
    model: str
    base_url: str
    api_key: SecretStr | None = None
    protocol: Protocol = "openai"
    ability: Ability = "chat"
    answer_format: AnswerFormat = "json_schema"
    temperature: float | None = None  #: None: the model's own.
    max_tokens: int | None = None  #: Of an answer; None: the model's own limit.
    is_cumulative: bool = False  #: Each piece of its streams repeats what came before.
    marks_prefix: bool = False  #: Long instructions are marked for the provider's own cache.
    embedding_batch: int = 100  #: The most texts in one request.
    extra_body: Mapping[str, Any] = field(default_factory=dict[str, Any])
    thinking: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: Laid over it to have it think.
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    native_url: str | None = None
    rerank_url: str | None = None
    websocket_url: str | None = None

    @property
    def name(self) -> str:
        """The choice as ``provider:model``."""
        return f"{self.provider}:{self.model}"


def choose(
    spec: str,
    *,
    base_url: str | None = None,
    api_key: SecretStr | str | None = None,
    access: Access | None = None,
) -> ModelChoice | None:
    """The choice that ``spec`` names, or None for "offline".

    Args:
        spec: ``offline`` or ``provider:model``.
        base_url: Where an OpenAI-compatible server listens, ``/v1`` included; else the provider's own.
        api_key: Its key.
        access: Both, and more, in place of the two.

    Raises:
        InvalidInput: When no such provider is known, or nobody says where it listens.
    """
    if spec == OFFLINE:
        return None
    provider, model = _parts(spec)
    key = SecretStr(api_key) if isinstance(api_key, str) else api_key
    access = access or Access(base_url=base_url, api_key=key)
    entry = CATALOG.providers[provider]
    url = access.base_url or entry.base_url
    if url is None:
        raise InvalidInput(
            f"nobody says where {provider!r} listens, which {spec!r} needs",
            hint=f"Set {entry.url_setting}.",
            code="provider_unset",
        )
    family = CATALOG.family(provider=provider, model=model, host=urlsplit(url).hostname or "")
    derived = _derived(url) if entry.protocol == "dashscope" else Access()
    return ModelChoice(
        provider=provider,
        model=model,
        base_url=url,
        api_key=access.api_key,
        protocol=entry.protocol,
        ability=ability_of(model, CATALOG.abilities),
        answer_format=family.answer_format,
        temperature=family.temperature,
        max_tokens=family.max_tokens,
        is_cumulative=family.is_cumulative,
        marks_prefix=family.marks_prefix,
        embedding_batch=entry.embedding_batch,
        extra_body={**family.extra_body, **access.extra_body},
        thinking=family.thinking,
        headers=access.headers,
        native_url=access.native_url or derived.native_url,
        rerank_url=access.rerank_url or derived.rerank_url,
        websocket_url=access.websocket_url or derived.websocket_url,
    )


def _parts(spec: str) -> tuple[str, str]:
    provider, _, model = spec.partition(":")
    if provider not in CATALOG.providers or not model:
        raise InvalidInput(
            f"unknown model {spec!r}",
            hint=f"Use {OFFLINE!r} or PROVIDER:MODEL with a provider among: {', '.join(CATALOG.providers)}.",
            code="unknown_model",
        )
    return provider, model


def _derived(base_url: str) -> Access:
    """DashScope's other addresses: on one host they differ in their path alone.

    Source: Model Studio's page "Base URL". A base URL of another form says nothing about them.
    """
    root = base_url.rstrip("/")
    if not root.endswith(_COMPATIBLE):
        return Access()
    host = root.removesuffix(_COMPATIBLE)
    return Access(
        native_url=f"{host}/api/v1",
        rerank_url=f"{host}/compatible-api/v1",
        websocket_url=f"{host.replace('http', 'ws', 1)}/api-ws/v1",
    )
