"""From texts that were read off the picture to cues: what was read twice is one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from tools.video.captions import Caption

_CLOSE_MS = 400  # between two stretches of the same text, as when it flickers
_ALIKE = 0.9  # of the letters: a reader errs in one now and then


def merge_same(captions: Sequence[Caption], texts: Mapping[int, str]) -> list[tuple[Caption, str]]:
    """Captions with their texts; neighbours that say the same are one, those that say nothing are none.

    Args:
        texts: By the caption's place.
    """
    merged: list[tuple[Caption, str]] = []
    for place, caption in enumerate(captions):
        text = texts[place].strip()
        if not text:
            continue
        last = merged[-1] if merged else None
        if last is not None and caption.start - last[0].end <= _CLOSE_MS and _is_same(last[1], text):
            longer = max(last, (caption, text), key=lambda one: one[0].end - one[0].start)[1]
            box = last[0].box.joined(caption.box)
            merged[-1] = (replace(last[0], end=caption.end, box=box), longer)
        else:
            merged.append((caption, text))
    return merged


def _is_same(one: str, other: str) -> bool:
    first, second = "".join(one.split()).casefold(), "".join(other.split()).casefold()
    return first == second or SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE
