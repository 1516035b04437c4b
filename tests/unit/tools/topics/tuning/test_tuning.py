"""An embedding model is tuned by a corpus; models here are drawn by chance, and small."""

import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import ValidationError

from evals.topics_planted import plant
from tests.fixtures.tiny_embedder import make_embedder, pool_by
from tools.errors import InvalidInput, ServiceError, Unavailable
from tools.topics.corpus import Corpus
from tools.topics.tuning.spec import TuningSpec
from tools.topics.tuning.tuning import Tuned, tune_corpus

# peft asks models of transformers by a name that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:.*gradient_checkpointing.*:FutureWarning")
QUICK = TuningSpec(base="tiny", epochs=1, batch=16, rate=0.01, tokens=64)


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


def sentences(text: str) -> str:
    """The same words, eight in a sentence."""
    words = text.split()
    return " ".join(f"{' '.join(words[at : at + 8])}." for at in range(0, len(words), 8))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Texts of sentences whose halves share a topic."""
    planted = plant(seed=3, documents=200).corpus
    return replace(planted, texts=[sentences(text) for text in planted.texts])


def embedder(folder: Path, texts: Sequence[str], kind: Literal["bert", "qwen3"] = "bert") -> Path:
    """A folder of models with a tiny one."""
    pytest.importorskip("peft", reason="peft is not installed: pip install '.[tuning]'")
    make_embedder(folder / "tiny", texts, kind)
    return folder


@pytest.fixture(scope="module")
def models(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return embedder(tmp_path_factory.mktemp("models"), corpus.texts)


@pytest.fixture(scope="module")
def tuned(corpus: Corpus, models: Path) -> Tuned:
    return tune_corpus(corpus, QUICK, 1, models, unheard)


def test_a_tuned_model_finds_halves_that_it_has_not_seen_better_than_its_base(tuned: Tuned) -> None:
    facts = tuned.facts

    assert (facts["pairs"], facts["held_out"], facts["pooling"]) == (180, 20, "mean")
    assert facts["after"]["loss"] < facts["before"]["loss"]
    assert len(facts["loss"]) == QUICK.epochs
    assert tuned.corpus.facts["tuning"] == facts


def test_texts_and_words_get_vectors_that_topic_models_work_with(tuned: Tuned, corpus: Corpus) -> None:
    assert tuned.corpus.vectors is not None
    assert tuned.corpus.word_vectors is not None
    assert tuned.corpus.vectors.shape == (corpus.documents, tuned.facts["dimensions"])
    assert len(tuned.corpus.word_vectors) == len(corpus.words)
    np.testing.assert_allclose(np.linalg.norm(tuned.corpus.vectors, axis=1), 1.0, atol=1e-5)


def test_the_model_lies_beside_its_base_and_gives_the_corpus_s_vectors(
    tuned: Tuned, corpus: Corpus, models: Path
) -> None:
    from tools.topics.tuning.encoder import Encoder  # noqa: PLC0415 - an extra

    again = Encoder(models / tuned.facts["model"], tokens=QUICK.tokens).encode(corpus.texts)

    np.testing.assert_allclose(again, tuned.corpus.vectors, atol=1e-5)
    assert json.loads((models / tuned.facts["model"] / "tuning.json").read_text()) == tuned.facts
    assert str(models) not in (models / tuned.facts["model"] / "config.json").read_text()


def test_the_adapter_is_in_the_form_of_peft_and_names_no_path(tuned: Tuned, models: Path) -> None:
    with zipfile.ZipFile(BytesIO(tuned.adapter)) as archive:
        config: dict[str, Any] = json.loads(archive.read("adapter_config.json"))

        assert archive.namelist() == ["adapter_config.json", "adapter_model.safetensors"]
    assert (config["base_model_name_or_path"], config["r"]) == ("tiny", QUICK.rank)
    assert config["target_modules"] == ["query", "value"]


def test_one_seed_gives_the_same_bytes(tuned: Tuned, corpus: Corpus, models: Path) -> None:
    again = tune_corpus(corpus, QUICK, 1, models, unheard)

    assert again.adapter == tuned.adapter
    assert again.corpus.save() == tuned.corpus.save()


def test_a_decoder_pools_by_its_last_token_and_so_does_what_was_tuned_from_it(
    corpus: Corpus, tmp_path: Path
) -> None:
    models = embedder(tmp_path, corpus.texts, "qwen3")

    tuned = tune_corpus(corpus, QUICK, 1, models, unheard)
    deeper = tune_corpus(corpus, QUICK.model_copy(update={"base": tuned.facts["model"]}), 2, models, unheard)

    assert (tuned.facts["pooling"], deeper.facts["pooling"]) == ("last", "last")
    assert deeper.facts["before"]["loss"] != tuned.facts["before"]["loss"]


def test_a_vector_does_not_depend_on_what_else_is_encoded(models: Path, corpus: Corpus) -> None:
    from tools.topics.tuning.encoder import Encoder  # noqa: PLC0415 - an extra

    short, long = corpus.words[0], corpus.texts[0]
    for mode in ("pooling_mode_mean_tokens", "pooling_mode_lasttoken", "pooling_mode_cls_token"):
        pool_by(models / "tiny", mode)
        encoder = Encoder(models / "tiny", tokens=64)
        together = encoder.encode([short, long])
        np.testing.assert_allclose(together[0], encoder.encode([short])[0], atol=1e-5)
    (models / "tiny" / "1_Pooling" / "config.json").unlink()


def test_a_loss_that_does_not_fall_is_an_error(corpus: Corpus, models: Path) -> None:
    idle = QUICK.model_copy(update={"rate": 1e-30})

    with pytest.raises(ServiceError, match="did not fall on 20 pairs") as failed:
        tune_corpus(corpus, idle, 1, models, unheard)

    assert failed.value.code == "loss_did_not_fall"
    assert not (models / idle.name(1, str(corpus.facts["data_sha256"]))).exists()


def test_a_folder_without_safe_weights_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    models = embedder(tmp_path, corpus.texts)
    (models / "tiny" / "model.safetensors").rename(models / "tiny" / "pytorch_model.bin")

    with pytest.raises(InvalidInput, match="safetensors") as refused:
        tune_corpus(corpus, QUICK, 1, models, unheard)

    assert refused.value.code == "unsupported_base"


def test_without_the_extra_it_is_named(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "torch", None)

    with pytest.raises(Unavailable) as refused:
        tune_corpus(corpus, QUICK, 1, tmp_path, unheard)

    assert refused.value.code == "tuning_missing"
    assert "[tuning]" in refused.value.hint


@pytest.mark.parametrize("base", ["../secrets", "/etc", "A", "", "a" * 200, ".hidden"])
def test_a_base_is_a_name_and_no_path(base: str) -> None:
    with pytest.raises(ValidationError, match="base"):
        TuningSpec(base=base)
