"""The sentences of a report, in the languages that it can have."""

from functools import cache
from pathlib import Path

import yaml

from tools.text.language import Language

_FOLDER = Path(__file__).parent


@cache
def wording(language: Language) -> dict[str, str]:
    """The sentences by their keys; names in braces are filled in from a result."""
    return yaml.safe_load((_FOLDER / f"{language}.yaml").read_text("utf-8"))


@cache
def references() -> tuple[str, ...]:
    """What the methods are cited by."""
    return tuple((_FOLDER / "references.txt").read_text("utf-8").splitlines())
