"""What repairs are worth: real translations of real models, and terms that they do not know.

The terms are those of the references: names that stand in several sources, and the Chinese words that stand
in the references of all of these and of hardly any others. Of them count those that not all of the four
recorded models translate so: the rest needs no glossary. A model server replays what a model once wrote; what
is sent back to it with complaints, it answers from the references.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.translation_gold import Document, GoldTranslator, read_rows
from tools.translation.glossary import Glossary, Term

SYSTEMS = ("Phi-3-Medium", "GPT-4")

_NAME = re.compile(r"\b[A-Z][\w'’-]*[a-z](?:[ -][A-Z][\w'’-]*[a-z])*\b")
_FEWEST = 3  # sources that a name stands in
_LEAST_LIKENESS = 0.8
_CHINESE = re.compile("[\u3400-\u9fff·]+")
_SHORTEST, _LONGEST = 2, 12  # signs of a name's translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The translations of one model."""

    system: str
    document: Document  #: With the references, and the terms.
    answers: Sequence[str]


class ReplayTranslator:
    """Answers as the model once did; and from the references where it is asked to do better."""

    def __init__(self, replay: Replay) -> None:
        recorded = Document(
            name=replay.system,
            sources=replay.document.sources,
            references=replay.answers,
            terms=replay.document.terms,
        )
        self._recorded, self._gold = GoldTranslator(recorded), GoldTranslator(replay.document)

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question."""
        segments: list[dict[str, Any]] = data["segments"]
        asked_again = [segment for segment in segments if segment.get("wrong")]
        first = [segment for segment in segments if not segment.get("wrong")]
        return {
            "translations": [
                *self._recorded({"segments": first})["translations"],
                *self._gold({"segments": asked_again})["translations"],
            ]
        }


def read_replays(data: Path) -> list[Replay]:
    """WMT24's segments with the translations of each of SYSTEMS; sources that come twice only once."""
    rows = {row["src"]: row for row in read_rows(data)}.values()
    sources, references = [row["src"] for row in rows], [row["ref"] for row in rows]
    answers = [[row["systems"][system] for row in rows] for system in next(iter(rows))["systems"]]
    terms = {
        source: targets
        for source, targets in names_of(sources, references).items()
        if any(_is_missed(source, targets, sources, of_it) for of_it in answers)
    }
    document = Document(name="wmt24_enzh", sources=sources, references=references, terms=terms)
    return [
        Replay(system=system, document=document, answers=[row["systems"][system] for row in rows])
        for system in SYSTEMS
    ]


def names_of(sources: Sequence[str], references: Sequence[str]) -> dict[str, list[str]]:
    """Names of the sources with their translations in the references.

    A translation is the run of Chinese signs that stands in all references of the sources with the name and
    in the fewest others (by Dice's coefficient); of several, the longest. A name without one is left out.
    """
    names = {match for source in sources for match in _names(source)}
    runs: defaultdict[str, set[int]] = defaultdict(set)
    for place, reference in enumerate(references):
        for run in _runs(reference):
            runs[run].add(place)
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        pattern = re.compile(rf"\b{re.escape(name)}\b")
        places = {place for place, source in enumerate(sources) if pattern.search(source)}
        if len(places) < _FEWEST:
            continue
        candidates = _runs(references[min(places)]).intersection(
            *(_runs(references[place]) for place in places)
        )
        likeness = {run: 2 * len(runs[run] & places) / (len(runs[run]) + len(places)) for run in candidates}
        best = max(candidates, key=lambda run: (likeness[run], len(run), run), default="")
        if best and likeness[best] >= _LEAST_LIKENESS:
            found[name] = [best]
    return found


def _is_missed(name: str, targets: Sequence[str], sources: Sequence[str], answers: Sequence[str]) -> bool:
    done, total = Glossary([Term(source=name, targets=tuple(targets))]).success(
        zip(sources, answers, strict=True)
    )
    return done < total


def _names(source: str) -> Iterator[str]:
    """Capitalised words, but for those that begin a sentence, where every word has a capital."""
    for match in _NAME.finditer(source):
        before = source[: match.start()].rstrip(" \"'“‘(")
        if before and before[-1] not in ".!?:\n#-–—•":
            yield match[0].removesuffix("'s").removesuffix("’s")


def _runs(reference: str) -> set[str]:
    return {
        run[start : start + size]
        for run in _CHINESE.findall(reference)
        for size in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(run) - size + 1)
    }
