"""The event loop that the service's processes run on."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop  # takes half of asyncio's own time for sockets and threads


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run until it ends."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)
