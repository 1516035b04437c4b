"""A folder of embedding models: bases that somebody has laid there, and tuned ones beside them.

A model's folder has the form of Sentence Transformers: ``config.json``, a tokenizer, weights as safetensors,
and on wish ``1_Pooling/config.json``. Weights of other kinds are not read: they can hold programs.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from tools.errors import InvalidInput, Unavailable

CONFIG = "config.json"  # written last: a folder that has it is whole
TUNING = "tuning.json"  # what a tuned model is made of
_POOLING = "1_Pooling/config.json"
_WEIGHTS = (".safetensors", ".safetensors.index.json", ".bin", ".pt", ".onnx", ".h5", ".msgpack")


def base_folder(models: Path | None, name: str) -> Path:
    """Where a model lies.

    Args:
        models: The folder of models; None: this place has none.
        name: As TuningSpec has checked it.

    Raises:
        Unavailable: "no_models_folder".
        InvalidInput: "unknown_base".
    """
    if models is None:
        raise Unavailable(
            "no folder of embedding models is set up here",
            hint="Set TOPICS_MODELS_DIR, or TOPICS_TRAINING=dlc with PAI_DLC_TUNING_IMAGE.",
            code="no_models_folder",
        )
    folder = models / name
    if not (folder / CONFIG).is_file():
        # Tuned models are not shown: they came of somebody's texts, and who has tuned one knows its name.
        laid = (path.parent for path in models.glob(f"*/{CONFIG}"))
        there = sorted(folder.name for folder in laid if not (folder / TUNING).exists())
        raise unknown_base(name, f"There are: {', '.join(there) or 'none yet'}.")
    return folder


def unknown_base(name: str, there: str) -> InvalidInput:
    """The error of a model that is not there."""
    return InvalidInput(
        f"there is no embedding model {name!r} to begin with",
        hint=f"Put its folder with config.json, tokenizer and safetensors among the models. {there}",
        code="unknown_base",
    )


def pooling_of(folder: Path) -> str:
    """How vectors of tokens become one, as the model's folder says: "last", "cls" or "mean".

    A folder that does not say it holds a plain model: of a decoder the last token has seen all others, of an
    encoder the mean is taken.
    """
    config = _json(folder / CONFIG)
    if not (folder / _POOLING).is_file():
        is_decoder = any("CausalLM" in str(one) for one in config.get("architectures") or ())
        return "last" if is_decoder else "mean"
    asked = _json(folder / _POOLING)
    modes = {"pooling_mode_lasttoken": "last", "pooling_mode_cls_token": "cls"}
    chosen = [name for key, name in modes.items() if asked.get(key)]
    if chosen:
        return chosen[0]
    if not asked.get("pooling_mode_mean_tokens"):
        raise InvalidInput(
            f"{folder.name} pools its tokens in a way that is not known here",
            hint="Known are pooling_mode_lasttoken, pooling_mode_cls_token and pooling_mode_mean_tokens.",
            code="unsupported_base",
        )
    return "mean"


def lay_beside(base: Path, written: Path, place: Path) -> None:
    """Lay a tuned model where models lie: what of the base it shares, its weights, at last its config.

    Args:
        base: The folder that it was made from.
        written: Its weights and config, in a folder of their own.
        place: Its folder; one that a killed job has left half written is written over.
    """
    place.mkdir(parents=True, exist_ok=True)
    (place / CONFIG).unlink(missing_ok=True)
    for path in sorted(base.rglob("*")):
        name = path.relative_to(base)
        if path.is_file() and not path.name.endswith(_WEIGHTS) and str(name) not in (CONFIG, TUNING):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place / name)
    for path in sorted(written.iterdir(), key=lambda path: (path.name == CONFIG, path.name)):
        shutil.copyfile(path, place / path.name)


def _json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise InvalidInput(
            f"{path.parent.name}/{path.name} is no JSON: {error}",
            hint="Lay the model's folder there again.",
            code="unsupported_base",
        ) from None
