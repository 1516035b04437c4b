"""What a person says of a version that they were shown."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_NOTES = 5000  # characters


class Verdict(BaseModel):
    """What a person decided."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "reject"]
    reviewer: Annotated[str, Field(min_length=1, max_length=200)]
    notes: Annotated[str, Field(max_length=MAX_NOTES)] = ""
    edits: dict[str, Annotated[str, Field(min_length=1, max_length=2000)]] = {}
