"""A talk in text, in this process, for the command line: lines go in, replies come out.

What a line does is told by its first character; HELP says it to the user.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO, cast
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.store.memory import InMemoryStore
from rich.console import Console

from configs.settings import Settings
from graphs.registry import graph as compiled
from server.local_run import with_models
from tools.errors import InvalidInput, ServiceError

GRAPH = "dialogue"
HELP = """\
What the partner says, then Enter: replies come.
  1 to 5     say that reply         > TEXT   say something else
  ? WORDS    what you want to say   + WISH   a wish for all replies, such as: shorter
  -          undo the last wish     *        other replies
  ~ TEXT     what the partner really said
  An empty line, or the end of input, ends the talk with a summary."""


async def talk(
    settings: Settings, setup: Mapping[str, Any], lines: TextIO, console: Console
) -> dict[str, Any]:
    """Talk until the lines end; the graph's last output.

    Raises:
        InvalidInput: The setup is wrong.
    """
    graph: Any = compiled(GRAPH, checkpointer=InMemorySaver(), store=InMemoryStore())
    async with with_models(settings, GRAPH):
        desk = _Desk(graph, console)
        await desk.run({"setup": dict(setup), "want": []})
        console.print(HELP, style="dim", markup=False)
        while line := (await asyncio.to_thread(lines.readline)).strip():
            await desk.take(line)
        await desk.run({"want": ["summary"]})
        return desk.result


def setup_of(file: Path | None, options: Mapping[str, Any], language: str | None) -> dict[str, Any]:
    """What is known before a talk: fields of ``setup`` from a JSON file, from options, and the language.

    Raises:
        InvalidInput: The file holds no JSON object.
    """
    try:
        known: object = json.loads(file.read_text("utf-8")) if file is not None else {}
    except ValueError as error:
        raise InvalidInput(f"{file}: it is no JSON: {error}", hint="It holds the fields of setup.") from error
    if not isinstance(known, dict):
        raise InvalidInput(f"{file}: it holds no object", hint="It holds the fields of setup.")
    spoken = {"language": language} if language else {}
    return {**cast("dict[str, Any]", known), **options, **spoken}


class _Desk:
    """Runs the graph, and prints what comes of it."""

    def __init__(self, graph: Any, console: Console) -> None:
        self.result: dict[str, Any] = {}
        self._graph = graph
        self._console = console
        self._thread: dict[str, Any] = {"configurable": {"thread_id": str(uuid4())}}

    async def take(self, line: str) -> None:
        """Do what one line says; what is wrong with it is told, and the talk goes on."""
        try:
            given = self._read(line)
            if given is not None:
                await self.run(given)
        except ServiceError as error:
            self._print(f"{error.message} {error.hint}".strip())

    async def run(self, given: Mapping[str, Any]) -> None:
        """One run of the graph."""
        stream = self._graph.astream(dict(given), self._thread, stream_mode=["custom", "values"])
        async for mode, payload in stream:
            if mode == "custom":
                self._show(payload)
            else:
                self.result = payload
        if given.get("want") == ["summary"] and self.result["summary"]:
            self._print(self.result["summary"]["text"])

    def _read(self, line: str) -> dict[str, Any] | None:
        """The graph's input that a line stands for; None for a number of nothing."""
        mark, rest = line[0], line[1:].strip()
        if line.isdecimal() and len(line) == 1:
            return self._chosen(int(line))
        if mark in ">?+~" and not rest:
            raise InvalidInput(f"Nothing follows {mark!r}.")
        match mark:
            case ">":
                return {"said": [{"speaker": "me", "text": rest}], "want": []}
            case "?":
                return {"intent": {"text": rest}}
            case "+":
                return {"adjust": [rest]}
            case "-" if not rest:
                return {"undo": "last"}
            case "*" if not rest:
                return {"more": True}
            case "~":
                return {"corrections": [{"id": self._last_heard(), "text": rest}]}
            case _:
                return {"said": [{"speaker": "partner", "text": line}]}

    def _chosen(self, number: int) -> dict[str, Any] | None:
        of_last: dict[str, Any] = self.result["replies"] or {}
        replies: list[dict[str, Any]] = of_last.get("replies", [])
        if not 1 <= number <= len(replies):
            raise InvalidInput(f"There is no reply {number}.")
        reply = replies[number - 1]
        self._print(f"> {reply['text']}")
        said = {"speaker": "me", "text": reply["text"], "reply_id": reply["id"]}
        return {"said": [said], "want": []}

    def _last_heard(self) -> str:
        messages: list[dict[str, Any]] = self.result["conversation"]["messages"]
        heard = [message["id"] for message in messages if message["speaker"] == "partner"]
        if not heard:
            raise InvalidInput("The partner has said nothing yet.")
        return heard[-1]

    def _show(self, event: Mapping[str, Any]) -> None:
        match event["type"]:
            case "reply":
                reply = event["reply"]
                self._print(f"  {event['index'] + 1}  [{reply['intent']}] {reply['text']}")
            case "replies_done":
                self._show_rest(event["replies"])
            case "warning":
                self._print(event["message"])
            case _:
                pass

    def _show_rest(self, replies: Mapping[str, Any]) -> None:
        """What is missing, why, and what there is to fall back on."""
        if replies["failure"] is not None:
            self._print(f"{replies['failure']['message']} {replies['failure']['hint']}".strip())
        elif replies["missing"]:
            self._print(f"{len(replies['missing'])} missing: {replies['missing'][0]['reason']}")
        for phrase in replies["phrases"]:
            self._print(f"  {'your phrase' if phrase['source'] == 'own' else 'phrase'}: {phrase['text']}")

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False)
