"""Whether translated subtitles can be read: ``python -m evals.subtitles --check``.

Gold translations (DIR/wmt24_enzh, those of sentences that fit one cue) come from a model server of our own;
asked for fewer characters, it gives the gold words cut to as many. Three films are timed as people speak and
as files come. Afterwards every cue has to be there, hardly any may break its language's profile, and no two
may overlap or stand closer than two frames.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals.goals import Goals
from evals.model_server import Answers, model_server
from evals.subtitle_films import MANNERS, Manner, film, is_speech
from evals.table import render_table
from evals.translation_gold import read_news
from graphs.subtitles.graph import graph
from tools.llm.chat_models import ChatModels, bind
from tools.llm.choices import choose
from tools.subtitles import Cue, open_subtitles

_LEAST_SHARE = 0.99
_GAP_MS = 83  # two frames of 24 a second, in whole milliseconds
_PAUSE_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one film."""

    cues: int
    lost: int  #: Cues that are not there any more, in their order.
    before: float  #: The share of cues that the gold words would leave conforming at the source's times.
    share: float  #: The share that conforms in the end.
    rules: Mapping[str, int]  #: What the others break.
    overlaps: int
    narrow: int  #: Gaps of less than two frames.
    closed: int  #: Pauses of a second and more that were lost.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the eval; 1 when goals are checked and one is missed."""
    options = _parse(arguments)
    gold = read_news(options.data)
    pairs = {
        source: reference
        for source, reference in zip(gold.sources, gold.references, strict=True)
        if is_speech(source)
    }
    goals = Goals()
    outcomes = asyncio.run(_all_films(pairs))
    rows: list[list[str]] = []
    for manner, found in zip(MANNERS, outcomes, strict=True):
        broken = ", ".join(f"{rule} {count}" for rule, count in found.rules.items())
        counts = [str(count) for count in (found.overlaps, found.narrow, found.closed)]
        shares = [f"{found.before:.1%}", f"{found.share:.1%}"]
        rows.append([manner.name, str(found.cues), *shares, broken, *counts])
        goals.at_most(f"lost cues, {manner.name}", found.lost, 0)
        goals.at_least(f"conforming, {manner.name}", found.share, _LEAST_SHARE)
        goals.at_most(f"overlaps, {manner.name}", found.overlaps, 0)
        goals.at_most(f"gaps under two frames, {manner.name}", found.narrow, 0)
        goals.at_most(f"pauses closed, {manner.name}", found.closed, 0)
    head = ("film", "cues", "unfitted", "conform", "broken", "overlaps", "narrow gaps", "pauses closed")
    print(render_table(head, rows))
    print(f"\n{goals.verdict}" if options.check else "")
    return 1 if options.check and goals.missed else 0


async def _all_films(pairs: Mapping[str, str]) -> list[Outcome]:
    return [await _outcome(pairs, manner, seed) for seed, manner in enumerate(MANNERS, 1)]


async def _outcome(pairs: Mapping[str, str], manner: Manner, seed: int) -> Outcome:
    text = film([*pairs], manner, seed)
    with model_server(Answers.oracle(_Gold(pairs))) as server:
        choice = choose("openai:oracle", base_url=server.openai_url)
        with bind(ChatModels({"subtitle": choice})):
            unfitted = await _run(text, {"timing": "keep", "shorten": False})
            chinese = await _run(text, {})
    before, after = open_subtitles(text.encode()).cues, open_subtitles(chinese["text"].encode()).cues
    ordered = sorted(after, key=lambda cue: (cue.start, cue.end))
    gaps = [following.start - cue.end for cue, following in pairwise(ordered)]
    return Outcome(
        cues=len(before),
        lost=sum(cue.id not in {kept.id for kept in after} for cue in before),
        before=unfitted["conformity"]["share"],
        share=chinese["conformity"]["share"],
        rules=Counter(chinese["conformity"]["counts"]),
        overlaps=sum(gap < 0 for gap in gaps),
        narrow=sum(0 <= gap < _GAP_MS for gap in gaps),
        closed=sum(
            _first(own) - _last(earlier) >= _PAUSE_MS and now.start - then.end <= _GAP_MS + 1
            for (earlier, own), (then, now) in zip(pairwise(before), pairwise(after), strict=True)
        ),
    )


def _first(cue: Cue) -> int:
    return min(cue.start, cue.end)


def _last(cue: Cue) -> int:
    return max(cue.start, cue.end)


async def _run(text: str, options: dict[str, Any]) -> dict[str, Any]:
    given: Any = {"text": text, "source_language": "en", "target_languages": ["zh"], "options": options}
    result: dict[str, Any] = await graph.ainvoke(given)  # pyright: ignore[reportUnknownMemberType]
    return result["targets"]["zh"]


class _Gold:
    """Answers with gold translations, cut where fewer characters are asked for."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._pairs = pairs

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        found = {s["id"]: self._answer(s) for s in data["segments"]}
        return {"translations": [{"id": id, "text": text} for id, text in found.items()]}

    def _answer(self, segment: Mapping[str, Any]) -> str:
        gold = self._pairs.get(segment["text"], segment["text"])
        return gold[: segment.get("max_characters", len(gold))]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of wmt24_enzh/")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
