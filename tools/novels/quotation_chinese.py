"""Chinese cues that words in quotation marks are mentioned, not spoken."""

from collections.abc import Iterator, Sequence
from itertools import dropwhile

from tools.novels.quotation_context import Quoted

_SPEECH_VERBS = frozenset("说說道问問喊答曰云骂罵嚷念唱讲講想吼喝呼应應")  # not 叫, which also names
_SPEECH_END = frozenset("。！？…～—!?.~，,；;")


def spoken(quotations: Sequence[Quoted]) -> Iterator[Quoted]:
    """Those quotations of one paragraph that are somebody's speech or thought.

    What begins a paragraph, follows punctuation or a verb of speech, or ends like a sentence is speech, and
    so is what stands behind speech. The rest is part of the narrator's own sentence: a name, an irony, a
    sound (“咯咯”地笑).
    """
    return dropwhile(lambda quoted: not _is_spoken(quoted), quotations)


def _is_spoken(quoted: Quoted) -> bool:
    before, words = quoted.before, quoted.words
    is_led_up_to = not before[-1:].isalnum() or before[-1] in _SPEECH_VERBS
    return quoted.begins_paragraph or is_led_up_to or words[-1:] in _SPEECH_END
