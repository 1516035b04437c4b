"""Subtitle files as people have them: whatever is wrong with one, every cue that can be told comes out."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evals.model_server import Answers, model_server
from graphs.subtitles.graph import graph
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.storage import base as storage
from tools.storage.local import LocalStorage
from tools.subtitles import open_subtitles

pytestmark = pytest.mark.usefixtures("closed_clients")

_THREE = (
    "1\n00:00:01,000 --> 00:00:03,000\nOne came.\n\n"
    "2\n00:00:04,000 --> 00:00:06,000\nTwo came.\n\n"
    "3\n00:00:07,000 --> 00:00:09,000\nThree came.\n"
)
_CHINESE = {
    "One came.": "一个来了。",
    "Two came.": "两个来了。",
    "Three came.": "三个来了。",
    "你好。": "你好啊。",
}


def _answer(data: Mapping[str, Any]) -> dict[str, Any]:
    words = {s["id"]: _CHINESE.get(s["text"], "别的来了。") for s in data["segments"]}
    return {"translations": [{"id": id, "text": text} for id, text in words.items()]}


@pytest.mark.parametrize(
    ("data", "cues"),
    [
        pytest.param(_THREE.replace("00:00:03,000", "00:00:05,500").encode(), 3, id="overlapping"),
        pytest.param(re.sub(r"^\d\n", "", _THREE, flags=re.MULTILINE).encode(), 3, id="unnumbered"),
        pytest.param(re.sub(r"^\d\n", "7\n", _THREE, flags=re.MULTILINE).encode(), 3, id="one number"),
        pytest.param(_THREE.replace("00:00:01,000", "-00:00:01,000").encode(), 3, id="negative"),
        pytest.param(_THREE.replace("00:00:06,000", "00:00:02,000").encode(), 3, id="ends before it starts"),
        pytest.param(_THREE.replace("Two came.", "").encode(), 3, id="empty"),
        pytest.param(_THREE.replace("Two came.", "Two\n\ncame.").encode(), 3, id="blank line inside"),
        pytest.param(_THREE.replace("Two", "<i>Two").encode(), 3, id="open tag"),
        pytest.param(_THREE.encode("utf-8-sig"), 3, id="byte order mark"),
        pytest.param(_THREE.replace("\n", "\r\n").encode(), 3, id="CRLF"),
        pytest.param(_THREE.replace("\n", "\r").encode(), 3, id="CR"),
        pytest.param(_THREE.replace("\n\n", "\n").encode(), 3, id="no blank lines"),
        pytest.param(_THREE.encode("utf-16"), 3, id="UTF-16"),
        pytest.param(_THREE[:-30].encode(), 3, id="cut within the times"),
        pytest.param(_THREE[:-4].encode(), 3, id="cut within the words"),
        pytest.param(
            _THREE.encode() + "\n4\n00:00:10,000 --> 00:00:12,000\n你好。\n".encode("gb18030"),
            4,
            id="two encodings",
        ),
    ],
)
async def test_no_cue_is_lost_moved_to_another_or_wrong_without_a_flag(
    tmp_path: Path, data: bytes, cues: int
) -> None:
    local = LocalStorage(tmp_path)
    with storage.bind(local), model_server(Answers.oracle(_answer)) as server:
        stored = await local.write(data, name="film.srt", media_type="text/plain")
        with bind(ChatModels({"subtitle": choose("openai:m", base_url=server.openai_url)})):
            result: Any = await graph.ainvoke({"file_id": stored.file_id, "target_languages": ["zh"]})  # pyright: ignore[reportUnknownMemberType]
        made = open_subtitles(await local.read(result["targets"]["zh"]["file_id"])).cues

    unread = [note["message"] for note in result["warnings"] if note["code"] == "unread_lines"]
    assert len(made) + len([message for message in unread if "no cue" in message]) == cues
    flagged = {flag["id"] for flag in result["targets"]["zh"]["flags"]}
    source = open_subtitles(data).cues
    for cue, own in zip(made, source, strict=True):
        words = own.text.replace("<i>", "").strip()
        is_translated = words in _CHINESE and cue.text.replace("<i>", "").strip() == _CHINESE[words]
        assert is_translated or not words or cue.text == "别的来了。" or str(cue.id) in flagged


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            ("00:00:06,000", "00:00:02,000"),
            ["times of the source cannot be right: cues 2 (ends before it starts)"],
        ),
        (("00:00:03,000", "00:00:05,500"), []),
    ],
    ids=["backwards", "overlapping"],
)
async def test_times_that_cannot_be_meant_are_named_before_they_are_set_right(
    change: tuple[str, str], named: list[str]
) -> None:
    given = {"text": _THREE.replace(*change), "target_languages": ["zh"]}
    with bind(ChatModels({})):
        result: Any = await graph.ainvoke(given)  # pyright: ignore[reportUnknownMemberType]

    notes = [note["message"] for note in result["warnings"] if note["code"] == "impossible_times"]
    assert notes == named
