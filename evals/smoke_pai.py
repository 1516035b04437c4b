"""One small training on the real PAI-DLC and one analysis on the real PAI-EAS, with the environment's keys.

``python -m evals.smoke_pai``, or ``make smoke-pai``. A job of some minutes on one machine is paid for.
Without settings it says what is missing, and that is no failure.
"""

import asyncio
import json
import sys
from time import perf_counter

from configs.settings import Settings, SettingsError, load_settings
from evals.topics_planted import plant
from server.resources import topics_training
from tools.alibaba.eas import infer_topics
from tools.errors import ServiceError
from tools.topics.running.job import Job

_TEXTS = 60


def main() -> int:
    """The process's exit code."""
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return asyncio.run(_asked(settings))


async def _asked(settings: Settings) -> int:
    corpus = plant(seed=2, documents=_TEXTS).corpus
    place = topics_training(settings)
    if place is None:
        sys.stdout.write("PAI-DLC: not asked; TOPICS_TRAINING is not dlc\n")
    else:
        spec = {"kind": "nmf", "topics": 5}
        job = Job(step="train", settings={"spec": spec, "again": 0}, files={"corpus.zip": corpus.save()})
        began = perf_counter()
        try:
            made = await place.run(job, lambda done, total: None)
        except ServiceError as error:
            sys.stdout.write(f"PAI-DLC: {error.code}: {error.message} {error.hint}\n")
            return 1
        words = json.loads(made["summary.json"])["words"]
        sys.stdout.write(f"PAI-DLC: {len(words)} topics in {perf_counter() - began:.0f} s\n")
    if settings.topics_eas_url is None or settings.topics_eas_token is None:
        sys.stdout.write("PAI-EAS: not asked; TOPICS_EAS_URL or TOPICS_EAS_TOKEN is not set\n")
        return 0
    try:
        token = settings.topics_eas_token.get_secret_value()
        found = await infer_topics(settings.topics_eas_url, token, corpus.texts[:2])
    except ServiceError as error:
        sys.stdout.write(f"PAI-EAS: {error.code}: {error.message} {error.hint}\n")
        return 1
    sys.stdout.write(f"PAI-EAS: {len(found['topics'])} topics\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
