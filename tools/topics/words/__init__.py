"""Words that carry no topic, by language."""

from functools import cache
from pathlib import Path

from tools.text.language import Language

_FOLDER = Path(__file__).parent


@cache
def stop_words(language: Language) -> frozenset[str]:
    """The language's own list."""
    lines = (_FOLDER / f"{language}.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
