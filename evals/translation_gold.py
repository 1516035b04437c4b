"""Gold translations as an oracle's answers, and figures of what came out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sacrebleu.metrics.chrf import CHRF

from tools.translation.formats.json_resource import parse_json
from tools.translation.glossary import Glossary, Term
from tools.translation.protection import Protected, protect


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Texts with their gold translations; each is a segment of its own."""

    name: str
    sources: Sequence[str]
    references: Sequence[str]
    terms: Mapping[str, Sequence[str]]

    @property
    def file(self) -> str:
        """The sources as a JSON resource."""
        return json.dumps(dict(enumerate(self.sources)), ensure_ascii=False)

    @property
    def glossary(self) -> Glossary:
        """The terms that a request names."""
        return Glossary(Term(source=s, targets=tuple(targets)) for s, targets in self.terms.items())


class GoldTranslator:
    """Answers a question with the gold translations of its segments, marks in the place of their parts."""

    def __init__(self, document: Document) -> None:
        self._answers: dict[tuple[str, str], str] = {}
        references = dict(zip(document.sources, document.references, strict=True))
        for segment in parse_json(document.file).segments:
            protected = protect(segment)
            answer = _with_marks(protected, references[segment.text])
            self._answers[segment.note, protected.words] = answer

    def __call__(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer; a segment that gold does not have is left out."""
        found = {s["id"]: self._answers.get((s.get("note", ""), s["text"])) for s in data["segments"]}
        return {"translations": [{"id": id, "text": text} for id, text in found.items() if text]}


def read_rows(data: Path) -> list[dict[str, Any]]:
    """WMT24's rows: src, ref, and systems with the translations of several models."""
    lines = (data / "wmt24_enzh" / "news_social.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read_news(data: Path) -> Document:
    """WMT24, English to Chinese: news and social posts."""
    rows = read_rows(data)
    return Document(
        name="wmt24_enzh",
        sources=[row["src"] for row in rows],
        references=[row["ref"] for row in rows],
        terms={},
    )


def read_reports(data: Path) -> list[Document]:
    """WMT25's terminology task, English to Traditional Chinese: annual reports, by paragraph."""
    documents: list[Document] = []
    for path in sorted((data / "wmt25_terms").glob("full_data_*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            row = json.loads(line)
            sources, references = row["en"].split("\n\n"), row["zh"].split("\n\n")
            if len(sources) == len(references):
                name = f"{path.stem.rpartition('_')[2]}.{number}"
                terms = {source: targets for source, targets in row["proper"].items() if targets}
                documents.append(Document(name=name, sources=sources, references=references, terms=terms))
    return documents


def chrf(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """chrF2 of a whole document, from 0 to 100."""
    return CHRF().corpus_score(list(hypotheses), [list(references)]).score


def _with_marks(protected: Protected, reference: str) -> str:
    """The reference as an answer: what stands around the words left out, and each part as its mark, once."""
    answer = reference.strip()
    before, after = protected.before.strip(), protected.after.strip()
    answer = answer.removeprefix(before) if before else answer
    answer = answer.removesuffix(after) if after else answer
    for number, part in enumerate(protected.parts, 1):
        mark = f"\u27e6{number}\u27e7"
        answer = answer.replace(part, mark, 1) if part in answer else answer + mark
    return answer.strip()
