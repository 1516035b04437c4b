"""Rules for Chinese novels. The module itself is a :class:`tools.novels.types.LanguagePack`."""

from tools.novels.chinese.attribution import attribute
from tools.novels.chinese.cast import build_cast
from tools.novels.chinese.mentions import find_names, match_names
from tools.novels.chinese.relations import find_relations

__all__ = ["attribute", "build_cast", "find_names", "find_relations", "language", "match_names"]

language: str = "zh"
