"""The end of a process that was told to stop and does not.

A node may refuse to be cancelled, and before Python 3.12 a library may swallow a cancellation. Whatever
hangs: other workers take the runs over once the leases have lapsed, so an end without ceremony loses nothing.
"""

import logging
import os
import threading
from datetime import timedelta

logger = logging.getLogger(__name__)

HUNG = 70  # exit code, EX_SOFTWARE of sysexits.h


def end_within(longest: timedelta) -> None:
    """Let this process end after this long at the latest, from a thread that no event loop can block."""
    timer = threading.Timer(longest.total_seconds(), _end, (longest,))
    timer.daemon = True
    timer.start()


def _end(longest: timedelta) -> None:
    logger.error("This process has not stopped within %s and ends now; its runs go on elsewhere", longest)
    os._exit(HUNG)
