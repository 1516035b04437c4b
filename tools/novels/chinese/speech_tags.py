"""Finding the words that report speech: 「某某说」, 「问道」, 「低声回答他」."""

import re

from tools.novels.chinese.lexicon import SPEECH_VERBS
from tools.novels.chinese.word_lists import alternatives

# 说的, 说法, 问题... only look like the verbs; 没说, 不问 deny that anything is said.
_SPEECH = re.compile(
    rf"(?<![不没别勿未小听传据学常俗难来所被])(?:{alternatives(SPEECH_VERBS)})"
    r"(?![的法服不是题讲究案件世卷苦座台书经头名])|道(?=[：:，,。]|$)"
)
_CLAUSE_ENDS_SOON = re.compile(r"\w{0,7}(?:\W|\Z)")  # 「命令民警端起枪来往前冲」 reports no words
_LAST_WORD = re.compile(rf"(?:{alternatives(SPEECH_VERBS)})$")
_LONGEST_VERB = max(map(len, SPEECH_VERBS))


def find_speech_verb(text: str, start: int, end: int) -> int | None:
    """The offset of the last verb of speaking in ``text[start:end]``, or None."""
    last = None
    for match in _SPEECH.finditer(text, start, end):
        if _CLAUSE_ENDS_SOON.match(text, match.end(), end):
            last = match.start()
    return last


def ends_in_speech_verb(words: str) -> bool:
    """Whether a verb of speaking stands last, so that a person after it is spoken to."""
    return _LAST_WORD.search(words, max(0, len(words) - _LONGEST_VERB)) is not None


def announces_speech(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` ends in a colon, which hands over to what follows."""
    return text[max(start, end - 8) : end].rstrip().endswith(("：", ":"))
