"""The characters graph with a model that answers at once: a long novel, memory by length, many at once.

The novels are made by bench.characters; an oracle of ours that knows their speakers answers over HTTP without
waiting, in a process of its own, so that only our time and memory count.
Run ``python -m bench.novels [--characters N] [--novels N] [--check]``; --check returns 1 over a limit.
"""

import argparse
import asyncio
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from bench.characters import FAMILY, GIVEN, novel
from evals.graph_run import open_models, run_graph
from evals.memory import measure
from evals.model_server import Answers, model_server
from evals.model_server.oracle import Oracle

LIMIT_SECONDS = 60.0  # of a million characters

# MiB that ten times the text may take more. Of a million characters with 18,700 quotations the text is 2 MiB
# (two bytes a character), the result 11, and what the thread keeps for edits and for a text that grows 5:
# answers, attributions, names. The rest is one stage at work, and what the C library keeps of it for each
# thread. Windows do not count: they go out in waves.
LIMIT_GROWTH = 40.0
_EACH = 100_000  # characters of each of the novels that are read at once
_NAMES = "|".join(f"{given} (?:{'|'.join(FAMILY)})" for given in GIVEN)
_TAG = re.compile(rf"[^“\n]*”[^“\n]*?({_NAMES})")


class MadeGold:
    """Who speaks in a made novel: whom the tag behind a quotation names."""

    def __init__(self, text: str) -> None:
        self._text = text
        names = sorted(set(re.findall(_NAMES, text)))
        self.aliases: Mapping[str, Sequence[str]] = {name: (name,) for name in names}
        self.genders: Mapping[str, str] = {}

    def speaker(self, quote_id: str) -> str | None:
        """The name in the quotation's tag; None where it has none."""
        tag = _TAG.match(self._text, int(quote_id[1:]) + 1)
        return tag[1] if tag else None

    def addressees(self, quote_id: str) -> Sequence[str]:
        """Nobody."""
        del quote_id
        return ()


@contextmanager
def _server(text: Path) -> Generator[str]:
    """The oracle of one text, in a process of its own."""
    command = [sys.executable, "-m", "bench.novels", "--serve", str(text)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=10)


def _serve(text: Path) -> None:
    with model_server(Answers.oracle(Oracle(MadeGold(text.read_text("utf-8"))))) as server:
        print(server.openai_url, flush=True)
        sys.stdin.read()


async def _read_all(text: str, url: str, count: int) -> float:
    """Read that many novels at once; returns the seconds until the last is done."""
    started = perf_counter()
    models = open_models("openai:oracle", url)
    runs = await asyncio.gather(*(run_graph(text, models, language="en") for _ in range(count)))
    for run in runs:
        if not run.is_verbatim or any(w["code"] != "offline" for w in run.output["warnings"]):
            raise RuntimeError(f"a novel did not come through whole: {run.output['warnings'][:3]}")
    return perf_counter() - started


def _long_one(folder: Path, characters: int) -> list[str]:
    """Measure a long novel and one of a tenth of its length; returns the limits that were missed."""
    texts = folder / "short.txt", folder / "long.txt"
    for text, length in zip(texts, (characters // 10, characters), strict=True):
        text.write_text(novel(length), encoding="utf-8")
    with _server(texts[1]) as url:
        short, long = (measure(text, "openai:oracle", url) for text in texts)
    seconds = long.seconds / characters * 1_000_000
    growth = long.peak_mebibytes - short.peak_mebibytes
    print(
        f"{characters:,} characters: {long.seconds:.1f} s (limit {LIMIT_SECONDS:.0f} s a million),", end=" "
    )
    print(f"{long.cpu_seconds:.1f} s of processor")
    print(f"memory: {short.peak_mebibytes:.0f} MiB for a tenth of it,", end=" ")
    print(f"{long.peak_mebibytes:.0f} MiB for all (limit: {LIMIT_GROWTH:.0f} MiB more)")
    missed: list[str] = []
    if seconds > LIMIT_SECONDS:
        missed.append(f"{seconds:.1f} s for a million characters")
    if growth > LIMIT_GROWTH:
        missed.append(f"{growth:.0f} MiB more for ten times the text")
    return missed


def _many(folder: Path, count: int) -> None:
    """Measure many novels at once; a run that fails ends the bench."""
    text = novel(_EACH)
    path = folder / "each.txt"
    path.write_text(text, encoding="utf-8")
    with _server(path) as url:
        seconds = asyncio.run(_read_all(text, url, count))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} novels of {_EACH:,} characters at once: {seconds:.1f} s, {peak:.0f} MiB")


def main() -> int:
    """Measure and print; 1 over a limit that is checked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--characters", type=int, default=1_000_000)
    parser.add_argument("--novels", type=int, default=20)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        _serve(options.serve)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        missed = _long_one(Path(folder), options.characters)
        _many(Path(folder), options.novels)
    print(f"MISSED: {'; '.join(missed)}" if missed else "all limits kept")
    return int(options.check and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
