"""Answers from gold to the questions of the guideline graph; with faults, some are wrong on purpose."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

from evals.guideline_gold import Gold
from evals.guideline_mutations import mutations
from tools.medical.quotes import find_pages
from tools.medical.records import GuidelineRecords, Passage, Recommendation
from tools.medical.version import PatientVersion, VersionSection, VersionSentence

_SPOILS = mutations()
_SPOILS_TEXT = [kind for kind in _SPOILS if kind != "wrong page"]


class GuidelineOracle:
    """Answers every question about one guideline.

    Args:
        fault_rate: Of its drafts, how many are spoilt; it spoils repairs as readily as first answers.
    """

    def __init__(self, gold: Gold, *, fault_rate: float = 0.0, seed: int = 1) -> None:
        self._gold = gold
        self._fault_rate = fault_rate
        self._chance = random.Random(seed)  # noqa: S311 - chance that has to be the same each time
        self.spoilt = 0
        self._plain = {self._words(id): texts for id, texts in gold.plain.items()}

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one question; its fields tell which kind it is."""
        if "records" in data or "statements" in data:
            return {"objections": []}
        if "blocks" in data:
            return self._extraction(data["blocks"])
        return self._draft(data)

    def _words(self, id: str) -> str:
        return self._gold.records.sources()[id]

    def _extraction(self, blocks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        texts = {block["id"]: block["text"] for block in blocks}
        found: list[dict[str, Any]] = []
        for one in self._gold.records.recommendations:
            block = _block_of(one.quote, texts)
            if block is None:
                continue
            warnings = {
                kind: [{"block": at, "text": w.text} for w in of_it if (at := _block_of(w.text, texts))]
                for kind, of_it in (
                    ("contraindications", one.contraindications),
                    ("red_flags", one.red_flags),
                )
            }
            fields = one.model_dump(exclude={"id", "page", "section", "contraindications", "red_flags"})
            found.append({**fields, "block": block, **warnings})
        facts = [
            {"block": at, "text": passage.text}
            for passage in self._gold.records.passages
            if (at := _block_of(passage.text, texts))
        ]
        return {"recommendations": found, "facts": facts}

    def _draft(self, data: Mapping[str, Any]) -> dict[str, Any]:
        sentences = [
            VersionSentence(id=f"s{n}", text=self._plain[words][0], kind=kind, sources=[id])  # type: ignore[arg-type]
            for n, (id, words, kind) in enumerate(_asked(data), start=1)
            if words in self._plain
        ]
        if self._chance.random() < self._fault_rate:
            sentences = self._spoil(sentences)
        return {"sentences": [sentence.model_dump(exclude={"id"}) for sentence in sentences]}

    def _spoil(self, sentences: list[VersionSentence]) -> list[VersionSentence]:
        version = PatientVersion(
            language="zh" if self._gold.is_chinese else "en",
            title="",
            sections=[VersionSection(id=s.id, heading="", sentences=[s]) for s in sentences],
        )
        kind = self._chance.choice(_SPOILS_TEXT)
        self.spoilt += _SPOILS[kind](version, GuidelineRecords(recommendations=[]), self._chance)
        return list(version.sentences())


def _asked(data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    kinds = {"contraindication": "warning", "red_flag": "warning", "fact": "fact"}
    return [(one["id"], one["quote"], "recommendation") for one in data["recommendations"]] + [
        (one["id"], one["text"], kinds[one["kind"]]) for one in data["passages"]
    ]


def _block_of(words: str, texts: Mapping[str, str]) -> str | None:
    return next((id for id, text in texts.items() if find_pages(words, [text])), None)


def fields_right(found: Recommendation, gold: Recommendation, page: int | None) -> tuple[int, int]:
    """How many fields of a record are gold's, and of how many.

    Args:
        page: Where it stands in the file that was read.
    """
    names = ("population", "intervention", "comparator", "outcome", "direction", "strength", "certainty")
    right = [getattr(found, name) == getattr(gold, name) for name in (*names, "doses", "setting", "section")]
    right += [found.page == page, _texts(found.contraindications) == _texts(gold.contraindications)]
    right += [_texts(found.red_flags) == _texts(gold.red_flags)]
    return sum(right), len(right)


def _texts(passages: Iterable[Passage]) -> list[str]:
    return [passage.text for passage in passages]
