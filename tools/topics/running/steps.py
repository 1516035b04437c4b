"""The steps of the job that are done outside of the service: files and settings in, files out."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tools.topics.analysis.describing import assignments_csv, describe
from tools.topics.analysis.guarding import guard
from tools.topics.cleaning import Cleaning, Tokenizer
from tools.topics.columns import Columns, checked, find_columns, preview, unused
from tools.topics.corpus import Corpus, counts_of
from tools.topics.editing import Topic, TopicSet, apply_edits, gathered, read_edits
from tools.topics.metrics.measures import measure_chance
from tools.topics.models.assigning import assign
from tools.topics.models.model import TopicModel
from tools.topics.models.spec import ModelSpec
from tools.topics.packing import pack, unpack
from tools.topics.preparing import prepare
from tools.topics.remarks import Remark
from tools.topics.running.job import Job, Tell
from tools.topics.tables.table import Table
from tools.topics.trial import try_model
from tools.topics.tuning.spec import TuningSpec

CORPUS, MODEL, TOPICS = "corpus.zip", "model.zip", "topics.zip"
SUMMARY, ANALYSIS, PROFILE = "summary.json", "analysis.json", "profile.json"
ASSIGNMENTS, ADAPTER = "assignments.csv", "adapter.zip"

_CHANCE_TOPICS = 10  # of the floor that numbers of topics are held against
_CHANCE_SEED = 0


def run_step(job: Job, tell: Tell, models: Path | None = None) -> dict[str, bytes]:
    """Do one step.

    Args:
        job: What is to be done.
        tell: Hears of progress.
        models: The folder of embedding models, which only a tuning needs.

    Raises:
        ServiceError: What it cannot do, explained.
    """
    return _tune(job, tell, models) if job.step == "tune" else _STEPS[job.step](job, tell)


def _profile(job: Job, tell: Tell) -> dict[str, bytes]:
    """``files`` (names of the table's files) -> profile.json: columns found, a look at each, remarks."""
    table = _table(job)
    columns, reasons = find_columns(table)
    given = {key: value for key, value in job.settings.get("columns", {}).items() if value is not None}
    if given:
        columns = checked(Columns.model_validate(columns.model_dump() | given), table)
        reasons |= dict.fromkeys(_named(given), "named in the request")
    return {
        PROFILE: _json(
            {
                "rows": table.rows,
                "columns": columns.model_dump(mode="json"),
                "preview": list(preview(table, columns, reasons)),
                "remarks": _told(table.remarks),
            }
        )
    }


def _named(given: dict[str, Any]) -> list[str]:
    return [name for value in given.values() for name in ([value] if isinstance(value, str) else value)]


def _prepare(job: Job, tell: Tell) -> dict[str, bytes]:
    """Files, ``columns``, ``cleaning``, ``period`` -> corpus.zip, and summary.json with facts and remarks."""
    table = _table(job)
    columns = checked(Columns.model_validate(job.settings["columns"]), table)
    cleaning = Cleaning.model_validate(job.settings["cleaning"])
    corpus, remarks = prepare(table, columns, cleaning, job.settings.get("period"), tell)
    chance = measure_chance(corpus, _CHANCE_TOPICS, _CHANCE_SEED)
    facts = {
        **corpus.facts,
        "has_times": corpus.times is not None,
        "groups": {name: len(set(values)) for name, values in corpus.groups.items()},
        "labels": len(set(corpus.labels or ())),
    }
    return {
        CORPUS: corpus.save(),
        SUMMARY: _json(
            {
                "facts": facts,
                "remarks": _told([*unused(table, columns), *remarks]),
                "chance": chance.as_dict(),
            }
        ),
    }


def _train(job: Job, tell: Tell) -> dict[str, bytes]:
    """corpus.zip, ``spec``, ``again`` -> model.zip and summary.json."""
    corpus = Corpus.load(job.files[CORPUS], with_texts=False)
    spec = ModelSpec.model_validate(job.settings["spec"])
    trial = try_model(corpus, spec, job.settings["again"], tell)
    return {MODEL: trial.model.save(), SUMMARY: _json(trial.summary())}


def _tune(job: Job, tell: Tell, models: Path | None) -> dict[str, bytes]:
    """corpus.zip, ``tuning``, ``seed`` -> corpus.zip with vectors, adapter.zip and summary.json."""
    from tools.topics.tuning.tuning import tune_corpus  # noqa: PLC0415 - an extra

    corpus = Corpus.load(job.files[CORPUS])
    spec = TuningSpec.model_validate(job.settings["tuning"])
    tuned = tune_corpus(corpus, spec, job.settings["seed"], models, tell)
    return {CORPUS: tuned.corpus.save(), ADAPTER: tuned.adapter, SUMMARY: _json(tuned.facts)}


def _describe(job: Job, tell: Tell) -> dict[str, bytes]:
    """corpus.zip, model.zip, ``edits``, ``labels`` -> analysis.json, topics.zip, assignments.csv."""
    corpus, model = Corpus.load(job.files[CORPUS]), TopicModel.load(job.files[MODEL])
    topics = apply_edits(model, corpus, read_edits(job.settings["edits"]))
    labels: dict[str, str] = job.settings.get("labels", {})
    names = [topic.label or labels.get(str(topic.id), f"topic {topic.id}") for topic in topics.shown]
    return {
        ANALYSIS: _json(describe(corpus, topics)),
        TOPICS: save_topics(topics, names, corpus.facts),
        ASSIGNMENTS: assignments_csv(corpus, topics, names),
    }


def _guard(job: Job, tell: Tell) -> dict[str, bytes]:
    """corpus.zip, model.zip, ``edits``, ``proposals`` -> summary.json: which of the proposals do no harm."""
    corpus, model = Corpus.load(job.files[CORPUS]), TopicModel.load(job.files[MODEL])
    verdicts = guard(corpus, model, read_edits(job.settings["edits"]), read_edits(job.settings["proposals"]))
    return {SUMMARY: _json({"verdicts": [asdict(verdict) for verdict in verdicts]})}


def _assign(job: Job, tell: Tell) -> dict[str, bytes]:
    """topics.zip, ``texts`` -> summary.json with each text's shares, as training documents have theirs."""
    return {SUMMARY: _json(assign_texts(job.files[TOPICS], job.settings["texts"]))}


def _report(job: Job, tell: Tell) -> dict[str, bytes]:
    """analysis.json, ``language`` -> report.zip with figures and their tables, report.html, report.docx."""
    from tools.topics.report.making import make_report  # noqa: PLC0415 - trainings have no use for it

    return make_report(json.loads(job.files[ANALYSIS]), job.settings["language"], tell)


def save_topics(topics: TopicSet, names: list[str], facts: Any) -> bytes:
    """Everything that is needed to find these topics in new texts; without the documents."""
    model = topics.model
    arrays = {"components": model.components} | ({} if model.idf is None else {"idf": model.idf})
    meta = {
        "words": list(model.words),
        "spec": model.spec.model_dump(mode="json"),
        "topics": [
            {"id": topic.id, "label": name, "members": list(topic.members)}
            for topic, name in zip(topics.shown, names, strict=True)
        ],
        "cleaning": facts["cleaning"],
        "language": facts["language"],
        "data_sha256": facts["data_sha256"],
    }
    return pack(arrays, meta)


def assign_texts(saved: bytes, texts: list[str]) -> dict[str, Any]:
    """The topics of new texts: cleaned as the corpus was, and assigned by the same function.

    Returns:
        ``{"topics": [{"id", "label"}], "documents": [{"shares": [...] or None, "known_words"}]}``; None where
        no word of a text is in the vocabulary.
    """
    arrays, meta = unpack(saved)
    tokenizer = Tokenizer(Cleaning.model_validate(meta["cleaning"]), meta["language"])
    places = {word: place for place, word in enumerate(meta["words"])}
    found = [[places[word] for word in tokenizer.words(text) if word in places] for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in found])]).astype(np.int64)
    ids = np.array([word for one in found for word in one], dtype=np.int32)
    counts = counts_of(ids, starts, len(meta["words"]))
    topics = [Topic(id=one["id"], members=tuple(one["members"])) for one in meta["topics"]]
    shares = gathered(assign(arrays["components"], arrays.get("idf"), counts), topics)
    return {
        "topics": [{"id": one["id"], "label": one["label"]} for one in meta["topics"]],
        "documents": [
            {"shares": [round(float(s), 6) for s in row] if words else None, "known_words": len(words)}
            for row, words in zip(shares, found, strict=True)
        ],
    }


def _table(job: Job) -> Table:
    """The table in the job's files; their names are in the settings, since they come from people."""
    from tools.topics.tables.opening import open_tables  # noqa: PLC0415 - trainings have no use for it

    return open_tables([(name, job.files[file]) for file, name in job.settings["files"].items()])


def _told(remarks: Any) -> list[dict[str, str]]:
    found: list[Remark] = list(remarks)
    return [{"code": one.code, "message": one.message} for one in found]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


_STEPS: dict[str, Callable[[Job, Tell], dict[str, bytes]]] = {
    "profile": _profile,
    "prepare": _prepare,
    "train": _train,
    "describe": _describe,
    "guard": _guard,
    "assign": _assign,
    "report": _report,
}
