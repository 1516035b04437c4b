"""A corpus gets vectors of an embedding model that was tuned by it; the model stays where models lie."""

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.errors import InputTooLarge
from tools.topics.corpus import Corpus
from tools.topics.packing import zipped
from tools.topics.tuning.encoder import Encoder, Tell, dtype_of, versions
from tools.topics.tuning.folder import CONFIG, TUNING, base_folder, lay_beside
from tools.topics.tuning.lora import tune
from tools.topics.tuning.pairs import find_pairs
from tools.topics.tuning.spec import TuningSpec

MOST_DOCUMENTS = 100_000  # whose vectors fit into memory
_PHASES = 3  # pairs, documents, words
_OUT_OF_MEMORY = "can't allocate memory"  # as torch says it, of a CPU


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What comes of a tuning."""

    corpus: Corpus  #: With vectors of its texts and words.
    adapter: bytes  #: A ZIP in the form of peft: what was learned, without the base.
    facts: dict[str, Any]  #: Base, model, settings, pairs, measures before and after, versions.


def tune_corpus(corpus: Corpus, spec: TuningSpec, seed: int, models: Path | None, tell: Tell) -> Tuned:
    """Tune a model by a corpus, and embed the corpus by it.

    Args:
        corpus: With its texts.
        spec: Base and settings.
        seed: Of what is held out, the order, and what is learned first.
        models: The folder of models; the tuned one is laid there.
        tell: Hears of steps.

    Raises:
        ServiceError: "too_many_to_tune", "unknown_base", or as the steps raise.
        MemoryError: The machine's does not do.
    """
    base = base_folder(models, spec.base)
    if corpus.documents > MOST_DOCUMENTS:
        raise InputTooLarge(
            f"there are {corpus.documents} texts; at most {MOST_DOCUMENTS} are embedded by a tuned model",
            hint="Send a sample, or leave out `tuning`.",
            code="too_many_to_tune",
        )
    pairs = find_pairs(corpus.texts, seed)
    try:
        encoder = Encoder(base, tokens=spec.tokens)
        measured = tune(encoder, pairs, spec, seed, _phase(tell, 0))
        adapter = _adapter(encoder, spec)
        encoder.model = encoder.model.merge_and_unload()
        vectors = encoder.encode(corpus.texts, _phase(tell, 1))
        words = encoder.encode([word.replace("_", " ") for word in corpus.words], _phase(tell, 2))
    except RuntimeError as error:
        if _OUT_OF_MEMORY not in str(error):
            raise
        raise MemoryError from error
    name = spec.name(seed, str(corpus.facts["data_sha256"]))
    facts: dict[str, Any] = {
        "base": spec.base,
        "model": name,
        "settings": spec.model_dump(mode="json"),
        "seed": seed,
        "pairs": len(pairs.seen),
        "held_out": len(pairs.held_out),
        "without_pair": pairs.without,
        "pooling": encoder.pooling,
        "dimensions": int(vectors.shape[1]),
        "device": encoder.device,
        "versions": versions(),
        **measured,
    }
    _keep(encoder, base, base.parent / name, facts)
    embedded = replace(corpus, vectors=vectors, word_vectors=words, facts={**corpus.facts, "tuning": facts})
    return Tuned(corpus=embedded, adapter=adapter, facts=facts)


def _phase(tell: Tell, number: int) -> Tell:
    """Tells one phase's steps as a part of all."""

    def told(done: int, total: int) -> None:
        tell(number * 100 + round(100 * done / max(total, 1)), _PHASES * 100)

    return told


def _adapter(encoder: Encoder, spec: TuningSpec) -> bytes:
    """What was learned, by the base's name in place of its path here."""
    with tempfile.TemporaryDirectory(prefix="scriptorium-adapter-") as folder:
        encoder.model.save_pretrained(folder)
        config: dict[str, Any] = json.loads((Path(folder) / "adapter_config.json").read_text("utf-8"))
        config |= {
            "base_model_name_or_path": spec.base,
            "target_modules": sorted(config["target_modules"]),
        }
        weights = (Path(folder) / "adapter_model.safetensors").read_bytes()
    told = json.dumps(config, indent=2, sort_keys=True)
    return zipped({"adapter_config.json": told.encode(), "adapter_model.safetensors": weights})


def _keep(encoder: Encoder, base: Path, place: Path, facts: dict[str, Any]) -> None:
    """Lay the tuned model where models lie, with its facts; whatever read its base reads it, too."""
    with tempfile.TemporaryDirectory(prefix="scriptorium-model-") as name:
        written = Path(name)
        numbers = getattr(encoder.torch, dtype_of(base))
        encoder.model.to(numbers).save_pretrained(written)
        config: dict[str, Any] = json.loads((written / CONFIG).read_text("utf-8"))
        config.pop("_name_or_path", None)
        known: dict[str, Any] = json.loads((base / CONFIG).read_text("utf-8"))
        if "architectures" in known:
            config["architectures"] = known["architectures"]
        (written / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True), "utf-8")
        (written / TUNING).write_text(json.dumps(facts, indent=2, sort_keys=True), "utf-8")
        lay_beside(base, written, place)
