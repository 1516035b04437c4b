"""Rules for English novels. The module itself is a :class:`tools.novels.types.LanguagePack`."""

from tools.novels.english.attribution import attribute
from tools.novels.english.cast import build_cast
from tools.novels.english.mentions import find_names
from tools.novels.english.relations import find_relations

__all__ = ["attribute", "build_cast", "find_names", "find_relations", "language"]

language: str = "en"
