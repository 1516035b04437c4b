"""Guidelines of our own making, with records that are known, and faithful versions of them for patients."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tools.medical.records import GuidelineRecords, Passage, Recommendation
from tools.medical.version import Kind, PatientVersion, VersionSection, VersionSentence

_FOLDER = Path(__file__).parent / "guidelines"
_SECTIONS = 2  # of a page


@dataclass(frozen=True, slots=True)
class WrongSentence:
    """A sentence that a gate has to catch."""

    source: str
    kind: str  #: What is wrong with it.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One guideline."""

    name: str
    title: str
    records: GuidelineRecords
    plain: dict[str, list[str]]  #: By source: faithful sentences for patients, each a version of its own.
    wrong: list[WrongSentence]  #: Unfaithful sentences that somebody wrote by hand.
    sections: dict[str, list[str]]  #: By heading, two of them on a page.

    @property
    def is_chinese(self) -> bool:
        """Its language is Chinese, else English."""
        return self.name.endswith(".zh")

    @property
    def pages(self) -> list[str]:
        """Its text, page by page."""
        return ["\n".join("\n".join([head, *texts]) for head, texts in page) for page in self.page_sections()]

    def page_sections(self) -> list[list[tuple[str, list[str]]]]:
        """The sections of each page."""
        sections = list(self.sections.items())
        return [sections[first : first + _SECTIONS] for first in range(0, len(sections), _SECTIONS)]

    @property
    def wordings(self) -> int:
        """How many faithful versions there are."""
        return max(len(texts) for texts in self.plain.values())

    def version(self, wording: int = 0) -> PatientVersion:
        """A faithful version.

        Args:
            wording: Which of the sentences of each source; the last where there are fewer.
        """
        numbers = count(1)
        sections = [
            VersionSection(
                id=source,
                heading=source,
                sentences=[
                    VersionSentence(
                        id=f"s{next(numbers)}",
                        text=wordings[min(wording, len(wordings) - 1)],
                        kind=kind,
                        sources=[source],
                    )
                ],
            )
            for source, kind in self._sources()
            for wordings in [self.plain[source]]
        ]
        return PatientVersion(language=_language(self.name), title=self.title, sections=sections)

    def _sources(self) -> list[tuple[str, Kind]]:
        sources = list[tuple[str, Kind]]()
        sources.extend((passage.id, "fact") for passage in self.records.passages)
        for recommendation in self.records.recommendations:
            sources.append((recommendation.id, "recommendation"))
            sources.extend((warning.id, "warning") for warning in recommendation.warnings)
        return sources


def read_gold() -> list[Gold]:
    """Those that the gates' rules were written beside, by name."""
    return [_read(path) for path in sorted(_FOLDER.glob("*.yaml"))]


def read_development() -> list[Gold]:
    """Those of further diseases, whose wordings the gates' rules were widened by."""
    return [_read(path) for path in sorted((_FOLDER / "development").glob("*.yaml"))]


def read_held_out() -> list[Gold]:
    """Those of other diseases, which no rule of the gates was made for."""
    return [_read(path) for path in sorted((_FOLDER / "held_out").glob("*.yaml"))]


def _read(path: Path) -> Gold:
    given: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    plain: dict[str, list[str]] = {}
    wrong: list[WrongSentence] = []
    sections: dict[str, list[str]] = {}

    def passage(of_it: dict[str, Any], id: str, section: str) -> Passage:
        plain[id] = of_it["plain"]
        wrong.extend(WrongSentence(id, **one) for one in of_it.get("wrong", []))
        sections.setdefault(section, []).append(of_it["text"])
        return Passage(id=id, text=of_it["text"], page=_page(sections, section), section=section)

    passages = [passage(one, f"p{n}", one["section"]) for n, one in enumerate(given["passages"], start=1)]
    recommendations: list[Recommendation] = []
    for number, one in enumerate(given["recommendations"], start=1):
        section = one["section"]
        plain[f"r{number}"] = one.pop("plain")
        wrong.extend(WrongSentence(f"r{number}", **given) for given in one.pop("wrong", []))
        sections.setdefault(section, []).append(one["quote"])
        warnings = {
            kind: [
                passage(w, f"r{number}.{kind[0]}{n}", section)
                for n, w in enumerate(one.pop(kind, []), start=1)
            ]
            for kind in ("contraindications", "red_flags")
        }
        recommendations.append(
            Recommendation.model_validate(
                {"id": f"r{number}", "page": _page(sections, section)} | one | warnings
            )
        )
    records = GuidelineRecords(recommendations=recommendations, passages=passages)
    return Gold(
        name=path.stem, title=given["title"], records=records, plain=plain, wrong=wrong, sections=sections
    )


def _page(sections: dict[str, list[str]], section: str) -> int:
    return list(sections).index(section) // _SECTIONS + 1


def _language(name: str) -> Any:
    return name.rpartition(".")[2]
