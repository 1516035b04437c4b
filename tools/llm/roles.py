"""Which model plays a role.

Code asks for a role, never for a model. This is the one place below the composition roots that reads the
settings; everything else in tools/llm is given what it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, cast, get_args
from urllib.parse import urlsplit

from configs.settings import Settings, load_settings
from tools.errors import InvalidInput
from tools.llm.abilities import Role, check_fit
from tools.llm.catalog import CATALOG
from tools.llm.choices import OFFLINE, Access, ModelChoice, choose
from tools.llm.layer import LayerSettings

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSettings:
    """What the settings say about models."""

    choices: Mapping[Role, ModelChoice | None]  #: None: the role is offline.
    fallbacks: Mapping[Role, ModelChoice]  #: Asked when the role's own model is out of order or refuses.
    layer: LayerSettings
    answer_seconds: float  #: The longest that one answer may take.
    specs: Mapping[Role, str] = field(default_factory=dict[Role, str])  #: As in models.yaml.
    access: Mapping[str, Access] = field(default_factory=dict[str, Access])  #: By the provider's name.
    allowed: tuple[str, ...] = ()  #: Patterns of models that a request may choose.

    def chosen(self, wanted: Mapping[Role, str]) -> Mapping[Role, ModelChoice | None]:
        """The model of every role when some are chosen by a request; roles that follow one, follow it still.

        Args:
            wanted: ``offline`` or ``provider:model`` of each role that the request chooses.

        Raises:
            InvalidInput: A model may not be chosen, is unknown, cannot play its role, or has no key.
        """
        for role, spec in wanted.items():
            self._check_allowed(role, spec)
        return self.choices if not wanted else _choices({**self.specs, **wanted}, self.access)

    def of(self, specs: Mapping[Role, str]) -> Mapping[Role, ModelChoice | None]:
        """The models that are named, and no others; for whoever runs the service, never for a request.

        Raises:
            InvalidInput: A model is unknown, cannot play its role, or has no key.
        """
        return _choices(specs, self.access)

    def _check_allowed(self, role: Role, spec: str) -> None:
        configured = {choice.name for choice in self.choices.values() if choice is not None}
        if spec == OFFLINE or spec in configured:
            return
        if not any(fnmatch(spec, pattern) for pattern in self.allowed):
            patterns = ", ".join(self.allowed) or "none besides"
            raise InvalidInput(
                f"context.models.{role}={spec!r}: this model may not be chosen by a request",
                hint=f"MODELS_ALLOWED allows: {patterns}; {', '.join(sorted(configured | {OFFLINE}))}.",
                code="model_not_allowed",
            )


def read_choices(value: object) -> dict[Role, str]:
    """The models that a request chooses, from its ``context.models``.

    Raises:
        InvalidInput: It is no object of roles and models.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInput(
            "context.models must be an object of roles and models",
            hint='Such as {"primary": "dashscope:qwen3.7-plus"}.',
            code="models_malformed",
        )
    for role, spec in cast("Mapping[object, object]", value).items():
        if role not in ROLES:
            raise InvalidInput(
                f"context.models: there is no role {role!r}",
                hint=f"The roles are: {', '.join(ROLES)}.",
                code="unknown_role",
            )
        if not isinstance(spec, str):
            raise InvalidInput(
                f"context.models.{role} must be a string",
                hint=f"Use {OFFLINE!r} or PROVIDER:MODEL.",
                code="models_malformed",
            )
    return dict(cast("Mapping[Role, str]", value))


def configured(settings: Settings | None = None) -> RoleSettings:
    """The model of every role: models.yaml, overridden by the settings.

    Args:
        settings: Read from the environment when not given; that reads files.

    Raises:
        InvalidInput: A model cannot play its role, or its provider's address or key is missing.
    """
    settings = settings or load_settings()
    specs: dict[Role, str] = {**CATALOG.roles, **_overrides(settings)}
    access = _access(settings)
    return RoleSettings(
        choices=_choices(specs, access),
        fallbacks=_fallbacks(settings, access),
        layer=LayerSettings(
            max_concurrent=settings.max_concurrent_requests,
            cache_seconds=settings.cache_ttl if settings.enable_cache else None,
            limits=CATALOG.limits,
            prices=CATALOG.prices,
        ),
        answer_seconds=settings.llm_timeout,
        specs=specs,
        access=access,
        allowed=settings.models_allowed,
    )


def _overrides(settings: Settings) -> dict[Role, str]:
    given: dict[Role, str | None] = {role: getattr(settings, f"{role}_model") for role in ROLES}
    return {role: spec for role, spec in given.items() if spec is not None}


def _choices(specs: Mapping[Role, str], access: Mapping[str, Access]) -> dict[Role, ModelChoice | None]:
    return {role: _choice(role, _spec(role, specs), access) for role in specs}


def _spec(role: Role, specs: Mapping[Role, str]) -> str:
    """What plays the role, or the role that it follows."""
    spec = specs[role]
    return specs[cast("Role", spec)] if spec in specs else spec


def _fallbacks(settings: Settings, access: Mapping[str, Access]) -> dict[Role, ModelChoice]:
    unknown = settings.model_fallbacks.keys() - set(ROLES)
    if unknown:
        raise InvalidInput(
            f"MODEL_FALLBACKS names unknown roles: {', '.join(sorted(unknown))}",
            hint=f"The roles are: {', '.join(ROLES)}.",
            code="unknown_role",
        )
    specs = cast("dict[Role, str]", CATALOG.fallbacks | settings.model_fallbacks)
    found: dict[Role, ModelChoice] = {}
    for role, spec in specs.items():
        try:
            choice = _choice(role, spec, access)
        except InvalidInput as error:
            where = "MODEL_FALLBACKS" if role in settings.model_fallbacks else "fallbacks in models.yaml"
            raise InvalidInput(
                f"{where}: {role}: {error.message}", hint=error.hint, code=error.code
            ) from error
        if choice is not None:
            found[role] = choice
    return found


def _choice(role: Role, spec: str, access: Mapping[str, Access]) -> ModelChoice | None:
    choice = choose(spec, access=access.get(spec.partition(":")[0]))
    if choice is None:
        return None
    check_fit(role, choice.model, CATALOG.abilities)
    provider = CATALOG.providers[choice.provider]
    if provider.needs_key and choice.api_key is None:
        raise InvalidInput(
            f"{choice.name!r} plays the role {role!r}, but there is no key for {choice.provider!r}",
            hint=f"Set {provider.key_setting}, or choose another model.",
            code="key_missing",
        )
    _check_host(choice)
    return choice


def _check_host(choice: ModelChoice) -> None:
    """Refuse what DashScope's hosts are known to refuse: another path, and some models on shared hosts."""
    url = urlsplit(choice.base_url)
    host = url.hostname or ""
    if choice.protocol != "dashscope" or not host.endswith(".aliyuncs.com"):
        return
    if not url.path.rstrip("/").endswith("/v1"):
        raise InvalidInput(
            f"DASHSCOPE_BASE_URL={choice.base_url}: OpenAI's protocol is not spoken there",
            hint=f"Use https://{host}/compatible-mode/v1.",
            code="base_url_unfit",
        )
    workspace_only = CATALOG.providers[choice.provider].workspace_only
    shared = not (urlsplit(choice.websocket_url or "").hostname or "").endswith(".maas.aliyuncs.com")
    if shared and any(fnmatch(choice.model, pattern) for pattern in workspace_only):
        raise InvalidInput(
            f"{choice.name!r} is served on a workspace's own host only",
            hint="Set DASHSCOPE_BASE_URL=https://WORKSPACE.REGION.maas.aliyuncs.com/compatible-mode/v1.",
            code="host_unfit",
        )


def _access(settings: Settings) -> dict[str, Access]:
    """How the settings let each provider be reached."""
    endpoint = settings.eas_endpoint.rstrip("/").removesuffix("/v1") if settings.eas_endpoint else None
    return {
        "openai": Access(base_url=settings.llm_base_url, api_key=settings.llm_api_key),
        "dashscope": Access(
            base_url=settings.dashscope_base_url,
            api_key=settings.dashscope_api_key,
            native_url=settings.dashscope_native_url,
            rerank_url=settings.dashscope_rerank_url,
            websocket_url=settings.dashscope_websocket_url,
        ),
        "anthropic": Access(base_url=settings.anthropic_base_url, api_key=settings.anthropic_api_key),
        "openrouter": Access(
            base_url=settings.openrouter_base_url,
            api_key=settings.openrouter_api_key,
            headers=_openrouter_headers(settings),
            extra_body=_openrouter_fields(settings),
        ),
        # The route comes after the service's own path, which urljoin would drop.
        "eas": Access(base_url=endpoint and f"{endpoint}/v1", api_key=settings.eas_token),
        "eas-legacy": Access(base_url=endpoint, api_key=settings.eas_token),
    }


def _openrouter_headers(settings: Settings) -> dict[str, str]:
    """By which OpenRouter tells applications apart in its statistics."""
    named = {"HTTP-Referer": settings.openrouter_referer, "X-Title": settings.openrouter_title}
    return {name: value for name, value in named.items() if value}


def _openrouter_fields(settings: Settings) -> dict[str, Any]:
    """What OpenRouter is to do when a model's provider fails, and whom it may ask."""
    fields = {"models": list(settings.openrouter_fallbacks), "provider": settings.openrouter_provider}
    return {name: value for name, value in fields.items() if value}
