"""One small training on the real PAI-DLC and one analysis on the real PAI-EAS, with the environment's keys.

``python -m evals.smoke_pai``, or ``make smoke-pai``. A job of some minutes on one machine is paid for; with
``--base NAME`` (``make smoke-pai BASE=NAME``) another one with a GPU, which tunes that embedding model. What
is not set is named, and that is no failure.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from configs.settings import Settings, SettingsError, load_settings
from evals.topics_planted import plant
from server.resources import topics_training
from tools.alibaba.eas import infer_topics
from tools.errors import ServiceError
from tools.topics.corpus import Corpus
from tools.topics.running.job import Job, Place

_TEXTS = 200
_SENTENCE = 8  # words
_DLC = (
    *("OSS_BUCKET_NAME", "OSS_REGION", "OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "PAI_ACCESS_KEY_ID"),
    *("PAI_ACCESS_KEY_SECRET", "PAI_WORKSPACE_ID", "PAI_DLC_IMAGE"),
)
_EAS = ("TOPICS_EAS_URL", "TOPICS_EAS_TOKEN")


def main() -> int:
    """The process's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", help="an embedding model below models/ in PAI_DLC_PREFIX, to be tuned")
    asked = parser.parse_args()
    try:
        settings = load_settings()
        lines = asyncio.run(smoke(settings, asked.base))
    except (SettingsError, ServiceError) as error:
        told = f"{error.code}: {error.message} {error.hint}" if isinstance(error, ServiceError) else error
        sys.stdout.write(f"{told}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


async def smoke(settings: Settings, base: str | None = None) -> list[str]:
    """Ask what is set up; a line for each service, or why it was not asked.

    Raises:
        ServiceError: What a service that was asked says against it.
    """
    corpus = _corpus()
    return [*await _trained(settings, corpus, base), await _analysed(settings, corpus)]


def _corpus() -> Corpus:
    """Planted topics in sentences, whose halves an embedding model can be tuned by."""
    corpus = plant(seed=2, documents=_TEXTS).corpus
    return replace(corpus, texts=[_sentences(text.split()) for text in corpus.texts])


def _sentences(words: list[str]) -> str:
    return " ".join(f"{' '.join(words[at : at + _SENTENCE])}." for at in range(0, len(words), _SENTENCE))


async def _trained(settings: Settings, corpus: Corpus, base: str | None) -> list[str]:
    place = topics_training(settings)
    if place is None:
        return [f"PAI-DLC: not asked; set TOPICS_TRAINING=dlc{_unset(settings, _DLC)}"]
    spec = {"kind": "nmf", "topics": 5}
    made, seconds = await _done(place, Job(step="train", settings={"spec": spec, "again": 0}), corpus)
    lines = [f"PAI-DLC: {len(made['words'])} topics in {seconds:.0f} s"]
    if base is None or not settings.pai_dlc_tuning_image:
        why = "set PAI_DLC_TUNING_IMAGE" if base else "name an embedding model: --base NAME"
        return [*lines, f"PAI-DLC, tuning: not asked; {why}"]
    tuning = {"tuning": {"base": base, "epochs": 1}, "seed": 1}
    made, seconds = await _done(place, Job(step="tune", settings=tuning), corpus)
    fell = f"{made['before']['loss']:.3f} to {made['after']['loss']:.3f}"
    return [*lines, f"PAI-DLC, tuning: {made['model']}, loss {fell}, on {made['device']}, in {seconds:.0f} s"]


async def _done(place: Place, job: Job, corpus: Corpus) -> tuple[dict[str, Any], float]:
    began = perf_counter()
    files: Mapping[str, bytes] = {"corpus.zip": corpus.save()}
    made = await place.run(replace(job, files=files), lambda done, total: None)
    return json.loads(made["summary.json"]), perf_counter() - began


async def _analysed(settings: Settings, corpus: Corpus) -> str:
    if settings.topics_eas_url is None or settings.topics_eas_token is None:
        return f"PAI-EAS: not asked{_unset(settings, _EAS)}"
    token = settings.topics_eas_token.get_secret_value()
    found = await infer_topics(settings.topics_eas_url, token, corpus.texts[:2])
    return f"PAI-EAS: {len(found['topics'])} topics"


def _unset(settings: Settings, names: tuple[str, ...]) -> str:
    missing = [name for name in names if not getattr(settings, name.lower())]
    return f"; not set: {', '.join(missing)}" if missing else ""


if __name__ == "__main__":
    sys.exit(main())
