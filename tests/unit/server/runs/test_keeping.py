"""How long things are kept, and how documents are found: from the file, unless the environment says."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from configs.keeping import StoreSetting, ThreadTtlSetting
from server.runs.keeping import Keeping
from server.runs.langgraph_json import LangGraphJson
from server.runs.thread_ttl import ThreadTtl
from tools.errors import InvalidInput

KEYS: dict[str, Any] = {
    "checkpointer": {"ttl": {"strategy": "keep_latest", "default_ttl": 5}},
    "store": {"ttl": {"default_ttl": 7, "refresh_on_read": False}},
}


def keeping(keys: dict[str, Any], config: Path | None = None, **environment: Any) -> Keeping:
    given: dict[str, Any] = {"threads": None, "store": None} | environment
    return Keeping.of(LangGraphJson.model_validate({"graphs": {}, **keys}), config=config, **given)


def test_the_file_says_how_long_threads_and_documents_are_kept() -> None:
    found = keeping(KEYS)

    assert found.thread_ttl() == ThreadTtl(duration=timedelta(minutes=5), strategy="keep_latest")
    assert found.store_ttl() == {"default_ttl": 7, "refresh_on_read": False}


def test_the_file_says_how_often_each_is_swept() -> None:
    usual = timedelta(seconds=60)
    ttl = {"sweep_interval_minutes": 3, "sweep_limit": 2}
    found = keeping({"checkpointer": {"ttl": ttl}, "store": {"ttl": {"sweep_interval_minutes": 0.5}}})

    assert found.sweeps(usual) == {
        "lost": usual,
        "threads": timedelta(minutes=3),
        "documents": timedelta(seconds=30),
    }
    assert found.thread_limit == 2
    assert set(keeping({}).sweeps(usual).values()) == {usual}


def test_the_environment_wins_over_the_file() -> None:
    found = keeping(KEYS, threads=ThreadTtlSetting(default_ttl=1), store=StoreSetting())

    assert found.thread_ttl() == ThreadTtl(duration=timedelta(minutes=1))
    assert found.store_ttl() is None


def test_without_either_everything_is_kept() -> None:
    found = keeping({})

    assert (found.thread_ttl(), found.store_ttl(), found.store_index()) == (None, None, None)


async def test_a_function_embeds_by_its_path_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "vectors.py").write_text("def embed(texts):\n    return [[len(text)] for text in texts]\n")
    index = {"dims": 1, "embed": "./vectors.py:embed"}

    found = keeping({"store": {"index": index}}, tmp_path / "langgraph.json").store_index()

    assert found is not None
    assert await found["embed"].aembed_query("four") == [4]  # type: ignore[union-attr]


@pytest.mark.parametrize("embed", ["./missing.py:embed", "nobody:model-1"])
def test_what_cannot_embed_is_refused(tmp_path: Path, embed: str) -> None:
    found = keeping({"store": {"index": {"dims": 1, "embed": embed}}}, tmp_path / "langgraph.json")

    with pytest.raises(InvalidInput) as failure:
        found.store_index()

    assert failure.value.code == "invalid_config"
