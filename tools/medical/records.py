"""What is taken from a guideline: its recommendations as records, and the passages they come from."""

from typing import Annotated

from pydantic import BaseModel, Field

from tools.medical.grade import Certainty, Direction, Grade, Strength


class Passage(BaseModel):
    """A stretch of the guideline that a sentence of the version may rest on."""

    id: str
    text: Annotated[str, Field(description="Word for word as in the guideline.")]
    page: Annotated[int, Field(ge=1, description="The page that it begins on, from 1 on.")]
    section: Annotated[str, Field(description="The heading that it stands under.")] = ""


class Recommendation(BaseModel):
    """One recommendation of the guideline."""

    id: str
    population: Annotated[str, Field(description="Whom it is for.")]
    intervention: Annotated[str, Field(description="What is recommended, or advised against.")]
    comparator: Annotated[
        str, Field(description="Compared with what; empty where the guideline names nothing.")
    ] = ""
    outcome: Annotated[
        str, Field(description="What it is meant to change; empty where nothing is named.")
    ] = ""
    direction: Direction
    strength: Strength
    certainty: Annotated[
        Certainty | None, Field(description="Of the evidence; null where it is not stated.")
    ] = None
    doses: Annotated[list[str], Field(description="Doses with frequency and duration, as written.")] = []
    setting: Annotated[str, Field(description="Where care is given; empty where it is not stated.")] = ""
    section: Annotated[str, Field(description="The heading that it stands under.")] = ""
    page: Annotated[int, Field(ge=1, description="The page of the quote, from 1 on.")]
    quote: Annotated[str, Field(description="The recommendation, word for word.")]
    contraindications: Annotated[list[Passage], Field(description="Who must not have it, and why.")] = []
    red_flags: Annotated[list[Passage], Field(description="Signs that need help at once.")] = []

    @property
    def grade(self) -> Grade:
        """Its force."""
        return Grade(self.strength, self.direction)

    @property
    def warnings(self) -> list[Passage]:
        """What a version that keeps this recommendation has to say with it."""
        return [*self.contraindications, *self.red_flags]


class GuidelineRecords(BaseModel):
    """Everything that a version may be written from."""

    recommendations: list[Recommendation]
    passages: list[Passage] = []

    def sources(self) -> dict[str, str]:
        """Words of the guideline by the ids that sentences cite."""
        texts = {passage.id: passage.text for passage in self.passages}
        for recommendation in self.recommendations:
            texts[recommendation.id] = recommendation.quote
            texts |= {warning.id: warning.text for warning in recommendation.warnings}
        return texts
