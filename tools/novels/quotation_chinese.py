"""Chinese cues that words in quotation marks are mentioned, not spoken."""

from tools.novels.quotation_context import Quoted

_SPEECH_VERBS = frozenset("说說道问問喊答曰云骂罵嚷念唱讲講想吼喝呼应應")  # not 叫, which also names
_SPEECH_END = frozenset("。！？…～—!?.~，,；;")


def is_spoken(quoted: Quoted, *, follows_speech: bool) -> bool:
    """Whether the words in the marks are somebody's speech or thought.

    What begins a paragraph, follows punctuation or a verb of speech, or ends like a sentence is speech. The
    rest is part of the narrator's own sentence: a name, an irony, a sound (“咯咯”地笑).
    """
    if follows_speech or quoted.begins_paragraph:
        return True
    before, words = quoted.before, quoted.words
    is_led_up_to = not before[-1:].isalnum() or before[-1] in _SPEECH_VERBS
    return is_led_up_to or words[-1:] in _SPEECH_END
