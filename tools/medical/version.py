"""A version for patients: sentences that say what they rest on."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools.text.language import Language

Kind = Literal["recommendation", "warning", "fact", "addition"]


class VersionSentence(BaseModel):
    """One sentence."""

    id: str
    text: str
    kind: Annotated[
        Kind,
        Field(description="addition: not in the guideline, and marked so; anything else has sources."),
    ]
    sources: Annotated[
        list[str], Field(description="Ids of the recommendations and passages it rests on.")
    ] = []


class VersionSection(BaseModel):
    """Sentences under a heading."""

    id: str
    heading: str
    sentences: list[VersionSentence]

    @property
    def text(self) -> str:
        """Its sentences as running text."""
        return " ".join(sentence.text for sentence in self.sentences)


class PatientVersion(BaseModel):
    """The whole version."""

    language: Language
    title: str
    sections: list[VersionSection]

    def sentences(self) -> Iterator[VersionSentence]:
        """All sentences, in their order."""
        return (sentence for section in self.sections for sentence in section.sentences)

    def citing(self, source: str) -> list[VersionSentence]:
        """The sentences that rest on ``source``."""
        return [sentence for sentence in self.sentences() if source in sentence.sources]
