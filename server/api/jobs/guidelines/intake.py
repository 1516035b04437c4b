"""What a caller says of a guideline, as a form, and what the graph is asked because of it."""

from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tools.errors import InvalidInput
from tools.text.language import Language

MOST_CONFIG = 32_768  # bytes of custom_config, in which a template of one's own may be
_SWITCHES = (
    "enable_visualization",
    "enable_caching",
    "enable_cost_optimization",
    "enable_quality_control",
)
_SECONDS_AHEAD = {"fast": 3, "slow": 4, "thorough": 4}  # questions that wait for each other
_SECONDS_OF_QUESTION = 15
_BYTES_OF_PAGE = 50_000  # of a PDF: text and some pictures
_SECONDS_OF_PAGE = 0.5


def _parsed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value) if value.strip() else {}
    except orjson.JSONDecodeError:
        raise ValueError("it is no JSON") from None


def _listed(value: object) -> object:
    return [tag.strip() for tag in value.split(",") if tag.strip()] if isinstance(value, str) else value


class Intake(BaseModel):
    """The form's fields but for the files; names are the old system's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(default="", max_length=500)
    description: str = Field(default="", max_length=5000)
    processing_mode: Literal["fast", "slow", "thorough"] = "slow"
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    enable_visualization: bool = True
    enable_caching: bool = True
    enable_cost_optimization: bool = True
    enable_quality_control: bool = True
    custom_config: Annotated[dict[str, Any], BeforeValidator(_parsed)] = {}
    tags: Annotated[list[Annotated[str, Field(max_length=100)]], BeforeValidator(_listed)] = Field(
        default=[], max_length=50
    )
    guideline_id: str | None = None  #: Of the guideline that this is a new edition of.
    language: Language | None = None

    def graph_input(self, file_id: str, name: str) -> dict[str, Any]:
        """What the graph is given."""
        options = {"mode": self.processing_mode} | {name: getattr(self, name) for name in _SWITCHES}
        return {
            "file_id": file_id,
            "name": name,
            "language": self.language,
            "title": self.title or None,
            "options": options | self.custom_config,
        }

    def expected_seconds(self, size: int) -> int:
        """A rule of thumb for how long a file of this size takes; what it took is told at the end."""
        pages = max(1, size // _BYTES_OF_PAGE)
        return round(_SECONDS_AHEAD[self.processing_mode] * _SECONDS_OF_QUESTION + pages * _SECONDS_OF_PAGE)


def read_intake(fields: dict[str, str]) -> Intake:
    """The form's fields.

    Raises:
        InvalidInput: "invalid_request": names each wrong or unknown field.
    """
    try:
        return Intake.model_validate(fields)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise InvalidInput(
            told, hint=f"The fields are: file, {', '.join(Intake.model_fields)}.", code="invalid_request"
        ) from None
