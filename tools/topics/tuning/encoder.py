"""Texts as vectors of an embedding model that lies in a folder; torch and transformers are an extra."""

# torch, transformers and peft are not there for a strict check.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import ErrorCategory, InvalidInput, Unavailable
from tools.topics.tuning.folder import pooling_of

Vectors = NDArray[np.float32]
Tell = Callable[[int, int], None]

_TOGETHER = 64  # texts that are encoded at once


class Encoder:
    """An embedding model and its tokenizer, on a GPU where there is one.

    Args:
        folder: Of the model; nothing is loaded from elsewhere, and no code of its own is run.
        tokens: Of a text that are read.

    Raises:
        Unavailable: "tuning_missing": the extra is not installed.
        InvalidInput: "unsupported_base": the folder holds no model that can be read.
    """

    def __init__(self, folder: Path, *, tokens: int) -> None:
        self.torch, transformers = _installed()
        transformers.utils.logging.disable_progress_bar()  # progress is told line by line
        self._tokens = tokens
        self.pooling = pooling_of(folder)
        self.device = "cuda" if self.torch.cuda.is_available() else "cpu"
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.model: Any = transformers.AutoModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=self.torch.float32
            ).to(self.device)
        except (OSError, ValueError, KeyError) as error:
            raise InvalidInput(
                f"the embedding model {folder.name} cannot be read: {error}",
                hint="Its folder has to hold config.json, a tokenizer and weights as safetensors.",
                code="unsupported_base",
            ) from None
        if self._tokenizer.pad_token is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token

    def vectors(self, texts: Sequence[str]) -> Any:
        """A unit vector for each text, as a tensor that gradients flow through."""
        torch = self.torch
        read = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._tokens, return_tensors="pt"
        ).to(self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.device == "cuda"):
            states = self.model(**read).last_hidden_state
        mask = read["attention_mask"]
        return torch.nn.functional.normalize(self._pooled(states.float(), mask), dim=-1)

    def _pooled(self, states: Any, mask: Any) -> Any:
        torch = self.torch
        if self.pooling == "mean":
            weights = mask.unsqueeze(-1).to(states.dtype)
            return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)
        # On whichever side the padding stands: the first or the last token that is none of it.
        if self.pooling == "cls":
            places = mask.argmax(dim=1)
        else:
            places = mask.shape[1] - 1 - mask.flip(dims=[1]).argmax(dim=1)
        return states[torch.arange(len(states), device=states.device), places]

    def encode(self, texts: Sequence[str], tell: Tell | None = None) -> Vectors:
        """A unit vector for each text; texts of like length go together, so that little is padded.

        Args:
            texts: Any number, in any order.
            tell: Hears of texts that are done.
        """
        self.model.eval()
        order = np.argsort([-len(text) for text in texts], kind="stable")
        found: Vectors | None = None
        with self.torch.no_grad():
            for begin in range(0, len(order), _TOGETHER):
                places = order[begin : begin + _TOGETHER]
                vectors = self.vectors([texts[int(place)] for place in places]).cpu().numpy()
                if found is None:
                    found = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
                found[places] = vectors
                if tell is not None:
                    tell(min(begin + _TOGETHER, len(texts)), len(texts))
        return np.zeros((0, 0), dtype=np.float32) if found is None else found


def _installed() -> tuple[Any, Any]:
    try:
        import torch  # noqa: PLC0415 - an extra
        import transformers  # noqa: PLC0415
    except ImportError as error:
        raise tuning_missing(error) from None
    return torch, transformers


def tuning_missing(error: ImportError) -> Unavailable:
    """The error of a machine without the extra."""
    return Unavailable(
        f"tuning an embedding model needs {error.name or 'a package'}, which is not installed",
        hint="Install scriptorium-service[tuning], or build the image of deploy/topics.Dockerfile with it.",
        code="tuning_missing",
        category=ErrorCategory.INVALID_INPUT,
    )


def versions() -> dict[str, str]:
    """Of what a tuning is made with."""
    from importlib.metadata import version  # noqa: PLC0415 - where models are tuned

    return {name: version(name) for name in ("torch", "transformers", "peft")}


def dtype_of(folder: Path) -> str:
    """The numbers that a model's weights are kept as, such as "bfloat16"; "float32" where it does not say."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    return str(config.get("dtype") or config.get("torch_dtype") or "float32")
