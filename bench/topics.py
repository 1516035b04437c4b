"""How fast topics are found, and in how much memory: ``python -m bench.topics --check``.

BBC News from file to result, the whole graph; then 100,000 short documents made here: the trainings of the
job's child processes beside the same models trained by plain scripts over tomotopy and scikit-learn, and the
most memory that all processes take together.
"""

# scikit-learn and tomotopy carry no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from evals.topics_data import read_bbc
from graphs.topics.graph import graph
from tools.llm.chat_models import ChatModels, bind
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage
from tools.topics.corpus import Corpus
from tools.topics.running.job import Job
from tools.topics.running.local import LocalProcesses
from tools.topics.running.steps import CORPUS

_MOST_SECONDS = 60.0  # of BBC News, end to end
_MOST_BYTES = 4 << 30  # of all processes
_MOST_OVER = 1.2  # times what plain libraries take
_DOCUMENTS, _WORDS, _VOCABULARY = 100_000, 12, 5000
_TOPICS, _ITERATIONS = 20, 100

_PLAIN = """
import sys, numpy as np
data = np.load(sys.argv[1]); ids, starts, kind = data["ids"], data["starts"], sys.argv[2]
if kind == "lda":
    import tomotopy
    model = tomotopy.LDAModel(k={topics}, seed=1)
    words = np.array([f"w{{n:05d}}" for n in range({vocabulary})], dtype=object)
    for d in range(len(starts) - 1):
        model.add_doc(words[ids[starts[d]:starts[d + 1]]].tolist())
    model.train({iterations}, workers=1)
    shares = np.array([d.get_topic_dist() for d in model.docs])
    topics = np.array([model.get_topic_word_dist(k) for k in range({topics})])
else:
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfTransformer
    counts = csr_matrix((np.ones(len(ids)), ids, starts), shape=(len(starts) - 1, {vocabulary}))
    model = NMF({topics}, init="nndsvd", random_state=1, max_iter=300)
    shares = model.fit_transform(TfidfTransformer(sublinear_tf=True).fit_transform(counts))
    topics = model.components_
np.savez(sys.argv[1] + ".model.npz", shares=shares, topics=topics)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of bbc_news/")
    parser.add_argument("--documents", type=int, default=_DOCUMENTS)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args(arguments)
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    seconds = asyncio.run(_measure_bbc(options.data))
    print(f"BBC News end to end: {seconds:.1f} s (at most {_MOST_SECONDS:.0f})")
    ours, plain, peak = asyncio.run(_measure_many(options.documents))
    for kind in ours:
        print(f"{kind}: {ours[kind]:.1f} s of CPU, plain {plain[kind]:.1f} s")
    over = sum(ours.values()) / sum(plain.values())
    print(
        f"all: {over:.2f} times the plain libraries (at most {_MOST_OVER}); "
        f"peak {peak / 2**30:.2f} GB (at most {_MOST_BYTES / 2**30:.0f})"
    )
    is_met = seconds <= _MOST_SECONDS and over <= _MOST_OVER and peak <= _MOST_BYTES
    print("goals met" if is_met else "goals missed")
    return int(options.check and not is_met)


async def _measure_bbc(data: Path) -> float:
    with (
        TemporaryDirectory() as folder,
        bind_storage(storage := LocalStorage(Path(folder))),
        bind(ChatModels({})),
    ):
        stored = await storage.write(read_bbc(data).file(), name="bbc.jsonl")
        began = time.perf_counter()
        given: Any = {"file_id": stored.file_id, "options": {"confirm": False}}
        result: Any = await graph.ainvoke(given)  # pyright: ignore[reportUnknownMemberType]
        seconds = time.perf_counter() - began
        print(f"{result['selection']['model']}: {len(result['topics'])} topics")
        return seconds


async def _measure_many(documents: int) -> tuple[dict[str, float], dict[str, float], int]:
    """CPU seconds of our trainings and of plain ones, by kind; and the most bytes of all processes."""
    corpus = short_documents(documents)
    saved = corpus.save()
    place = LocalProcesses()
    ours: dict[str, float] = {}
    plain: dict[str, float] = {}
    with TemporaryDirectory() as folder, _watched() as peaks:
        bare = Path(folder) / "corpus.npz"
        np.savez(bare, ids=corpus.ids, starts=corpus.starts)
        for kind in ("nmf", "lda"):
            spec = {
                "kind": kind,
                "topics": _TOPICS,
                "seed": 1,
                "iterations": _ITERATIONS if kind == "lda" else None,
            }
            job = Job(step="train", settings={"spec": spec, "again": 0}, files={CORPUS: saved})
            before = _cpu()
            await place.run(job, lambda done, total: None)
            ours[kind] = _cpu() - before
            before = _cpu()
            code = _PLAIN.format(topics=_TOPICS, vocabulary=_VOCABULARY, iterations=_ITERATIONS)
            env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            command = [sys.executable, "-W", "ignore", "-c", code, str(bare), kind]
            await asyncio.to_thread(subprocess.run, command, check=True, env=env)
            plain[kind] = _cpu() - before
    return ours, plain, max(peaks)


def short_documents(documents: int) -> Corpus:
    """Documents of a dozen words from twenty topics; the same each time."""
    chance = np.random.default_rng(1)
    topics = chance.dirichlet(np.full(_VOCABULARY, 0.05), size=_TOPICS)
    main = chance.integers(0, _TOPICS, size=documents)
    ids = np.empty((documents, _WORDS), dtype=np.int32)
    for topic in range(_TOPICS):
        rows = np.flatnonzero(main == topic)
        ids[rows] = chance.choice(_VOCABULARY, size=(len(rows), _WORDS), p=topics[topic])
    words = tuple(f"w{number:05d}" for number in range(_VOCABULARY))
    return Corpus(
        words=words,
        ids=ids.ravel(),
        starts=np.arange(documents + 1, dtype=np.int64) * _WORDS,
        texts=[" ".join(words[word] for word in row) for row in ids.tolist()],
        rows=np.arange(documents),
        row_documents=np.arange(documents),
        facts={"language": "en", "cleaning": {}, "data_sha256": "made"},
    )


def _cpu() -> float:
    """Seconds of the CPU that ended children have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _watched() -> Generator[list[int]]:
    """Inside the block, how many bytes this process and its children hold, ten times a second."""
    found = [0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            found.append(_held())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def _held() -> int:
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() or int(process.name) == os.getpid():
                pages = int((process / "statm").read_text().split()[1])
                total += pages * os.sysconf("SC_PAGE_SIZE")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


if __name__ == "__main__":
    sys.exit(main())
