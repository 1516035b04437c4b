"""Every prompt of the service: text files, read once at import.

A prompt is ``prompts/<job>/<name>.<language>.md``: YAML front matter, then Markdown in which ``{{ name }}``
stands for a variable. Its id is the path without the suffix: ``characters/speakers.en``.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

__all__ = ["PROMPTS", "MissingVariable", "Prompt", "UnknownPrompt", "parse", "render"]

_FOLDER = Path(__file__).parent
_LAYOUT = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<text>.*)\Z", re.DOTALL)
_VARIABLE = re.compile(r"\{\{ *(\w+) *\}\}")


class UnknownPrompt(KeyError):
    """There is no prompt of this id."""


class MissingVariable(ValueError):
    """The variables given are not exactly those that the prompt declares."""


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str
    variables: tuple[str, ...]
    output: str
    version: int


@dataclass(frozen=True)
class Prompt:
    """One prompt text and what it promises."""

    id: str
    description: str  #: What it asks, for people.
    variables: frozenset[str]  #: Exactly the names that rendering needs.
    output: str  #: Name of the schema that an answer has to fit.
    version: int  #: Raised with every change of meaning.
    text: str

    @cached_property
    def hash(self) -> str:
        """The first 12 hex digits of the text's SHA-256: which wording an answer came from."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def render(self, **variables: str) -> str:
        """The text with its variables filled in.

        Raises:
            MissingVariable: When the names given differ from those declared.
        """
        if variables.keys() != self.variables:
            raise MissingVariable(
                f"prompt {self.id!r} needs exactly {sorted(self.variables)}, was given {sorted(variables)}"
            )
        return _VARIABLE.sub(lambda found: variables[found[1]], self.text)


def parse(prompt_id: str, source: str) -> Prompt:
    """A prompt from the content of its file.

    Raises:
        ValueError: When the front matter is missing or wrong, or declares other variables than are used.
    """
    layout = _LAYOUT.match(source)
    if layout is None:
        raise ValueError(f"prompt {prompt_id!r} has no front matter between two lines of ---")
    front = _FrontMatter.model_validate(yaml.load(layout["front"], yaml.CSafeLoader))
    text = layout["text"].strip()
    used = set(_VARIABLE.findall(text))
    if used != set(front.variables):
        raise ValueError(f"prompt {prompt_id!r} declares {sorted(front.variables)} but uses {sorted(used)}")
    return Prompt(
        id=prompt_id,
        description=front.description,
        variables=frozenset(front.variables),
        output=front.output,
        version=front.version,
        text=text,
    )


def render(prompt_id: str, **variables: str) -> str:
    """A prompt's text with its variables filled in.

    Raises:
        UnknownPrompt: When there is no prompt of this id.
        MissingVariable: When the names given differ from those declared.
    """
    if prompt_id not in PROMPTS:
        raise UnknownPrompt(f"no prompt {prompt_id!r}; there are {', '.join(sorted(PROMPTS))}")
    return PROMPTS[prompt_id].render(**variables)


def _load(folder: Path) -> dict[str, Prompt]:
    ids = {path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.md")}
    return {prompt_id: parse(prompt_id, path.read_text(encoding="utf-8")) for prompt_id, path in ids.items()}


PROMPTS: Mapping[str, Prompt] = _load(_FOLDER)
