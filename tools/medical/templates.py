"""Which sections a version has, which of them matter most, and what each is made of."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tools.errors import InvalidInput
from tools.text.language import Language

Takes = Literal["recommendations", "facts", "nothing"]
_FOLDER = Path(__file__).parents[2] / "configs" / "guidelines"


class SectionPlan(BaseModel):
    """One section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    heading: Mapping[Language, str]
    purpose: Mapping[Language, str]
    takes: Takes = Field(description="What it is written from; nothing: marked additions alone.")
    priority: int = Field(ge=0, le=2, description="0 is written first.")


class Template(BaseModel):
    """A kind of version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    sections: tuple[SectionPlan, ...]


@cache
def templates() -> Mapping[str, Template]:
    """All templates of configs/guidelines, by name."""
    read = [
        Template.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in _FOLDER.glob("*.yaml")
    ]
    return {template.name: template for template in sorted(read, key=lambda template: template.name)}


def find_template(name: str) -> Template:
    """A template by its name.

    Raises:
        InvalidInput: There is none; the message names those that exist.
    """
    found = templates().get(name)
    if found is None:
        raise InvalidInput(
            f"options.template: there is no template {name!r}", hint=f"Templates: {', '.join(templates())}."
        )
    return found
