"""Which sections a version has, which of them matter most, and what each is made of."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.errors import InvalidInput
from tools.text.language import Language

Takes = Literal["recommendations", "facts", "nothing"]
MAX_YAML = 20_000  # characters of a template of one's own
MAX_SECTIONS = 20
_FOLDER = Path(__file__).parents[2] / "configs" / "guidelines"


class SectionPlan(BaseModel):
    """One section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    heading: Mapping[Language, Annotated[str, Field(min_length=1, max_length=200)]]
    purpose: Mapping[Language, Annotated[str, Field(min_length=1, max_length=1000)]]
    takes: Takes = Field(description="What it is written from; nothing: marked additions alone.")
    priority: int = Field(ge=0, le=2, description="0 is written first.")


class Template(BaseModel):
    """A kind of version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60)
    description: str = Field(max_length=500)
    sections: tuple[SectionPlan, ...] = Field(min_length=1, max_length=MAX_SECTIONS)

    @model_validator(mode="after")
    def _is_whole(self) -> "Template":
        ids = [section.id for section in self.sections]
        if len(set(ids)) < len(ids):
            raise ValueError("every section needs an id of its own")
        if sum(section.takes == "recommendations" for section in self.sections) != 1:
            raise ValueError("exactly one section takes the recommendations: each is given once")
        for section in self.sections:
            if not set(get_args(Language)) <= section.heading.keys() & section.purpose.keys():
                raise ValueError(f"section {section.id!r}: heading and purpose need en and zh")
        return self


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


@lru_cache(maxsize=64)
def read_template(text: str) -> Template:
    """A template of somebody's own.

    Args:
        text: YAML with the fields of Template.

    Raises:
        InvalidInput: "invalid_template": too long, no YAML, with aliases, or without what a template needs.
    """
    if len(text) > MAX_YAML:
        raise _invalid(f"it has {len(text)} characters; at most {MAX_YAML} are read")
    try:
        # Aliases let a few lines stand for billions.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):  # type: ignore[no-untyped-call]
            raise _invalid("aliases (*name) are not read")
        return Template.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, RecursionError):
        raise _invalid("it is no YAML") from None
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, one['loc'])) or 'template'}: {one['msg']}" for one in error.errors()[:5]
        ]
        raise _invalid("; ".join(faults)) from None


def template_of(settings: Mapping[str, Any]) -> Template:
    """The template of a run's options: its own, or the one that is named.

    Raises:
        InvalidInput: As find_template and read_template raise.
    """
    own = settings.get("template_yaml")
    return read_template(own) if own else find_template(settings["template"])


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(
        f"options.template_yaml: {what}",
        hint="Write it as the files in configs/guidelines are written.",
        code="invalid_template",
    )
