"""Graphs that a function makes, anew for every access.

A factory takes nothing, a RunnableConfig, a ServerRuntime, or both in any order. It is a function or a
coroutine function that returns the graph, or a context manager or generator of either kind that yields it.
"""

import inspect
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from langchain_core.runnables import RunnableConfig
from langgraph.store.base import BaseStore
from langgraph_sdk import runtime as sdk
from pydantic import BaseModel, TypeAdapter

from server.access import FORBIDDEN_KEYS, User, current

AccessContext = Literal["threads.create_run", "threads.update", "threads.read", "assistants.read"]
_RUNTIMES = (sdk.ServerRuntime, sdk._ExecutionRuntime, sdk._ReadRuntime)  # pyright: ignore[reportPrivateUsage] - the SDK has no public constructor


@dataclass(frozen=True, kw_only=True)
class GraphAccess:
    """Why a graph is wanted, and for what."""

    reason: AccessContext
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    context: Mapping[str, Any] | None = None  #: Of a run.

    @property
    def user(self) -> User | None:
        """Who asks, or asked for the run."""
        asking = current()
        if asking is not None:
            return asking.user
        configurable = cast("Mapping[str, Any]", self.config.get("configurable") or {})
        known = configurable.get(FORBIDDEN_KEYS[0])
        return known if known is None or isinstance(known, User) else User(known)


@dataclass(frozen=True, kw_only=True)
class GraphFactory:
    """A callable that makes a graph.

    Args:
        parameters: Names of its parameters with what each one takes.
        context_type: Of the run's context, as the annotation of the runtime says.
    """

    function: Callable[..., Any]
    parameters: Mapping[str, Literal["config", "runtime"]]
    context_type: Any = None

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "GraphFactory":
        """Read a factory's signature."""
        hints = _hints(function)
        parameters: dict[str, Literal["config", "runtime"]] = {}
        context_type = None
        for name, parameter in inspect.signature(function).parameters.items():
            hint = hints.get(name, parameter.annotation)
            if _is_runtime(hint):
                parameters[name] = "runtime"
                context_type = next(iter(get_args(hint)), None)
            elif hint is RunnableConfig or _is_required(parameter):
                parameters[name] = "config"
        return cls(function=function, parameters=parameters, context_type=context_type)

    def call(self, access: GraphAccess, store: BaseStore | None) -> Any:
        """Call it; what comes back may be the graph, or have to be awaited or entered."""
        values = {"config": access.config, "runtime": self._runtime(access, store)}
        return self.function(**{name: values[kind] for name, kind in self.parameters.items()})

    async def enter(self, stack: AsyncExitStack, access: GraphAccess, store: BaseStore | None) -> Any:
        """The graph, which is let go when the stack is closed."""
        made: Any = self.call(access, store)
        if inspect.isawaitable(made):
            made = await made
        if inspect.isasyncgen(made):
            made = asynccontextmanager(partial(_same, made))()
        elif inspect.isgenerator(made):
            made = contextmanager(partial(_same, made))()
        if hasattr(made, "__aenter__"):
            return await stack.enter_async_context(made)
        if hasattr(made, "__enter__"):
            return stack.enter_context(made)
        return made

    def _runtime(self, access: GraphAccess, store: BaseStore | None) -> Any:
        common: dict[str, Any] = {"access_context": access.reason, "user": access.user, "store": store}
        if access.reason != "threads.create_run":
            return cast("Any", sdk._ReadRuntime)(**common)  # pyright: ignore[reportPrivateUsage] - as above
        return cast("Any", sdk._ExecutionRuntime)(**common, context=self._context(access))  # pyright: ignore[reportPrivateUsage] - as above

    def _context(self, access: GraphAccess) -> Any:
        kind = self.context_type
        if not isinstance(kind, type) or access.context is None:
            return access.context
        typed = hasattr(kind, "__dataclass_fields__") or issubclass(kind, BaseModel)
        return TypeAdapter[Any](kind).validate_python(access.context) if typed else access.context


def _same(generator: Any) -> Any:
    return generator


def _is_required(parameter: inspect.Parameter) -> bool:
    variadic = parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    return parameter.default is inspect.Parameter.empty and not variadic


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    target = inspect.unwrap(function)
    if not inspect.isroutine(target):
        target = type(target).__call__
    try:
        return get_type_hints(target)
    except (NameError, TypeError, AttributeError):
        return {}  # names of TYPE_CHECKING blocks; the annotations as text then have to do


def _is_runtime(hint: Any) -> bool:
    if isinstance(hint, str):
        return "ServerRuntime" in hint
    return hint in _RUNTIMES or get_origin(hint) in _RUNTIMES
