"""How long a node may take, and when it is tried again.

A graph gives each node what it deserves: ``graph.add_node(name, node, retry_policy=..., timeout=...)``.
Retries stand where the failure is understood best, and only there: a call that its tool repeats itself is not
repeated by its node as well. Interrupts, drains and cancellations never come here: LangGraph lets them pass
before it asks a policy.
"""

from datetime import timedelta
from typing import cast

import httpx
import httpx2
from langgraph.errors import NodeTimeoutError
from langgraph.types import RetryPolicy, TimeoutPolicy

from tools.errors import ServiceError
from tools.llm.failures import client_errors, explain

_CONNECTION_ERRORS = (
    ConnectionError,
    TimeoutError,
    NodeTimeoutError,
    httpx.NetworkError,
    httpx.TimeoutException,
    httpx.RemoteProtocolError,
    httpx2.NetworkError,
    httpx2.TimeoutException,
    httpx2.RemoteProtocolError,
)
# Graphs know no Redis, but a tool of theirs may raise its errors, which are no kin of Python's own.
_REDIS_CONNECTION_ERRORS = ("redis.exceptions.ConnectionError", "redis.exceptions.TimeoutError")
_REDIS_REFUSALS = ("redis.exceptions.AuthenticationError", "redis.exceptions.AuthorizationError")
_PASSING_STATUSES = (408, 425, 429, 500, 502, 503, 504)


def is_transient(error: Exception) -> bool:
    """Whether the same call may pass the next time: by the error's category, else by its kind.

    What is neither an explained failure nor one of connections is a programming error: it fails again.
    """
    if isinstance(error, ServiceError):
        return not error.category.is_permanent
    if isinstance(error, client_errors()):
        return not explain(error).category.is_permanent
    if isinstance(error, httpx.HTTPStatusError | httpx2.HTTPStatusError):
        return error.response.status_code in _PASSING_STATUSES
    if isinstance(error, ExceptionGroup):
        return all(is_transient(part) for part in cast("ExceptionGroup[Exception]", error).exceptions)
    return isinstance(error, _CONNECTION_ERRORS) or _is_broken_redis(error)


def _is_stalled(error: Exception) -> bool:
    return isinstance(error, NodeTimeoutError)


def _is_broken_redis(error: Exception) -> bool:
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return not names.isdisjoint(_REDIS_CONNECTION_ERRORS) and names.isdisjoint(_REDIS_REFUSALS)


# --- retries: attempts include the first; LangGraph's jitter adds up to a second to each pause

#: Tools and files: a short disturbance passes within seconds.
TOOL_CALLS = RetryPolicy(
    max_attempts=3,
    initial_interval=1.0,
    backoff_factor=2.0,
    max_interval=30.0,
    jitter=True,
    retry_on=is_transient,
)
#: A whole stage of a long job, whose loss costs more than waiting out a restart of what it depends on.
LONG_STAGES = RetryPolicy(
    max_attempts=5,
    initial_interval=2.0,
    backoff_factor=1.5,
    max_interval=120.0,
    jitter=True,
    retry_on=is_transient,
)
#: Other people's HTTP APIs, which recover fast or not at all.
WEB_APIS = RetryPolicy(
    max_attempts=4,
    initial_interval=0.5,
    backoff_factor=2.0,
    max_interval=10.0,
    jitter=True,
    retry_on=is_transient,
)
#: Nodes whose tool repeats failed calls itself: only a node that hung is tried once more.
STALLS = RetryPolicy(max_attempts=2, initial_interval=1.0, jitter=True, retry_on=_is_stalled)

# --- time-outs, of one attempt

#: Rules on a text: minutes on the longest novel; more is a rule that does not end.
RULES_TIME = TimeoutPolicy(run_timeout=timedelta(minutes=30))
#: Model calls. Tokens are progress, and so is waiting for a slot (tools/heartbeat.py). The longest silence
#: that is no fault is a pause between two attempts and a first token: two minutes. The whole time has no
#: limit: a window waits for all those before it.
MODEL_TIME = TimeoutPolicy(idle_timeout=timedelta(minutes=3))
#: Tools that read or write files and call other services.
TOOL_TIME = TimeoutPolicy(run_timeout=timedelta(minutes=30), idle_timeout=timedelta(minutes=10))
