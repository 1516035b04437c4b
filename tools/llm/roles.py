"""Which model plays a role.

Code asks for a role, never for a model. This is the one place below the composition roots that reads the
settings; everything else in tools/llm is given what it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, SecretStr

from configs.settings import Settings, load_settings
from tools.errors import InvalidInput
from tools.llm.abilities import AbilityRule, Role, check_fit
from tools.llm.layer import LayerSettings
from tools.llm.limits import Limit
from tools.llm.prices import Price

AnswerFormat = Literal["json_schema", "json_object"]

OFFLINE = "offline"

_MODELS_FILE = Path(__file__).parents[2] / "configs" / "models.yaml"


class _Family(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...]
    hosts: tuple[str, ...]
    answer_format: AnswerFormat
    temperature: float | None = None
    extra_body: dict[str, Any] = {}

    def fits(self, model: str, host: str) -> bool:
        return any(fnmatch(model.lower(), pattern) for pattern in self.models) or any(
            host == suffix or host.endswith(f".{suffix}") for suffix in self.hosts
        )


class _Provider(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None
    url_setting: str
    key_setting: str
    needs_key: bool


class _ModelsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: dict[Role, str]
    providers: dict[str, _Provider]
    abilities: tuple[AbilityRule, ...]
    families: tuple[_Family, ...]
    fallbacks: dict[Role, str] = {}
    limits: tuple[Limit, ...] = ()
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """One model as it is to be called."""

    provider: str  #: Its name in models.yaml; "openai" for any OpenAI-compatible server.
    model: str
    base_url: str  #: Ends in /v1.
    api_key: SecretStr | None = None
    answer_format: AnswerFormat = "json_schema"
    temperature: float | None = None  #: None: the model's own.
    extra_body: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def name(self) -> str:
        """The choice as ``provider:model``."""
        return f"{self.provider}:{self.model}"


_FILE = _ModelsFile.model_validate(yaml.safe_load(_MODELS_FILE.read_text(encoding="utf-8")))


def choose(
    spec: str, *, base_url: str | None = None, api_key: SecretStr | str | None = None
) -> ModelChoice | None:
    """The choice that ``spec`` names, or None for "offline".

    Args:
        spec: ``offline`` or ``provider:model``.
        base_url: Where an OpenAI-compatible server listens, ``/v1`` included; else the provider's own.
        api_key: Its key.

    Raises:
        InvalidInput: When no such provider is known, or nobody says where it listens.
    """
    if spec == OFFLINE:
        return None
    provider, _, model = spec.partition(":")
    if provider not in _FILE.providers or not model:
        raise InvalidInput(
            f"unknown model {spec!r}",
            hint=f"Use {OFFLINE!r} or PROVIDER:MODEL with a provider among: {', '.join(_FILE.providers)}.",
            code="unknown_model",
        )
    url = base_url or _FILE.providers[provider].base_url
    if url is None:
        raise InvalidInput(
            f"nobody says where {provider!r} listens, which {spec!r} needs",
            hint=f"Set {_FILE.providers[provider].url_setting}.",
            code="provider_unset",
        )
    family = next(f for f in _FILE.families if f.fits(model, urlsplit(url).hostname or ""))
    return ModelChoice(
        provider=provider,
        model=model,
        base_url=url,
        api_key=SecretStr(api_key) if isinstance(api_key, str) else api_key,
        answer_format=family.answer_format,
        temperature=family.temperature,
        extra_body=family.extra_body,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSettings:
    """What the settings say about models."""

    choices: Mapping[Role, ModelChoice | None]  #: None: the role is offline.
    fallbacks: Mapping[Role, ModelChoice]  #: Asked when the role's own model is out of order or refuses.
    layer: LayerSettings
    answer_seconds: float  #: The longest that one answer may take.


def configured(settings: Settings | None = None) -> RoleSettings:
    """The model of every role: models.yaml, overridden by the settings.

    Args:
        settings: Read from the environment when not given; that reads files.

    Raises:
        InvalidInput: A model cannot play its role, or its provider's address or key is missing.
    """
    settings = settings or load_settings()
    overrides = {"primary": settings.primary_model} if "primary_model" in settings.model_fields_set else {}
    roles = cast("dict[Role, str]", _FILE.roles | overrides)
    seconds = settings.cache_ttl if settings.enable_cache else None
    return RoleSettings(
        choices={role: _configured_choice(role, spec, settings) for role, spec in roles.items()},
        fallbacks=_configured_fallbacks(settings),
        layer=LayerSettings(
            max_concurrent=settings.max_concurrent_requests,
            cache_seconds=seconds,
            limits=_FILE.limits,
            prices=_FILE.prices,
        ),
        answer_seconds=settings.llm_timeout,
    )


def _configured_fallbacks(settings: Settings) -> dict[Role, ModelChoice]:
    unknown = settings.model_fallbacks.keys() - set(get_args(Role))
    if unknown:
        raise InvalidInput(
            f"MODEL_FALLBACKS names unknown roles: {', '.join(sorted(unknown))}",
            hint=f"The roles are: {', '.join(get_args(Role))}.",
            code="unknown_role",
        )
    specs = cast("dict[Role, str]", _FILE.fallbacks | settings.model_fallbacks)
    found: dict[Role, ModelChoice] = {}
    for role, spec in specs.items():
        if (choice := _configured_choice(role, spec, settings)) is not None:
            found[role] = choice
    return found


def _configured_choice(role: Role, spec: str, settings: Settings) -> ModelChoice | None:
    base_url, api_key = _access(settings).get(spec.partition(":")[0], (None, None))
    choice = choose(spec, base_url=base_url, api_key=api_key)
    if choice is None:
        return None
    check_fit(role, choice.model, _FILE.abilities)
    provider = _FILE.providers[choice.provider]
    if provider.needs_key and choice.api_key is None:
        raise InvalidInput(
            f"{choice.name!r} plays the role {role!r}, but there is no key for {choice.provider!r}",
            hint=f"Set {provider.key_setting}, or choose another model.",
            code="key_missing",
        )
    return choice


def _access(settings: Settings) -> dict[str, tuple[str | None, SecretStr | None]]:
    """Address and key of each provider, as the settings have them."""
    # The route comes after the service's own path, which urljoin would drop.
    eas = f"{settings.eas_endpoint.rstrip('/').removesuffix('/v1')}/v1" if settings.eas_endpoint else None
    return {
        "openai": (settings.llm_base_url, settings.llm_api_key),
        "dashscope": (settings.dashscope_base_url, settings.dashscope_api_key),
        "openrouter": (settings.openrouter_base_url, settings.openrouter_api_key),
        "eas": (eas, settings.eas_token),
    }
