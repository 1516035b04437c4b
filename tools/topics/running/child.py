"""The process that does one job: ``python -m tools.topics.running.child FOLDER MEGABYTES [MODELS]``."""

import os
import resource
import sys
from pathlib import Path

from tools.topics.running.folder import do_job


def main() -> int:
    """Do the job in the folder within so much memory; 0: no limit."""
    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    models = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    if megabytes:
        # Of what a process allocates; address space as a whole would count what libraries only reserve.
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    os.environ["TMPDIR"] = str(folder)
    return do_job(folder, models)


if __name__ == "__main__":
    sys.exit(main())
