"""The event loop that the service's processes run on."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop  # takes half of asyncio's own time for sockets and threads


T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run until it ends; what it comes to."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)
