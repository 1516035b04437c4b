"""What of a prompt comes from the provider's cache."""

from collections.abc import Iterable
from typing import cast

from evals.model_server.endpoint import Turn
from evals.model_server.pace import count_tokens
from evals.model_server.parts import content_text
from evals.model_server.question import Json


def cache_tokens(turn: Turn, contents: Iterable[object]) -> tuple[int, int]:
    """Tokens that go into the cache, and tokens that come from it.

    Args:
        turn: Whose server remembers the prefixes.
        contents: Of the prompt, in order, as strings or lists of parts. What stands before the last part
            with a ``cache_control`` is the prefix that is kept.
    """
    prefix, marked = "", ""
    for content in contents:
        prefix += content if isinstance(content, str) else ""
        for part in cast("list[Json]", content) if isinstance(content, list) else []:
            prefix += content_text([part])
            marked = prefix if "cache_control" in part else marked
    if not marked:
        return 0, 0
    size = min(count_tokens(marked), turn.prompt_tokens)
    return (0, size) if turn.memory.is_cached(marked) else (size, 0)
