"""Runs of the characters graph, as evals make them: the whole graph, not its tools."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from graphs.characters.book import Book
from graphs.characters.graph import graph
from graphs.characters.packed import unpack_cast
from graphs.characters.state import Input
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.retries import Backoff
from tools.novels.types import Attribution, Cast, Span, SpanKind

# A server on this machine answers at once: what takes longer is a fault being played.
_LOCAL_LIMITS = TimeLimits(first_token=5.0, idle=2.0, total=30.0)
_LOCAL_BACKOFF = Backoff(first_seconds=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRun:
    """What one run came to."""

    source: str
    output: dict[str, Any]  #: The graph's result.
    cast: Cast  #: Everybody, those whom the options left out too.
    seconds: float

    @property
    def is_verbatim(self) -> bool:
        """Whether quotations and what lies between them, joined, are the source, and chapters tile it."""
        parts, done = list[str](), 0
        for quote in self.output["quotes"]:
            parts += [self.source[done : quote["start"]], quote["text"]]
            done = quote["end"]
        parts.append(self.source[done:])
        chapters = self.output["chapters"]
        joined = "".join(self.source[chapter["start"] : chapter["end"]] for chapter in chapters)
        return "".join(parts) == self.source == joined

    @property
    def spans(self) -> list[Span]:
        """The quotations, in the source's offsets."""
        return [
            Span(kind=SpanKind.QUOTATION, start=quote["start"], end=quote["end"])
            for quote in self.output["quotes"]
        ]

    @property
    def attributions(self) -> list[Attribution]:
        """One for each of the spans."""
        return [
            Attribution(
                quote=index,
                speaker_id=quote["speaker_id"],
                addressee_id=quote["addressee_id"],
                method=quote["method"],
                confidence=quote["confidence"],
            )
            for index, quote in enumerate(self.output["quotes"])
        ]


def open_models(spec: str, base_url: str | None, api_key: str | None = None) -> ChatModels:
    """The models for a run; a server on this machine gets short time limits."""
    choice = choose(spec, base_url=base_url, api_key=api_key)
    if base_url and base_url.startswith("http://127.0.0.1:"):
        return ChatModels({"primary": choice}, limits=_LOCAL_LIMITS, backoff=_LOCAL_BACKOFF)
    return ChatModels({"primary": choice})


async def run_graph(source: str, models: ChatModels, **request: Any) -> GraphRun:
    """Run the graph over one text.

    Args:
        source: The text.
        models: What plays the role primary.
        request: Further fields of the graph's input.
    """
    started = perf_counter()
    with bind(models):
        state = await graph.ainvoke(  # pyright: ignore[reportUnknownMemberType] - LangGraph leaves it open
            Input(text=source, **request), output_keys=[*_output_keys(), "cast"]
        )
    seconds = perf_counter() - started
    cast = unpack_cast(state.pop("cast"), Book(source).text)
    return GraphRun(source=source, output=state, cast=cast, seconds=seconds)


def _output_keys() -> Sequence[str]:
    keys = graph.output_channels
    return [keys] if isinstance(keys, str) else keys
