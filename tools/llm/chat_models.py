"""The models that the current task works with.

A graph asks for a role. Whoever runs it (the server, the command line, an eval, a test) binds the models
around the run; nodes and the tasks that they start inherit them. Where nobody did, the settings decide.
"""

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import replace
from time import monotonic
from weakref import WeakKeyDictionary

from tools.errors import ModelRefused
from tools.llm.abilities import OWN_ROLES
from tools.llm.choices import ModelChoice
from tools.llm.clients import Clients
from tools.llm.completion import TimeLimits
from tools.llm.layer import Layer, LayerSettings, local_layer
from tools.llm.retries import Backoff
from tools.llm.roles import Role, RoleSettings, configured

_OUT_OF_ORDER_SECONDS = 60.0  # for which the fallback is asked at once; then the model gets another chance
_OUTAGE = 10  # calls given up in a row; so many unlucky ones do not come together


class ChatModels:
    """One client per model, and the limits that all calls share. Belongs to one event loop.

    Args:
        choices: The model of each role; None or absent: the role is offline.
        fallbacks: The model that is asked when a role's own is out of order or refuses.
        layer: What calls pass on their way; by default one of this process, with so many calls at once:
        max_concurrent: Calls under way at once.
        limits: How long one answer may take.
        backoff: When failed calls are repeated.
        connect_seconds: How long a connection may take to open.
    """

    def __init__(
        self,
        choices: Mapping[Role, ModelChoice | None],
        *,
        fallbacks: Mapping[Role, ModelChoice] | None = None,
        layer: Layer | None = None,
        max_concurrent: int = 8,
        limits: TimeLimits | None = None,
        backoff: Backoff | None = None,
        connect_seconds: float = 10.0,
    ) -> None:
        self.limits = limits or TimeLimits()
        self.backoff = backoff or Backoff()
        self.layer = layer or local_layer(LayerSettings(max_concurrent=max_concurrent))
        self._fallbacks = fallbacks or {}
        self._out_of_order: dict[str, float] = {}  # by the model's name: until when
        self._has_answered = False
        self._given_up = 0  # calls that failed for good since the last answer
        self._choices = choices
        self.clients = Clients(connect_seconds=connect_seconds)

    @property
    def is_down(self) -> bool:
        """Whether the models are out of order, rather than one call out of luck."""
        return not self._has_answered or self._given_up >= _OUTAGE

    def note_answer(self) -> None:
        """A call was answered."""
        self._has_answered, self._given_up = True, 0

    def note_failure(self) -> None:
        """A call was given up, all its repeats included."""
        self._given_up += 1

    def fallback(self, role: Role) -> ModelChoice | None:
        """The model that is asked when this role's own is out of order or refuses."""
        return self._fallbacks.get(role)

    def note_out_of_order(self, choice: ModelChoice) -> None:
        """Ask this model's fallback for a while."""
        self._out_of_order[choice.name] = monotonic() + _OUT_OF_ORDER_SECONDS

    def is_out_of_order(self, choice: ModelChoice) -> bool:
        """Whether it was found to be, lately."""
        return self._out_of_order.get(choice.name, 0.0) > monotonic()

    def choice(self, role: Role) -> ModelChoice | None:
        """The model of this role, or None when the role is offline."""
        return self._choices.get(role)

    def playing(self, choices: Mapping[Role, ModelChoice | None]) -> "ChatModels":
        """The same clients and limits with other models in the roles; those have no fallbacks."""
        if choices is self._choices:
            return self
        other = copy(self)
        other._choices = choices
        other._fallbacks = {
            role: fallback
            for role, fallback in self._fallbacks.items()
            if choices.get(role) == self._choices.get(role)
        }
        return other

    def without_cache(self) -> "ChatModels":
        """The same, but that every call is sent: answers of earlier runs are not used again."""
        other = copy(self)
        other.layer = replace(self.layer, answers=None)
        return other

    def require(self, role: Role) -> ModelChoice:
        """The model of this role.

        Raises:
            ModelRefused: The role is offline.
        """
        choice = self.choice(role)
        if choice is None:
            hint = f"Set {role.upper()}_MODEL" + ("." if role in OWN_ROLES else " or PRIMARY_MODEL.")
            raise ModelRefused(f"no model plays the role {role!r}", hint=hint, code="offline")
        return choice


_bound: ContextVar[ChatModels | None] = ContextVar("chat_models", default=None)
_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, ChatModels] = WeakKeyDictionary()


def open_models(settings: RoleSettings, layer: Layer | None = None) -> ChatModels:
    """The models that the settings ask for.

    Args:
        settings: What roles.configured gives.
        layer: What their calls pass; by default one of this process alone.
    """
    return ChatModels(
        settings.choices,
        fallbacks=settings.fallbacks,
        layer=layer or local_layer(settings.layer),
        limits=TimeLimits(total=settings.answer_seconds),
    )


@contextmanager
def bind(models: ChatModels) -> Generator[None]:
    """Make these the models of the code inside the with block, and of the tasks that it starts."""
    token = _bound.set(models)
    try:
        yield
    finally:
        _bound.reset(token)


async def current() -> ChatModels:
    """The bound models, else those of the settings, opened once per event loop."""
    if (bound := _bound.get()) is not None:
        return bound
    loop = asyncio.get_running_loop()
    if loop not in _by_loop:
        _by_loop.setdefault(loop, open_models(await asyncio.to_thread(configured)))
    return _by_loop[loop]
