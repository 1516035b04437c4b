"""Whatever the text: quotations and what lies between them, joined, are the text, code point by point."""

import asyncio
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from graphs.characters.graph import graph
from tools.llm.chat_models import ChatModels, bind
from tools.text.normalise import normalise

_PIECES = st.sampled_from(
    (
        *("“", "”", '"', "「", "」", "『", "』", "‘", "’", "——", "\n", "\r\n", "\n\n", "\ufeff", "\u3000"),
        *("Ann Lee", "said", "李云", "说：", "CHAPTER I\n", "第一章\n", "😀", "e\u0301", " "),
    )
)
_TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=8)), min_size=1, max_size=40).map("".join)


@pytest.mark.parametrize("language", ["en", "zh"])
@settings(max_examples=40, deadline=None)
@given(text=_TEXTS)
@example(text="“Go,” said Ann.\r\n“No.\r\n\r\n“Never.")
def test_quotations_and_narration_joined_are_the_text(language: str, text: str) -> None:
    assume(normalise(text).text.strip() and not any("\ud800" <= c <= "\udfff" for c in text))
    given: Any = {"text": text, "language": language}
    with bind(ChatModels({})):
        result = asyncio.run(graph.ainvoke(given))
    parts, done = list[str](), 0
    for quote in result["quotes"]:
        parts += [text[done : quote["start"]], quote["text"]]
        done = quote["end"]
        assert (quote["speaker"] is None) == (quote["method"] == "none")

    assert "".join([*parts, text[done:]]) == text
    assert "".join(text[c["start"] : c["end"]] for c in result["chapters"]) == text
