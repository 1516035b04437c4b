"""Reads a langgraph.json: what a LangGraph project asks of its server."""

import logging
import os
import sys
from pathlib import Path
from typing import Any, Literal, cast

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo

from configs.keeping import StoreSetting, ThreadTtlSetting
from server.runs import own_names
from tools.errors import InvalidInput

logger = logging.getLogger(__name__)


class Section(BaseModel):
    """A part of the file; keys that are unknown here are told of and ignored.

    null is as if the key were not there, unless null is something that the key may be.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        given = cast("dict[str, Any]", value)
        known = cls.model_fields
        return {key: part for key, part in given.items() if part is not None or _may_be_null(known.get(key))}


def _may_be_null(field: FieldInfo | None) -> bool:
    return field is None or field.is_required() or field.get_default(call_default_factory=False) is None


def unknown_keys(section: BaseModel) -> list[str]:
    """Keys that this server does nothing about, with their path."""
    found = [key for key in section.model_extra or {} if key != "$schema"]
    for name in type(section).model_fields:
        part: Any = getattr(section, name)
        for below in cast("dict[str, Any]", part).values() if isinstance(part, dict) else [part]:
            if isinstance(below, BaseModel):
                found += [f"{name}.{key}" for key in unknown_keys(below)]
    return found


class GraphSpec(Section):
    """Where a graph is."""

    path: str  #: ``package.module:variable`` or ``./path/file.py:variable``.
    description: str | None = None


class StoreSpec(Section, StoreSetting):
    """The long-term memory of the graphs."""

    path: str | None = None  #: Not used: see ``enter_project``.


class SerdeSpec(Section):
    """Which types a checkpoint may bring back."""

    allowed_json_modules: list[list[str]] | bool | None = None
    allowed_msgpack_modules: list[list[str]] | bool | None = None  #: null: only those known to be safe.
    pickle_fallback: bool = False


class CheckpointerSpec(Section):
    """How threads' states are kept."""

    path: str | None = None  #: Not used: see ``enter_project``.
    ttl: ThreadTtlSetting | None = None
    serde: SerdeSpec | None = None


class SecuritySpec(Section):
    """How the OpenAPI document says that callers authenticate, in OpenAPI's own words."""

    security_schemes: dict[str, dict[str, Any]] = Field(
        default_factory=dict[str, dict[str, Any]], alias="securitySchemes"
    )
    security: list[dict[str, list[str]]] = Field(default_factory=list[dict[str, list[str]]])
    paths: dict[str, dict[str, list[dict[str, list[str]]]]] = Field(
        default_factory=dict[str, dict[str, list[dict[str, list[str]]]]]
    )  #: What holds for a path and method in its place.


class AuthCacheSpec(Section):
    """Whose answers ``authenticate`` is not asked for again."""

    cache_keys: list[str] = Field(min_length=1)  #: Request headers that tell callers apart.
    ttl_seconds: float = Field(default=60, gt=0, le=86_400)
    max_size: int = Field(default=1000, gt=0, le=1_000_000)  #: Callers.


class AuthSpec(Section):
    """Who may do what."""

    path: str
    disable_studio_auth: bool = False
    openapi: SecuritySpec | None = None
    cache: AuthCacheSpec | None = None


class CorsSpec(Section):
    """Which web pages may call."""

    allow_origins: list[str] = Field(default_factory=list[str])
    allow_methods: list[str] = ["*"]
    allow_headers: list[str] = ["*"]
    allow_credentials: bool = False
    allow_origin_regex: str | None = None
    expose_headers: list[str] = Field(default_factory=list[str])
    max_age: int = 600


class HeadersSpec(Section):
    """Which request headers a run's configurable gets; ``*`` stands for any characters."""

    includes: list[str] = Field(default_factory=list[str])
    excludes: list[str] = Field(default_factory=list[str])


class HttpSpec(Section):
    """What is served over HTTP."""

    app: str | None = None
    disable_assistants: bool = False
    disable_threads: bool = False
    disable_runs: bool = False
    disable_store: bool = False
    disable_mcp: bool = False
    disable_a2a: bool = False
    disable_meta: bool = False
    disable_ui: bool = False
    disable_webhooks: bool = False
    cors: CorsSpec | None = None
    configurable_headers: HeadersSpec | None = None
    middleware_order: Literal["auth_first", "middleware_first"] = "middleware_first"
    enable_custom_route_auth: bool = False
    mount_prefix: str | None = None


class UrlPolicy(Section):
    """Where webhooks may go, beside the server's own rule on private addresses."""

    require_https: bool = False
    allowed_domains: list[str] | None = None  #: ``*.example.com`` stands for its subdomains; empty: all.
    allowed_ports: list[int] | None = None
    max_url_length: int = Field(default=4096, gt=0, le=65_536)  #: Characters; the API takes no longer ones.
    disable_loopback: bool = False
    disable_private_ips: bool = False


class WebhooksSpec(Section):
    """How webhooks are called."""

    env_prefix: str = "LG_WEBHOOK_"
    url: UrlPolicy | None = None
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    allowed_fields: list[str] | None = None


class LangGraphJson(Section):
    """A project's langgraph.json."""

    graphs: dict[str, GraphSpec]
    env: dict[str, str] | str | None = None  #: Variables, or a file that holds them.
    dependencies: list[str] = Field(default_factory=list[str])
    store: StoreSpec | None = None
    checkpointer: CheckpointerSpec | None = None
    auth: AuthSpec | None = None
    http: HttpSpec = Field(default_factory=HttpSpec)
    webhooks: WebhooksSpec | None = None
    encryption: Any = None  #: Not used: see ``enter_project``.

    @field_validator("graphs", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: {"path": spec} if isinstance(spec, str) else spec for key, spec in value.items()}  # pyright: ignore[reportUnknownVariableType] - checked next

    @field_validator("env", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return {key: str(part) for key, part in value.items()} if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - checked next


def read_langgraph_json(config: Path) -> LangGraphJson:
    """What the file says.

    Raises:
        InvalidInput: When the file is missing or no langgraph.json.
    """
    try:
        return LangGraphJson.model_validate_json(config.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidInput(
            f"{config} is no langgraph.json: {error}",
            hint='It holds {"graphs": {"id": "package.module:variable"}}.',
            code="invalid_config",
        ) from error


def enter_project(config: Path) -> LangGraphJson:
    """Read the file, make its project importable, and set its variables unless they are set already.

    Raises:
        InvalidInput: When the file is missing or no langgraph.json.
    """
    project = read_langgraph_json(config)
    if unknown := unknown_keys(project):
        logger.info("%s: ignored: %s (docs/langgraph-json.md says why)", config, ", ".join(unknown))
    for name, part in (("checkpointer", project.checkpointer), ("store", project.store)):
        if part is not None and part.path is not None:
            logger.warning("%s: %s.path is not used: the server keeps them itself", config, name)
    if project.encryption is not None:
        logger.warning("%s: encryption is not used: what is kept is kept in clear", config)
    folder = config.parent.resolve()
    paths = [folder, *(folder / name for name in project.dependencies if name.startswith("."))]
    places = [place for path in paths for place in (path.resolve(), path.resolve() / "src") if place.is_dir()]
    for place in places:
        if str(place) not in sys.path:
            sys.path.insert(0, str(place))
    own_names.share(places)
    for name, value in _variables(folder, project.env).items():
        os.environ.setdefault(name, value)
    return project


def _variables(folder: Path, env: dict[str, str] | str | None) -> dict[str, str]:
    if isinstance(env, str):
        path = folder / env
        if not path.is_file():
            raise InvalidInput(f"env: there is no file {path}.", code="invalid_config")
        return {name: value for name, value in dotenv_values(path).items() if value is not None}
    return env or {}
