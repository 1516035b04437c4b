"""What a model can do, and what a role needs: a reranker is told from a translator before it is called."""

from collections.abc import Sequence
from fnmatch import fnmatch
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.errors import InvalidInput

Role = Literal[
    "primary",
    "fast",
    "translate",
    "subtitle",
    "embedding",
    "rerank",
    "asr",
    "tts",
    "vision",
    "judge",
    "realtime",
]
Ability = Literal["chat", "translation", "embedding", "rerank", "asr", "tts", "realtime"]

#: Roles that follow no other: what plays them can do nothing else.
OWN_ROLES: frozenset[Role] = frozenset({"primary", "embedding", "rerank", "asr", "tts", "vision", "realtime"})

_CHAT: tuple[Ability, ...] = ("chat",)
_TRANSLATE: tuple[Ability, ...] = ("chat", "translation")
_NEEDS: dict[Role, tuple[Ability, ...]] = {
    "primary": _CHAT,
    "fast": _CHAT,
    "judge": _CHAT,
    "translate": _TRANSLATE,
    "subtitle": _TRANSLATE,
    "embedding": ("embedding",),
    "rerank": ("rerank",),
    "asr": ("asr",),
    "tts": ("tts",),
    "vision": _CHAT,
    "realtime": ("realtime",),
}
_SUGGESTIONS: dict[Role, str] = {
    "primary": "dashscope:qwen3.7-plus",
    "fast": "dashscope:qwen3.8-flash",
    "judge": "dashscope:qwen3.8-max",
    "translate": "dashscope:qwen-mt-plus",
    "subtitle": "dashscope:qwen-mt-flash",
    "embedding": "dashscope:text-embedding-v4",
    "rerank": "dashscope:qwen3-rerank",
    "asr": "dashscope:qwen3-asr-flash",
    "tts": "dashscope:qwen3-tts-flash",
    "vision": "dashscope:qwen3-vl-plus",
    "realtime": "dashscope:qwen3.5-omni-flash-realtime",
}
_WHAT = {
    "chat": "follows instructions",
    "translation": "only translates",
    "embedding": "only makes vectors of texts",
    "rerank": "only puts texts into order",
    "asr": "only writes down speech",
    "tts": "only speaks texts",
    "realtime": "can be reached over a WebSocket alone, not over HTTP",
}


class AbilityRule(BaseModel):
    """One entry of models.yaml: names of models, and what they can do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...]
    ability: Ability


def ability_of(model: str, rules: Sequence[AbilityRule]) -> Ability:
    """What this model can do, by the first rule that fits; the last rule has to fit every name."""
    return next(
        rule.ability for rule in rules if any(fnmatch(model.lower(), pattern) for pattern in rule.models)
    )


def check_fit(role: Role, model: str, rules: Sequence[AbilityRule]) -> None:
    """Accept a model for a role only when it can do what the role needs.

    Raises:
        InvalidInput: It cannot; the hint names one that can, and the roles that this one can play.
    """
    ability = ability_of(model, rules)
    if ability in _NEEDS[role]:
        return
    raise InvalidInput(
        f"the model {model!r} cannot play the role {role!r}: it {_WHAT[ability]}",
        hint=f"Use for example {_SUGGESTIONS[role]}. {model!r} could play: {', '.join(_roles_of(ability))}. "
        "What a model can do is told by its name, in `abilities` of configs/models.yaml.",
        code="model_unfit",
    )


def _roles_of(ability: Ability) -> list[Role]:
    return [role for role, needs in _NEEDS.items() if ability in needs]
