"""A talk in text on the command line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from configs.settings import Settings
from evals.model_server import Answers, model_server
from server.local_talk import setup_of, talk
from tools.errors import InvalidInput

_TEXTS = {
    "agree": "Gladly.",
    "decline": "No, I am tired.",
    "ask": "What time is it at?",
    "answer": "Perhaps.",
    "own": "My head hurts.",
}


def _answer(data: dict[str, Any]) -> dict[str, Any]:
    if "wanted" not in data:
        return {"summary": "A concert.", "facts": []}
    return {"replies": [{**slot, "speaker": "me", "text": _TEXTS[slot["intent"]]} for slot in data["wanted"]]}


async def _talk(
    lines: str, setup: dict[str, Any] | None = None, **settings: Any
) -> tuple[str, dict[str, Any]]:
    written = io.StringIO()
    console = Console(file=written, width=200)
    result = await talk(Settings(_env_file=None, **settings), setup or {}, io.StringIO(lines), console)  # pyright: ignore[reportCallIssue]
    return written.getvalue(), result


async def test_line_of_the_partners_is_answered_and_a_number_says_a_reply() -> None:
    with model_server(Answers.oracle(_answer)) as server:
        shown, result = await _talk(
            "Will you come?\n2\n> See you.\n", PRIMARY_MODEL="openai:m", LLM_BASE_URL=server.openai_url
        )

    messages = [(each["speaker"], each["text"]) for each in result["conversation"]["messages"]]
    assert messages == [("partner", "Will you come?"), ("me", "No, I am tired."), ("me", "See you.")]
    assert "1  [agree] Gladly." in shown
    assert shown.endswith("A concert.\n")


async def test_marks_steer_the_replies() -> None:
    with model_server(Answers.oracle(_answer)) as server:
        shown, result = await _talk(
            "Will you comb?\n~ Will you come?\n+ shorter\n-\n? hd hrts\n",
            {"count": 1},
            PRIMARY_MODEL="openai:m",
            LLM_BASE_URL=server.openai_url,
        )
        asked = [json.loads(request.body["messages"][1]["content"]) for request in server.requests()]

    assert [data.get("adjustments") for data in asked[:4]] == [[], [], ["shorter"], []]
    assert asked[1]["conversation"][0]["text"] == "Will you come?"
    assert result["conversation"]["intent"]["text"] == "hd hrts"
    assert "[own] My head hurts." in shown


async def test_without_a_model_it_says_so_and_offers_phrases() -> None:
    shown, result = await _talk("Will you come?\n", {"profile": {"phrases": [{"text": "I will come soon."}]}})

    assert result["mode"] == "offline"
    assert "No language model is configured" in shown
    assert "1  [answer] I will come soon." in shown
    assert "phrase: Yes." in shown


async def test_line_that_makes_no_sense_is_told_and_the_talk_goes_on() -> None:
    shown, result = await _talk("3\n~ x\n?\n> Hello.\n")

    assert "There is no reply 3." in shown
    assert "said nothing yet" in shown
    assert "Nothing follows '?'." in shown
    assert len(result["conversation"]["messages"]) == 1


def test_setup_comes_from_a_file_and_from_options(tmp_path: Path) -> None:
    file = tmp_path / "setup.json"
    file.write_text('{"count": 2, "scenario": "At the doctor"}')

    assert setup_of(file, {"count": 4}, "en") == {"count": 4, "scenario": "At the doctor", "language": "en"}


@pytest.mark.parametrize("content", ["[]", "{"])
def test_file_that_is_no_setup_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "setup.json"
    file.write_text(content)

    with pytest.raises(InvalidInput, match=r"setup\.json"):
        setup_of(file, {}, None)
