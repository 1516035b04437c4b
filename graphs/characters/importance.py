"""How much of a novel is a character's."""

from tools.novels.types import Importance

# Shares of the attributed quotations or of the mentions that make a character important. PDNC's annotators
# call major who has a large part of the dialogue; these shares come closest to their categories.
_MAJOR_SHARE = 0.05
_INTERMEDIATE_SHARE = 0.01


def importance_of(*, quotes: int, all_quotes: int, mentions: int, all_mentions: int) -> Importance:
    """By the greater of the shares of what is said, and of what is named."""
    share = max(quotes / max(1, all_quotes), mentions / max(1, all_mentions))
    if share >= _MAJOR_SHARE:
        return "major"
    return "intermediate" if share >= _INTERMEDIATE_SHARE else "minor"
