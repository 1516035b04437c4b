"""How good topics are, and whether models can spoil them: ``python -m evals.topics --model offline --check``.

Offline: BBC News without labels, corpora with planted topics, measures beside gensim's, and whether one seed
gives the same bytes. Oracle: bills named by a model that knows their policy areas, against the best that the
same topics allow. Adversarial: the same with a model that invents quotations and merges at random.
"""

# gensim carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportMissingImports=false

import argparse
import asyncio
import csv
import hashlib
import io
import sys
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from evals.goals import Goals
from evals.graph_run import open_models
from evals.model_server import Answers, model_server
from evals.table import render_table
from evals.topics_data import Labelled, majority, p1, read_bbc, read_bills
from evals.topics_labeller import AdversarialLabeller, OracleLabeller
from evals.topics_planted import TOPICS, plant
from graphs.topics.graph import graph
from tools.llm.chat_models import ChatModels, bind
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage
from tools.topics.corpus import Corpus
from tools.topics.metrics.coherence import CoherenceMeter
from tools.topics.metrics.fit import nmi
from tools.topics.models.model import TopicModel
from tools.topics.models.spec import NEURAL, Kind, ModelSpec
from tools.topics.models.training import train

OFFLINE, ORACLE, ADVERSARIAL = "offline", "oracle", "adversarial"

_DEFAULT_MODELS: tuple[Kind, ...] = ("nmf", "lda", "dmr")
_SEEDS = 20
_FOUND = 0.8  # of a planted topic's top ten words
_NEAR = 1e-6  # to gensim
_COLUMNS = ("coherence", "diversity", "stability_words", "stability_documents", "separation", "score")
_POLICY_AREAS = 21  # topics of the bills, as TopicGPT had them


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the eval; 1 when goals are checked and one is missed."""
    options = _parse(arguments)
    goals = Goals()
    if options.model == OFFLINE:
        asyncio.run(_evaluate_bbc(options.data, goals))
        _evaluate_planted(goals, options.seeds)
    else:
        asyncio.run(_evaluate_bills(options.data, options.model, goals))
    print(f"\n{goals.verdict}" if options.check else "")
    return 1 if options.check and goals.missed else 0


class _Run:
    """A run of the graph, and its files."""

    def __init__(self, output: dict[str, Any], files: dict[str, bytes]) -> None:
        self.output = output
        self.files = files

    @property
    def main(self) -> list[str]:
        """Of each row the number of its main topic; "" where it has none."""
        text = self.files["assignments"].decode("utf-8-sig")
        return [row["topic"] for row in csv.DictReader(io.StringIO(text))]

    @property
    def hashes(self) -> dict[str, str]:
        """Of each file, without what names files of this run."""
        return {
            name: hashlib.sha256(data).hexdigest() for name, data in self.files.items() if name != "analysis"
        }


async def _run(gold: Labelled, playing: ChatModels, **options: Any) -> _Run:
    with TemporaryDirectory() as folder, bind_storage(storage := LocalStorage(Path(folder))), bind(playing):
        stored = await storage.write(gold.file(), name=f"{gold.name}.jsonl")
        given: Any = {"file_id": stored.file_id, "options": {"confirm": False, **options}}
        output: dict[str, Any] = await graph.ainvoke(given)  # pyright: ignore[reportUnknownMemberType]
        files = {name: await storage.read(file["file_id"]) for name, file in output["files"].items()}
        return _Run(output, files)


async def _evaluate_bbc(data: Path, goals: Goals) -> None:
    gold = read_bbc(data)
    began = perf_counter()
    run = await _run(gold, ChatModels({}))
    seconds = perf_counter() - began
    output, measures = run.output, run.output["measures"]
    rows = [*output["selection"]["tried"], *output["selection"]["models"]]
    tried = [[row["name"], *(_told(row[key]) for key in _COLUMNS)] for row in rows]
    print(render_table(("BBC News", "NPMI", "TD", "words", "documents", "apart", "score"), tried))
    topics = len(output["topics"])
    score = nmi(_numbers(run.main), _numbers(gold.labels))
    chance = measures["chance"]
    print(f"\nchosen: {output['selection']['model']}, {topics} topics, NMI {score:.3f}, {seconds:.0f} s")
    for name in ("c_v", "npmi", "c_npmi", "u_mass", "diversity", "irbo"):
        print(f"{name}: {measures[name]:.4f}, topics of chance {chance[name]:.4f}")
    goals.at_least("topics", topics, 4)
    goals.at_most("topics", topics, 8)
    goals.at_least("NMI", score, 0.75)
    goals.at_least("C_V", measures["c_v"], 0.727)
    goals.at_least("NPMI", measures["npmi"], 0.305)
    goals.at_least("TD", measures["diversity"], 0.9)
    _compare_with_gensim(Corpus.load(run.files["corpus"]), TopicModel.load(run.files["model"]), goals)
    _check_evidence(gold, output, goals)
    count = output["selection"]["topics"]
    again = [
        await _run(gold, ChatModels({}), models=["nmf", "lda"], topics=[count], again=1) for _ in range(2)
    ]
    different = [name for name, digest in again[0].hashes.items() if again[1].hashes[name] != digest]
    print(f"two runs with one seed: {len(different)} files differ {different or ''}")
    goals.at_most("files that differ with the same seed", len(different), 0)


def _told(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _numbers(names: Sequence[str]) -> Any:
    return np.unique(list(names), return_inverse=True)[1]


def _compare_with_gensim(corpus: Corpus, model: TopicModel, goals: Goals) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from gensim.corpora import Dictionary  # noqa: PLC0415
            from gensim.models import CoherenceModel  # noqa: PLC0415
    except ImportError:
        print("gensim: SKIPPED, it is not installed (pip install gensim)")
        goals.at_least("comparisons with gensim", 0, 1)
        return
    texts = [[corpus.words[int(word)] for word in corpus.document(d)] for d in range(corpus.documents)]
    dictionary: Any = Dictionary(texts)
    bags = [dictionary.doc2bow(text) for text in texts]
    ids = list(model.top_ids())
    own = CoherenceMeter(corpus, np.concatenate(ids)).measure(ids)
    for name, found in (("c_v", own.c_v), ("c_npmi", own.c_npmi), ("u_mass", own.u_mass)):
        asked: Any = CoherenceModel(
            topics=model.top_words(),
            texts=texts,
            corpus=bags,
            dictionary=dictionary,
            coherence=name,
            processes=1,
        )
        off = float(np.abs(found - np.array(asked.get_coherence_per_topic())).max())
        print(f"{name}: at most {off:.1e} off gensim's")
        goals.at_most(f"{name}, difference from gensim", off, _NEAR)


def _evaluate_planted(goals: Goals, seeds: int) -> None:
    rows: list[list[str]] = []
    has_torch = find_spec("torch") is not None
    if not has_torch:
        print(f"\n{', '.join(NEURAL)}: SKIPPED, torch is not installed (pip install '.[neural]')")
    for kind in (*_DEFAULT_MODELS, *(NEURAL if has_torch else ())):
        shares: list[list[float]] = []
        for seed in range(1, seeds + 1):
            planted = plant(seed)
            model = train(planted.corpus, ModelSpec(kind=kind, topics=TOPICS, seed=seed), _unheard)
            shares.append(planted.found(model.top_words()))
        whole = sum(min(share) >= _FOUND for share in shares)
        rows.append([kind, f"{whole}/{seeds}", f"{min(map(min, shares)):.2f}"])
        goals.at_least(f"{kind}: corpora with all planted topics found", whole, seeds)
    print()
    print(render_table(("planted topics", "5 of 5 found", "worst topic"), rows))


def _unheard(done: int, total: int) -> None:
    """Nobody watches."""


async def _evaluate_bills(data: Path, kind: str, goals: Goals) -> None:
    gold = read_bills(data)
    asked: dict[str, Any] = {"models": ["nmf"], "topics": [_POLICY_AREAS], "again": 1}
    plain = await _run(gold, ChatModels({}), **asked)
    labeller = OracleLabeller(gold) if kind == ORACLE else AdversarialLabeller()
    with model_server(Answers.oracle(labeller)) as server:
        run = await _run(gold, open_models("openai:labeller", server.openai_url), **asked)
    before, after = plain.output["measures"], run.output["measures"]
    refused = sum(note["code"] == "merge_refused" for note in run.output["warnings"])
    print(
        f"bills: {len(plain.output['topics'])} topics, {len(run.output['topics'])} after "
        f"{len(run.output['history'])} merges, {refused} refused; "
        f"NPMI {before['npmi']:.4f} -> {after['npmi']:.4f}"
    )
    _check_evidence(gold, run.output, goals)
    goals.at_most("NPMI lost", before["npmi"] - after["npmi"], 0.02)
    if kind == ORACLE:
        known = [at for at, topic in enumerate(plain.main) if topic]
        labels = [gold.labels[at] for at in known]
        best = majority([plain.main[at] for at in known], labels)
        ceiling = p1([best[plain.main[at]] for at in known], labels)
        names = {str(topic["id"]): topic["label"] for topic in run.output["topics"]}
        reached = p1([names[run.main[at]].split(" (")[0] for at in known], labels)
        print(f"P1 {reached:.4f}, ceiling {ceiling:.4f}, of it {reached / ceiling:.4f}")
        goals.at_least("P1, of the ceiling", reached / ceiling, 0.95)


def _check_evidence(gold: Labelled, output: dict[str, Any], goals: Goals) -> None:
    quotes = [quote for topic in output["topics"] for quote in topic["quotes"]]
    found = sum(quote["quote"] in gold.texts[quote["row"] - 1] for quote in quotes)
    fewest = min(len(topic["quotes"]) for topic in output["topics"])
    print(f"evidence: {found} of {len(quotes)} quotations stand in their texts; at least {fewest} a topic")
    goals.at_least("quotations found", found / max(1, len(quotes)), 1)
    goals.at_least("quotations of each topic", fewest, 3)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", choices=[OFFLINE, ORACLE, ADVERSARIAL], default=OFFLINE)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=_SEEDS, help="of planted corpora")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
