"""Time and peak memory of one run of the characters graph, in a process of its own.

``python -m evals.memory TEXT_FILE --model offline`` prints them as JSON.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from evals.graph_run import open_models, run_graph

_LONGEST_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What one run took."""

    seconds: float
    cpu_seconds: float  #: Of this process: what is left of the seconds on an idle machine, but for waiting.
    peak_mebibytes: float  #: Resident memory of the whole process, the interpreter and libraries included.


def measure(text: Path, model: str, base_url: str | None) -> Footprint:
    """Run the graph over a text file in a new process.

    Raises:
        subprocess.CalledProcessError: When the run fails.
    """
    command = [sys.executable, "-m", "evals.memory", str(text), "--model", model]
    command += ["--base-url", base_url] if base_url else []
    done = subprocess.run(  # noqa: S603 - our own module
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=_LONGEST_SECONDS
    )
    return Footprint(**json.loads(done.stdout))


async def _run(text: Path, model: str, base_url: str | None) -> float:
    with text.open(encoding="utf-8", newline="") as file:
        source = file.read()
    run = await run_graph(source, open_models(model, base_url))
    return run.seconds


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--model", default="offline")
    parser.add_argument("--base-url")
    arguments = parser.parse_args()
    seconds = asyncio.run(_run(arguments.text, arguments.model, arguments.base_url))
    used = round(process_time(), 2)
    peak_kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = round(peak_kibibytes / 1024, 1)
    print(json.dumps({"seconds": round(seconds, 2), "cpu_seconds": used, "peak_mebibytes": peak}))


if __name__ == "__main__":
    _main()
