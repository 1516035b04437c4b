"""Each way in which a Chinese text shows who speaks, alone."""

import pytest

from tools.novels import chinese
from tools.novels.chinese.weights import CONFIDENCE
from tools.novels.quotations import find_spans
from tools.novels.types import Attribution, NameFacts

PEOPLE = NameFacts(
    persons=frozenset({"志强", "春梅", "建国"}),
    genders={"志强": "male", "春梅": "female", "建国": "male"},
)


def attribute(text: str) -> tuple[list[Attribution], dict[str | None, str]]:
    spans = find_spans(text, chinese.language)
    cast = chinese.build_cast(text, spans, chinese.find_names(text, spans, PEOPLE), PEOPLE)
    names: dict[str | None, str] = {c.id: c.canonical_name for c in cast.characters}
    return chinese.attribute(text, spans, cast), {**names, None: "-"}


def speakers(text: str) -> str:
    found, names = attribute(text)
    return " ".join(names[a.speaker_id] for a in found)


def addressees(text: str) -> str:
    found, names = attribute(text)
    return " ".join(names[a.addressee_id] for a in found)


PATTERNS = {
    "tag before": ("志强说：“天要下雨了。”", "志强"),
    "tag after": ("“天要下雨了。”春梅说。", "春梅"),
    "tag in the middle": ("“好，”春梅说，“明天去。”", "春梅 春梅"),
    "corner brackets": ("志强說。\n春梅说：「走吧。」", "春梅"),
    "straight marks": ('春梅说："走吧。"', "春梅"),
    "tag in the paragraph before": ("志强看着春梅，问：\n“你冷吗？”", "志强"),
    "tag in the paragraph after": ("志强和春梅坐着。\n“你冷吗？”\n志强问。\n春梅摇头。", "志强"),
    "subject in the sentence before the tag": ("春梅知道瞒不住了。只好低声说：\n“是我。”", "春梅"),
    "spoken to, not speaking": ("志强对春梅说：“走吧。”", "志强"),
    "questioned, not asking": ("“去哪儿？”春梅问志强。", "春梅"),
    "heard": ("志强正要睡，听见春梅在说：“水开了。”", "春梅"),
    "modifier of the subject": ("志强旁边的春梅喊道：“停车！”", "春梅"),
    "pronoun": ("志强和春梅在桥上走。\n“你冷吗？”她问。", "春梅"),
    "pronoun with an object": ("志强和春梅在桥上走。\n“你冷吗？”他问她。", "志强"),
    "beat beside the quotation": ("志强和春梅坐着。\n春梅站起身来。“我走了。”", "春梅"),
    "called by name, so not the speaker": ("志强和春梅坐着。\n“春梅，你吃吧。”\n“我不饿。”", "志强 春梅"),
    "introduces himself": ("门口站着两个人，志强和建国。\n“我叫建国。”", "建国"),
    "turn taking": (
        "“你来了？”志强说。\n“来了。”春梅说。\n“吃过没有？”\n“吃过了。”\n“那就坐。”",
        "志强 春梅 志强 春梅 志强",
    ),
    "stranger": ("志强和春梅进了店。“两位吃点什么？”服务员问。", "-"),
}


@pytest.mark.parametrize(("text", "expected"), PATTERNS.values(), ids=PATTERNS)
def test_speaker(text: str, expected: str) -> None:
    assert speakers(text) == expected


ADDRESSEES = {
    "called": ("志强说：“春梅，走吧。”", "春梅"),
    "named in the tag": ("志强对春梅说：“走吧。”", "春梅"),
    "answered": ("“去哪儿？”志强问。\n“回家。”春梅说。", "春梅 志强"),
    "nobody else about": ("“怎么办呢？”志强说。", "-"),
}


@pytest.mark.parametrize(("text", "expected"), ADDRESSEES.values(), ids=ADDRESSEES)
def test_addressee(text: str, expected: str) -> None:
    assert addressees(text) == expected


METHODS = {
    "said_name": "志强说：“好。”",
    "said_pronoun": "志强来了。\n\n他说：“好。”",
    "beat": "志强站起来。“好。”",
    "turn_taking": "“去？”志强问春梅。\n“好。”",
    "none": "“好。”",
}


@pytest.mark.parametrize(("method", "text"), METHODS.items(), ids=METHODS)
def test_the_method_names_the_rule_and_its_measured_confidence(method: str, text: str) -> None:
    last = attribute(text)[0][-1]

    assert (last.method, last.confidence) == (method, CONFIDENCE[method])


def test_the_evidence_is_the_word_that_names_the_speaker() -> None:
    text = "“好。”春梅低声说。"

    (found,) = attribute(text)[0]

    assert found.evidence is not None
    assert text[found.evidence.start : found.evidence.end] == "春梅"


def test_a_speech_that_goes_on_in_a_new_paragraph_keeps_its_speaker() -> None:
    text = "志强看着春梅，说：“第一件事。\n“第二件事。”\n春梅不说话。"

    assert speakers(text) == "志强 志强"


def test_a_text_without_names_has_no_speakers() -> None:
    assert speakers("“谁？”\n“我。”") == "- -"


def test_every_quotation_gets_one_attribution_in_text_order() -> None:
    text = "志强说：“一。”春梅说：“二。”所谓“三”，不过如此。“四。”"
    spans = find_spans(text, chinese.language)

    found, _ = attribute(text)

    assert [a.quote for a in found] == [i for i, span in enumerate(spans) if span.is_quotation]
