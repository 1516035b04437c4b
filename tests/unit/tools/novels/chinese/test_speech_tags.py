"""Finding verbs of speaking."""

import pytest

from tools.novels.chinese.speech_tags import announces_speech, ends_in_speech_verb, find_speech_verb

CASES = {
    "plain": ("少平说。", "说"),
    "the last one": ("他劝了几句，又说：", "说"),
    "compound": ("她低声回答他。", "回答"),
    "道 before a colon": ("黛玉笑道：", "笑道"),
    "denied": ("他没说。", None),
    "only looks like it": ("这是个问题。", None),
    "known, not said": ("他知道了。", None),
    "an order without words": ("队长命令民兵端起枪来往前冲。", None),
    "no verb": ("他走了。", None),
}


@pytest.mark.parametrize(("sentence", "verb"), CASES.values(), ids=CASES)
def test_the_last_verb_of_speaking_is_found(sentence: str, verb: str | None) -> None:
    found = find_speech_verb(sentence, 0, len(sentence))

    assert found == (None if verb is None else sentence.index(verb))


def test_words_end_in_a_verb_of_speaking() -> None:
    assert ends_in_speech_verb("却反过来安慰")
    assert not ends_in_speech_verb("看见")


def test_a_colon_announces_speech() -> None:
    assert announces_speech("他说：\n", 0, 4)
    assert not announces_speech("他说。", 0, 3)
