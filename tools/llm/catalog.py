"""What configs/models.yaml says: providers, what models can do, how families of models are asked."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from tools.llm.abilities import AbilityRule, Role
from tools.llm.limits import Limit
from tools.llm.prices import Price

AnswerFormat = Literal["json_schema", "json_object", "tool"]
Protocol = Literal["openai", "dashscope", "anthropic", "eas_legacy"]

_MODELS_FILE = Path(__file__).parents[2] / "configs" / "models.yaml"


class Family(BaseModel):
    """Models that are asked alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    answer_format: AnswerFormat
    temperature: float | None = None
    max_tokens: int | None = None
    is_cumulative: bool = False
    marks_prefix: bool = False
    extra_body: dict[str, Any] = {}
    thinking: dict[str, Any] = {}

    def fits(self, *, provider: str, model: str, host: str) -> bool:
        """Whether this is how the model is asked."""
        return (
            provider in self.providers
            or any(fnmatch(model.lower(), pattern) for pattern in self.models)
            or any(host == suffix or host.endswith(f".{suffix}") for suffix in self.hosts)
        )


class Provider(BaseModel):
    """Somebody who serves models."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None
    url_setting: str
    key_setting: str
    needs_key: bool
    protocol: Protocol = "openai"
    embedding_batch: int = 100
    workspace_only: tuple[str, ...] = ()


class ModelsFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: dict[Role, str]
    providers: dict[str, Provider]
    abilities: tuple[AbilityRule, ...]
    families: tuple[Family, ...]
    fallbacks: dict[Role, str] = {}
    limits: tuple[Limit, ...] = ()
    prices: tuple[Price, ...] = ()

    def family(self, *, provider: str, model: str, host: str) -> Family:
        """The first family that fits; the last one fits every model."""
        return next(f for f in self.families if f.fits(provider=provider, model=model, host=host))


CATALOG = ModelsFile.model_validate(yaml.load(_MODELS_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader))
