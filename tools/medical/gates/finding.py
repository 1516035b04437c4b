"""What a gate found."""

from typing import Literal

from pydantic import BaseModel

GateName = Literal[
    "numbers",
    "strength",
    "negation",
    "population",
    "opposites",
    "drugs",
    "support",
    "citation",
    "references",
    "coverage",
    "additions",
    "readability",
    "judge",
]


class Finding(BaseModel):
    """One fault of a version."""

    gate: GateName
    message: str  #: What is wrong and what the guideline says, for a reviewer and for a repair.
    sentence: str | None = None  #: The id of the sentence; None where something is missing.
    source: str | None = None  #: The id of the recommendation or passage it is measured by.
    is_safety: bool = True  #: Whether a version with it may not be released unflagged.
