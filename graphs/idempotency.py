"""What makes a side effect happen once although its node may run more than once.

A node is repeated when it fails and its policy retries it, and when its worker is lost before the step's
checkpoint. A tool that changes the outside world (sends, pays, orders) passes this key to the far side, as
``Idempotency-Key`` or in whatever way that has, or looks into its own records whether the key was used.
"""

from langgraph.config import get_config
from langgraph.runtime import get_runtime


def idempotency_key(part: str = "") -> str:
    """``run_id:checkpoint_id:task_id`` of the node that runs now.

    The same on every retry, and after a crash when another worker takes up the same task from the same
    checkpoint. Another run, a later step and another task of the same step have other keys. Outside a server
    there is no run id, and the first part is ``local``; checkpoint ids are unique by themselves.

    Args:
        part: Tells several side effects of one node apart.

    Raises:
        RuntimeError: Called outside a node.
    """
    info = get_runtime().execution_info
    if info is None:
        raise RuntimeError("An idempotency key belongs to a node of a graph")
    run_id = get_config().get("configurable", {}).get("run_id") or info.run_id or "local"
    key = f"{run_id}:{info.checkpoint_id}:{info.task_id}"
    return f"{key}:{part}" if part else key
