"""The models that the current task works with.

A graph asks for a role. Whoever runs it (the server, the command line, an eval, a test) binds the models
around the run; nodes and the tasks that they start inherit them. Where nobody did, the settings decide.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from copy import copy
from weakref import WeakKeyDictionary

from tools.errors import ModelRefused
from tools.heartbeat import beating
from tools.llm.abilities import OWN_ROLES
from tools.llm.choices import ModelChoice
from tools.llm.clients import Clients
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.llm.roles import Role, RoleSettings, configured

_OUTAGE = 10  # calls given up in a row; so many unlucky ones do not come together


class ChatModels:
    """One client per model, and the limits that all calls share. Belongs to one event loop.

    Args:
        choices: The model of each role; None or absent: the role is offline.
        max_concurrent: Calls under way at once.
        limits: How long one answer may take.
        backoff: When failed calls are repeated.
        connect_seconds: How long a connection may take to open.
    """

    def __init__(
        self,
        choices: Mapping[Role, ModelChoice | None],
        *,
        max_concurrent: int = 8,
        limits: TimeLimits | None = None,
        backoff: Backoff | None = None,
        connect_seconds: float = 10.0,
    ) -> None:
        self.limits = limits or TimeLimits()
        self.backoff = backoff or Backoff()
        self.slots = asyncio.Semaphore(max_concurrent)  #: Held while a call is under way.
        self._has_answered = False
        self._given_up = 0  # calls that failed for good since the last answer
        self._choices = choices
        self.clients = Clients(connect_seconds=connect_seconds)

    @property
    def is_down(self) -> bool:
        """Whether the models are out of order, rather than one call out of luck."""
        return not self._has_answered or self._given_up >= _OUTAGE

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Hold a slot; waiting for one is a sign of life, since those that hold them have time limits."""
        with beating():
            await self.slots.acquire()
        try:
            yield
        finally:
            self.slots.release()

    def note_answer(self) -> None:
        """A call was answered."""
        self._has_answered, self._given_up = True, 0

    def note_failure(self) -> None:
        """A call was given up, all its repeats included."""
        self._given_up += 1

    def choice(self, role: Role) -> ModelChoice | None:
        """The model of this role, or None when the role is offline."""
        return self._choices.get(role)

    def playing(self, choices: Mapping[Role, ModelChoice | None]) -> "ChatModels":
        """The same clients and limits with other models in the roles."""
        if choices is self._choices:
            return self
        other = copy(self)
        other._choices = choices
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


def open_models(settings: RoleSettings) -> ChatModels:
    """The models that the settings ask for."""
    return ChatModels(
        settings.choices,
        max_concurrent=settings.max_concurrent,
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
