"""Where embedding models lie, and what their folders say of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.errors import InvalidInput, Unavailable
from tools.topics.tuning.folder import base_folder, lay_beside, pooling_of


def laid(folder: Path, config: dict[str, Any] | None = None, **pooling: bool) -> Path:
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config or {}))
    if pooling:
        (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


@pytest.mark.parametrize(
    ("config", "pooling", "expected"),
    [
        ({"architectures": ["BertModel"]}, {}, "mean"),
        ({"architectures": ["Qwen3ForCausalLM"]}, {}, "last"),
        ({}, {"pooling_mode_lasttoken": True}, "last"),
        ({}, {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"architectures": ["Qwen3ForCausalLM"]}, {"pooling_mode_mean_tokens": True}, "mean"),
    ],
)
def test_pooling_is_what_the_folder_says_else_what_its_kind_of_model_wants(
    tmp_path: Path, config: dict[str, Any], pooling: dict[str, bool], expected: str
) -> None:
    assert pooling_of(laid(tmp_path / "m", config, **pooling)) == expected


def test_pooling_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not known") as refused:
        pooling_of(laid(tmp_path / "m", {}, pooling_mode_max_tokens=True))

    assert refused.value.code == "unsupported_base"


def test_a_model_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    laid(tmp_path / "one")
    (laid(tmp_path / "tuned-by-somebody") / "tuning.json").write_text("{}")
    (tmp_path / "half-written").mkdir()

    with pytest.raises(InvalidInput, match="'half-written'") as refused:
        base_folder(tmp_path, "half-written")

    assert "There are: one." in refused.value.hint
    with pytest.raises(Unavailable, match="no folder"):
        base_folder(None, "one")


def test_a_tuned_model_takes_everything_of_its_base_but_weights_and_config(tmp_path: Path) -> None:
    base, written = laid(tmp_path / "base", {"a": 1}, pooling_mode_cls_token=True), tmp_path / "written"
    for name in ("tokenizer.json", "model.safetensors", "pytorch_model.bin", "tuning.json"):
        (base / name).write_text("base")
    written.mkdir()
    (written / "config.json").write_text('{"a": 2}')
    (written / "model.safetensors").write_text("tuned")

    lay_beside(base, written, tmp_path / "tuned")

    found = {str(p.relative_to(tmp_path / "tuned")): p.read_text() for p in (tmp_path / "tuned").rglob("*.*")}
    assert found == {
        "config.json": '{"a": 2}',
        "model.safetensors": "tuned",
        "tokenizer.json": "base",
        "1_Pooling/config.json": '{"pooling_mode_cls_token": true}',
    }
