"""Run the model server until it is interrupted."""

import argparse
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from evals.model_server.answers import Answers, read_pairs
from evals.model_server.faults import Faults
from evals.model_server.pace import Pace
from evals.model_server.running import model_server


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve."""
    options = _parse(arguments)
    pace = Pace(
        latency_seconds=options.latency,
        jitter_seconds=options.jitter,
        tokens_per_second=options.tokens_per_second,
    )
    with model_server(
        _answers(options),
        faults=options.faults,
        pace=pace,
        keys=options.key,
        host=options.host,
        port=options.port,
    ) as server:
        print(f"The model server listens on {server.url}", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def _answers(options: argparse.Namespace) -> Answers:
    if options.mode == "random":
        return Answers.random(options.seed)
    if options.mode == "oracle":
        return Answers.oracle(options.data)
    if options.mode == "replay":
        return Answers.replay(options.data)
    return Answers.read({"mode": "scripted", **read_pairs(options.data, "match")})


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.model_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--mode", choices=["oracle", "scripted", "replay", "random"], default="random")
    parser.add_argument("--data", type=Path, help="the file of the mode: JSON or JSONL")
    parser.add_argument("--seed", type=int, default=1, help="of random answers")
    parser.add_argument(
        "--faults", type=Faults.parse, default=Faults(), help="seed=7,rate=.1,kinds=stall+cut"
    )
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before the first byte")
    parser.add_argument("--jitter", type=float, default=0.0, help="at most so many seconds more")
    parser.add_argument("--tokens-per-second", type=float, help="of each stream; without it, at once")
    parser.add_argument("--key", action="append", help="a key that it knows; may be given again; none: any")
    options = parser.parse_args(arguments)
    if options.mode != "random" and options.data is None:
        parser.error(f"--mode {options.mode} needs --data")
    return options


if __name__ == "__main__":
    main()
